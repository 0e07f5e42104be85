//! Making a commit void that is not confirmed: its receipt is taken back, and so are those of the commits built on it.

use casevault_service::http::problem::Problem;
use casevault_service::store::Records;
use casevault_wire::feed::{FeedEvent, VoidCommit};
use casevault_wire::hash::Hash;
use casevault_wire::log::VoidStatement;
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use super::group::{commit_key, committed, group, welcome_key};
use super::history::cut_key;
use super::roster::Roster;
use crate::feed::Pen;
use crate::records::{Committed, Found, Group, Key, Kind, Place, bytes};
use crate::state::Keyserver;

/// A group as it stands with the commit that is to be void.
pub(super) struct Standing {
    pub(super) group: Group,
    /// The group as stored, for the precondition.
    pub(super) before: Option<Vec<u8>>,
    pub(super) roster: Roster,
}

/// The commit of this epoch and hash, if it stands and is not confirmed.
pub(super) async fn open_to_judgement(
    records: &dyn Records,
    place: &Place,
    group: &Group,
    (epoch, hash): (u64, Hash),
) -> Result<Committed, Problem> {
    let open = (group.confirmed.saturating_add(1)..=group.current.epoch).contains(&epoch);
    let commit = committed(records, place, epoch).await?.value.filter(|_| open);
    commit.filter(|commit| commit_hash(commit.record.commit.as_slice()) == hash).ok_or(Problem(Code::Conflict))
}

/// Makes the commit that an administrator's statement names void. It must not be confirmed.
pub(crate) async fn by_statement(server: &Keyserver, pen: &mut Pen<'_>, named: &VoidStatement) -> Result<(), Problem> {
    let place = Place { organisation: pen.organisation, team: named.team };
    let records = &*server.records;
    let Found { value, bytes: before } = group(records, &place).await?;
    let group = value.ok_or(Problem(Code::Conflict))?;
    let key = Key::of_team(Kind::Group, &place).bytes();
    if pen.write.put.iter().any(|(put, _)| *put == key) {
        return Err(Problem(Code::Conflict));
    }
    open_to_judgement(records, &place, &group, (named.epoch, named.commit)).await?;
    let roster = Roster::load(records, &place).await?;
    say(server, pen, &place, (Standing { group, before, roster }, named.epoch)).await
}

/// Adds to `pen` that the commits from the newest down to the one that began `epoch` are void, one after the other, and everything
/// that follows from it. Their hashes and refusals stay.
pub(super) async fn say(
    server: &Keyserver,
    pen: &mut Pen<'_>,
    place: &Place,
    (standing, epoch): (Standing, u64),
) -> Result<(), Problem> {
    let Standing { group, before: stored, mut roster } = standing;
    let mut current = group.current.clone();
    while current.epoch >= epoch {
        let commit = committed(&*server.records, place, current.epoch).await?.value.ok_or(Problem(Code::Unavailable))?;
        let before = current.epoch - 1;
        let previous = if before == group.creation.epoch {
            group.creation.clone()
        } else {
            committed(&*server.records, place, before).await?.value.ok_or(Problem(Code::Unavailable))?.data
        };
        if commit.data.generation > previous.generation {
            pen.write.delete(Key::of_team(Kind::Link, place).number(commit.data.generation).bytes());
            pen.write.delete(cut_key(place, commit.data.generation).bytes());
        }
        pen.write.delete(commit_key(place, current.epoch).bytes());
        pen.write.delete(welcome_key(place, current.epoch).bytes());
        roster.void(&commit);
        let void = VoidCommit { team: place.team, epoch: current.epoch, commit: commit_hash(commit.record.commit.as_slice()) };
        let item = pen.say(FeedEvent::Void(void));
        let at = Key::of_team(Kind::Void, place).number(current.epoch).number(item.content.sequence);
        pen.write.put(at.bytes(), bytes(&item));
        current = previous;
    }
    let key = Key::of_team(Kind::Group, place).bytes();
    pen.write.expect(key.clone(), stored);
    pen.write.put(key, bytes(&Group { current, ..group }));
    roster.save(&mut pen.write);
    Ok(())
}
