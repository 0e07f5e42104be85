//! Records of how the vault's journals stand (SPEC §8.6): kept in order, never read.

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::codec::List;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::keyserver::HeadPage;
use casevault_wire::limit;
use casevault_wire::problem::Code;

use super::admit::{self, Admitted};
use super::query::numbers;
use crate::records::{Bounds, Found, Heads, Key, Kind, bytes, load, page};
use crate::state::Keyserver;

/// `POST /heads`
pub(super) async fn append(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let (place, _) = caller.member()?;
    let record: HeadRecord = admit::read(body, limit::HEAD_RECORD + 1024).await?;
    if record.checkpoint > 1 {
        return Err(Problem(Code::Malformed));
    }
    let key = Key::of_team(Kind::Heads, &place);
    let Found { value, bytes: before } = load::<Heads>(&*server.records, &key).await?;
    let heads = value.unwrap_or_default();
    if record.sequence.checked_add(1) == Some(heads.length) && heads.hash == record_hash(&record) {
        return Ok(Done);
    }
    if heads.length != record.sequence || heads.hash != record.previous {
        return Err(Problem(Code::Conflict));
    }
    let checkpoint = if record.checkpoint == 1 { record.sequence } else { heads.checkpoint };
    let now = Heads { length: heads.length + 1, hash: record_hash(&record), checkpoint };
    let mut write = Write::default();
    write.put(Key::of_team(Kind::Head, &place).number(record.sequence).bytes(), bytes(&record));
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(&now));
    server.records.write(write).await?;
    Ok(Done)
}

/// `GET /heads?from=N`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let (place, _) = caller.member()?;
    let [from] = numbers(&caller.query, ["from"])?;
    let heads = load::<Heads>(&*server.records, &Key::of_team(Kind::Heads, &place)).await?.value.unwrap_or_default();
    // Whoever has nothing begins at the last checkpoint; whoever has something sees every record after it.
    let from = if from == 0 { heads.checkpoint } else { from };
    let prefix = Key::of_team(Kind::Head, &place);
    let bounds = Bounds { count: limit::HEAD_PAGE, bytes: limit::BODY / 2 };
    let records = page(&*server.records, &prefix, prefix.clone().number(from), bounds).await?;
    let records = List::new(records).map_err(|_| Problem(Code::Unavailable))?;
    Ok(Encoded::of(&HeadPage { records, length: heads.length }))
}
