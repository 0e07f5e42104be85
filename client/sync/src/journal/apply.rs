//! An accepted event, taken over into the tables that answers come from.

use crate::store::sql::{Connection, params};
use casevault_crypto::case::{CaseEffect, DocumentRecord, effects};
use casevault_crypto::directory::{self, DirectoryEffect};
use casevault_crypto::event::{Body, Status};
use casevault_crypto::journal::{AcceptedEvent, KeyRing, Place};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team_journal::{self, GivenKey, TeamEffect};
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::log::Organisation;
use casevault_wire::time::Time;

use crate::alarm;
use crate::assistance;
use crate::dossier::keep_envelope;
use crate::error::Result;
use crate::names::Kind;
use crate::search;
use crate::share;
use crate::store::{array, column};
use crate::view::AlarmKind;

/// Where a case's title stands in the index: once, though it is in the case and in the team's list of cases.
const TITLE: (&str, &str) = ("title", "");

/// Keeps `event`, whose entry has the hash `hash`, and what follows from it.
pub(crate) fn apply(
    db: &Connection,
    (organisation, now): (&Organisation, Time),
    place: &Place,
    (event, hash): (&AcceptedEvent, Hash),
) -> Result<()> {
    let body = SecretBytes::from(event.body.encode());
    let sql =
        "INSERT OR REPLACE INTO entries (team, journal, sequence, time, device, person, class, body, hash, header, log_length)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    db.prepare_cached(sql)?.execute(params![
        place.team.0,
        place.journal.0,
        column(event.sequence),
        column(event.time.0),
        event.device.0,
        event.person.0,
        event.class(),
        &*body,
        hash.0,
        event.header_hash.0,
        column(event.header.content.log.length)
    ])?;
    if !place.is_of_team() {
        share::notice(db, place, event)?;
        assistance::index(db, place, &event.body)?;
        // What a colleague said of it gives way to what it says itself.
        let sql = "UPDATE cases SET read = 1, status = ?3 WHERE team = ?1 AND journal = ?2 AND read = 0";
        db.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, Status::default().as_str()])?;
        return effects(event).into_iter().try_for_each(|effect| apply_case(db, place, effect));
    }
    if organisation.directory() == Some(place.team) {
        return directory::effect(event, organisation).map_or(Ok(()), |effect| apply_name(db, effect));
    }
    if let Body::DossierReceived(envelope) = &event.body {
        return keep_envelope(db, place, envelope);
    }
    team_journal::effects(event).into_iter().try_for_each(|effect| apply_team(db, (place, now), effect))
}

fn apply_case(db: &Connection, place: &Place, effect: CaseEffect) -> Result<()> {
    let (team, case) = (place.team.0, place.journal.0);
    let indexed = (&place.team, &place.journal);
    match effect {
        CaseEffect::SetTitle(title) => {
            let sql = "UPDATE cases SET title = ?3 WHERE team = ?1 AND journal = ?2";
            db.prepare_cached(sql)?.execute(params![team, case, title])?;
            search::index(db, indexed, TITLE, &title)
        }
        CaseEffect::SetStatus(status) => {
            let sql = "UPDATE cases SET status = ?3 WHERE team = ?1 AND journal = ?2";
            db.prepare_cached(sql)?.execute(params![team, case, status.as_str()])?;
            Ok(())
        }
        CaseEffect::SetField(record) => {
            let sql = "INSERT INTO fields (team, journal, field, value, sequence) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (team, journal, field) DO UPDATE SET value = ?4, sequence = ?5";
            db.prepare_cached(sql)?.execute(params![team, case, record.field, record.value, column(record.sequence)])?;
            search::index(db, indexed, ("field", &record.field), &record.value)
        }
        CaseEffect::ClearField(field) => {
            let sql = "DELETE FROM fields WHERE team = ?1 AND journal = ?2 AND field = ?3";
            db.prepare_cached(sql)?.execute(params![team, case, field])?;
            search::forget(db, indexed, ("field", &field))
        }
        CaseEffect::PutDocument(record) => put_document(db, place, &record),
        CaseEffect::AddNote(note) => {
            let sql =
                "INSERT OR REPLACE INTO notes (team, journal, sequence, time, person, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            db.prepare_cached(sql)?.execute(params![
                team,
                case,
                column(note.sequence),
                column(note.time.0),
                note.person.0,
                note.text
            ])?;
            search::index(db, indexed, ("note", &note.sequence.to_string()), &note.text)
        }
        CaseEffect::Custody(_) => Ok(()), // read from the entries themselves
    }
}

fn put_document(db: &Connection, place: &Place, record: &DocumentRecord) -> Result<()> {
    let version = &record.version;
    let sql = "INSERT OR REPLACE INTO documents (team, journal, document, sequence, name, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    db.prepare_cached(sql)?.execute(params![
        place.team.0,
        place.journal.0,
        version.document.0,
        column(record.sequence),
        version.name.as_str(),
        &*SecretBytes::encode(version)
    ])?;
    search::index(db, (&place.team, &place.journal), ("document", &record.sequence.to_string()), version.name.as_str())
}

fn apply_name(db: &Connection, effect: DirectoryEffect) -> Result<()> {
    let (kind, id, name) = match &effect {
        DirectoryEffect::NamePerson(id, name) => (Kind::Person, id.0.as_slice(), name),
        DirectoryEffect::NameDevice(id, name) => (Kind::Device, id.0.as_slice(), name),
        DirectoryEffect::NameTeam(id, name) => (Kind::Team, id.0.as_slice(), name),
    };
    let sql = "INSERT INTO names (kind, id, name) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET name = ?3";
    db.prepare_cached(sql)?.execute(params![kind as i64, id, name])?;
    db.prepare_cached("DELETE FROM pending_names WHERE kind = ?1 AND id = ?2 AND name = ?3")?.execute(params![
        kind as i64,
        id,
        name
    ])?;
    Ok(())
}

fn apply_team(db: &Connection, (place, now): (&Place, Time), effect: TeamEffect) -> Result<()> {
    // Nobody's word makes a case of a team's own journal, or brings back what this device forgot itself.
    let about = place_of(place, effect.journal());
    if about.is_of_team() || was_forgotten(db, &about)? {
        return Ok(());
    }
    match effect {
        TeamEffect::GiveKey { case, generation, given } => {
            let here = place_of(place, case);
            if admits(&super::ring_of(db, &here)?, generation, given.created) {
                keep_key(db, &here, generation, &given)?;
            }
            claim(db, &here, now)
        }
        TeamEffect::KeepKeys { case, keys } => keep_keys(db, (&place_of(place, case), now), keys),
        TeamEffect::Erase(journal) => {
            let sql = "INSERT OR IGNORE INTO erased (team, journal) SELECT ?1, ?2
                WHERE NOT EXISTS (SELECT 1 FROM case_keys WHERE team = ?1 AND journal = ?2)
                AND NOT EXISTS (SELECT 1 FROM shares WHERE team = ?1 AND dossier = ?2)";
            db.prepare_cached(sql)?.execute(params![place.team.0, journal.0])?;
            Ok(())
        }
        TeamEffect::Summarise { case, summary } => {
            let here = place_of(place, case);
            claim(db, &here, now)?;
            let sql = "UPDATE cases SET said_title = ?3, said_status = ?4, title = CASE read WHEN 0 THEN ?3 ELSE title END,
                status = CASE read WHEN 0 THEN ?4 ELSE status END WHERE team = ?1 AND journal = ?2 RETURNING title";
            let said = params![place.team.0, case.0, summary.title, summary.status.as_str()];
            let title: String = db.prepare_cached(sql)?.query_row(said, |row| row.get(0))?;
            search::index(db, (&here.team, &here.journal), TITLE, &title)
        }
    }
}

fn was_forgotten(db: &Connection, place: &Place) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM erased WHERE team = ?1 AND journal = ?2 AND own = 1)";
    Ok(db.prepare_cached(sql)?.query_row(super::key(place), |row| row.get(0))?)
}

fn keep_key(db: &Connection, place: &Place, generation: u64, given: &GivenKey) -> Result<()> {
    let sql = "INSERT INTO case_keys (team, journal, generation, team_generation, key) VALUES (?1, ?2, ?3, ?4, ?5)";
    let key = given.key.secret().expose();
    db.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, column(generation), column(given.created), key])?;
    Ok(())
}

/// The rule of [`casevault_crypto::team_journal::CaseKeys::keep`]. Other keys than those that are here are told.
fn keep_keys(db: &Connection, (place, now): (&Place, Time), keys: Vec<GivenKey>) -> Result<()> {
    let mut same = true;
    for (generation, given) in (1..).zip(keys) {
        let ring = super::ring_of(db, place)?;
        match ring.key(generation) {
            Some(known) => same &= known.secret == *given.key.secret() && known.created == given.created,
            None if admits(&ring, generation, given.created) => keep_key(db, place, generation, &given)?,
            None => same = false,
        }
    }
    if !same {
        alarm::raise_in(db, AlarmKind::Claim, now, (Some(place.team), Some(place.journal)))?;
    }
    claim(db, place, now)
}

/// The team at `place` names a case as its own. Whether another one does as well is nothing that a number could decide: both have it, and
/// the person is told once.
fn claim(db: &Connection, place: &Place, now: Time) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO cases (journal, team, title, status) VALUES (?1, ?2, '', '')";
    if db.prepare_cached(sql)?.execute(params![place.journal.0, place.team.0])? == 0 {
        return Ok(());
    }
    let mut others = db.prepare_cached("SELECT team FROM claimed WHERE journal = ?1")?;
    let teams = others.query_map([place.journal.0], |row| array(row, 0).map(TeamId))?;
    for team in teams {
        alarm::raise_in(db, AlarmKind::Claim, now, (Some(team?), Some(place.journal)))?;
    }
    Ok(())
}

/// The rule of [`casevault_crypto::team_journal::CaseKeys::admits`], on the ring that the store has.
fn admits(ring: &super::CaseRing, generation: u64, created: u64) -> bool {
    match ring.0.last_key_value() {
        None => generation == 1 && created > 0,
        Some((newest, key)) => generation == newest + 1 && created > key.created,
    }
}

fn place_of(team: &Place, case: JournalId) -> Place {
    Place { journal: case, ..*team }
}

#[cfg(test)]
mod tests {
    use casevault_crypto::keys::CaseKey;
    use casevault_crypto::secret::Secret;
    use casevault_crypto::team_journal::Summary;
    use casevault_wire::id::OrganisationId;
    use casevault_wire::journal::{OWN_END, later_team_journal};

    use super::*;
    use crate::store::with_store;

    const CASE: JournalId = JournalId([4; 16]);

    /// A colleague gives a key of `case`, keeps it, and lists it.
    fn tell(db: &Connection, case: JournalId) {
        let team = Place::of_team(OrganisationId([1; 32]), TeamId([2; 32]));
        let given = GivenKey { key: CaseKey::new(Secret::new([3; 32])), created: 1 };
        let summary = Summary { title: "Mira".to_owned(), status: Status::default(), sequence: 0 };
        for effect in [
            TeamEffect::KeepKeys { case, keys: vec![given.clone()] },
            TeamEffect::GiveKey { case, generation: 1, given },
            TeamEffect::Summarise { case, summary },
        ] {
            apply_team(db, (&team, Time(1)), effect).unwrap();
        }
    }

    fn rows(db: &Connection) -> [i64; 3] {
        ["case_keys", "cases", "indexed"]
            .map(|table| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap())
    }

    // Breaks R-6.11-4.
    #[test]
    fn nobodys_word_brings_back_what_this_device_forgot_nor_makes_a_case_of_a_teams_journal() {
        with_store(|db| {
            db.execute("INSERT INTO erased (team, journal, own) VALUES (?1, ?2, 1)", ([2; 32], CASE.0)).unwrap();
            tell(db, CASE);
            tell(db, later_team_journal(&TeamId([2; 32]), &[9; OWN_END]));
            assert_eq!(rows(db), [0; 3]);
            db.execute("UPDATE erased SET own = 0", []).unwrap();
            tell(db, CASE);
            assert_eq!(rows(db), [1; 3], "by hearsay it is not forgotten");
        });
    }

    // Breaks R-6.11-6.
    #[test]
    fn nobodys_word_makes_a_device_part_with_what_it_has() {
        with_store(|db| {
            tell(db, CASE);
            let (dossier, own) = (JournalId([5; 16]), later_team_journal(&TeamId([2; 32]), &[9; OWN_END]));
            let sql =
                "INSERT INTO shares (team, journal, dossier, organisation, recipient, until) VALUES (?1, ?2, ?3, x'', x'', 9)";
            db.execute(sql, ([2; 32], CASE.0, dossier.0)).unwrap();
            let team = Place::of_team(OrganisationId([1; 32]), TeamId([2; 32]));
            for journal in [CASE, dossier, own, JournalId([6; 16])] {
                apply_team(db, (&team, Time(1)), TeamEffect::Erase(journal)).unwrap();
            }
            let named: Vec<u8> = db.query_row("SELECT journal FROM erased WHERE own = 0", [], |row| row.get(0)).unwrap();
            let count: i64 = db.query_row("SELECT count(*) FROM erased", [], |row| row.get(0)).unwrap();
            assert_eq!((named, count), (vec![6; 16], 1), "what it never had, and deletes nowhere");
        });
    }
}
