//! What the vault serves against what colleagues recorded. Only what changed on either side since is looked at.

use casevault_crypto::heads::{HeadAlarm, compare};
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::Head;
use casevault_wire::vault::Change;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::store::sql::{self, Connection, Row, params};
use crate::store::{array, column, count};
use crate::view::AlarmKind;

/// Keeps what the vault says has changed of `team`'s journals.
pub(super) fn note_changes(db: &Connection, team: &TeamId, changes: &[Change]) -> Result<()> {
    let mut remote = db.prepare_cached(
        "INSERT INTO remote (team, journal, length, hash) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (team, journal) DO UPDATE SET length = ?3, hash = ?4",
    )?;
    let mut behind = db.prepare_cached(
        "UPDATE journals SET behind = 1 WHERE team = ?1 AND journal = ?2
            AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.team = ?1 AND e.journal = ?2 AND e.sequence = ?3 - 1)",
    )?;
    for Change { head, .. } in changes {
        remote.execute(params![team.0, head.journal.0, column(head.length), head.hash.0])?;
        behind.execute(params![team.0, head.journal.0, column(head.length)])?;
        look_again(db, team, &head.journal)?;
    }
    if let Some(last) = changes.last() {
        db.execute("UPDATE teams SET changes = ?2 WHERE team = ?1", params![team.0, column(last.change)])?;
    }
    Ok(())
}

/// Whether the vault's journals from the last change that is known on do not begin with it: each stands at its own last change, so one
/// stands there, as it is known, or has changed since.
fn was_set_back(db: &Connection, team: &TeamId, (known, journals): (u64, &[Change])) -> Result<bool> {
    let Some(first) = journals.first() else { return Ok(true) };
    if first.change != known {
        return Ok(false);
    }
    let sql = "SELECT count(*) FROM remote WHERE team = ?1 AND journal = ?2 AND length = ?3 AND hash = ?4";
    let head = &first.head;
    let same = params![team.0, head.journal.0, column(head.length), head.hash.0];
    Ok(db.prepare_cached(sql)?.query_row(same, |row| row.get::<_, i64>(0))? == 0)
}

fn forget_changes(db: &Connection, team: &TeamId) -> Result<()> {
    db.execute("UPDATE teams SET changes = 0 WHERE team = ?1", [team.0])?;
    db.execute("DELETE FROM remote WHERE team = ?1", [team.0])?;
    Ok(())
}

/// Has the recorded head of a journal compared anew: the vault says something else of it, or its entries were read.
pub(crate) fn look_again(db: &Connection, team: &TeamId, journal: &JournalId) -> Result<()> {
    let sql = "UPDATE heads SET unchecked = 1 WHERE team = ?1 AND journal = ?2";
    db.prepare_cached(sql)?.execute(params![team.0, journal.0])?;
    Ok(())
}

/// Compares every recorded head of `team` that was not compared yet with what the vault serves of that journal. Each is compared
/// once, until something is new of it.
pub(super) fn check(db: &Connection, team: &TeamId) -> Result<Vec<HeadAlarm>> {
    let mut alarms = Vec::new();
    let sql = "SELECT h.journal, h.length, h.hash, h.generation, r.length, r.hash,
            (SELECT e.hash FROM entries e WHERE e.team = h.team AND e.journal = h.journal AND e.sequence = h.length - 1)
        FROM heads h LEFT JOIN remote r ON r.team = h.team AND r.journal = h.journal
        WHERE h.team = ?1 AND h.unchecked = 1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([team.0])?;
    while let Some(row) = rows.next()? {
        let recorded = head(row)?;
        let served = match row.get::<_, Option<i64>>(4)? {
            Some(_) => Some(Head { length: count(row, 4)?, hash: Hash(array(row, 5)?), ..recorded }),
            None => None,
        };
        let there = row.get::<_, Option<Vec<u8>>>(6)?.and_then(|bytes| bytes.try_into().ok()).map(Hash);
        alarms.extend(compare(&recorded, served.as_ref(), there).err());
    }
    db.prepare_cached("UPDATE heads SET unchecked = 0 WHERE team = ?1 AND unchecked = 1")?.execute([team.0])?;
    Ok(alarms)
}

fn head(row: &Row<'_>) -> sql::Result<Head> {
    Ok(Head {
        journal: JournalId(array(row, 0)?),
        length: count(row, 1)?,
        hash: Hash(array(row, 2)?),
        generation: count(row, 3)?,
    })
}

impl Client {
    /// Reads which journals the vault says have changed, from the last change that is known on: a vault that does not have that any more
    /// was set back (R-8.6-9), and is read from the beginning.
    pub(crate) async fn read_changes(&self, team: &TeamId) -> Result<()> {
        loop {
            let sql = "SELECT changes FROM teams WHERE team = ?1";
            let known = self.profile.store.read(|db| Ok(db.query_row(sql, [team.0], |row| count(row, 0))?))?;
            let from = known.saturating_sub(1);
            let page = self.team_vault(team)?.changes(from).await?;
            let journals = page.journals.as_slice();
            let in_order = journals.iter().try_fold(from, |last, change| (change.change > last).then_some(change.change));
            if in_order.is_none() {
                return Err(self.team_alarm(team, AlarmKind::Rollback));
            }
            if known > 0 && self.profile.store.read(|db| was_set_back(db, team, (known, journals)))? {
                let _ = self.team_alarm(team, AlarmKind::Rollback); // the alarm stays; what is missing is seen as it is read anew
                self.profile.store.write(|tx| forget_changes(tx, team))?;
                continue;
            }
            self.profile.store.write(|tx| note_changes(tx, team, journals))?;
            self.judge_deletions(team, page.deletions.as_slice()).await?;
            if page.more == 0 || in_order == Some(known) {
                return Ok(());
            }
        }
    }

    /// Compares what colleagues recorded with what the vault says, where either is new. What is wrong is alarmed about once.
    pub(crate) fn check_heads(&self, team: &TeamId) -> Result<()> {
        let alarms = self.profile.store.write(|tx| {
            let alarms = check(tx, team)?;
            self.raise_all(tx, team, &alarms)?;
            Ok(alarms)
        })?;
        if alarms.is_empty() { Ok(()) } else { Err(ClientError::Verification) }
    }
}
