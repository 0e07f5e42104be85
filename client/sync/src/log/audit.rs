//! `org verify`: the whole log again from its pinned root, and everything that must agree with it.

use casevault_crypto::team::Standing;
use casevault_wire::id::TeamId;

use super::verify_kept;
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::{AlarmKind, VerifyReport};

impl Client {
    /// Verifies the whole log again and compares with it what both servers say of it, every team's newest sealing key, and who is
    /// in the groups that this device is in. What is wrong is listed in the report.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] if a server does not answer; [`ClientError::Verification`] if one answers nonsense.
    pub async fn verify_log(&self) -> Result<VerifyReport> {
        let _turn = self.turn.lock().await;
        self.alarmed(self.sync_log().await)?;
        let organisation = verify_kept(&self.profile.store, &self.me)?.ok_or(ClientError::NotApproved)?;
        let mut report = VerifyReport { log: organisation.position().length, ..VerifyReport::default() };
        if let Some(directory) = organisation.directory()
            && self.kept(&directory)?.is_some()
        {
            let compared = self.compare_log().await;
            report.heads = self.alarmed(compared)?.unwrap_or_default();
        }
        for team in organisation.teams().keys() {
            self.audit_team(team, &mut report)?;
        }
        self.audit_partners(&mut report).await?;
        report.problems = alarm::pending(&self.profile.store)?;
        Ok(report)
    }

    /// What does not verify was alarmed about, and the rest can still be looked at.
    fn alarmed<T>(&self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Err(ClientError::Verification) if !alarm::pending(&self.profile.store)?.is_empty() => Ok(None),
            other => other.map(Some),
        }
    }

    /// Compares a team's group and newest sealing key with the log, if this device is in it.
    fn audit_team(&self, team: &TeamId, report: &mut VerifyReport) -> Result<()> {
        if self.kept(team)?.is_none() {
            return Ok(());
        }
        report.groups += 1;
        report.devices += self.group_devices(team)?.len() as u64;
        if self.removal_waits(team)? {
            self.team_alarm(team, AlarmKind::Revocation);
        }
        match self.sealing_key_stands(&*self.organisation()?, team)? {
            Some(Standing::Ahead) => drop(self.team_alarm(team, AlarmKind::SealingKey)),
            Some(Standing::Same) => report.sealing_keys += 1,
            Some(Standing::Behind) | None => {} // not stated yet: whoever is next online does
        }
        Ok(())
    }
}
