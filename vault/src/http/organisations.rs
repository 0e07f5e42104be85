//! Organisations and their log heads.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::routing::{get, post};
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::route::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Post,
            path: "/v1/organisations",
            summary: "Takes over an organisation by its founding.",
            signed: false,
            body: "SignedLogEntry",
            answer: (204, ""),
            parameters: &[],
            handler: post(found),
        },
        Route {
            method: HttpMethod::Get,
            path: "/v1/organisations/{organisation}/log-heads",
            summary: "The newest log heads that the keyserver gave this vault.",
            signed: true,
            body: "",
            answer: (200, "LogHeads"),
            parameters: &[],
            handler: get(log_heads),
        },
    ]
}

async fn found(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let body = to_bytes(request.into_body(), limit::LOG_ENTRY).await.map_err(|_| Problem(Code::TooLarge))?;
    let founding = decode(&body, limit::LOG_ENTRY).map_err(|_| Problem(Code::Malformed))?;
    let organisation = app.vault.found(&founding).await?;
    app.followers.follow(organisation);
    Ok(Done)
}

async fn log_heads(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let admitted = admit(&app.vault, request).await?;
    admitted.body.none().await?;
    Ok(Encoded::of(&app.vault.log_heads(&admitted.team.organisation).await?))
}
