//! People and devices: invitations, approval, removal (SPEC §8.1, §8.2).

use std::collections::BTreeSet;

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::invitation::{Code, Content, Destination};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::id::{DeviceId, InvitationId, PersonId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::Join;
use casevault_wire::limit;
use casevault_wire::log::{Role, Statement};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::removal::{Leaver, Removal};
use crate::store::{array, column, count};
use crate::view::{DeviceView, OnProgress, PersonView, Standing, no_randomness, unwatched};

/// The longest name of a person, device, team or case, bytes.
pub(crate) const NAME: usize = 256;

/// An invitation that this device made.
struct Invited {
    id: InvitationId,
    person: PersonId,
    name: String,
    role: Role,
}

impl Client {
    /// Invites somebody. The code is shown once and goes to them by another way than the servers.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn invite(&self, name: &str, role: Role) -> Result<String> {
        check_name(name)?;
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let mine = organisation.person(&self.me.person).ok_or(ClientError::NotAllowed)?;
        if mine.role != Role::Administrator || mine.span.until.is_some() {
            return Err(ClientError::NotAllowed);
        }
        let person = PersonId(draw(&mut SystemRandom).map_err(no_randomness)?);
        let (code, invitation) = self.make_invitation(person, role)?;
        self.profile.store.write(|tx| keep_invitation(tx, &invitation, (&person, name, role), &code))?;
        self.post_invitation(&invitation).await?;
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
        let expires = self.now().plus(limit::INVITATION_LIFETIME);
        let invitation = code.invitation(&content, expires, &mut SystemRandom).map_err(no_randomness)?;
        Ok((code, invitation))
    }

    /// Approves the invited people whose devices have proved to know their code: all of them, or the one of this name or id.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if `who` does not wait for approval; [`ClientError::Ambiguous`] if several people do who are called so.
    pub async fn approve(&self, who: Option<&str>) -> Result<Vec<PersonId>> {
        self.sync_log().await?;
        let mut wanted = Vec::new();
        for join in self.joins().await?.joins.into_vec() {
            let Some(invited) = self.invited(&join)? else { continue };
            let named = |who: &str| invited.name == who || who.len() >= 4 && invited.person.to_string().starts_with(who);
            if who.is_none_or(named) {
                wanted.push((invited, join));
            }
        }
        if who.is_some() {
            one_person(&wanted)?;
        }
        let mut approved = Vec::new();
        for (invited, join) in &wanted {
            self.approve_one(invited, join).await?;
            approved.push(invited.person);
        }
        // The group and the names follow; a failure here is made good by the next synchronisation.
        match self.sync().await {
            Ok(_) | Err(ClientError::Unreachable) => Ok(approved),
            Err(error) => Err(error),
        }
    }

    /// The invitation of this device that `join` proves to know.
    fn invited(&self, join: &Join) -> Result<Option<Invited>> {
        let id = join.request.invitation;
        let found = self.profile.store.read(|db| {
            let sql = "SELECT person, name, role, code, expires FROM invitations WHERE id = ?1";
            let row = |row: &crate::store::sql::Row<'_>| {
                let role = Role::ALL.into_iter().find(|role| *role as i64 == row.get::<_, i64>(2).unwrap_or(0));
                Ok((PersonId(array(row, 0)?), row.get::<_, String>(1)?, role, row.get::<_, Vec<u8>>(3)?, count(row, 4)?))
            };
            Ok(db.query_row(sql, [id.0], row).optional()?)
        })?;
        let Some((person, name, Some(role), code, expires)) = found else { return Ok(None) };
        let code: Code = decode(&SecretBytes::from(code), 1024).map_err(|_| ClientError::Damaged)?;
        let proved = code.verify(&self.me.identity.public(), join).is_ok();
        Ok((proved && expires >= self.now().0).then_some(Invited { id, person, name, role }))
    }

    async fn approve_one(&self, invited: &Invited, join: &Join) -> Result<()> {
        let keys = join.request.keys;
        let organisation = self.organisation()?;
        let mut statements = Vec::new();
        if organisation.person(&invited.person).is_none() {
            statements.push(Statement::AddPerson(invited.person, invited.role));
        }
        if organisation.device(&keys.id()).is_none() {
            statements.push(Statement::AddDevice(invited.person, keys));
        }
        if !statements.is_empty() {
            self.state(&statements).await?;
        }
        self.profile.store.write(|tx| {
            tx.execute("UPDATE invitations SET approved = 1 WHERE id = ?1", [invited.id.0])?;
            Ok(())
        })?;
        self.queue_name(Kind::Person, &invited.person.0, &invited.name)?;
        // Approved already: an invitation that cannot be ended now runs out by itself and is bound to this device.
        let _ = self.end_invitation(&invited.id).await;
        Ok(())
    }

    /// Everybody, and those whom this device invited and nobody approved.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn people(&self) -> Result<Vec<PersonView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let ever_had_device: BTreeSet<PersonId> = organisation.devices().values().map(|device| device.person).collect();
        self.profile.store.read(|db| {
            let mut people = Vec::new();
            for (id, person) in organisation.people() {
                let state = match person.span.until {
                    Some(_) => Standing::Removed,
                    None if ever_had_device.contains(id) => Standing::Active,
                    None => Standing::Pending,
                };
                people.push(PersonView { person: *id, name: name_of(db, Kind::Person, &id.0)?, role: person.role, state });
            }
            let mut statement = db.prepare("SELECT person, name, role FROM invitations WHERE approved = 0 AND expires >= ?1")?;
            let mut rows = statement.query([column(self.now().0)])?;
            while let Some(row) = rows.next()? {
                let role: i64 = row.get(2)?;
                let Some(role) = Role::ALL.into_iter().find(|known| *known as i64 == role) else { continue };
                let person = PersonId(array(row, 0)?);
                if organisation.person(&person).is_none() {
                    people.push(PersonView { person, name: row.get(1)?, role, state: Standing::Pending });
                }
            }
            Ok(people)
        })
    }

    /// Every device.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn devices(&self) -> Result<Vec<DeviceView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        self.profile.store.read(|db| {
            let view = |(id, device): (&DeviceId, &casevault_wire::log::Device)| {
                Ok(DeviceView {
                    device: *id,
                    person: device.person,
                    person_name: name_of(db, Kind::Person, &device.person.0)?,
                    name: name_of(db, Kind::Device, &id.0)?,
                    state: if device.span.until.is_none() { Standing::Active } else { Standing::Removed },
                })
            };
            organisation.devices().iter().map(view).collect()
        })
    }

    /// Ends the trust in a device. Every team it was in takes a new key as its members synchronise.
    ///
    /// # Errors
    /// As [`Client::remove`].
    pub async fn revoke_device(&self, device: &str) -> Result<DeviceId> {
        let removed = self.remove(Leaver::Device(device), Removal::default(), &unwatched()).await?;
        removed.device.ok_or(ClientError::Unknown(What::Device))
    }

    /// Removes a person, with every device, from the organisation and all its teams.
    ///
    /// # Errors
    /// As [`Client::remove`].
    pub async fn remove_person(&self, person: &str) -> Result<PersonId> {
        self.remove(Leaver::Person(person), Removal::default(), &unwatched()).await.map(|removed| removed.person)
    }

    /// Carries out what a statement asks for, as far as this device can; the rest is for other members' clients.
    pub(crate) async fn follow_up(&self) -> Result<()> {
        self.follow_up_watched(&unwatched()).await
    }

    /// The same, telling how many teams are done.
    pub(crate) async fn follow_up_watched(&self, watch: &OnProgress) -> Result<()> {
        match self.sync_watched(watch).await {
            Ok(_) | Err(ClientError::Unreachable) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Has a name written into the directory as soon as this device can.
    pub(crate) fn queue_name(&self, kind: Kind, id: &[u8], name: &str) -> Result<()> {
        self.profile.store.write(|tx| {
            let sql =
                "INSERT INTO pending_names (kind, id, name) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET name = ?3";
            tx.execute(sql, params![kind as i64, id, name])?;
            Ok(())
        })
    }
}

/// Keeps an invitation of this device until its end.
pub(crate) fn keep_invitation(
    db: &Connection,
    invitation: &Invitation,
    (person, name, role): (&PersonId, &str, Role),
    code: &Code,
) -> Result<()> {
    db.prepare_cached("INSERT INTO invitations (id, person, name, role, code, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            invitation.id.0,
            person.0,
            name,
            role as u8,
            &*SecretBytes::encode(code),
            column(invitation.expires.0)
        ])?;
    Ok(())
}

/// That whoever is to be approved is one person.
fn one_person(wanted: &[(Invited, Join)]) -> Result<()> {
    let people: BTreeSet<String> = wanted.iter().map(|(invited, _)| invited.person.to_string()).collect();
    match people.len() {
        0 => Err(ClientError::Unknown(What::Person)),
        1 => Ok(()),
        _ => Err(ClientError::Ambiguous(What::Person, people.into_iter().collect())),
    }
}

/// A name has at least one character that shows, and fits.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > NAME { Err(ClientError::Text) } else { Ok(()) }
}
