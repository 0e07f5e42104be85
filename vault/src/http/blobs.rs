//! Blobs: one, or a range of it, or many in one answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use casevault_service::budget::Holder;
use casevault_service::http::answer::MEDIA_TYPE;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::vault::Fetch;
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE};
use http::{HeaderMap, StatusCode};
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::range::{self, Asked};
use super::route::{In, Route};
use crate::reading::{MEMORY, Wanted, stream};

/// An encoded [`Fetch`] is shorter than this.
const FETCH: usize = 32 * limit::BATCH_BLOBS + 16;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Get,
            path: "/v1/teams/{team}/journals/{journal}/blobs/{digest}",
            summary: "A blob, or one range of it.",
            signed: true,
            body: "",
            answer: (200, "bytes"),
            parameters: &[(In::Header, "Range", false)],
            handler: get(read),
        },
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/journals/{journal}/fetch",
            summary: "Many blobs, each as its length and its bytes, in order.",
            signed: true,
            body: "Fetch",
            answer: (200, "bytes"),
            parameters: &[],
            handler: post(fetch),
        },
    ]
}

async fn read(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let range = range_of(request.headers())?;
    let admitted = admit(&app.vault, request).await?;
    let (journal, digest) = (admitted.journal()?, admitted.names.digest()?);
    admitted.body.none().await?;
    let lengths = app.vault.lengths(&journal, &[digest]).await?;
    let (key, length) = lengths.first().copied().ok_or(Problem(Code::Refused))?;
    let (status, range) = match range.map(|range| range::parse(&range, length)) {
        None => (StatusCode::OK, 0..length),
        Some(Asked::Bytes(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Asked::Unsatisfiable) => return unsatisfiable(length),
        Some(Asked::Malformed) => return Err(Problem(Code::Malformed)),
    };
    let content_range = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
    let mut response = streamed((&app, admitted.holder), vec![Wanted { key, range: range.clone(), prefix: None }]).await?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end.saturating_sub(range.start)));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        headers.insert(CONTENT_RANGE, text(&content_range)?);
    }
    *response.status_mut() = status;
    Ok(response)
}

async fn fetch(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let (journal, holder) = (admitted.journal()?, admitted.holder);
    let body = admitted.body.read(FETCH).await?;
    let fetch: Fetch = decode(&body, FETCH).map_err(|_| Problem(Code::Malformed))?;
    let lengths = app.vault.lengths(&journal, fetch.digests.as_slice()).await?;
    let total = lengths.iter().try_fold(0u64, |total, (_, length)| total.checked_add(8)?.checked_add(*length));
    let wanted = lengths.into_iter().map(|(key, length)| Wanted { key, range: 0..length, prefix: Some(length) }).collect();
    let mut response = streamed((&app, holder), wanted).await?;
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(total.ok_or(Problem(Code::TooLarge))?));
    Ok(response)
}

async fn streamed((app, holder): (&App, Holder), wanted: Vec<Wanted>) -> Result<Response, Problem> {
    let share = app.vault.node.budget.take_out(MEMORY, holder).await?;
    let mut response = Body::from_stream(stream(app.vault.blobs.clone(), wanted, share)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    Ok(response)
}

fn range_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let header = headers.get(RANGE).map(|value| value.to_str().map(str::to_owned));
    header.transpose().map_err(|_| Problem(Code::Malformed))
}

/// RFC 9110 §15.5.17, with a problem as its body.
fn unsatisfiable(length: u64) -> Result<Response, Problem> {
    let mut response = Problem(Code::Malformed).into_response();
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    response.headers_mut().insert(CONTENT_RANGE, text(&format!("bytes */{length}"))?);
    Ok(response)
}

fn text(value: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(value).map_err(|_| Problem(Code::Unavailable))
}
