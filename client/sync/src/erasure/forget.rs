//! What was erased goes from this device, and then from the vault.

use casevault_crypto::event::KeysForgotten;
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::problem::Code;
use casevault_wire::vault::Deletion;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::group::ring;
use crate::journal::queue;
use crate::store::sql::{Connection, params};
use crate::store::{array, column};
use crate::view::AlarmKind;

/// Tables whose rows about a journal say nothing of what is in it, and are needed still.
const STAY: [&str; 2] = ["erased", "remote"];

impl Client {
    /// Deletes the team's keys from before history was cut, its journal from then, and everything about the journals that are `gone`;
    /// and has the team told.
    pub(super) fn forget<'a>(
        &self,
        befores: &'a [Place],
        after: &Place,
        gone: impl Iterator<Item = &'a JournalId>,
    ) -> Result<()> {
        self.profile.store.write(|tx| {
            let since = ring(tx, after.organisation, after.team)?.beginning();
            if ring(tx, after.organisation, after.team)?.journal() != Some(*after) {
                return Err(ClientError::Conflict); // it was cut once more meanwhile: all of it again
            }
            for journal in gone.chain(befores.iter().map(|before| &before.journal)) {
                forget_journal(tx, &after.team, journal)?;
            }
            let sql = "UPDATE team_keys SET key = x'' WHERE team = ?1 AND generation < ?2";
            tx.execute(sql, params![after.team.0, column(since)])?;
            queue(tx, after, &[KeysForgotten { since }.into()], self.now()).map(|_| ())
        })
    }

    /// Has the vault delete what was erased here, once.
    pub(crate) async fn delete_erased(&self, team: &TeamId) -> Result<()> {
        let sql = "SELECT journal FROM erased WHERE team = ?1 AND own = 1 AND told = 0";
        let waiting = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([team.0], |row| array(row, 0).map(JournalId))?;
            Ok(rows.collect::<std::result::Result<Vec<_>, _>>()?)
        })?;
        for journal in waiting {
            match self.team_vault(team)?.delete_journal(&journal).await {
                // It is deleted, or never was there.
                Ok(()) | Err(ClientError::Server(Code::Refused)) => {}
                other => other?,
            }
            let sql = "UPDATE erased SET told = 1 WHERE team = ?1 AND journal = ?2";
            self.profile.store.write(|tx| Ok(tx.execute(sql, params![team.0, journal.0]).map(|_| ())?))?;
        }
        Ok(())
    }

    /// Has the vault keep what is marked for deletion and was not erased, and tells the person.
    pub(crate) async fn judge_deletions(&self, team: &TeamId, marked: &[Deletion]) -> Result<()> {
        if marked.is_empty() {
            return Ok(());
        }
        let own = self.team_place(*team)?.journal;
        for Deletion { journal, .. } in marked {
            let sql = "SELECT EXISTS (SELECT 1 FROM erased WHERE team = ?1 AND journal = ?2)";
            let erased = self.profile.store.read(|db| Ok(db.query_row(sql, params![team.0, journal.0], |row| row.get(0))?))?;
            let before = *journal != own && self.place(*team, *journal).is_of_team();
            if erased || before {
                continue;
            }
            let _ = self.journal_alarm(&self.place(*team, *journal), AlarmKind::Deletion);
            match self.team_vault(team)?.keep_journal(journal).await {
                Ok(()) | Err(ClientError::Server(Code::Refused)) => {}
                other => other?,
            }
        }
        Ok(())
    }
}

/// Deletes everything that this device has of a journal, in whichever table.
fn forget_journal(db: &Connection, team: &TeamId, journal: &JournalId) -> Result<()> {
    let named = (team.0, journal.0);
    db.execute("DELETE FROM search WHERE rowid IN (SELECT row FROM indexed WHERE team = ?1 AND journal = ?2)", named)?;
    let sql = "SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p ON p.name IN ('journal', 'dossier')
        WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'
        AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) t WHERE t.name = 'team')";
    let mut statement = db.prepare_cached(sql)?;
    let tables = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for table in tables.collect::<std::result::Result<Vec<_>, _>>()? {
        let (table, column) = table;
        if !STAY.contains(&table.as_str()) {
            db.execute(&format!("DELETE FROM {table} WHERE team = ?1 AND {column} = ?2"), named)?;
        }
    }
    db.execute(
        "INSERT INTO erased (team, journal, own) VALUES (?1, ?2, 1) ON CONFLICT (team, journal) DO UPDATE SET own = 1",
        named,
    )?;
    Ok(())
}
