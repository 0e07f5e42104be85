//! Making the newest commit void: its receipt is taken back and the epoch before is open again.

use casevault_service::http::problem::Problem;
use casevault_wire::feed::{FeedEvent, VoidCommit};
use casevault_wire::log::VoidStatement;
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use super::group::{Member, commit_key, committed, group, members, membership_key, welcome_key};
use crate::feed::Pen;
use crate::records::{Committed, Found, Group, Key, Kind, Membership, Place, bytes};
use crate::state::Keyserver;

/// A group as it stands with the commit that is to be void.
pub(super) struct Standing<'a> {
    pub(super) group: &'a Group,
    /// The group as stored, for the precondition.
    pub(super) before: Option<Vec<u8>>,
    pub(super) commit: &'a Committed,
    pub(super) members: &'a [Member],
}

/// Makes the commit that an administrator's statement names void. It must be the newest: what others built on cannot be undone.
pub(crate) async fn by_statement(server: &Keyserver, pen: &mut Pen<'_>, named: &VoidStatement) -> Result<(), Problem> {
    let place = Place { organisation: pen.organisation, team: named.team };
    let records = &*server.records;
    let Found { value, bytes: before } = group(records, &place).await?;
    let commit = committed(records, &place, named.epoch).await?.value;
    let (Some(group), Some(commit)) = (value, commit) else { return Err(Problem(Code::Conflict)) };
    let key = Key::of_team(Kind::Group, &place).bytes();
    let twice = pen.write.put.iter().any(|(put, _)| *put == key);
    let newest = group.current.epoch == named.epoch && commit_hash(commit.record.commit.as_slice()) == named.commit;
    if twice || !newest {
        return Err(Problem(Code::Conflict));
    }
    let members = members(records, &place).await?;
    say(server, pen, &place, Standing { group: &group, before, commit: &commit, members: &members }).await
}

/// Adds to `pen` that the commit is void and everything that follows from it. The commit's hash and the refusals stay.
pub(super) async fn say(server: &Keyserver, pen: &mut Pen<'_>, place: &Place, standing: Standing<'_>) -> Result<(), Problem> {
    let Standing { group, before, commit, members } = standing;
    let epoch = commit.data.epoch;
    let previous = match epoch {
        1 => group.creation.clone(),
        _ => committed(&*server.records, place, epoch - 1).await?.value.ok_or(Problem(Code::Unavailable))?.data,
    };
    if commit.data.generation > previous.generation {
        pen.write.delete(Key::of_team(Kind::Link, place).number(commit.data.generation).bytes());
    }
    pen.write.delete(commit_key(place, epoch).bytes());
    pen.write.delete(welcome_key(place, epoch).bytes());
    let key = Key::of_team(Kind::Group, place).bytes();
    pen.write.expect(key.clone(), before);
    pen.write.put(key, bytes(&Group { current: previous, ..group.clone() }));
    for member in members {
        step_back(pen, place, member, epoch);
    }
    let void = VoidCommit { team: place.team, epoch, commit: commit_hash(commit.record.commit.as_slice()) };
    let item = pen.say(FeedEvent::Void(void));
    let at = Key::of_team(Kind::Void, place).number(epoch).number(item.content.sequence);
    pen.write.put(at.bytes(), bytes(&item));
    Ok(())
}

/// A device that the commit added is not in the group; one that merged it is back at the epoch before, as far as is known here.
fn step_back(pen: &mut Pen<'_>, place: &Place, member: &Member, epoch: u64) {
    let key = membership_key(place, &member.device).bytes();
    let membership = member.membership;
    if membership.joined == epoch {
        pen.write.expect(key.clone(), Some(member.bytes.clone()));
        pen.write.delete(key);
    } else if membership.acknowledged == Some(epoch) {
        let acknowledged = Some(epoch - 1).filter(|before| *before >= membership.joined);
        pen.write.expect(key.clone(), Some(member.bytes.clone()));
        pen.write.put(key, bytes(&Membership { acknowledged, ..membership }));
    }
}
