//! People: listed, given roles, removed (SPEC §8.1).

use std::collections::BTreeSet;

use crate::store::sql::params;
use casevault_wire::id::PersonId;
use casevault_wire::log::{Role, Statement};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::invitations::role;
use crate::names::{Kind, name_of};
use crate::removal::{Leaver, Removal};
use crate::store::{array, column};
use crate::view::{OnProgress, PersonView, Standing, unwatched};

/// The longest name of a person, device, team or case, bytes.
pub(crate) const NAME: usize = 256;

impl Client {
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
            let mut statement = db.prepare("SELECT person, name, role FROM invitations WHERE withdrawn = 0 AND expires >= ?1")?;
            let mut rows = statement.query([column(self.now().0)])?;
            while let Some(row) = rows.next()? {
                let (person, Some(role)) = (PersonId(array(row, 0)?), role(row, 2)?) else { continue };
                if organisation.person(&person).is_none() {
                    people.push(PersonView { person, name: row.get(1)?, role, state: Standing::Pending });
                }
            }
            Ok(people)
        })
    }

    /// Gives a person another role.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator; [`ClientError::LastAdministrator`] for the last one;
    /// [`ClientError::InTeams`] for an analyst who is in a team of cases.
    pub async fn set_role(&self, person: &str, role: Role) -> Result<PersonId> {
        self.sync_log().await?;
        let person = self.find_person(person)?;
        self.state(&[Statement::SetRole(person, role)]).await?;
        Ok(person)
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

/// A name has at least one character that shows, and fits.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.len() > NAME { Err(ClientError::Text) } else { Ok(()) }
}
