//! Inboxes: from requests to [`crate::inbox`].

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_wire::keyserver::{Delivery, Taken};
use casevault_wire::limit;

use super::admit::{self, Admitted};
use super::query::numbers;
use crate::state::Keyserver;

type App = State<Arc<Keyserver>>;

/// `POST /teams/{team}/inbox`
pub(super) async fn leave(State(server): App, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let (place, organisation) = caller.sender()?;
    let delivery: Delivery = admit::read(body, limit::ENVELOPE + 64).await?;
    server.leave(&place, organisation, &delivery).await?;
    Ok(Done)
}

/// `GET /teams/{team}/inbox?from=N`
pub(super) async fn read(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let (place, _) = caller.member()?;
    let [from] = numbers(&caller.query, ["from"])?;
    Ok(Encoded::of(&server.inbox(&place, from).await?))
}

/// `POST /teams/{team}/inbox/taken`
pub(super) async fn take(State(server): App, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let (place, _) = caller.member()?;
    let taken: Taken = admit::read(body, 8 * limit::INBOX_PAGE + 64).await?;
    server.take(&place, taken.sequences.as_slice()).await?;
    Ok(Done)
}
