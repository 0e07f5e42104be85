//! Grants: given and ended by the team.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::routing::{delete, post};
use casevault_service::http::answer::Done;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::route::Route;

/// An encoded [`Grant`] is shorter than this.
const GRANT: usize = 48 * limit::GRANTED + 64;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/journals/{journal}/grant",
            summary: "Lets whoever has a key read a journal, and blobs of others, until a time.",
            signed: true,
            body: "Grant",
            answer: (204, ""),
            parameters: &[],
            handler: post(give),
        },
        Route {
            method: HttpMethod::Delete,
            path: "/v1/teams/{team}/journals/{journal}/grant",
            summary: "Ends a grant for good.",
            signed: true,
            body: "",
            answer: (204, ""),
            parameters: &[],
            handler: delete(end),
        },
    ]
}

async fn give(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.may_write()?;
    let body = admitted.body.read(GRANT).await?;
    let grant = decode(&body, GRANT).map_err(|_| Problem(Code::Malformed))?;
    app.vault.give(&journal, admitted.generation, &grant).await?;
    Ok(Done)
}

async fn end(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.body.none().await?;
    app.vault.end_grant(&journal, admitted.generation).await?;
    Ok(Done)
}
