//! Invitations and joins (SPEC §8.2).

use std::sync::Arc;

use axum::extract::State;
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::List;
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{Join, Joins};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use super::admit::{self, Admitted};
use crate::records::{Found, Invited, Key, Kind, Walk, bytes, list, load, parse};
use crate::state::Keyserver;

/// Bytes of an invitation or a join.
const BODY: usize = 4 * 1024;

/// `POST /invitations`
pub(super) async fn create(State(server): State<Arc<Keyserver>>, Admitted { caller, body }: Admitted) -> Result<Done, Problem> {
    caller.administrator()?;
    let invitation: Invitation = admit::read(body, BODY).await?;
    let now = server.node.clock.now();
    if invitation.expires <= now || invitation.expires > now.plus(limit::INVITATION_LIFETIME) {
        return Err(Problem(Code::Invitation));
    }
    let key = Key::new(Kind::Invitation, &caller.organisation.id()).id(invitation.id.as_bytes());
    let Found { value, .. } = load::<Invited>(&*server.records, &key).await?;
    match value {
        Some(existing) if existing.invitation == invitation => Ok(Done),
        Some(_) => Err(Problem(Code::Conflict)),
        None => {
            let mut write = Write::default();
            forget_ended(&server, &caller.organisation, &mut write).await?;
            let key = key.bytes();
            write.expect(key.clone(), None);
            write.put(key, bytes(&Invited { invitation, withdrawn: 0, join: None }));
            server.records.write(write).await?;
            Ok(Done)
        }
    }
}

/// Invitations that an organisation may have open.
const OPEN: usize = 4096;

/// Adds to `write` that invitations past their end are forgotten, unless a device that joined by one waits for its approval.
async fn forget_ended(server: &Keyserver, organisation: &Organisation, write: &mut Write) -> Result<(), Problem> {
    let now = server.node.clock.now();
    let mut walk = Walk::of(&Key::new(Kind::Invitation, &organisation.id()));
    let mut open = 0;
    loop {
        let found = walk.next(&*server.records).await?;
        if found.is_empty() {
            return if open < OPEN { Ok(()) } else { Err(Problem(Code::Busy)) };
        }
        for (key, value) in found {
            let invited: Invited = parse(&value)?;
            if invited.invitation.expires < now && waiting(invited, organisation).is_none() {
                write.expect(key.clone(), Some(value));
                write.delete(key);
            } else {
                open += 1;
            }
        }
    }
}

/// `GET /invitations/{invitation}`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    let invited = caller.invitation()?;
    still_good(invited, server.node.clock.now())?;
    Ok(Encoded::of(&invited.invitation))
}

/// `DELETE /invitations/{invitation}`
pub(super) async fn withdraw(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Done, Problem> {
    caller.administrator()?;
    let id = caller.named_invitation()?;
    let key = Key::new(Kind::Invitation, &caller.organisation.id()).id(id.as_bytes());
    let Found { value, bytes: before } = load::<Invited>(&*server.records, &key).await?;
    let Some(invited) = value else { return Err(Problem(Code::Refused)) };
    replace(&server, key, before, &Invited { withdrawn: 1, ..invited }).await?;
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
    still_good(&invited, server.node.clock.now())?;
    match &invited.join {
        Some(existing) if *existing == join => return Ok(Done),
        Some(_) => return Err(Problem(Code::Invitation)),
        None => {}
    }
    if caller.organisation.device(&join.request.keys.id()).is_some() {
        return Err(Problem(Code::Invitation));
    }
    let bound = Invited { join: Some(join), ..invited };
    match replace(&server, key, before, &bound).await {
        // Another join was first.
        Err(StoreError::Conflict) => Err(Problem(Code::Invitation)),
        other => Ok(other.map(|()| Done)?),
    }
}

/// `GET /joins`
pub(super) async fn joins(State(server): State<Arc<Keyserver>>, Admitted { caller, .. }: Admitted) -> Result<Encoded, Problem> {
    caller.administrator()?;
    let prefix = Key::new(Kind::Invitation, &caller.organisation.id());
    let invited: Vec<Invited> = list(&*server.records, &prefix, prefix.clone(), usize::MAX).await?;
    let mut joins: Vec<Join> = invited.into_iter().filter_map(|invited| waiting(invited, &caller.organisation)).collect();
    joins.truncate(limit::LOG_PAGE);
    Ok(Encoded::of(&Joins { joins: List::new(joins).map_err(|_| Problem(Code::Unavailable))? }))
}

/// The join that waits for approval.
fn waiting(invited: Invited, organisation: &Organisation) -> Option<Join> {
    let join = invited.join.filter(|_| invited.withdrawn == 0)?;
    organisation.device(&join.request.keys.id()).is_none().then_some(join)
}

/// That an invitation is neither withdrawn nor, unless a device is bound to it, past its end.
pub(super) fn still_good(invited: &Invited, now: Time) -> Result<(), Problem> {
    let ended = invited.join.is_none() && invited.invitation.expires < now;
    if invited.withdrawn == 1 || ended { Err(Problem(Code::Invitation)) } else { Ok(()) }
}

async fn replace(server: &Keyserver, key: Key, before: Option<Vec<u8>>, invited: &Invited) -> Result<(), StoreError> {
    let mut write = Write::default();
    let key = key.bytes();
    write.expect(key.clone(), before);
    write.put(key, bytes(invited));
    server.records.write(write).await
}
