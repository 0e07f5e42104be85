//! What the store keeps of heads: the longest of each journal with the vault's word for it, and where the records stand.

use casevault_crypto::heads::{HeadStore, HeadsState, Word};
use casevault_wire::codec::{decode, encode};
use casevault_wire::id::{JournalId, OrganisationId, TeamId};

use crate::error::{ClientError, Result};
use crate::store::column;
use crate::store::sql::{self, Connection, OptionalExtension, Row, params};

/// The heads of one team's journals, in the store.
pub(super) struct SqlHeads<'a> {
    db: &'a Connection,
    team: TeamId,
}

impl<'a> SqlHeads<'a> {
    pub(super) fn new(db: &'a Connection, team: TeamId) -> Self {
        Self { db, team }
    }
}

impl HeadStore for SqlHeads<'_> {
    type Error = sql::Error;

    fn word(&self, journal: &JournalId) -> sql::Result<Option<Word>> {
        let sql = "SELECT word FROM heads WHERE team = ?1 AND journal = ?2";
        let found = self.db.prepare_cached(sql)?.query_row(params![self.team.0, journal.0], word).optional()?;
        Ok(found.flatten())
    }

    fn newest(&self, most: usize) -> sql::Result<Vec<Word>> {
        let sql = "SELECT word FROM heads WHERE team = ?1 ORDER BY change DESC LIMIT ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![self.team.0, column(most as u64)], word)?;
        rows.filter_map(|row| row.transpose()).collect()
    }

    fn put(&mut self, word: Word) -> sql::Result<()> {
        let sql = "INSERT OR REPLACE INTO heads (team, journal, change, length, hash, generation, word, unchecked)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
        let head = word.head;
        self.db.prepare_cached(sql)?.execute(params![
            self.team.0,
            head.journal.0,
            column(word.change),
            column(head.length),
            head.hash.0,
            column(head.generation),
            encode(&word)
        ])?;
        Ok(())
    }
}

/// Nothing for bytes that are no word: as if nobody had said it.
fn word(row: &Row<'_>) -> sql::Result<Option<Word>> {
    Ok(decode(&row.get::<_, Vec<u8>>(0)?, 256).ok())
}

/// Where the records of `team` stand.
pub(super) fn state_of(db: &Connection, organisation: OrganisationId, team: &TeamId) -> Result<HeadsState> {
    let sql = "SELECT heads FROM teams WHERE team = ?1";
    let kept: Option<Option<Vec<u8>>> = db.prepare_cached(sql)?.query_row([team.0], |row| row.get(0)).optional()?;
    match kept.flatten() {
        Some(bytes) => decode(&bytes, 256).map_err(|_| ClientError::Damaged),
        None => Ok(HeadsState::new(organisation, *team)),
    }
}

pub(super) fn save_state(db: &Connection, state: &HeadsState) -> Result<()> {
    db.prepare_cached("UPDATE teams SET heads = ?2 WHERE team = ?1")?.execute(params![state.team().0, encode(state)])?;
    Ok(())
}
