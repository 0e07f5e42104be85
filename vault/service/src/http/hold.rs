//! A long answer counts as memory taken until its client has it.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::seat::Seat;
use crate::budget::{Budget, counted};

/// Answers that are shorter are not counted: they fit what the system keeps of each connection.
const SHORT: u64 = 64 * 1024;

/// Takes memory for an answer that is in memory as a whole. What is read while it is sent has taken its own.
pub(super) async fn hold(State(budget): State<Arc<Budget>>, request: Request, next: Next) -> Response {
    let holder = request.extensions().get::<Arc<Seat>>().cloned();
    let response = next.run(request).await;
    let Some(length) = response.body().size_hint().exact().filter(|length| *length > SHORT) else { return response };
    let share = match budget.take_done(length, holder).await {
        Ok(share) => share,
        Err(problem) => return problem.into_response(),
    };
    let (parts, body) = response.into_parts();
    // It is whole already, and goes out as it is; a stream has no length that would be counted again.
    let held = stream::once(async move { axum::body::to_bytes(body, usize::MAX).await.map(|bytes| counted(bytes, share)) });
    let mut response = Response::from_parts(parts, Body::from_stream(held));
    response.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
    response
}
