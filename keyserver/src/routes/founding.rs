//! Founding an organisation. Its entries are signed by its root, which nobody knows before, so the request is not signed.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_service::store::Room;
use casevault_wire::codec::decode;
use casevault_wire::feed::FeedEvent;
use casevault_wire::keyserver::Append;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, SignedLogEntry};
use casevault_wire::problem::Code;

use super::log::{entry_key, repeats};
use crate::catalogue::Cell;
use crate::feed::Tip;
use crate::rate::FOUNDINGS;
use crate::records::{Key, Kind, Organisations, bytes};
use crate::state::Keyserver;

/// Bytes of a founding.
const FOUNDING: usize = 64 * 1024;
/// Entries of a founding: itself, a person and a device, and a little more.
const LENGTH: RangeInclusive<usize> = 3..=limit::FOUNDING;

/// `POST /v1/organisations`
pub(super) async fn found(State(server): State<Arc<Keyserver>>, body: Body) -> Result<Encoded, Problem> {
    let body = axum::body::to_bytes(body, FOUNDING).await.map_err(|_| Problem(Code::TooLarge))?;
    let append: Append = decode(&body, FOUNDING).map_err(|_| Problem(Code::Malformed))?;
    let entries = append.entries.as_slice();
    let (first, rest) = entries.split_first().filter(|_| LENGTH.contains(&entries.len())).ok_or(Problem(Code::Statement))?;
    let mut organisation = Organisation::found(first).map_err(|_| Problem(Code::Statement))?;
    if organisation.keyserver_key() != server.node.key.public() {
        return Err(Problem(Code::Statement));
    }
    let id = organisation.id();
    if let Some(cell) = server.cell(&id).await? {
        return repeats(&server, &cell.organisation(), entries).await;
    }
    let mut founding = server.catalogue.founding.lock().await;
    // Founded meanwhile.
    if let Some(cell) = server.cell(&id).await? {
        return repeats(&server, &cell.organisation(), entries).await;
    }
    if server.catalogue.is_full() {
        return Err(Problem(Code::Refused));
    }
    if !founding.take(FOUNDINGS, server.node.clock.now()) {
        return Err(Problem(Code::Busy));
    }
    enrol(&mut organisation, rest)?;
    let mut pen = server.pen(id, Tip::default());
    pen.write.room = Room::Common;
    let key = Key::new(Kind::Organisation, &id).bytes();
    pen.write.expect(key.clone(), None);
    pen.write.put(key, bytes(&Organisations { id }));
    for (sequence, entry) in (0..).zip(entries) {
        pen.write.put(entry_key(&id, sequence), bytes(entry));
    }
    pen.say(FeedEvent::LogHead(organisation.position()));
    let (tip, write) = (pen.tip, pen.write);
    server.records.write(write).await?;
    let head = server.log_head(&id, organisation.position());
    server.catalogue.add(id, Cell::new(organisation, tip));
    Ok(Encoded::of(&head))
}

/// Folds the other entries, which must leave a first administrator with a device.
fn enrol(organisation: &mut Organisation, entries: &[SignedLogEntry]) -> Result<(), Problem> {
    for entry in entries {
        organisation.apply(entry).map_err(|_| Problem(Code::Statement))?;
    }
    if organisation.devices().is_empty() { Err(Problem(Code::Statement)) } else { Ok(()) }
}
