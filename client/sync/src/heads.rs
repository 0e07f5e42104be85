//! Heads over the other service (SPEC §8.6): what this device saw acknowledged is told to colleagues through the keyserver, and what
//! they told is held against what the vault serves. Nothing that goes wrong here keeps journals from being read.

mod check;
mod kept;
mod tell;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use casevault_crypto::heads::{HeadAlarm, HeadsError, HeadsReader, HeadsState, accept};
use casevault_crypto::keys::HeadsKey;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::TeamId;
use casevault_wire::log::Organisation;

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::sql::Connection;
use crate::view::AlarmKind;
pub(crate) use check::look_again;
use kept::{SqlHeads, save_state, state_of};

/// What became of some records.
#[derive(Debug, Default)]
struct Outcome {
    /// Why the rest was not looked at.
    stop: Option<Stop>,
    /// How many were taken over or stepped over.
    taken: usize,
    /// Whether one can never be read.
    unreadable: bool,
    /// Where the vault contradicts itself.
    alarms: Vec<HeadAlarm>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The group and the log have to be followed first.
    Wait,
    /// The keyserver has another history than it had.
    Chain,
}

/// Takes `records` over in order. `waited` says that group and log were followed since they were fetched: what is still missing then
/// is a liar's.
fn take_records(
    db: &Connection,
    state: &mut HeadsState,
    records: &[HeadRecord],
    reader: &HeadsReader<'_>,
    waited: bool,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut heads = SqlHeads::new(db, state.team());
    let newest = reader.keys.last_key_value().map_or(0, |(generation, _)| *generation);
    for record in records {
        match accept(state, &mut heads, record, reader) {
            Ok(taken) => outcome.alarms.extend(taken.alarms),
            Err(HeadsError::Store(error)) => return Err(error.into()),
            Err(HeadsError::Random(_)) => return Err(ClientError::Randomness),
            Err(HeadsError::Chain) => outcome.stop = Some(Stop::Chain),
            // Of before this device's history of the team's keys: closed to it, and nobody's fault.
            Err(HeadsError::KeyMissing(generation)) if generation < newest => {
                state.pass(record);
            }
            Err(error) if error.is_waiting() && !waited => outcome.stop = Some(Stop::Wait),
            Err(_) => {
                outcome.unreadable = true;
                state.pass(record);
            }
        }
        if outcome.stop.is_some() {
            break;
        }
        outcome.taken += 1;
    }
    save_state(db, state)?;
    Ok(outcome)
}

impl Client {
    fn heads_state(&self, team: &TeamId) -> Result<HeadsState> {
        self.profile.store.read(|db| state_of(db, self.me.organisation, team))
    }

    fn heads_keys(&self, team: &TeamId) -> Result<BTreeMap<u64, HeadsKey>> {
        let ring = self.ring(team)?;
        Ok(ring.iter().filter_map(|(generation, _)| Some((generation, ring.heads_key(generation)?))).collect())
    }

    /// Takes over what colleagues recorded.
    pub(crate) async fn read_heads(&self, team: &TeamId) -> Result<()> {
        let mut waited = false;
        let mut began_anew = false;
        // What colleagues add while this reads is for the next reading: no server keeps this one from ending.
        let mut end = None;
        loop {
            let state = self.heads_state(team)?;
            if end.is_some_and(|end| state.length() >= end) {
                return Ok(());
            }
            let page = self.heads(team, state.length()).await?;
            let rolled_back = page.length < state.length();
            end.get_or_insert(page.length);
            let records = page.records.into_vec();
            if !rolled_back && records.is_empty() {
                return Ok(());
            }
            let outcome = match records.first() {
                _ if rolled_back => Outcome { stop: Some(Stop::Chain), ..Outcome::default() },
                Some(first) if state.length() == 0 => {
                    self.take_over(team, HeadsState::before(self.me.organisation, *team, first), &records, waited)?
                }
                _ => self.take_over(team, state, &records, waited)?,
            };
            match outcome.stop {
                Some(Stop::Chain) if began_anew => return Err(ClientError::Verification),
                Some(Stop::Chain) => {
                    // What members said of the vault stays true: the vault signed it. Only the place in the chain is lost.
                    let kind = if rolled_back { AlarmKind::Rollback } else { AlarmKind::Fork };
                    alarm::raise(&self.profile.store, kind, self.now(), Some(*team), None)?;
                    let state = HeadsState::new(self.me.organisation, *team);
                    self.profile.store.write(|tx| save_state(tx, &state))?;
                    began_anew = true;
                }
                Some(Stop::Wait) if outcome.taken == 0 => {
                    self.sync_log().await?;
                    self.follow(team).await?;
                    if self.kept(team)?.is_none() {
                        return Ok(());
                    }
                    waited = true;
                }
                _ => waited = false,
            }
        }
    }

    /// Takes records over and raises what alarms they give cause to.
    fn take_over(&self, team: &TeamId, mut state: HeadsState, records: &[HeadRecord], waited: bool) -> Result<Outcome> {
        let organisation: &Organisation = &*self.organisation()?;
        let keys = self.heads_keys(team)?;
        let reader = HeadsReader { organisation, keys: &keys };
        self.profile.store.write(|tx| {
            let outcome = take_records(tx, &mut state, records, &reader, waited)?;
            if outcome.unreadable {
                alarm::raise_in(tx, AlarmKind::Heads, self.now(), (Some(*team), None))?;
            }
            self.raise_all(tx, team, &outcome.alarms)?;
            Ok(outcome)
        })
    }

    /// Keeps what was found in the transaction that found it: what was looked at once is not looked at again.
    fn raise_all(&self, db: &Connection, team: &TeamId, alarms: &[HeadAlarm]) -> Result<()> {
        for found in alarms {
            let kind = match found {
                HeadAlarm::Rollback { .. } => AlarmKind::Rollback,
                HeadAlarm::Fork { .. } => AlarmKind::Fork,
                HeadAlarm::Missing { .. } => AlarmKind::Missing,
            };
            alarm::raise_in(db, kind, self.now(), (Some(*team), Some(found.journal())))?;
        }
        Ok(())
    }
}
