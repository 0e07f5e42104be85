//! What was erased goes from this device, and then from the vault.

use std::collections::BTreeSet;

use casevault_crypto::event::KeysForgotten;
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, TeamId};

use crate::client::Client;
use crate::error::Result;
use crate::group::ring;
use crate::journal::queue;
use crate::store::column;
use crate::store::sql::{Connection, params};

/// Tables whose rows about a journal say nothing of what is in it, and are needed still.
const STAY: [&str; 2] = ["erased", "remote"];

impl Client {
    /// Deletes the team's keys from before history was cut, its journal from then, and everything about the journals that are `gone`;
    /// and has the team told.
    pub(super) fn forget(&self, before: &Place, after: &Place, gone: &BTreeSet<JournalId>) -> Result<()> {
        self.profile.store.write(|tx| {
            let since = ring(tx, after.organisation, after.team)?.beginning();
            for journal in gone.iter().chain([&before.journal]) {
                forget_journal(tx, &after.team, journal)?;
            }
            let sql = "UPDATE team_keys SET key = x'' WHERE team = ?1 AND generation < ?2";
            tx.execute(sql, params![after.team.0, column(since)])?;
            queue(tx, after, &[KeysForgotten { since }.into()], self.now()).map(|_| ())
        })
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
    db.execute("INSERT OR IGNORE INTO erased (team, journal) VALUES (?1, ?2)", named)?;
    Ok(())
}
