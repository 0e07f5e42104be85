//! What people state about recovery: approvals, announcements, and that one is taken back.

use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::log::{PolicyStanding, Statement, TeamKind};
use casevault_wire::recovery::Announcement;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::view::{PolicyState, RecoveryView};

impl Client {
    /// Approves a policy that another administrator stated: the one whose hash begins so. Returns where it stands now.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator who has not approved it yet; [`ClientError::Unknown`] if no
    /// policy waits whose hash begins so; [`ClientError::Policy`] if nothing can be sealed to it.
    pub async fn recovery_approve(&self, policy: &str) -> Result<(Hash, PolicyState)> {
        self.sync_log().await?;
        let organisation = self.organisation()?;
        let waiting = organisation.recovery().policies().iter().filter(|(_, stated)| stated.standing == PolicyStanding::Waiting);
        let named: Vec<_> = waiting.filter(|(hash, _)| hash.to_string().starts_with(policy)).collect();
        let (hash, stated) = match named.as_slice() {
            [(hash, stated)] => (**hash, *stated),
            [] => return Err(ClientError::Unknown(What::Policy)),
            many => return Err(ClientError::Ambiguous(What::Policy, many.iter().map(|(hash, _)| hash.to_string()).collect())),
        };
        self.takes_escrows(&stated.policy)?;
        self.state(&[Statement::ApproveRecoveryPolicy(hash)]).await?;
        // An approval counts as long as its author administers: a second one may be needed still.
        let in_force = self.organisation()?.recovery().in_force().is_some_and(|(other, _)| other == hash);
        Ok((hash, if in_force { PolicyState::InForce } else { PolicyState::Waiting }))
    }

    /// Announces that `team` shall be opened on `device`, or on this one.
    ///
    /// # Errors
    /// [`ClientError::NotRecoverable`] if the team did not choose recovery, [`ClientError::NoPolicy`] if no policy is in force,
    /// [`ClientError::NotAllowed`] unless this person is an administrator or a trustee and the device of the team.
    pub async fn recovery_announce(&self, team: &str, device: Option<&str>) -> Result<RecoveryView> {
        self.sync_log().await?;
        let team = self.find_recoverable(team)?;
        let device = device.map_or(Ok(self.device()), |device| self.find_device(device))?;
        let organisation = self.organisation()?;
        let (policy, _) = organisation.recovery().in_force().ok_or(ClientError::NoPolicy)?;
        self.state(&[Statement::AnnounceRecovery(Announcement { policy, team, device })]).await?;
        self.recovery_view()
    }

    /// Takes the announcement of `team` back.
    ///
    /// # Errors
    /// [`ClientError::NotAnnounced`] if there is none; [`ClientError::NotAllowed`] unless this person is an administrator, a trustee, or
    /// in the team.
    pub async fn recovery_cancel(&self, team: &str) -> Result<TeamId> {
        self.sync_log().await?;
        let team = self.find_recoverable(team)?;
        let (announcement, _) = self
            .organisation()?
            .recovery()
            .pending(&team)
            .map(|(hash, announced)| (hash, announced.clone()))
            .ok_or(ClientError::NotAnnounced)?;
        self.state(&[Statement::CancelRecovery(announcement)]).await?;
        Ok(team)
    }

    /// The team of this name, which has chosen recovery.
    pub(super) fn find_recoverable(&self, team: &str) -> Result<TeamId> {
        let team = self.find_team(team)?;
        let organisation = self.organisation()?;
        let chosen = organisation.team(&team).is_some_and(|team| team.kind == TeamKind::RecoverableCases);
        if chosen { Ok(team) } else { Err(ClientError::NotRecoverable) }
    }
}
