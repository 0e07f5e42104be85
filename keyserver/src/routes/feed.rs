//! The feed, for the organisation's vault.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::List;
use casevault_wire::keyserver::FeedPage;
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::admit::Admitted;
use super::query::numbers;
use crate::records::{Bounds, Key, Kind, page};
use crate::state::Keyserver;

/// The longest wait, seconds.
const WAIT: u64 = 25;

/// `GET /feed?from=N&wait=SECONDS`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    caller.vault()?;
    let [from, wait] = numbers(&caller.query, ["from", "wait"])?;
    let mut growth = caller.cell.growth();
    let aside = server.node.room.aside();
    tokio::select! {
        _ = growth.wait_for(|length| *length > from) => {}
        () = tokio::time::sleep(Duration::from_secs(wait.min(WAIT))) => {}
        () = server.node.stop.stopped() => {}
    }
    drop(aside);
    let prefix = Key::new(Kind::Feed, &caller.organisation.id());
    let bounds = Bounds { count: limit::FEED_PAGE, bytes: limit::BODY / 2 };
    let items = page(&*server.records, &prefix, prefix.clone().number(from), bounds).await?;
    Ok(Encoded::of(&FeedPage { items: List::new(items).map_err(|_| Problem(Code::Unavailable))? }))
}
