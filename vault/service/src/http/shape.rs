//! Requests that a proxy and this server could read differently are refused, and their connection ends: what follows on it might be
//! part of them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casevault_wire::problem::Code;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};

use super::problem::Problem;

/// Lets requests through that can be read in one way only.
pub(super) async fn refuse_ambiguous(request: Request, next: Next) -> Response {
    if is_plain(&request) {
        return next.run(request).await;
    }
    let mut refused = Problem(Code::Malformed).into_response();
    refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    refused
}

/// One length at most, said in one way; one host at most, said in one place; and no change of protocol.
fn is_plain(request: &Request) -> bool {
    let headers = request.headers();
    let once = |name: HeaderName| headers.get_all(name).iter().count() <= 1;
    once(CONTENT_LENGTH)
        && once(HOST)
        && request.uri().authority().is_none()
        && !headers.contains_key(TRANSFER_ENCODING)
        && !headers.contains_key(UPGRADE)
}
