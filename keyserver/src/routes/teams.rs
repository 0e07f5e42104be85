//! Groups and commits: from requests to [`crate::teams`].

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_wire::keyserver::{Acknowledgement, CommitUpload, GroupCreation, SignedRefusal};
use casevault_wire::limit;

use super::admit::{self, Admitted, Caller};
use super::query::numbers;
use crate::state::Keyserver;
use crate::teams::Actor;

/// Bytes of a request that is small.
const SMALL: usize = 8 * 1024;

type App = State<Arc<Keyserver>>;

/// The device of the team that asks.
pub(super) fn actor<'a>(server: &'a Keyserver, caller: &'a Caller) -> Result<Actor<'a>, Problem> {
    let (place, device) = caller.member()?;
    Ok(Actor { server, cell: &caller.cell, place, device })
}

/// `POST /teams/{team}/group`
pub(super) async fn create(State(server): App, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    let actor = actor(&server, &caller)?;
    let creation: GroupCreation = admit::read(body, SMALL).await?;
    Ok(Encoded::of(&actor.create(creation).await?))
}

/// `POST /teams/{team}/commits`
pub(super) async fn commit(State(server): App, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    let actor = actor(&server, &caller)?;
    let upload: CommitUpload = admit::read(body, limit::BODY).await?;
    Ok(Encoded::of(&actor.commit(upload).await?))
}

/// `GET /teams/{team}/commits?after=EPOCH`
pub(super) async fn commits(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let [after] = numbers(&caller.query, ["after"])?;
    Ok(Encoded::of(&actor(&server, &caller)?.commits(after).await?))
}

/// `GET /teams/{team}/welcome`
pub(super) async fn welcome(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    Ok(Encoded::of(&actor(&server, &caller)?.welcome().await?))
}

/// `GET /teams/{team}/links`
pub(super) async fn links(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    Ok(Encoded::of(&actor(&server, &caller)?.links().await?))
}

/// `POST /teams/{team}/acknowledgements`
pub(super) async fn acknowledge(State(server): App, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let actor = actor(&server, &caller)?;
    let acknowledgement: Acknowledgement = admit::read(body, SMALL).await?;
    actor.acknowledge(acknowledgement).await?;
    Ok(Done)
}

/// `POST /teams/{team}/refusals`
pub(super) async fn refuse(State(server): App, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let actor = actor(&server, &caller)?;
    let refusal: SignedRefusal = admit::read(body, SMALL).await?;
    actor.refuse(refusal).await?;
    Ok(Done)
}

/// `GET /teams/{team}/refusals`
pub(super) async fn refused(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    Ok(Encoded::of(&Actor::refused(&server, &caller.administered()?).await?))
}
