//! The team's sealing key in the log (R-8.3-22): stated by whichever member comes first, compared by every other, and superseded
//! if the team cannot open what is sealed to it.

use casevault_crypto::mls::Plan;
use casevault_crypto::team::{Standing, standing};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::id::TeamId;
use casevault_wire::log::{SealingKeyStatement, Statement};

use super::{Kept, kept};
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::AlarmKind;

impl Client {
    /// Has the log name the key that this device's group has. Nothing that it finds in the log keeps the group from going on.
    pub(super) async fn settle_sealing_key(&self, team: &TeamId) -> Result<()> {
        if self.sealing_key_stands(team)? != Some(Standing::Ahead) {
            return self.state_sealing_key(team).await;
        }
        self.follow(team).await?; // a colleague's commit may have come between the group and the log
        if self.sealing_key_stands(team)? != Some(Standing::Ahead) {
            return self.state_sealing_key(team).await;
        }
        alarm::raise(&self.profile.store, AlarmKind::SealingKey, self.now(), Some(*team), None)?;
        self.supersede(team).await?;
        self.state_sealing_key(team).await
    }

    /// How the log's sealing key of `team` stands to the group's; nothing if this device has no receipt for the group's.
    pub(crate) fn sealing_key_stands(&self, team: &TeamId) -> Result<Option<Standing>> {
        let Some((kept, receipt)) = self.newest(team)? else { return Ok(None) };
        let organisation = self.organisation()?;
        let logged = organisation.team(team).and_then(|team| team.sealing_key.as_ref());
        Ok(Some(standing(logged, &kept.state.sealing_key, receipt.content.sequence)))
    }

    /// The group, and the receipt for the newest keys that it has.
    fn newest(&self, team: &TeamId) -> Result<Option<(Kept, SignedFeedItem)>> {
        let Some(kept) = self.kept(team)? else { return Ok(None) };
        let receipt = self.profile.store.read(|db| kept::receipt(db, team, kept.state.generation))?;
        Ok(receipt.map(|receipt| (kept, receipt)))
    }

    async fn state_sealing_key(&self, team: &TeamId) -> Result<()> {
        let Some((kept, receipt)) = self.newest(team)? else { return Ok(()) };
        // A key that a removed device still has is not stated after its removal: whoever seals would take it for a fresh one.
        if self.sealing_key_stands(team)? != Some(Standing::Behind) || self.removal_waits(team)? {
            return Ok(());
        }
        let statement = SealingKeyStatement { team: *team, receipt, key: kept.state.sealing_key };
        match self.state(&[Statement::TeamSealingKey(statement)]).await {
            Ok(_) => Ok(()),
            // A colleague was faster, or the log has this device out of the team by now: the next synchronisation looks again.
            Err(ClientError::NotAllowed | ClientError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a new generation: its receipt is newer than whatever the log names.
    async fn supersede(&self, team: &TeamId) -> Result<()> {
        let Some(kept) = self.kept(team)? else { return Ok(()) };
        let plan = Plan { rotate: true, ..Plan::default() };
        if self.stage(team, &kept.state, &plan, Vec::new())? {
            self.finish_change(team).await?;
            self.settle_vault(team).await?;
        }
        Ok(())
    }
}
