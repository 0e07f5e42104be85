//! Telling colleagues the heads that the vault acknowledged to this device.

use casevault_crypto::heads::{HeadsError, Recorder, Word, contradictions, propose};
use casevault_crypto::random::SystemRandom;
use casevault_wire::codec::decode;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::SignedVaultState;
use casevault_wire::problem::Code;

use super::kept::SqlHeads;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::array;
use crate::store::sql::params;

/// How often a record is proposed anew when colleagues were faster.
const TRIES: usize = 8;

/// A journal with the vault's word that colleagues were not told.
type Untold = (JournalId, Vec<u8>);

impl Client {
    /// Tells colleagues of every team what is new. What goes wrong with one team does not keep the others from being told.
    pub(crate) async fn tell_heads(&self) -> Result<()> {
        let teams = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT DISTINCT team FROM untold")?;
            let rows = statement.query_map([], |row| array(row, 0).map(TeamId))?;
            rows.map(|row| row.map_err(ClientError::from)).collect::<Result<Vec<_>>>()
        })?;
        let mut wrong = None;
        for team in teams {
            if self.kept(&team)?.is_some()
                && let Err(error) = self.tell_heads_of(&team).await
            {
                wrong = wrong.or(Some(error));
            }
        }
        wrong.map_or(Ok(()), Err)
    }

    async fn tell_heads_of(&self, team: &TeamId) -> Result<()> {
        for _ in 0..TRIES {
            let (words, journals) = self.untold(team)?;
            let (state, keys) = (self.heads_state(team)?, self.heads_keys(team)?);
            let recorder = Recorder { device: &self.me.identity, log: self.organisation()?.position(), keys: &keys };
            let (alarms, proposed) = self.profile.store.read(|db| {
                let heads = SqlHeads::new(db, *team);
                Ok((contradictions(&heads, &words)?, propose(&state, &heads, &recorder, &words, &mut SystemRandom)))
            })?;
            self.profile.store.write(|tx| self.raise_all(tx, team, &alarms))?;
            let record = match proposed {
                Ok(Some(record)) => record,
                Ok(None) => return self.told(team, &journals),
                Err(HeadsError::Store(error)) => return Err(error.into()),
                Err(HeadsError::Random(_)) => return Err(ClientError::Randomness),
                Err(HeadsError::KeyMissing(_)) => return Err(ClientError::NoKey),
                Err(_) => return Err(ClientError::Damaged),
            };
            match self.post_head(team, &record).await {
                Ok(()) => {
                    self.take_over(team, state, std::slice::from_ref(&record), true)?;
                    return self.told(team, &journals);
                }
                Err(ClientError::Server(Code::Conflict)) => self.read_heads(team).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(()) // colleagues are busy; the next synchronisation tells
    }

    fn untold(&self, team: &TeamId) -> Result<(Vec<Word>, Vec<Untold>)> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT journal, state FROM untold WHERE team = ?1")?;
            let mut rows = statement.query([team.0])?;
            let (mut words, mut journals) = (Vec::new(), Vec::new());
            while let Some(row) = rows.next()? {
                let bytes: Vec<u8> = row.get(1)?;
                let said: SignedVaultState = decode(&bytes, 1024).map_err(|_| ClientError::Damaged)?;
                words.push(Word::of(&said));
                journals.push((JournalId(array(row, 0)?), bytes));
            }
            Ok((words, journals))
        })
    }

    fn told(&self, team: &TeamId, journals: &[Untold]) -> Result<()> {
        self.profile.store.write(|tx| {
            let mut done = tx.prepare_cached("DELETE FROM untold WHERE team = ?1 AND journal = ?2 AND state = ?3")?;
            for (journal, state) in journals {
                done.execute(params![team.0, journal.0, state])?;
            }
            Ok(())
        })
    }
}
