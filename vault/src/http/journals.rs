//! Journals: batches in, entries out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use casevault_service::budget::{Share, counted};
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
use super::admission::admit;
use super::path::number;
use super::route::{In, Route};
use crate::journal::{Append, Chain, PAGE};
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
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.may_write()?;
    let generation = admitted.generation;
    let body = admitted.body.read(limit::BODY).await?;
    let parsed = tokio::task::spawn_blocking(move || parse(journal, generation, &body));
    let append = parsed.await.map_err(|_| Problem(Code::Unavailable))??;
    Ok(Encoded::of(&app.vault.append(append).await?))
}

fn parse(journal: JournalKey, generation: u64, body: &Bytes) -> Result<Append, Problem> {
    let batch = Batch::decode(body).map_err(|_| Problem(Code::Malformed))?;
    // A key of a journal is never newer than the team's: whoever claims otherwise would shut everybody else out.
    if batch.entries.as_slice().iter().any(|entry| entry.generation > generation) {
        return Err(Problem(Code::Malformed));
    }
    let chain = Chain::of(journal.journal, batch.entries.as_slice())?;
    let blobs = batch.blobs.into_iter().map(|blob| (BlobKey { journal, digest: BlobDigest::of(&blob) }, blob));
    Ok(Append { journal, generation, chain, blobs: blobs.collect() })
}

async fn entries(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let from = number(request.uri().query(), "from")?;
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.body.none().await?;
    // What is read, and its encoding.
    let share = app.vault.node.budget.take_out(2 * PAGE as u64, admitted.holder).await?;
    let entries = encode(&app.vault.entries(&journal, from).await?);
    Ok(held(entries.into(), share))
}

/// An answer that counts as memory taken until it was sent.
fn held(bytes: Bytes, share: Arc<Share>) -> Response {
    let length = HeaderValue::from(bytes.len());
    let once = stream::once(async move { Ok::<_, std::convert::Infallible>(counted(bytes, share)) });
    let mut response = Body::from_stream(once).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}
