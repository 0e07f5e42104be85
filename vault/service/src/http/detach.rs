//! A request, once begun, is finished even if its client goes: what it wrote and what memory says must not part.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casevault_wire::problem::Code;

use super::problem::Problem;

/// Runs the handler in a task of its own. A panic in it is an answer, too.
pub(super) async fn detach(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request made the server panic");
            metrics::counter!("casevault_panics_total").increment(1);
            Problem(Code::Unavailable).into_response()
        }
    }
}
