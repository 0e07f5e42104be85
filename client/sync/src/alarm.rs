//! Alarms: what a server or a colleague's device did wrong, kept until a person has seen it.

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::journal;
use crate::store::{Store, array, column, count};
use crate::view::{Alarm, AlarmKind};

/// Keeps an alarm, once.
pub(crate) fn raise(store: &Store, kind: AlarmKind, time: Time, team: Option<TeamId>, journal: Option<JournalId>) -> Result<()> {
    store.write(|tx| raise_in(tx, kind, time, (team, journal)))
}

/// Keeps an alarm, once, together with whatever else the transaction does.
pub(crate) fn raise_in(
    db: &Connection,
    kind: AlarmKind,
    time: Time,
    (team, journal): (Option<TeamId>, Option<JournalId>),
) -> Result<()> {
    let (team, journal) = (team.unwrap_or(TeamId::ZERO).0, journal.unwrap_or(JournalId::ZERO).0);
    let sql = "INSERT OR IGNORE INTO alarms (kind, time, team, journal) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![kind.as_str(), column(time.0), team, journal])?;
    Ok(())
}

/// Keeps an alarm about a partner, once. It stands where a team's would.
pub(crate) fn raise_about_partner(store: &Store, kind: AlarmKind, time: Time, partner: &OrganisationId) -> Result<()> {
    raise(store, kind, time, Some(TeamId(partner.0)), None)
}

/// That there are no two histories of the organisation's log, nor of the journal at `place`: after one of them nothing is written, so
/// that the two are never joined again.
///
/// # Errors
/// [`ClientError::Verification`] if there are.
pub(crate) fn refuse_where_forked(store: &Store, place: Option<&Place>) -> Result<()> {
    let (team, journal) = place.map_or((TeamId::ZERO, JournalId::ZERO), |place| (place.team, place.journal));
    let forked = store.read(|db| {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM alarms WHERE kind = ?1 AND (team = ?2 AND journal = ?3 OR team = ?4 AND journal = ?5))";
        let no = (TeamId::ZERO, JournalId::ZERO);
        let keys = params![AlarmKind::Fork.as_str(), team.0, journal.0, no.0.0, no.1.0];
        Ok(db.prepare_cached(sql)?.query_row(keys, |row| row.get::<_, bool>(0))?)
    })?;
    if forked { Err(ClientError::Verification) } else { Ok(()) }
}

/// The alarms that nobody has dismissed, oldest first.
pub(crate) fn pending(store: &Store) -> Result<Vec<Alarm>> {
    Ok(numbered(store)?.into_iter().map(|(_, alarm)| alarm).collect())
}

/// The same, each with its number.
fn numbered(store: &Store) -> Result<Vec<(u64, Alarm)>> {
    store.read(|db| {
        let mut statement = db.prepare("SELECT kind, time, team, journal, id FROM alarms ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            let kind: String = row.get(0)?;
            let (team, journal) = (TeamId(array(row, 2)?), JournalId(array(row, 3)?));
            Ok((AlarmKind::parse(&kind), Time(count(row, 1)?), (team, journal), count(row, 4)?))
        })?;
        let mut alarms = Vec::new();
        for row in rows {
            let (kind, time, (team, journal), number) = row?;
            let Some(kind) = kind else { continue };
            let named = (team != TeamId::ZERO).then_some(team);
            let alarm = Alarm {
                kind,
                time,
                team: named.filter(|_| !kind.is_of_partner()),
                journal: (journal != JournalId::ZERO).then_some(journal),
                partner: named.filter(|_| kind.is_of_partner()).map(|id| OrganisationId(id.0)),
                document: None,
            };
            alarms.push((number, alarm));
        }
        Ok(alarms)
    })
}

impl Client {
    /// The alarms that nobody has dismissed, oldest first, each with its number. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn alarms(&self) -> Result<Vec<(u64, Alarm)>> {
        numbered(&self.profile.store)
    }

    /// Forgets the alarms of these numbers, which a person has seen; all of them without numbers. What is still wrong is noticed, and
    /// told, again; but where an entry of a journal waits for what is missing, the journal goes on without it from then on. A fork
    /// stays: it is what keeps two histories from being joined. Returns how many are forgotten.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if there is no alarm of one of the numbers, [`ClientError::ForkStays`] if it is a fork: nothing is
    /// forgotten then.
    pub fn dismiss_alarms(&self, numbers: Option<&[u64]>) -> Result<usize> {
        self.profile.store.write(|tx| {
            let fork = AlarmKind::Fork.as_str();
            let Some(numbers) = numbers else {
                journal::go_on(tx, None)?;
                return Ok(tx.execute("DELETE FROM alarms WHERE kind <> ?1", [fork])?);
            };
            for number in numbers {
                let named = tx.query_row("SELECT kind, team, journal FROM alarms WHERE id = ?1", [column(*number)], |row| {
                    Ok((row.get::<_, String>(0)?, TeamId(array(row, 1)?), JournalId(array(row, 2)?)))
                });
                match named.optional()? {
                    None => return Err(ClientError::Unknown(What::Alarm)),
                    Some((kind, ..)) if kind == fork => return Err(ClientError::ForkStays),
                    Some((kind, team, journal)) if kind == AlarmKind::Journal.as_str() => {
                        journal::go_on(tx, Some((&team, &journal)))?;
                    }
                    Some(_) => {}
                }
                tx.execute("DELETE FROM alarms WHERE id = ?1", [column(*number)])?;
            }
            Ok(numbers.len())
        })
    }
}
