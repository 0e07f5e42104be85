//! Deletion: journals are marked, and kept after all, by the team.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::routing::{delete, post};
use casevault_service::http::answer::Done;
use casevault_service::http::problem::Problem;
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::route::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Delete,
            path: "/v1/teams/{team}/journals/{journal}",
            summary: "Marks a journal for deletion, which is held for 30 days.",
            signed: true,
            body: "",
            answer: (204, ""),
            parameters: &[],
            handler: delete(mark),
        },
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/journals/{journal}/keep",
            summary: "Keeps a journal that is marked.",
            signed: true,
            body: "",
            answer: (204, ""),
            parameters: &[],
            handler: post(keep),
        },
    ]
}

async fn mark(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.body.none().await?;
    app.vault.mark(&journal, admitted.generation).await?;
    Ok(Done)
}

async fn keep(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let admitted = admit(&app.vault, request).await?;
    let journal = admitted.journal()?;
    admitted.body.none().await?;
    app.vault.keep(&journal, admitted.generation).await?;
    Ok(Done)
}
