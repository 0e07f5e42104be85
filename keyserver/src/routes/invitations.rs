//! Invitations and joins (SPEC §8.2).

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::List;
use casevault_wire::invitation::{Invitation, InvitationStanding, InvitationState};
use casevault_wire::keyserver::{Invitations, Join, Joins};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use super::admit::{self, Admitted, Caller};
use crate::records::{Found, Invited, Key, Kind, Walk, bytes, list, load, parse};
use crate::state::Keyserver;

/// Bytes of an invitation or a join.
const BODY: usize = 4 * 1024;

/// `POST /invitations`
pub(super) async fn create(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let by = caller.device()?;
    let invitation: Invitation = admit::read(body, BODY).await?;
    let now = server.node.clock.now();
    if invitation.expires <= now || invitation.expires > now.plus(limit::INVITATION_LIFETIME) {
        return Err(Problem(Code::Invitation));
    }
    let key = Key::new(Kind::Invitation, &caller.organisation.id()).id(invitation.id.as_bytes());
    let Found { value, .. } = load::<Invited>(&*server.records, &key).await?;
    match value {
        Some(existing) if existing.invitation == invitation && existing.by == by => Ok(Done),
        Some(_) => Err(Problem(Code::Conflict)),
        None => {
            let mut write = Write::default();
            make_room(&server, &caller, &mut write).await?;
            let key = key.bytes();
            write.expect(key.clone(), None);
            write.put(key, bytes(&Invited { invitation, by, withdrawn: 0, join: None }));
            server.records.write(write).await?;
            Ok(Done)
        }
    }
}

/// Invitations of an organisation that are open or wait, and, with those that are over, that are kept.
const OPEN: usize = 4096;
/// Invitations that are kept of a person, unless they administer.
const OWN: usize = 16;

/// Adds to `write` that invitations past their end are forgotten, unless a device that joined by one waits for its approval; and checks
/// that there is room for one more of the caller's, for which what was used or withdrawn makes way.
async fn make_room(server: &Keyserver, caller: &Caller, write: &mut Write) -> Result<(), Problem> {
    let (now, person) = (server.node.clock.now(), caller.person()?);
    let mut walk = Walk::of(&Key::new(Kind::Invitation, &caller.organisation.id()));
    let (mut open, mut own, mut over) = (0, 0, Vec::new());
    while let Some((key, value)) = walk.next(&*server.records).await? {
        let invited: Invited = parse(&value)?;
        let state = standing(&invited, &caller.organisation).state;
        if invited.invitation.expires < now && state != InvitationState::Joined {
            forget(write, key, value);
            continue;
        }
        let by = caller.organisation.device(&invited.by);
        own += usize::from(by.is_some_and(|by| by.person == person));
        match state {
            InvitationState::Open | InvitationState::Joined => open += 1,
            InvitationState::Used | InvitationState::Withdrawn => over.push((key, value)),
        }
    }
    let full = open + over.len() >= OPEN;
    over.into_iter().filter(|_| full).for_each(|(key, value)| forget(write, key, value));
    let room = open < OPEN && (own < OWN || caller.is_administrator());
    if room { Ok(()) } else { Err(Problem(Code::Busy)) }
}

fn forget(write: &mut Write, key: Vec<u8>, value: Vec<u8>) {
    write.expect(key.clone(), Some(value));
    write.delete(key);
}

/// `GET /invitations`
pub(super) async fn standings(
    State(server): State<Arc<Keyserver>>,
    Admitted { caller, .. }: Admitted,
) -> Result<Encoded, Problem> {
    let device = caller.device()?;
    let everybodys = caller.is_administrator();
    let shown = all(&server, &caller.organisation).await?.into_iter().filter(|invited| everybodys || invited.by == device);
    let invitations = shown.map(|invited| standing(&invited, &caller.organisation)).collect();
    Ok(Encoded::of(&Invitations { invitations: List::new(invitations).map_err(|_| Problem(Code::Unavailable))? }))
}

async fn all(server: &Keyserver, organisation: &Organisation) -> Result<Vec<Invited>, StoreError> {
    let prefix = Key::new(Kind::Invitation, &organisation.id());
    list(&*server.records, &prefix, prefix.clone(), usize::MAX).await
}

fn standing(invited: &Invited, organisation: &Organisation) -> InvitationStanding {
    let joined = invited.join.as_ref().map(|join| join.request.keys.id());
    // Taken back, or gone with the device that posted it.
    let is_withdrawn = invited.withdrawn == 1 || organisation.current_device(&invited.by).is_none();
    let state = match joined {
        Some(device) if organisation.device(&device).is_some() => InvitationState::Used,
        _ if is_withdrawn => InvitationState::Withdrawn,
        Some(_) => InvitationState::Joined,
        None => InvitationState::Open,
    };
    let Invitation { id, expires, .. } = invited.invitation;
    InvitationStanding { invitation: id, device: invited.by, expires, state, joined }
}

/// `GET /invitations/{invitation}`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let invited = caller.invitation()?;
    still_good(invited, &caller.organisation, server.node.clock.now())?;
    Ok(Encoded::of(&invited.invitation))
}

/// `DELETE /invitations/{invitation}`
pub(super) async fn withdraw(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Done, Problem> {
    let device = caller.device()?;
    let id = caller.named_invitation()?;
    let key = Key::new(Kind::Invitation, &caller.organisation.id()).id(id.as_bytes());
    let Found { value, bytes: before } = load::<Invited>(&*server.records, &key).await?;
    let own = |invited: &Invited| invited.by == device || caller.is_administrator();
    let invited = value.filter(own).ok_or(Problem(Code::Refused))?;
    replace(&server, (key, before), &Invited { withdrawn: 1, ..invited }, Write::kept()).await?;
    Ok(Done)
}

/// `POST /invitations/{invitation}/join`
pub(super) async fn join(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    let id = caller.invitation()?.invitation.id;
    let join: Join = admit::read(body, BODY).await?;
    let signed = join.request.keys.signing.verify(Label::JoinRequest, &join.request, &join.signature).is_ok();
    if join.request.invitation != id || !signed || join.request.keys.signing == join.request.keys.mls {
        return Err(Problem(Code::Malformed));
    }
    let key = Key::new(Kind::Invitation, &caller.organisation.id()).id(id.as_bytes());
    let Found { value, bytes: before } = load::<Invited>(&*server.records, &key).await?;
    let Some(invited) = value else { return Err(Problem(Code::Refused)) };
    still_good(&invited, &caller.organisation, server.node.clock.now())?;
    match &invited.join {
        Some(existing) if *existing == join => return Ok(Done),
        Some(_) => return Err(Problem(Code::Invitation)),
        None => {}
    }
    if caller.organisation.device(&join.request.keys.id()).is_some() {
        return Err(Problem(Code::Invitation));
    }
    let bound = Invited { join: Some(join), ..invited };
    match replace(&server, (key, before), &bound, Write::default()).await {
        // Another join was first.
        Err(StoreError::Conflict) => Err(Problem(Code::Invitation)),
        other => Ok(other.map(|()| Done)?),
    }
}

/// `GET /joins`
pub(super) async fn joins(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let device = caller.device()?;
    let waits = |invited: &Invited| standing(invited, &caller.organisation).state == InvitationState::Joined;
    let own = all(&server, &caller.organisation).await?.into_iter().filter(|invited| invited.by == device && waits(invited));
    let mut joins: Vec<Join> = own.filter_map(|invited| invited.join).collect();
    joins.truncate(limit::LOG_PAGE);
    Ok(Encoded::of(&Joins { joins: List::new(joins).map_err(|_| Problem(Code::Unavailable))? }))
}

/// Whether an invitation was taken back, went with the device that posted it, or has brought its device in, which from then on speaks
/// for itself: whoever else has the code is nobody.
pub(super) fn is_over(invited: &Invited, organisation: &Organisation) -> bool {
    matches!(standing(invited, organisation).state, InvitationState::Used | InvitationState::Withdrawn)
}

/// That an invitation is neither over nor, unless a device is bound to it, past its end.
pub(super) fn still_good(invited: &Invited, organisation: &Organisation, now: Time) -> Result<(), Problem> {
    let ended = invited.join.is_none() && invited.invitation.expires < now;
    if is_over(invited, organisation) || ended { Err(Problem(Code::Invitation)) } else { Ok(()) }
}

async fn replace(
    server: &Keyserver,
    (key, before): (Key, Option<Vec<u8>>),
    invited: &Invited,
    mut write: Write,
) -> Result<(), StoreError> {
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(invited));
    server.records.write(write).await
}
