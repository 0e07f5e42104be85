//! Whom one may seal to (R-8.8-8): the one way to a team's sealing key. What is missing, late, withheld or unproved yields no key.

use casevault_wire::commit::SealingKey;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Organisation};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::view::AlarmKind;

/// A team that may be sealed to now, with its newest key. There is no other way to one than [`Client::recipient`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    organisation: OrganisationId,
    team: TeamId,
    generation: u64,
    key: SealingKey,
    log: LogPosition,
}

impl Recipient {
    /// The organisation that the team belongs to.
    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The team.
    pub fn team(&self) -> TeamId {
        self.team
    }

    /// The generation of its key.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The key.
    pub fn key(&self) -> &SealingKey {
        &self.key
    }

    /// The log that proves it, as far as it was verified.
    pub fn log(&self) -> LogPosition {
        self.log
    }

    fn of(log: &Organisation, team: &TeamId) -> Result<Self> {
        let entry = log.team(team).ok_or(ClientError::Unknown(What::Team))?;
        let key = entry.sealing_key.as_ref().ok_or(ClientError::NoKey)?;
        if !log.is_sealing_key_fresh(team) {
            return Err(ClientError::KeyDue);
        }
        Ok(Self { organisation: log.id(), team: *team, generation: key.generation, key: key.key.clone(), log: log.position() })
    }
}

impl Client {
    /// The key to seal to a team with: of this organisation's, or of a confirmed partner's. Its log is fetched and verified first.
    ///
    /// # Errors
    /// [`ClientError::PartnerUnconfirmed`], [`ClientError::OldHead`], [`ClientError::KeyDue`]; [`ClientError::Unreachable`],
    /// [`ClientError::Server`] and [`ClientError::Verification`] if the log is not shown, or not as it is. No error comes with a key.
    pub async fn recipient(&self, partner: Option<&str>, team: &TeamId) -> Result<Recipient> {
        let time = self.sync_log_as(self).await?;
        self.check_removal()?;
        self.witness().await?;
        let Some(partner) = partner else {
            self.check_age(time)?;
            return Recipient::of(&*self.organisation()?, team);
        };
        let partner = self.find_partner(partner)?;
        let (log, time) = self.sync_partner(&partner).await?;
        self.check_age(time)?;
        Recipient::of(&log, team)
    }

    /// That the vault knows of nothing in the log that the keyserver does not show.
    async fn witness(&self) -> Result<()> {
        self.compare_log().await?;
        if self.log_is_owed()? {
            return Err(self.log_alarm(AlarmKind::Rollback));
        }
        crate::alarm::refuse_where_forked(&self.profile.store, None)
    }

    fn check_age(&self, head: Time) -> Result<()> {
        let now = self.now();
        let apart = now.since(head).max(head.since(now));
        if apart <= limit::HEAD_AGE { Ok(()) } else { Err(ClientError::OldHead) }
    }
}
