//! Journals: batches in, entries out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use casevault_service::budget::counted;
use casevault_service::http::answer::{Encoded, MEDIA_TYPE};
use casevault_service::http::problem::Problem;
use casevault_wire::codec::encode;
use casevault_wire::hash::BlobDigest;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::vault::Batch;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::visit;
use super::path::number;
use super::route::{In, Route};
use crate::blob::BlobError;
use crate::grant::By;
use crate::journal::{Append, Chain, PAGE};
use crate::reading::{PIECE, guarded};
use crate::record::{BlobKey, JournalKey};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/journals/{journal}/batch",
            summary: "Stores small blobs, then appends entries, all or none.",
            signed: true,
            body: "Batch",
            answer: (200, "SignedVaultState"),
            parameters: &[],
            handler: post(batch),
        },
        Route {
            method: HttpMethod::Get,
            path: "/v1/teams/{team}/journals/{journal}/entries",
            summary: "Entries of a journal.",
            signed: true,
            body: "",
            answer: (200, "Entries"),
            parameters: &[(In::Query, "from", false)],
            handler: get(entries),
        },
    ]
}

async fn batch(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let visit = visit(&app.vault, request).await?;
    let (journal, by) = (visit.journal, visit.by);
    // Looked at again when it is written; here so that no body is read in vain.
    app.vault.may_append(&journal.team, by).await?;
    let body = visit.body.read(limit::BODY).await?;
    let parsed = tokio::task::spawn_blocking(move || parse(journal, by, &body));
    let append = parsed.await.map_err(|_| Problem(Code::Unavailable))??;
    Ok(Encoded::of(&app.vault.append(append).await?))
}

fn parse(journal: JournalKey, by: By, body: &Bytes) -> Result<Append, Problem> {
    let batch = Batch::decode(body).map_err(|_| Problem(Code::Malformed))?;
    let few = (1..=limit::GRANT_BATCH).contains(&batch.entries.as_slice().len());
    if matches!(by, By::Grant(_)) && !(few && batch.blobs.is_empty()) {
        return Err(Problem(Code::Refused));
    }
    let chain = Chain::of(journal.journal, batch.entries.as_slice())?;
    let blobs = batch.blobs.into_iter().map(|blob| (BlobKey { journal, digest: BlobDigest::of(&blob) }, blob));
    Ok(Append { journal, by, chain, blobs: blobs.collect() })
}

async fn entries(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let from = number(request.uri().query(), "from")?;
    let visit = visit(&app.vault, request).await?;
    visit.body.none().await?;
    // What is read, and its encoding.
    let share = app.vault.node.budget.take_out(2 * PAGE as u64, visit.holder).await?;
    let entries = encode(&app.vault.entries(&visit.journal, from).await?);
    Ok(held(&app, (visit.journal, visit.by), counted(entries, share)))
}

/// An answer that counts as memory taken until it was sent.
fn held(app: &App, visit: (JournalKey, By), bytes: Bytes) -> Response {
    let length = bytes.len();
    let pieces = (0..length).step_by(PIECE).map(move |at| Ok::<_, BlobError>(bytes.slice(at..length.min(at + PIECE))));
    let mut response = Body::from_stream(guarded(app.vault.clone(), visit, stream::iter(pieces))).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}
