//! Taking back a commit that members refuse (SPEC §8.5): an administrator, who need not be in the team, reads who refuses what, each
//! signed, and has the log declare it void.

use casevault_wire::feed::{FeedEvent, Receipt};
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::keyserver::RefusedCommit;
use casevault_wire::log::{Statement, VoidStatement};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::view::VoidedCommit;

impl Client {
    /// Declares void the first commit of a team that a member's device refuses, with all that was built on it.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator; [`ClientError::Unknown`] if nobody refuses a commit that
    /// could still be taken back.
    pub async fn team_void(&self, team: &str) -> Result<VoidedCommit> {
        self.sync_log().await?;
        let team = self.find_team(team)?;
        let refused = self.refused_commits(&team).await?;
        let (receipt, refused_by) = refused
            .commits
            .as_slice()
            .iter()
            .find_map(|refused| self.judged(&team, refused))
            .ok_or(ClientError::Unknown(What::Refusal))?;
        let statement = VoidStatement { team, epoch: receipt.epoch, commit: receipt.commit };
        self.state(&[Statement::VoidCommit(statement)]).await?;
        self.follow_up().await?;
        Ok(VoidedCommit { team, epoch: receipt.epoch, refused_by })
    }

    /// The commit's receipt and the devices of the team that refuse it; nothing unless the keyserver signed the one, and at least one
    /// device a refusal. Nobody's word but theirs is taken for it.
    fn judged(&self, team: &TeamId, refused: &RefusedCommit) -> Option<(Receipt, Vec<DeviceId>)> {
        let organisation = self.organisation().ok()?;
        let item = refused.receipt.verify(&self.me.keyserver.key).ok()?;
        let FeedEvent::Receipt(receipt) = &item.event else { return None };
        if item.organisation != self.me.organisation || receipt.team != *team {
            return None;
        }
        let length = organisation.position().length;
        let signed = refused.refusals.as_slice().iter().filter_map(|refusal| {
            let device = refusal.content.device;
            let content = refusal.verify(&organisation.current_device(&device)?.keys.signing).ok()?;
            let names_it = content.team == *team && content.epoch == receipt.epoch && content.commit == receipt.commit;
            (names_it && organisation.is_team_device_at(team, &device, length)).then_some(device)
        });
        let devices: Vec<_> = signed.collect();
        (!devices.is_empty()).then_some((*receipt, devices))
    }
}
