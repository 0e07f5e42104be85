//! Heads over the other service (SPEC §8.6): what this device saw acknowledged is told to colleagues through the keyserver, and what
//! they told is held against what the vault serves.

use std::collections::BTreeMap;

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::heads::{HeadAlarm, HeadChange, HeadStore, HeadsError, HeadsReader, HeadsState, accept, compare, propose};
use casevault_crypto::keys::HeadsKey;
use casevault_crypto::random::SystemRandom;
use casevault_wire::codec::{decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::{Head, SignedVaultState};
use casevault_wire::problem::Code;

use crate::alarm;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::{array, column, count};
use crate::view::AlarmKind;

/// How often a record is proposed anew when colleagues were faster.
const TRIES: usize = 8;

/// A journal with the vault's word that colleagues were not told.
type Untold = (JournalId, Vec<u8>);

/// The heads and tree nodes of one team, in the store.
struct SqlHeads<'a> {
    db: &'a Connection,
    team: TeamId,
}

impl HeadStore for SqlHeads<'_> {
    type Error = crate::store::sql::Error;

    fn size(&self) -> crate::store::sql::Result<u64> {
        let sql = "SELECT coalesce(max(position) + 1, 0) FROM head_leaves WHERE team = ?1";
        self.db.prepare_cached(sql)?.query_row([self.team.0], |row| count(row, 0))
    }

    fn index(&self, journal: &JournalId) -> crate::store::sql::Result<Option<u64>> {
        let sql = "SELECT position FROM head_leaves WHERE team = ?1 AND journal = ?2";
        self.db.prepare_cached(sql)?.query_row(params![self.team.0, journal.0], |row| count(row, 0)).optional()
    }

    fn head(&self, index: u64) -> crate::store::sql::Result<Option<Head>> {
        let sql = "SELECT journal, length, hash, generation FROM head_leaves WHERE team = ?1 AND position = ?2";
        self.db.prepare_cached(sql)?.query_row(params![self.team.0, column(index)], head).optional()
    }

    fn node(&self, level: u8, index: u64) -> crate::store::sql::Result<Option<Hash>> {
        let sql = "SELECT hash FROM head_nodes WHERE team = ?1 AND level = ?2 AND position = ?3";
        self.db
            .prepare_cached(sql)?
            .query_row(params![self.team.0, level, column(index)], |row| array(row, 0).map(Hash))
            .optional()
    }

    fn put_head(&mut self, index: u64, head: Head) -> crate::store::sql::Result<()> {
        let sql = "INSERT OR REPLACE INTO head_leaves (team, journal, position, length, hash, generation) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (length, generation) = (column(head.length), column(head.generation));
        self.db.prepare_cached(sql)?.execute(params![
            self.team.0,
            head.journal.0,
            column(index),
            length,
            head.hash.0,
            generation
        ])?;
        Ok(())
    }

    fn put_node(&mut self, level: u8, index: u64, hash: Hash) -> crate::store::sql::Result<()> {
        let sql = "INSERT OR REPLACE INTO head_nodes (team, level, position, hash) VALUES (?1, ?2, ?3, ?4)";
        self.db.prepare_cached(sql)?.execute(params![self.team.0, level, column(index), hash.0])?;
        Ok(())
    }
}

fn head(row: &crate::store::sql::Row<'_>) -> crate::store::sql::Result<Head> {
    Ok(Head {
        journal: JournalId(array(row, 0)?),
        length: count(row, 1)?,
        hash: Hash(array(row, 2)?),
        generation: count(row, 3)?,
    })
}

impl Client {
    fn heads_state(&self, team: &TeamId) -> Result<HeadsState> {
        let sql = "SELECT heads FROM teams WHERE team = ?1";
        let kept: Option<Option<Vec<u8>>> =
            self.profile.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([team.0], |row| row.get(0)).optional()?))?;
        match kept.flatten() {
            Some(bytes) => decode(&bytes, 256).map_err(|_| ClientError::Damaged),
            None => Ok(HeadsState::new(self.me.organisation, *team)),
        }
    }

    fn heads_keys(&self, team: &TeamId) -> Result<BTreeMap<u64, HeadsKey>> {
        let ring = self.ring(team)?;
        Ok(ring.iter().filter_map(|(generation, _)| Some((generation, ring.heads_key(generation)?))).collect())
    }

    /// Takes over what colleagues recorded.
    pub(crate) async fn read_heads(&self, team: &TeamId) -> Result<()> {
        loop {
            let state = self.heads_state(team)?;
            let page = self.heads(team, state.length()).await?;
            if page.length < state.length() {
                return Err(self.team_alarm(team, AlarmKind::Rollback));
            }
            let records = page.records.into_vec();
            let Some(first) = records.first() else { return Ok(()) };
            let state = if state.length() == 0 && first.sequence > 0 {
                HeadsState::before(self.me.organisation, *team, first).ok_or_else(|| self.team_alarm(team, AlarmKind::Fork))?
            } else {
                state
            };
            self.take_records(team, state, &records)?;
        }
    }

    fn take_records(&self, team: &TeamId, mut state: HeadsState, records: &[HeadRecord]) -> Result<()> {
        let keys = self.heads_keys(team)?;
        let reader = HeadsReader { keys: &keys, vault: &self.me.vault.key };
        let mut wrong = None;
        let taken = self.profile.store.write(|tx| {
            let mut store = SqlHeads { db: tx, team: *team };
            for record in records {
                if let Err(error) = accept(&mut state, &mut store, record, &reader) {
                    wrong = Some(error);
                    return Err(ClientError::Verification);
                }
            }
            tx.execute("UPDATE teams SET heads = ?2 WHERE team = ?1", params![team.0, encode(&state)])?;
            Ok(())
        });
        match wrong {
            None => taken,
            Some(HeadsError::Store(error)) => Err(error.into()),
            Some(HeadsError::Damaged) => Err(ClientError::Damaged),
            Some(HeadsError::KeyMissing(_)) => Err(ClientError::Server(Code::StaleGeneration)),
            Some(HeadsError::Alarm(HeadAlarm::Rollback { .. })) => Err(self.team_alarm(team, AlarmKind::Rollback)),
            Some(_) => Err(self.team_alarm(team, AlarmKind::Fork)),
        }
    }

    /// Tells colleagues the heads that the vault acknowledged to this device.
    pub(crate) async fn tell_heads(&self) -> Result<()> {
        let teams = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT DISTINCT team FROM untold")?;
            let rows = statement.query_map([], |row| array(row, 0).map(TeamId))?;
            rows.map(|row| row.map_err(ClientError::from)).collect::<Result<Vec<_>>>()
        })?;
        for team in teams {
            if self.kept(&team)?.is_some() {
                self.tell_heads_of(&team).await?;
            }
        }
        Ok(())
    }

    async fn tell_heads_of(&self, team: &TeamId) -> Result<()> {
        for _ in 0..TRIES {
            let (changes, journals) = self.untold(team)?;
            let (state, keys) = (self.heads_state(team)?, self.heads_keys(team)?);
            let proposed = self
                .profile
                .store
                .read(|db| Ok(propose(&state, &SqlHeads { db, team: *team }, &keys, &changes, &mut SystemRandom)))?;
            let record = match proposed {
                Ok(Some(record)) => record,
                Ok(None) => return self.told(team, &journals),
                Err(HeadsError::Alarm(_)) => return Err(self.team_alarm(team, AlarmKind::Fork)),
                Err(HeadsError::Store(error)) => return Err(error.into()),
                Err(HeadsError::Random(_)) => return Err(ClientError::Randomness),
                Err(_) => return Err(ClientError::Damaged),
            };
            match self.post_head(team, &record).await {
                Ok(()) => {
                    self.take_records(team, state, std::slice::from_ref(&record))?;
                    return self.told(team, &journals);
                }
                Err(ClientError::Server(Code::Conflict)) => self.read_heads(team).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(()) // colleagues are busy; the next synchronisation tells
    }

    fn untold(&self, team: &TeamId) -> Result<(Vec<HeadChange>, Vec<Untold>)> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT journal, state FROM untold WHERE team = ?1")?;
            let mut rows = statement.query([team.0])?;
            let (mut changes, mut journals) = (Vec::new(), Vec::new());
            while let Some(row) = rows.next()? {
                let bytes: Vec<u8> = row.get(1)?;
                let said: SignedVaultState = decode(&bytes, 1024).map_err(|_| ClientError::Damaged)?;
                changes.push(HeadChange { head: said.content.head, state: Some(said) });
                journals.push((JournalId(array(row, 0)?), bytes));
            }
            Ok((changes, journals))
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

    /// Reads which journals the vault says have changed, and compares them with what colleagues recorded.
    pub(crate) async fn compare_heads(&self, team: &TeamId) -> Result<u64> {
        let mut changed = 0;
        loop {
            let after = self
                .profile
                .store
                .read(|db| Ok(db.query_row("SELECT changes FROM teams WHERE team = ?1", [team.0], |row| count(row, 0))?))?;
            let page = self.team_vault(team)?.changes(after).await?;
            let journals = page.journals.as_slice();
            let mut last = after;
            for change in journals {
                if change.change <= last {
                    return Err(self.team_alarm(team, AlarmKind::Rollback));
                }
                last = change.change;
            }
            self.profile.store.write(|tx| {
                let sql = "INSERT INTO remote (journal, team, length, hash) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (journal) DO UPDATE SET length = ?3, hash = ?4";
                let mut insert = tx.prepare_cached(sql)?;
                for change in journals {
                    insert.execute(params![change.head.journal.0, team.0, column(change.head.length), change.head.hash.0])?;
                }
                if let Some(last) = journals.last() {
                    tx.execute("UPDATE teams SET changes = ?2 WHERE team = ?1", params![team.0, column(last.change)])?;
                }
                Ok(())
            })?;
            changed += journals.len() as u64;
            if page.more == 0 || journals.is_empty() {
                break;
            }
        }
        self.check_heads(team)?;
        Ok(changed)
    }

    /// Every recorded head against what the vault serves of that journal.
    fn check_heads(&self, team: &TeamId) -> Result<()> {
        let alarms = self.profile.store.read(|db| {
            let sql = "SELECT l.journal, l.length, l.hash, l.generation, r.length, r.hash,
                    (SELECT e.hash FROM entries e WHERE e.journal = l.journal AND e.sequence = l.length - 1)
                FROM head_leaves l LEFT JOIN remote r ON r.journal = l.journal
                WHERE l.team = ?1 AND (r.length IS NULL OR r.length < l.length OR r.hash <> l.hash)";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([team.0])?;
            let mut alarms = Vec::new();
            while let Some(row) = rows.next()? {
                let recorded = head(row)?;
                let served = match row.get::<_, Option<i64>>(4)? {
                    Some(_) => Some(Head { length: count(row, 4)?, hash: Hash(array(row, 5)?), ..recorded }),
                    None => None,
                };
                let there = row.get::<_, Option<Vec<u8>>>(6)?.and_then(|bytes| bytes.try_into().ok()).map(Hash);
                if let Err(alarm) = compare(&recorded, served.as_ref(), there) {
                    alarms.push((recorded.journal, alarm));
                }
            }
            Ok(alarms)
        })?;
        for (journal, found) in &alarms {
            let kind = match found {
                HeadAlarm::Rollback { .. } => AlarmKind::Rollback,
                HeadAlarm::Fork { .. } => AlarmKind::Fork,
                HeadAlarm::Missing { .. } => AlarmKind::Missing,
            };
            alarm::raise(&self.profile.store, kind, self.now(), Some(*team), Some(*journal))?;
        }
        if alarms.is_empty() { Ok(()) } else { Err(ClientError::Verification) }
    }
}
