//! The team's sealing key in the log (R-8.3-22): stated by whichever member comes first, compared by every other, and superseded
//! if the team cannot open what is sealed to it.

use casevault_crypto::mls::Plan;
use casevault_crypto::team::{Standing, standing};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::id::TeamId;
use casevault_wire::log::{Organisation, SealingKeyStatement, Statement};

use super::{Kept, kept};
use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::AlarmKind;

/// Sealing keys that one request states.
const STATED_AT_ONCE: usize = 256;

impl Client {
    /// Has the log name the keys of all these teams, in one request if nothing is in the way. What is wrong with one team does not keep
    /// the others from it; the first such error comes last.
    pub(crate) async fn settle_sealing_keys(&self, teams: &[TeamId]) -> Result<()> {
        let organisation = self.organisation()?;
        let (mut behind, mut wrong) = (Vec::new(), None);
        for team in teams {
            match self.sealing_key_stands(&organisation, team)? {
                Some(Standing::Behind) => behind.push(*team),
                Some(Standing::Ahead) => match self.settle_sealing_key(team).await {
                    Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
                    outcome => wrong = wrong.or(outcome.err()),
                },
                Some(Standing::Same) | None => {}
            }
        }
        for teams in behind.chunks(STATED_AT_ONCE) {
            self.state_sealing_keys(teams).await?;
        }
        wrong.map_or(Ok(()), Err)
    }

    /// Has the log name the key that this device's group has. Nothing that it finds in the log keeps the group from going on.
    pub(super) async fn settle_sealing_key(&self, team: &TeamId) -> Result<()> {
        if self.sealing_key_stands(&*self.organisation()?, team)? != Some(Standing::Ahead) {
            return self.state_sealing_keys(&[*team]).await;
        }
        self.follow(team).await?; // a colleague's commit may have come between the group and the log
        if self.sealing_key_stands(&*self.organisation()?, team)? != Some(Standing::Ahead) {
            return self.state_sealing_keys(&[*team]).await;
        }
        alarm::raise(&self.profile.store, AlarmKind::SealingKey, self.now(), Some(*team), None)?;
        self.supersede(team).await?;
        self.state_sealing_keys(&[*team]).await
    }

    /// How the log's sealing key of `team` stands to the group's; nothing if this device has no receipt for the group's.
    pub(crate) fn sealing_key_stands(&self, organisation: &Organisation, team: &TeamId) -> Result<Option<Standing>> {
        let Some((kept, receipt)) = self.newest(team)? else { return Ok(None) };
        let logged = organisation.team(team).and_then(|team| team.sealing_key.as_ref());
        Ok(Some(standing(logged, &kept.state.sealing_key, receipt.content.sequence)))
    }

    /// The group, and the receipt for the newest keys that it has.
    fn newest(&self, team: &TeamId) -> Result<Option<(Kept, SignedFeedItem)>> {
        let Some(kept) = self.kept(team)? else { return Ok(None) };
        let receipt = self.profile.store.read(|db| kept::receipt(db, team, kept.state.generation))?;
        Ok(receipt.map(|receipt| (kept, receipt)))
    }

    /// States the keys of those of `teams` whose group follows the log: that they stand there says that its instructions were carried
    /// out (R-8.3-22).
    async fn state_sealing_keys(&self, teams: &[TeamId]) -> Result<()> {
        let choose = |organisation: &Organisation| {
            let stated = teams.iter().map(|team| self.sealing_key_statement(organisation, team));
            stated.filter_map(Result::transpose).collect()
        };
        match self.state_chosen(choose).await {
            Ok(_) => Ok(()),
            // A colleague was faster, or the log has this device out of a team by now: the next synchronisation looks again.
            Err(ClientError::NotAllowed | ClientError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn sealing_key_statement(&self, organisation: &Organisation, team: &TeamId) -> Result<Option<Statement>> {
        let Some((kept, receipt)) = self.newest(team)? else { return Ok(None) };
        let due = self.sealing_key_stands(organisation, team)? == Some(Standing::Behind);
        let mine = organisation.is_member(team, &self.me.person);
        // A key that is to be replaced is nobody's to seal to: the next one is stated.
        if !due || !mine || organisation.last_due(team) > kept.state.log_length {
            return Ok(None);
        }
        let statement = SealingKeyStatement { team: *team, receipt, key: kept.state.sealing_key };
        Ok(Some(Statement::TeamSealingKey(statement)))
    }

    /// Takes a new generation: its receipt is newer than whatever the log names.
    async fn supersede(&self, team: &TeamId) -> Result<()> {
        let Some(kept) = self.kept(team)? else { return Ok(()) };
        let plan = Plan { rotate: true, ..Plan::default() };
        if self.stage(team, &kept.state, &plan, Vec::new())? {
            self.finish_change(team).await?;
        }
        Ok(())
    }
}
