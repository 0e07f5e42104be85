//! Sharing (SPEC §6.8): what a consent covers, as a dossier for another team. Each step can be repeated: what a cut left undone is done by
//! the next synchronisation.

mod end;
mod make;
mod overrides;
mod send;
mod show;

use casevault_crypto::consent::Share;
use casevault_crypto::dossier::DossierKeys;
use casevault_crypto::event::{Body, Ending, Recipient, class};
use casevault_crypto::journal::{AcceptedEvent, Place};
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::time::Time;

pub use make::NewShare;
pub use overrides::NewOverride;

use crate::client::Client;
use crate::error::{Result, What};
use crate::names::choose;
use crate::store::sql::{Connection, params};
use crate::store::{array, column, count};

/// The dossier's keys that a case gives.
fn keys_of(share: &Share) -> DossierKeys {
    DossierKeys(share.keys.clone())
}

/// Notices what an event of the case at `place` means for what it shares: something is to be done.
pub(crate) fn notice(db: &Connection, place: &Place, event: &AcceptedEvent) -> Result<()> {
    let (team, journal) = (place.team.0, place.journal.0);
    match &event.body {
        Body::ShareMade(made) => {
            let sql = "INSERT OR IGNORE INTO shares (team, journal, dossier, organisation, recipient, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (to, until) = (made.to, column(made.until.0));
            db.prepare_cached(sql)?.execute(params![team, journal, made.dossier.0, to.organisation.0, to.team.0, until])?;
        }
        Body::DossierKeyGiven(given) => {
            let sql = "UPDATE shares SET settled = 0, team_generation = max(team_generation, ?4),
                recipient_log = max(recipient_log, ?5), newest = max(newest, ?6) WHERE team = ?1 AND journal = ?2 AND dossier = ?3";
            let (own, theirs) = (column(event.team_generation), column(given.recipient_log));
            let generation = column(given.generation);
            db.prepare_cached(sql)?.execute(params![team, journal, given.dossier.0, own, theirs, generation])?;
        }
        Body::HandoverOffered(offered) => {
            let sql = "UPDATE shares SET settled = 0, handover = 1 WHERE team = ?1 AND journal = ?2 AND dossier = ?3 AND ended = 0 AND handover = 0
                AND NOT EXISTS (SELECT 1 FROM shares WHERE team = ?1 AND journal = ?2 AND (handover = 2 OR handover = 1 AND ended = 0))";
            db.prepare_cached(sql)?.execute(params![team, journal, offered.dossier.0])?;
        }
        Body::CaseHandedOver(given) => {
            let sql = "UPDATE shares SET handover = 2 WHERE team = ?1 AND journal = ?2 AND dossier = ?3 AND handover = 1
                AND NOT EXISTS (SELECT 1 FROM shares WHERE team = ?1 AND journal = ?2 AND handover = 2)";
            db.prepare_cached(sql)?.execute(params![team, journal, given.dossier.0])?;
        }
        Body::CaseTakenOver(taken) => {
            let sql = "SELECT EXISTS (SELECT 1 FROM entries WHERE team = ?1 AND journal = ?2 AND sequence = ?3 AND class = ?4)";
            let before = params![team, journal, column(event.sequence.saturating_sub(1)), class::CASE_OPENED];
            if db.prepare_cached(sql)?.query_row(before, |row| row.get(0))? {
                crate::handover::notice(db, place, taken)?;
            }
        }
        Body::ShareEnded(ended) => {
            let sql = "UPDATE shares SET settled = 0, ended = 1, handover = CASE WHEN ?4 THEN handover ELSE 0 END
                WHERE team = ?1 AND journal = ?2 AND dossier = ?3";
            db.prepare_cached(sql)?.execute(params![team, journal, ended.dossier.0, ended.why == Ending::Expired])?;
        }
        Body::ConsentWithdrawn(_) => {
            let sql = "UPDATE shares SET settled = 0 WHERE team = ?1 AND journal = ?2";
            db.prepare_cached(sql)?.execute(params![team, journal])?;
        }
        _ => {}
    }
    Ok(())
}

/// What is known of a share without reading its case.
struct Known {
    case: JournalId,
    dossier: JournalId,
    to: Recipient,
    team_generation: u64,
    recipient_log: u64,
    /// The newest generation of the dossier's key that was seen.
    newest: u64,
}

/// The shares of a team's cases of which something is still to be done, and those that go on.
fn known(db: &Connection, team: &TeamId, now: Time) -> Result<(Vec<Known>, Vec<Known>)> {
    let sql = "SELECT journal, dossier, organisation, recipient, team_generation, recipient_log, newest, settled = 0 OR until <= ?2 OR handover = 1
        FROM shares WHERE team = ?1 AND (settled = 0 OR ended = 0)";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![team.0, column(now.0)])?;
    let (mut due, mut going) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let to = Recipient { organisation: OrganisationId(array(row, 2)?), team: TeamId(array(row, 3)?) };
        let (case, dossier) = (JournalId(array(row, 0)?), JournalId(array(row, 1)?));
        let known =
            Known { case, dossier, to, team_generation: count(row, 4)?, recipient_log: count(row, 5)?, newest: count(row, 6)? };
        if row.get(7)? { due.push(known) } else { going.push(known) }
    }
    Ok((due, going))
}

/// A vault was set back to where it was: grants that were ended may stand again.
pub(crate) fn vault_was_set_back(db: &Connection, team: &TeamId) -> Result<()> {
    db.execute("UPDATE shares SET settled = 0 WHERE team = ?1", [team.0])?;
    Ok(())
}

impl Client {
    /// The share of a case that `text` names by its dossier's id, or the beginning of it.
    pub(crate) fn find_share(&self, place: &Place, text: &str) -> Result<JournalId> {
        let consents = self.consents_of(place)?;
        choose(text, What::Share, consents.shares.iter().map(|share| (share.made.dossier, None)))
    }

    fn settled(&self, dossier: &JournalId, settled: bool) -> Result<()> {
        self.profile.store.write(|tx| {
            tx.execute("UPDATE shares SET settled = ?2 WHERE dossier = ?1", params![dossier.0, settled])?;
            Ok(())
        })
    }
}
