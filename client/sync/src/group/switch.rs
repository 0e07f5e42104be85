//! The vault follows the group (SPEC §7.4.1): each new access key with its receipt, signed with the key before. Any member can do
//! it, and doing it again changes nothing.

use crate::store::sql::params;
use casevault_wire::id::TeamId;
use casevault_wire::label::Label;
use casevault_wire::problem::Code;
use casevault_wire::vault::{Switch, TeamState};

use super::kept;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::column;
use crate::vault::TeamVault;
use crate::view::AlarmKind;

impl Client {
    /// Has the vault take the newest access key.
    pub(crate) async fn settle_vault(&self, team: &TeamId) -> Result<()> {
        self.step_vault(team).await?;
        let Some(kept) = self.kept(team)? else { return Ok(()) };
        let newest = kept.state.generation;
        if kept.vault_generation == newest {
            return Ok(());
        }
        let state = match self.vault_at(team, newest)?.state().await {
            // Only a vault that admits a key before it takes it answers with an older generation; it is led on all the same.
            Ok(state) if state.generation >= newest => state,
            Ok(_) | Err(ClientError::Server(Code::Refused | Code::StaleGeneration)) => {
                self.climb(team, kept.vault_generation, newest).await?
            }
            Err(error) => return Err(error),
        };
        self.vault_takes(team, newest, &state)
    }

    /// Has a vault that took the newest key, and knows it no more, take it again: it was set back, to a backup say.
    ///
    /// # Errors
    /// `refused` if it never took it, or still does not.
    pub(crate) async fn lead_vault_again(&self, team: &TeamId) -> Result<()> {
        let kept = self.kept(team)?.filter(|kept| kept.vault_generation == kept.state.generation);
        let newest = kept.ok_or(ClientError::Server(Code::Refused))?.state.generation;
        if self.vault_at(team, newest)?.state().await.is_ok_and(|state| state.generation >= newest) {
            return Ok(());
        }
        let state = self.climb(team, 0, newest).await?;
        self.profile.store.write(|tx| crate::share::vault_was_set_back(tx, team))?;
        let _ = self.team_alarm(team, AlarmKind::Rollback); // the alarm stays; what is missing is seen by who reads
        self.vault_takes(team, newest, &state)
    }

    /// Has the vault take the key after the one that it takes, if that is the newest, as it mostly is. Where the vault says otherwise,
    /// [`Client::settle_vault`] asks it.
    async fn step_vault(&self, team: &TeamId) -> Result<()> {
        let Some(kept) = self.kept(team)? else { return Ok(()) };
        let newest = kept.state.generation;
        if kept.vault_generation == 0 || kept.vault_generation + 1 != newest {
            return Ok(());
        }
        match self.switch_to(team, newest).await {
            Ok(state) => self.vault_takes(team, newest, &state),
            Err(ClientError::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Remembers that the vault takes the key of this generation, if that is what it said.
    fn vault_takes(&self, team: &TeamId, newest: u64, state: &TeamState) -> Result<()> {
        let key = self.ring(team)?.access_key(newest).ok_or(ClientError::NoKey)?.public();
        if state.generation != newest || state.access_key != key {
            return Err(self.team_alarm(team, AlarmKind::Fork));
        }
        self.profile.store.write(|tx| {
            tx.execute("UPDATE teams SET vault_generation = ?2 WHERE team = ?1", params![team.0, column(newest)])?;
            Ok(())
        })
    }

    fn vault_at(&self, team: &TeamId, generation: u64) -> Result<TeamVault> {
        let key = self.signing_of(team, generation)?;
        Ok(TeamVault { server: self.vault.clone(), organisation: self.me.organisation, team: *team, key: Box::new(key) })
    }

    /// Switches step by step from the newest generation that the vault takes.
    async fn climb(&self, team: &TeamId, known: u64, newest: u64) -> Result<TeamState> {
        let mut last = Err(ClientError::Server(Code::Refused));
        // Where the vault stands is not known after a time offline: the step that it takes is the right one.
        for next in (1..=newest).rev() {
            last = self.switch_to(team, next).await;
            match &last {
                Ok(_) => {
                    for later in next + 1..=newest {
                        last = self.switch_to(team, later).await;
                    }
                    return last;
                }
                Err(ClientError::Server(Code::Refused | Code::StaleGeneration)) if next > known => {}
                Err(_) => return last,
            }
        }
        last
    }

    async fn switch_to(&self, team: &TeamId, next: u64) -> Result<TeamState> {
        let receipt = self.profile.store.read(|db| kept::receipt(db, team, next))?.ok_or(ClientError::Server(Code::Refused))?;
        let new = self.ring(team)?.access_key(next).ok_or(ClientError::NoKey)?;
        let possession = new.sign(Label::AccessPossession, &receipt);
        let before = if next == 1 { 1 } else { next - 1 };
        self.vault_at(team, before)?.switch(&Switch { receipt, possession }).await
    }
}
