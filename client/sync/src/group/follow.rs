//! Commits of others, in order.

use casevault_crypto::identity::sign;
use casevault_crypto::mls::{Basis, Group, GroupState, Provider, Verification, VerifyError};
use casevault_wire::feed::FeedEvent;
use casevault_wire::id::TeamId;
use casevault_wire::keyserver::{CommitRecord, Commits, Refusal};
use casevault_wire::mls::commit_hash;

use super::{Kept, kept};
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::MlsStorage;
use crate::view::AlarmKind;

/// What became of one commit.
enum Step {
    Merged,
    Removed,
    NeedLog(u64),
    Refused,
    Own,
}

impl Client {
    /// Merges every commit that the keyserver accepted since, each verified first. A commit that breaks a rule is refused, aloud.
    pub(crate) async fn follow(&self, team: &TeamId) -> Result<()> {
        loop {
            let Some(kept) = self.kept(team)? else { return Ok(()) };
            let commits = match self.commits(team, kept.state.epoch).await {
                // Not of the team any more: the commit that says so is not for this device to see.
                Err(ClientError::Server(_)) if !self.is_wanted(team)? => return self.leave(team),
                other => other?,
            };
            if self.was_made_anew(team, &kept, commits.creation.as_ref()).await? {
                return self.set_aside(team);
            }
            if self.is_void(&kept, &commits) {
                return self.stop_at_void(team, &kept);
            }
            if commits.epoch < kept.state.epoch {
                return Err(self.team_alarm(team, AlarmKind::Rollback));
            }
            let records = commits.commits.into_vec();
            if records.is_empty() {
                return self.acknowledge_last(team).await;
            }
            for record in &records {
                if !self.follow_one(team, record).await? {
                    return Ok(());
                }
            }
        }
    }

    /// Returns whether the next commit can be looked at.
    async fn follow_one(&self, team: &TeamId, record: &CommitRecord) -> Result<bool> {
        let mut step = self.take(team, record)?;
        if let Step::NeedLog(length) = step {
            self.owe_log(length)?;
            self.sync_log().await?;
            step = self.take(team, record)?;
        }
        match step {
            Step::Merged => self.acknowledge_last(team).await.map(|()| true),
            Step::Removed => self.leave(team).map(|()| false),
            Step::Own => Err(self.team_alarm(team, AlarmKind::Fork)),
            // The keyserver took a commit that follows more of the log than it shows: its own doing, and nothing to refuse.
            Step::NeedLog(_) => Err(self.log_alarm(AlarmKind::Rollback)),
            Step::Refused => {
                self.post_refusal(team, record).await?;
                Err(self.team_alarm(team, AlarmKind::Commit))
            }
        }
    }

    fn take(&self, team: &TeamId, record: &CommitRecord) -> Result<Step> {
        let organisation = self.organisation()?;
        let Some(kept) = self.kept(team)? else { return Ok(Step::Removed) };
        let ring = self.ring(team)?;
        let commit = commit_hash(record.commit.as_slice());
        let mut refused = None;
        let written = self.profile.store.write(|tx| {
            let storage = MlsStorage::new(&**tx);
            let provider = Provider::new(&self.crypto, &storage);
            let group = Group::load(&provider, self.me.organisation, *team)
                .map_err(|_| ClientError::Damaged)?
                .ok_or(ClientError::Damaged)?;
            let basis = Basis { organisation: &organisation, previous: &kept.state, ring: &ring };
            let verified = group.verify(&provider, &basis, record).map_err(|error| {
                refused = Some(error);
                ClientError::Verification
            })?;
            match verified {
                Verification::Commit(verified) => {
                    let state = GroupState::from(verified.data());
                    let (_, keys) = verified.merge(&provider).map_err(|_| ClientError::Damaged)?;
                    kept::save(tx, team, &state, commit)?;
                    kept::save_generation(tx, team, &keys, &record.receipt, self.now())?;
                    tx.execute("DELETE FROM rotations WHERE team = ?1", [team.0])?;
                    Ok(Step::Merged)
                }
                Verification::Removed(removed) => {
                    removed.delete(&provider).map_err(|_| ClientError::Damaged)?;
                    Ok(Step::Removed)
                }
            }
        });
        match refused {
            None => written,
            Some(VerifyError::NeedLog(length)) => Ok(Step::NeedLog(length)),
            Some(VerifyError::Own) => Ok(Step::Own),
            Some(VerifyError::Refused(_)) => Ok(Step::Refused),
            Some(VerifyError::Storage) => Err(ClientError::Damaged),
            Some(VerifyError::Epoch | VerifyError::Record(_)) => Err(self.team_alarm(team, AlarmKind::Fork)),
        }
    }

    async fn post_refusal(&self, team: &TeamId, record: &CommitRecord) -> Result<()> {
        let epoch = match &record.receipt.content.event {
            FeedEvent::Receipt(receipt) => receipt.epoch,
            _ => return Ok(()),
        };
        let refusal = Refusal { team: *team, epoch, commit: commit_hash(record.commit.as_slice()), device: self.device() };
        match self.refuse(team, &sign(&self.me.identity.signing, refusal)).await {
            Err(ClientError::Server(_)) => Ok(()), // voided already
            other => other,
        }
    }

    /// Whoever merged a commit never follows its void silently, and cannot go back. Once the log has taken this device out since, it
    /// leaves, and can be added like any other.
    fn stop_at_void(&self, team: &TeamId, kept: &Kept) -> Result<()> {
        let alarmed = self.team_alarm(team, AlarmKind::Void);
        if self.organisation()?.has_left(team, &self.device(), kept.state.log_length) { self.leave(team) } else { Err(alarmed) }
    }

    fn is_void(&self, kept: &Kept, commits: &Commits) -> bool {
        commits.voids.as_slice().iter().any(|item| {
            let Ok(content) = item.verify(&self.me.keyserver.key) else { return false };
            matches!(&content.event, FeedEvent::Void(void) if void.epoch == kept.state.epoch && void.commit == kept.committed)
        })
    }

    pub(super) fn is_wanted(&self, team: &TeamId) -> Result<bool> {
        let organisation = self.organisation()?;
        Ok(organisation.is_team_device_at(team, &self.device(), organisation.position().length))
    }

    /// This device is out of the team.
    pub(super) fn leave(&self, team: &TeamId) -> Result<()> {
        self.forget_group(team)?;
        alarm::raise(&self.profile.store, AlarmKind::Removed, self.now(), Some(*team), None)
    }

    pub(crate) fn team_alarm(&self, team: &TeamId, kind: AlarmKind) -> ClientError {
        match alarm::raise(&self.profile.store, kind, self.now(), Some(*team), None) {
            Ok(()) => ClientError::Verification,
            Err(error) => error,
        }
    }
}
