//! Statistics: from requests to [`crate::statistics`].

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_service::statistics::period;
use casevault_wire::limit;
use casevault_wire::statistics::{Job, SignedAggregator};

use super::admit::{self, Admitted, Caller};
use super::query::numbers;
use crate::state::Keyserver;
use crate::statistics::Spot;

type App = State<Arc<Keyserver>>;

/// The longest part of a task.
const PART: usize = 4096;
/// The longest job.
const JOB: usize = limit::BODY / 2;

fn spot(caller: &Caller) -> Result<Spot, Problem> {
    let [number] = numbers(&caller.query, ["period"])?;
    Ok(Spot { organisation: caller.organisation.id(), period: period(number)? })
}

/// `GET /statistics?period=N`
pub(super) async fn aggregator(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    caller.person()?;
    Ok(Encoded::of(&server.aggregator(&spot(&caller)?).await?))
}

/// `POST /statistics/close?period=N`
pub(super) async fn close(State(server): App, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    caller.analyst()?;
    let spot = spot(&caller)?;
    let leader: SignedAggregator = admit::read(body, PART).await?;
    Ok(Encoded::of(&server.close_period(&spot, &caller.organisation.vault().key, &leader).await?))
}

/// `POST /statistics/verify?period=N`
pub(super) async fn verify(State(server): App, Admitted { caller, body }: Admitted) -> Result<Encoded, Problem> {
    caller.vault()?;
    let spot = spot(&caller)?;
    let job: Job = admit::read(body, JOB).await?;
    Ok(Encoded::of(&server.verify_reports(&spot, job).await?))
}

/// `GET /statistics/share?period=N`
pub(super) async fn share(State(server): App, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    caller.person()?;
    Ok(Encoded::of(&server.share(&spot(&caller)?).await?))
}
