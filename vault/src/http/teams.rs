//! Teams: their state, their switch to a new access key, what changed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::routing::{get, post};
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::decode;
use casevault_wire::problem::Code;
use casevault_wire::vault::Switch;
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::{admit, claim, verified};
use super::path::{Names, number};
use super::route::{In, Route};
use crate::record::TeamKey;

/// An encoded [`Switch`] is shorter than this.
const SWITCH: usize = 4 * 1024;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/access",
            summary: "Switches a team to its next access key, or gives it its first.",
            signed: true,
            body: "Switch",
            answer: (200, "TeamState"),
            parameters: &[],
            handler: post(switch),
        },
        Route {
            method: HttpMethod::Get,
            path: "/v1/teams/{team}",
            summary: "Where a team stands.",
            signed: true,
            body: "",
            answer: (200, "TeamState"),
            parameters: &[],
            handler: get(state),
        },
        Route {
            method: HttpMethod::Get,
            path: "/v1/teams/{team}/changes",
            summary: "The journals that changed, each at its last change.",
            signed: true,
            body: "",
            answer: (200, "Changes"),
            parameters: &[(In::Query, "after", false)],
            handler: get(changes),
        },
    ]
}

async fn switch(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let (names, request) = Names::of(request).await?;
    let unverified = app.vault.node.gate.receive(request)?;
    let claim = claim(&unverified)?;
    let team = TeamKey { organisation: unverified.organisation(), team: claim.team };
    // The first key of a team stands in the body only.
    let (unverified, body) = unverified.buffered(SWITCH).await?;
    let switch: Switch = decode(&body, SWITCH).map_err(|_| Problem(Code::Malformed))?;
    let key = app.vault.switch_key(&team, claim.generation, &switch).await?;
    verified(unverified, key.as_ref())?;
    if names.team() != Some(team.team) {
        return Err(Problem(Code::Refused));
    }
    Ok(Encoded::of(&app.vault.switch(&team, claim.generation, &switch).await?))
}

async fn state(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let admitted = admit(&app.vault, request).await?;
    admitted.body.none().await?;
    let state = admitted.record.state(app.vault.settings.quota).ok_or(Problem(Code::Refused))?;
    Ok(Encoded::of(&state))
}

async fn changes(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let after = number(request.uri().query(), "after")?;
    let admitted = admit(&app.vault, request).await?;
    admitted.body.none().await?;
    Ok(Encoded::of(&app.vault.changes(&admitted.team, after).await?))
}
