//! Uploads, with the semantics of tus 1.0.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, head, patch, post};
use casevault_service::http::answer::Done;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::id::UploadId;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::vault::Finish;
use http::header::{HeaderName, HeaderValue, LOCATION};
use http::{HeaderMap, StatusCode};
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::path::decimal;
use super::route::{In, Route};
use crate::upload::{PIECE_MEMORY, Piece};

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");

/// An encoded [`Finish`] is not longer than this.
const FINISH: usize = 64;

pub(super) fn routes() -> Vec<Route> {
    vec![begin_route(), offset_route(), write_route(), cancel_route(), finish_route()]
}

fn begin_route() -> Route {
    Route {
        method: HttpMethod::Post,
        path: "/v1/teams/{team}/journals/{journal}/uploads",
        summary: "Begins an upload.",
        signed: true,
        body: "",
        answer: (201, ""),
        parameters: &[(In::Header, "Upload-Length", true)],
        handler: post(begin),
    }
}

fn offset_route() -> Route {
    Route {
        method: HttpMethod::Head,
        path: "/v1/teams/{team}/uploads/{upload}",
        summary: "How far an upload is.",
        signed: true,
        body: "",
        answer: (200, ""),
        parameters: &[],
        handler: head(offset),
    }
}

fn write_route() -> Route {
    Route {
        method: HttpMethod::Patch,
        path: "/v1/teams/{team}/uploads/{upload}",
        summary: "Writes a piece of an upload.",
        signed: true,
        body: "bytes",
        answer: (204, ""),
        parameters: &[(In::Header, "Upload-Offset", true)],
        handler: patch(write),
    }
}

fn cancel_route() -> Route {
    Route {
        method: HttpMethod::Delete,
        path: "/v1/teams/{team}/uploads/{upload}",
        summary: "Gives up an upload.",
        signed: true,
        body: "",
        answer: (204, ""),
        parameters: &[],
        handler: delete(cancel),
    }
}

fn finish_route() -> Route {
    Route {
        method: HttpMethod::Post,
        path: "/v1/teams/{team}/uploads/{upload}/finish",
        summary: "Makes a whole upload a blob.",
        signed: true,
        body: "Finish",
        answer: (204, ""),
        parameters: &[],
        handler: post(finish),
    }
}

/// The number in a header that the request must have.
fn required(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(decimal).ok_or(Problem(Code::Malformed))
}

async fn begin(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let length = required(request.headers(), &UPLOAD_LENGTH);
    let admitted = admit(&app.vault, request).await?;
    let (journal, length) = (admitted.journal()?, length?);
    admitted.may_write()?;
    admitted.body.none().await?;
    let upload = UploadId(admitted.idempotency.0);
    app.vault.begin_upload(journal, admitted.generation, (upload, length)).await?;
    let location = format!("/v1/teams/{}/uploads/{upload}", journal.team.team);
    let location = HeaderValue::from_str(&location).map_err(|_| Problem(Code::Unavailable))?;
    Ok(answer(StatusCode::CREATED, [(LOCATION, location)]))
}

async fn offset(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let (offset, length) = app.vault.upload_offset(&admitted.team, admitted.names.upload()?).await?;
    let headers = [(UPLOAD_OFFSET, HeaderValue::from(offset)), (UPLOAD_LENGTH, HeaderValue::from(length))];
    Ok(answer(StatusCode::OK, headers))
}

async fn write(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let offset = required(request.headers(), &UPLOAD_OFFSET);
    let admitted = admit(&app.vault, request).await?;
    let (upload, offset) = (admitted.names.upload()?, offset?);
    admitted.may_write()?;
    if admitted.body.remaining() > limit::UPLOAD_PIECE as u64 {
        return Err(Problem(Code::TooLarge));
    }
    let _share = admitted.body.memory(PIECE_MEMORY.min(admitted.body.remaining().saturating_mul(2))).await?;
    let piece = Piece { team: admitted.team, generation: admitted.generation, upload, offset, body: admitted.body };
    let offset = app.vault.clone().write_piece(piece).await?;
    Ok(answer(StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, HeaderValue::from(offset))]))
}

async fn cancel(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let upload = admitted.names.upload()?;
    admitted.may_write()?;
    admitted.body.none().await?;
    app.vault.cancel_upload(&admitted.team, admitted.generation, upload).await?;
    Ok(answer(StatusCode::NO_CONTENT, []))
}

async fn finish(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let upload = admitted.names.upload()?;
    admitted.may_write()?;
    let body = admitted.body.read(FINISH).await?;
    let Finish { digest } = decode(&body, FINISH).map_err(|_| Problem(Code::Malformed))?;
    app.vault.finish_upload(&admitted.team, admitted.generation, (upload, digest)).await?;
    Ok(Done)
}

fn answer<const N: usize>(status: StatusCode, headers: [(HeaderName, HeaderValue); N]) -> Response {
    let mut response = status.into_response();
    response.headers_mut().extend(headers);
    response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static("1.0.0"));
    response
}
