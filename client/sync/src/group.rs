//! A team's group on this device (SPEC §8.3): entered, followed commit by commit, and changed to what the log says. MLS state and
//! ours change in one transaction; no network call is made within one.

mod age;
mod change;
mod enter;
mod follow;
mod kept;
mod regroup;
mod sealing;
mod switch;

use std::collections::BTreeSet;

use casevault_crypto::mls::{DeviceSigner, Group, GroupState, Provider};
use casevault_crypto::team::TeamKeyRing;
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::request::TeamSigner;

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::MlsStorage;
use crate::vault::{TeamSigning, TeamVault};
use crate::view::AlarmKind;

pub(crate) use kept::{Kept, generation, load, ring, sealing_seed};

impl Client {
    /// Where this device's group of `team` stands, if it is in it.
    pub(crate) fn group_state(&self, team: &TeamId) -> Result<Option<GroupState>> {
        Ok(self.kept(team)?.map(|kept| kept.state))
    }

    /// What is kept of a group that this device is in.
    pub(crate) fn kept(&self, team: &TeamId) -> Result<Option<Kept>> {
        self.profile.store.read(|db| kept::load(db, team))
    }

    /// The team's keys on this device.
    pub(crate) fn ring(&self, team: &TeamId) -> Result<TeamKeyRing> {
        self.profile.store.read(|db| kept::ring(db, self.me.organisation, *team))
    }

    /// The access key that the vault last knew of, if this device is in the team.
    pub(crate) fn team_signing(&self, team: &TeamId) -> Result<Option<TeamSigning>> {
        let Some(kept) = self.kept(team)? else { return Ok(None) };
        let generation = if kept.vault_generation == 0 { kept.state.generation } else { kept.vault_generation };
        self.signing_of(team, generation).map(Some)
    }

    fn signing_of(&self, team: &TeamId, generation: u64) -> Result<TeamSigning> {
        let key = self.ring(team)?.access_key(generation).ok_or(ClientError::NoKey)?;
        Ok(TeamSigning { signer: TeamSigner { team: *team, generation }, key })
    }

    /// The vault as `team` sees it.
    pub(crate) fn team_vault(&self, team: &TeamId) -> Result<TeamVault> {
        let key = Box::new(self.team_signing(team)?.ok_or(ClientError::NoKey)?);
        Ok(TeamVault { server: self.vault.clone(), organisation: self.me.organisation, team: *team, key })
    }

    fn signer(&self) -> DeviceSigner {
        DeviceSigner::new(self.me.organisation, &self.me.identity)
    }

    /// Brings the group of `team` to where the log and the keyserver have it, states its key, leaves it for recovery, and leads the
    /// vault after it. Returns whether this device is in the group now.
    pub(crate) async fn sync_group(&self, team: &TeamId) -> Result<bool> {
        if !self.bring_group(team).await? {
            return Ok(false);
        }
        let (stated, left) = (self.settle_sealing_key(team).await, self.leave_escrow(team).await);
        self.settle_vault(team).await?;
        stated.and(left).map(|()| true)
    }

    /// Brings the group alone there. What follows from it is done for many teams at once, the vault last: no server keeps
    /// the other, the log or recovery from the new key (R-8.3-20).
    pub(crate) async fn bring_group(&self, team: &TeamId) -> Result<bool> {
        self.step_first().await?;
        if self.kept(team)?.is_none() && !self.enter(team).await? {
            return Ok(false);
        }
        self.finish_change(team).await?;
        self.follow(team).await?;
        for _ in 0..CHANGES {
            if self.kept(team)?.is_none() || !self.change(team).await? {
                break;
            }
        }
        if self.kept(team)?.is_none() {
            return Ok(false);
        }
        if self.removal_waits(team)? {
            alarm::raise(&self.profile.store, AlarmKind::Revocation, self.now(), Some(*team), None)?;
        }
        Ok(true)
    }

    /// Whether the group still has a device that the log has removed: what is sealed to the team's keys now is readable to it.
    pub(crate) fn removal_waits(&self, team: &TeamId) -> Result<bool> {
        let Some(kept) = self.kept(team)? else { return Ok(false) };
        let organisation = self.organisation()?;
        let length = organisation.position().length;
        let before = organisation.team_devices_at(team, kept.state.log_length);
        // The group was what the log said when its last commit was made: without a removal since there is nothing to look for.
        if before.iter().all(|device| organisation.is_team_device_at(team, device, length)) {
            return Ok(false);
        }
        Ok(self.plan(team, &kept.state)?.remove.iter().any(|device| *device != self.device()))
    }

    /// The devices in this device's group of `team`.
    pub(crate) fn group_devices(&self, team: &TeamId) -> Result<BTreeSet<DeviceId>> {
        self.profile.store.read(|db| {
            let storage = MlsStorage::new(db);
            let provider = Provider::new(&self.crypto, &storage);
            let group = Group::load(&provider, self.me.organisation, *team).map_err(|_| ClientError::Damaged)?;
            Ok(group.map(|group| group.devices()).unwrap_or_default())
        })
    }

    /// Whether this device's group of `team` is what the log says.
    pub(crate) fn follows_log(&self, team: &TeamId) -> Result<bool> {
        let Some(kept) = self.kept(team)? else { return Ok(false) };
        let plan = self.plan(team, &kept.state)?;
        Ok(plan.is_empty())
    }
}

/// Commits in a row that one synchronisation makes for one team: more devices to add than one commit takes.
const CHANGES: usize = 64;
