//! Sharing (SPEC §6.8): what a consent covers, as a dossier for another team. Each step can be repeated: what a cut left undone is done by
//! the next synchronisation.

mod end;
mod make;
mod send;
mod show;

use casevault_crypto::consent::Share;
use casevault_crypto::dossier::DossierKeys;
use casevault_crypto::event::Body;
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::time::Time;

pub use make::NewShare;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::choose;
use crate::store::sql::{Connection, params};
use crate::store::{array, column};

/// The dossier's keys that a case gives.
fn keys_of(share: &Share) -> DossierKeys {
    DossierKeys(share.keys.clone())
}

/// Notices what an event of the case at `place` means for what it shares: something is to be done.
pub(crate) fn notice(db: &Connection, place: &Place, body: &Body) -> Result<()> {
    let (team, journal) = (place.team.0, place.journal.0);
    match body {
        Body::ShareMade(made) => {
            let sql = "INSERT OR IGNORE INTO shares (team, journal, dossier, until) VALUES (?1, ?2, ?3, ?4)";
            db.prepare_cached(sql)?.execute(params![team, journal, made.dossier.0, column(made.until.0)])?;
        }
        Body::ShareEnded(ended) => {
            let sql = "UPDATE shares SET settled = 0, ended = 1 WHERE team = ?1 AND journal = ?2 AND dossier = ?3";
            db.prepare_cached(sql)?.execute(params![team, journal, ended.dossier.0])?;
        }
        Body::ConsentWithdrawn(_) => {
            let sql = "UPDATE shares SET settled = 0 WHERE team = ?1 AND journal = ?2";
            db.prepare_cached(sql)?.execute(params![team, journal])?;
        }
        _ => {}
    }
    Ok(())
}

/// The cases that share a dossier of which something is still to be done, with the dossier.
fn unsettled(db: &Connection, team: &TeamId, now: Time) -> Result<Vec<(JournalId, JournalId)>> {
    let sql = "SELECT journal, dossier FROM shares WHERE team = ?1 AND (settled = 0 OR (ended = 0 AND until <= ?2))";
    let mut statement = db.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![team.0, column(now.0)], |row| Ok((JournalId(array(row, 0)?), JournalId(array(row, 1)?))))?;
    rows.map(|row| row.map_err(ClientError::from)).collect()
}

impl Client {
    /// The share of a case that `text` names by its dossier's id, or the beginning of it.
    fn find_share(&self, case: &JournalId, text: &str) -> Result<JournalId> {
        let consents = self.consents_of(case)?;
        choose(text, What::Share, consents.shares.iter().map(|share| (share.made.dossier, None)))
    }

    fn settled(&self, dossier: &JournalId, settled: bool) -> Result<()> {
        self.profile.store.write(|tx| {
            tx.execute("UPDATE shares SET settled = ?2 WHERE dossier = ?1", params![dossier.0, settled])?;
            Ok(())
        })
    }
}
