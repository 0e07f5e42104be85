//! Escrows and groups made anew: from requests to [`crate::teams`].

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_wire::limit;
use casevault_wire::recovery::{Escrow, Regroup};

use super::admit::{self, Admitted};
use super::teams::actor;
use crate::state::Keyserver;

/// Bytes of a group made anew.
const REGROUP: usize = limit::COMMIT_DATA + limit::TEAM_LINK + 64;

type App = State<Arc<Keyserver>>;

/// `POST /teams/{team}/escrows`
pub(super) async fn leave(State(server): App, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let actor = actor(&server, &caller)?;
    let escrow: Escrow = admit::read(body, limit::ESCROW + 64).await?;
    actor.leave_escrow(escrow).await?;
    Ok(Done)
}

/// `GET /teams/{team}/escrows`
pub(super) async fn read(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    Ok(Encoded::of(&actor(&server, &caller)?.escrows().await?))
}

/// `POST /teams/{team}/regroup`
pub(super) async fn regroup(State(server): App, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    let actor = actor(&server, &caller)?;
    let regroup: Regroup = admit::read(body, REGROUP).await?;
    Ok(Encoded::of(&actor.regroup(regroup).await?))
}
