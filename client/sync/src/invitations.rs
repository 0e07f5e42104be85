//! Invitations (SPEC §8.2): a code for a newcomer, for somebody who lost every device, or for a further device of one's own; what waits
//! for approval; and taking one back.

use crate::store::sql::{Connection, OptionalExtension, Row, params};
use casevault_crypto::invitation::{Code, Content, Destination};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::id::{DeviceId, InvitationId, PersonId};
use casevault_wire::invitation::{Invitation, InvitationStanding, InvitationState};
use casevault_wire::keyserver::Join;
use casevault_wire::limit;
use casevault_wire::log::{Enrolment, Role, Statement};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, choose, name_of};
use crate::people::check_name;
use crate::store::{array, column, count};
use crate::view::{Approval, InvitationPhase, InvitationView, Unapproved, no_randomness};

/// An invitation that this device made.
struct Invited {
    id: InvitationId,
    person: PersonId,
    name: String,
    role: Role,
    expires: Time,
}

/// An invitation with the join that proves to know its code.
type Waiting = (Invited, Join);

impl Client {
    /// Invites somebody. The code is shown once and goes to them by another way than the servers.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator; [`ClientError::NameTaken`] if somebody is called so.
    pub async fn invite(&self, name: &str, role: Role) -> Result<String> {
        check_name(name)?;
        self.refresh_log().await?;
        self.check_new_person(name)?;
        let organisation = self.organisation()?;
        let mine = organisation.person(&self.me.person).ok_or(ClientError::NotAllowed)?;
        if mine.role != Role::Administrator || mine.span.until.is_some() {
            return Err(ClientError::NotAllowed);
        }
        let person = PersonId(draw(&mut SystemRandom).map_err(no_randomness)?);
        self.post_new_invitation(person, name, role).await
    }

    /// Invites somebody again who has no device any more, so that they are whom they were.
    ///
    /// # Errors
    /// [`ClientError::HasDevice`] if they have one; [`ClientError::SecondAdministrator`] if this person ended their last one and others
    /// could invite; [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn invite_again(&self, person: &str) -> Result<String> {
        self.refresh_log().await?;
        let person = self.find_person(person)?;
        let organisation = self.organisation()?;
        if organisation.enrolment(&person) == Enrolment::Further {
            return Err(ClientError::HasDevice);
        }
        if !organisation.may_add_device(&self.me.person, &person) {
            let administers = organisation.person(&self.me.person).is_some_and(|mine| mine.role == Role::Administrator);
            return Err(if administers { ClientError::SecondAdministrator } else { ClientError::NotAllowed });
        }
        let role = organisation.person(&person).ok_or(ClientError::Unknown(What::Person))?.role;
        let name = self.profile.store.read(|db| name_of(db, Kind::Person, &person.0))?.unwrap_or_default();
        self.post_new_invitation(person, &name, role).await
    }

    /// Invites a further device of this person, which the directory shall call `name`.
    ///
    /// # Errors
    /// [`ClientError::Removed`] if this device is out; [`ClientError::ManyDevices`] if this person may have no more of them.
    pub async fn invite_device(&self, name: Option<&str>) -> Result<String> {
        name.map_or(Ok(()), check_name)?;
        self.refresh_log().await?;
        self.check_removal()?;
        let organisation = self.organisation()?;
        if organisation.current_devices(&self.me.person).count() >= limit::DEVICES {
            return Err(ClientError::ManyDevices);
        }
        let role = organisation.person(&self.me.person).ok_or(ClientError::NotAllowed)?.role;
        self.post_new_invitation(self.me.person, name.unwrap_or_default(), role).await
    }

    async fn post_new_invitation(&self, person: PersonId, name: &str, role: Role) -> Result<String> {
        self.step_first().await?;
        let (code, invitation) = self.make_invitation(person, role)?;
        self.profile.store.write(|tx| keep_invitation(tx, &invitation, (&person, name, role), &code))?;
        if let Err(error) = self.post_invitation(&invitation).await {
            if matches!(error, ClientError::Server(_)) {
                self.profile.store.write(|tx| forget_invitation(tx, &invitation.id))?;
            }
            return Err(error);
        }
        Ok(code.text().expose().to_owned())
    }

    /// A code for `person`, and what the keyserver is to know of it.
    pub(crate) fn make_invitation(&self, person: PersonId, role: Role) -> Result<(Code, Invitation)> {
        let destination = Destination {
            organisation: self.me.organisation,
            fingerprint: self.me.fingerprint,
            keyserver: self.me.keyserver.address.clone(),
            vault: self.me.vault.address.clone(),
        };
        let code = Code::generate(destination, &mut SystemRandom).map_err(no_randomness)?;
        let content = Content { person, role, inviter: self.me.identity.public() };
        // By whichever clock is behind: the keyserver takes none that lives longer from its now on.
        let now = self.keyserver_time().map_or(self.now(), |served| served.min(self.now()));
        let expires = now.plus(limit::INVITATION_LIFETIME);
        let invitation = code.invitation(&content, expires, &mut SystemRandom).map_err(no_randomness)?;
        Ok((code, invitation))
    }

    /// Approves the invited people whose devices have proved to know their code: all of them, or the one of this name or id. Who cannot
    /// be approved keeps no other from being.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if `who` does not wait for approval; [`ClientError::Ambiguous`] if several people do who are called so.
    pub async fn approve(&self, who: Option<&str>) -> Result<Approval<PersonId>> {
        let mut wanted = self.waiting_joins().await?;
        let named = |(invited, _): &Waiting, who: &str| invited.name == who || begins(&invited.person, who);
        wanted.retain(|waiting| waiting.0.person != self.me.person && who.is_none_or(|who| named(waiting, who)));
        if who.is_some() {
            one(What::Person, wanted.iter().map(|(invited, _)| invited.person.to_string()))?;
        }
        self.approve_all(&wanted, |(invited, _)| invited.person).await
    }

    /// Approves further devices of this person that have proved to know their code: all of them, or the one of this name or id.
    ///
    /// # Errors
    /// As [`Client::approve`].
    pub async fn approve_device(&self, which: Option<&str>) -> Result<Approval<DeviceId>> {
        let mut wanted = self.waiting_joins().await?;
        let named = |(invited, join): &Waiting, which: &str| invited.name == which || begins(&join.request.keys.id(), which);
        wanted.retain(|waiting| waiting.0.person == self.me.person && which.is_none_or(|which| named(waiting, which)));
        if which.is_some() {
            one(What::Device, wanted.iter().map(|(_, join)| join.request.keys.id().to_string()))?;
        }
        self.approve_all(&wanted, |(_, join)| join.request.keys.id()).await
    }

    /// Approves the one device of this id that has proved to know the code of an invitation of this device's: whoever compared that number
    /// approves no other that came meanwhile.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if it does not wait for approval; why it could not be approved.
    pub async fn approve_compared(&self, device: &str) -> Result<()> {
        let waiting = self.waiting_joins().await?;
        let (invited, join) = waiting
            .iter()
            .find(|(_, join)| join.request.keys.id().to_string() == device)
            .ok_or(ClientError::Unknown(What::Device))?;
        self.approve_one(invited, join).await?;
        self.follow_up().await
    }

    /// What waits for this device's approval, proved.
    async fn waiting_joins(&self) -> Result<Vec<Waiting>> {
        self.sync_log().await?;
        let mut waiting = Vec::new();
        for join in self.joins().await?.joins.into_vec() {
            if let Some(invited) = self.invited(&join)? {
                waiting.push((invited, join));
            }
        }
        Ok(waiting)
    }

    /// The invitation of this device that `join` proves to know, if no other device has been approved by it.
    fn invited(&self, join: &Join) -> Result<Option<Invited>> {
        let id = join.request.invitation;
        let found = self.profile.store.read(|db| {
            let sql = "SELECT person, name, role, code, expires FROM invitations
                WHERE id = ?1 AND withdrawn = 0 AND coalesce(device, ?2) = ?2";
            let row = |row: &Row<'_>| {
                Ok((PersonId(array(row, 0)?), row.get::<_, String>(1)?, role(row, 2)?, row.get::<_, Vec<u8>>(3)?, count(row, 4)?))
            };
            Ok(db.query_row(sql, params![id.0, join.request.keys.id().0], row).optional()?)
        })?;
        let Some((person, name, Some(role), code, expires)) = found else { return Ok(None) };
        let code: Code = decode(&SecretBytes::from(code), 1024).map_err(|_| ClientError::Damaged)?;
        let proved = code.verify(&self.me.identity.public(), join).is_ok();
        Ok(proved.then_some(Invited { id, person, name, role, expires: Time(expires) }))
    }

    async fn approve_all<T>(&self, wanted: &[Waiting], id: impl Fn(&Waiting) -> T) -> Result<Approval<T>> {
        let mut approval = Approval { approved: Vec::new(), failed: Vec::new() };
        for waiting in wanted {
            let (id, (invited, join)) = (id(waiting), waiting);
            match self.approve_one(invited, join).await {
                Ok(()) => approval.approved.push(id),
                Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
                Err(error) => approval.failed.push(Unapproved { id, name: invited.name.clone(), error }),
            }
        }
        // The group and the names follow; a failure here is made good by the next synchronisation.
        self.follow_up().await?;
        Ok(approval)
    }

    async fn approve_one(&self, invited: &Invited, join: &Join) -> Result<()> {
        if invited.expires < self.now() {
            // An old code lets nobody in, whatever the keyserver shows. Taken back, it makes room for a new one on their device.
            self.end_invitation(&invited.id).await?;
            return Err(ClientError::Ended);
        }
        let (keys, organisation) = (join.request.keys, self.organisation()?);
        let newcomer = organisation.person(&invited.person).is_none();
        let mut statements = Vec::new();
        if newcomer {
            statements.push(Statement::AddPerson(invited.person, invited.role));
            self.queue_name(Kind::Person, &invited.person.0, &invited.name)?;
        } else if !invited.name.is_empty() && invited.person == self.me.person {
            self.queue_name(Kind::Device, &keys.id().0, &invited.name)?;
        }
        if organisation.device(&keys.id()).is_none() {
            statements.push(Statement::AddDevice(invited.person, keys));
        }
        // From here on the invitation is this device's, whatever happens: no other is ever approved by it.
        self.profile.store.write(|tx| {
            tx.execute("UPDATE invitations SET device = ?2 WHERE id = ?1", params![invited.id.0, keys.id().0])?;
            Ok(())
        })?;
        if !statements.is_empty() {
            self.state(&statements).await?;
        }
        // Approved already: an invitation that cannot be ended now runs out by itself and is bound to this device.
        let _ = self.end_invitation(&invited.id).await;
        Ok(())
    }

    /// The invitations that the keyserver has: this device's, and for an administrator everybody's.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] if it does not answer.
    pub async fn invitations(&self) -> Result<Vec<InvitationView>> {
        self.sync_log().await?;
        let standings = self.invitation_standings().await?.invitations.into_vec();
        standings.iter().map(|standing| self.invitation_view(standing)).collect()
    }

    fn invitation_view(&self, standing: &InvitationStanding) -> Result<InvitationView> {
        let known = self.profile.store.read(|db| {
            let sql = "SELECT person, name, role FROM invitations WHERE id = ?1";
            let row = |row: &Row<'_>| Ok((PersonId(array(row, 0)?), row.get::<_, String>(1)?, role(row, 2)?));
            Ok(db.query_row(sql, [standing.invitation.0], row).optional()?)
        })?;
        let ended = standing.expires < self.now();
        let phase = match standing.state {
            InvitationState::Open if ended => InvitationPhase::Expired,
            InvitationState::Open => InvitationPhase::Open,
            InvitationState::Joined => InvitationPhase::Waiting,
            InvitationState::Used => InvitationPhase::Used,
            InvitationState::Withdrawn => InvitationPhase::Withdrawn,
        };
        Ok(InvitationView {
            invitation: standing.invitation,
            person: known.as_ref().map(|(person, _, _)| *person),
            name: known.as_ref().map(|(_, name, _)| name.clone()).filter(|name| !name.is_empty()),
            role: known.as_ref().and_then(|(_, _, role)| *role),
            by: standing.device,
            expires: standing.expires,
            phase,
            joined: standing.joined,
        })
    }

    /// Takes an invitation back, by its id or by the name of whom it is for: nobody joins by it any more, and who has is not approved.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if none, or several, of those that can be taken back are called so.
    pub async fn withdraw_invitation(&self, which: &str) -> Result<InvitationId> {
        let open = |view: &InvitationView| matches!(view.phase, InvitationPhase::Open | InvitationPhase::Waiting);
        let known = self.invitations().await?.into_iter().filter(open);
        let id = choose(which, What::Invitation, known.map(|view| (view.invitation, view.name)))?;
        // Here first: even if the keyserver should show a join by it later, it is not approved.
        self.profile.store.write(|tx| {
            tx.execute("UPDATE invitations SET withdrawn = 1 WHERE id = ?1", [id.0])?;
            Ok(())
        })?;
        self.end_invitation(&id).await?;
        Ok(id)
    }
}

/// Keeps an invitation of this device until its end.
pub(crate) fn keep_invitation(
    db: &Connection,
    invitation: &Invitation,
    (person, name, role): (&PersonId, &str, Role),
    code: &Code,
) -> Result<()> {
    let sql = "INSERT INTO invitations (id, person, name, role, code, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (id, expires, code) = (invitation.id.0, column(invitation.expires.0), SecretBytes::encode(code));
    db.prepare_cached(sql)?.execute(params![id, person.0, name, role as u8, &*code, expires])?;
    Ok(())
}

/// Forgets an invitation that the keyserver did not take.
fn forget_invitation(db: &Connection, id: &InvitationId) -> Result<()> {
    db.execute("DELETE FROM invitations WHERE id = ?1", [id.0])?;
    Ok(())
}

/// A column that holds a role.
pub(crate) fn role(row: &Row<'_>, column: usize) -> crate::store::sql::Result<Option<Role>> {
    let number: i64 = row.get(column)?;
    Ok(Role::ALL.into_iter().find(|role| *role as i64 == number))
}

/// Whether `text` is the beginning of `id`, and long enough.
fn begins(id: &impl ToString, text: &str) -> bool {
    text.len() >= 4 && id.to_string().starts_with(text)
}

/// That these are the ids of one thing.
fn one(what: What, ids: impl Iterator<Item = String>) -> Result<()> {
    let ids: std::collections::BTreeSet<String> = ids.collect();
    match ids.len() {
        0 => Err(ClientError::Unknown(what)),
        1 => Ok(()),
        _ => Err(ClientError::Ambiguous(what, ids.into_iter().collect())),
    }
}
