//! Blobs: one, or a range of it, or many in one answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use casevault_service::budget::Share;
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
use super::admission::visit;
use super::range::{self, Asked};
use super::route::{In, Route};
use crate::grant::By;
use crate::reading::{MEMORY, Wanted, guarded, stream};
use crate::record::JournalKey;

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
    let visit = visit(&app.vault, request).await?;
    let (journal, digest) = (visit.journal, visit.names.digest()?);
    visit.body.none().await?;
    let lengths = app.vault.lengths((&journal, visit.by), &[digest]).await?;
    let (key, length) = lengths.first().copied().ok_or(Problem(Code::Refused))?;
    let (status, range) = match range.map(|range| range::parse(&range, length)) {
        None => (StatusCode::OK, 0..length),
        Some(Asked::Bytes(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Asked::Unsatisfiable) => return unsatisfiable(length),
        Some(Asked::Malformed) => return Err(Problem(Code::Malformed)),
    };
    let content_range = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
    let share = app.vault.node.budget.take_out(MEMORY, visit.holder).await?;
    let wanted = vec![Wanted { key, range: range.clone(), prefix: None }];
    let mut response = streamed(&app, (journal, visit.by), (wanted, share));
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
    let visit = visit(&app.vault, request).await?;
    let body = visit.body.read(FETCH).await?;
    let fetch: Fetch = decode(&body, FETCH).map_err(|_| Problem(Code::Malformed))?;
    let lengths = app.vault.lengths((&visit.journal, visit.by), fetch.digests.as_slice()).await?;
    let total = lengths.iter().try_fold(0u64, |total, (_, length)| total.checked_add(8)?.checked_add(*length));
    let wanted = lengths.into_iter().map(|(key, length)| Wanted { key, range: 0..length, prefix: Some(length) }).collect();
    let share = app.vault.node.budget.take_out(MEMORY, visit.holder).await?;
    let mut response = streamed(&app, (visit.journal, visit.by), (wanted, share));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(total.ok_or(Problem(Code::TooLarge))?));
    Ok(response)
}

fn streamed(app: &App, visit: (JournalKey, By), (wanted, share): (Vec<Wanted>, Arc<Share>)) -> Response {
    let pieces = stream(app.vault.blobs.clone(), wanted, share);
    let mut response = Body::from_stream(guarded(app.vault.clone(), visit, pieces)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
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
