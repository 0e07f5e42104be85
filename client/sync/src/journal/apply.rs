//! An accepted event, taken over into the tables that answers come from.

use crate::store::sql::{Connection, params};
use casevault_crypto::case::{CaseEffect, DocumentRecord, effects};
use casevault_crypto::directory::{self, DirectoryEffect};
use casevault_crypto::event::Body;
use casevault_crypto::journal::{AcceptedEvent, Place};
use casevault_crypto::secret::SecretBytes;
use casevault_crypto::team_journal::{self, TeamEffect};
use casevault_wire::hash::Hash;
use casevault_wire::log::Organisation;

use crate::dossier::keep_envelope;
use crate::error::Result;
use crate::names::Kind;
use crate::search;
use crate::share;
use crate::store::column;

/// Where a case's title stands in the index: once, though it is in the case and in the team's list of cases.
const TITLE: (&str, &str) = ("title", "");

/// Keeps `event`, whose entry has the hash `hash`, and what follows from it.
pub(crate) fn apply(
    db: &Connection,
    organisation: &Organisation,
    place: &Place,
    (event, hash): (&AcceptedEvent, Hash),
) -> Result<()> {
    let body = SecretBytes::from(event.body.encode());
    let sql = "INSERT OR REPLACE INTO entries (journal, sequence, time, device, person, class, body, hash, header, log_length)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    db.prepare_cached(sql)?.execute(params![
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
        return effects(event).into_iter().try_for_each(|effect| apply_case(db, place, effect));
    }
    if organisation.directory() == Some(place.team) {
        return directory::effect(event, organisation).map_or(Ok(()), |effect| apply_name(db, effect));
    }
    if let Body::DossierReceived(envelope) = &event.body {
        return keep_envelope(db, place, envelope);
    }
    team_journal::effect(event).map_or(Ok(()), |effect| apply_team(db, place, effect))
}

fn apply_case(db: &Connection, place: &Place, effect: CaseEffect) -> Result<()> {
    let case = place.journal.0;
    match effect {
        CaseEffect::SetTitle(title) => {
            db.prepare_cached("UPDATE cases SET title = ?2 WHERE journal = ?1")?.execute(params![case, title])?;
            search::index(db, &place.journal, TITLE, &title)
        }
        CaseEffect::SetStatus(status) => {
            db.prepare_cached("UPDATE cases SET status = ?2 WHERE journal = ?1")?.execute(params![case, status.as_str()])?;
            Ok(())
        }
        CaseEffect::SetField(record) => {
            let sql = "INSERT INTO fields (journal, field, value, sequence) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (journal, field) DO UPDATE SET value = ?3, sequence = ?4";
            db.prepare_cached(sql)?.execute(params![case, record.field, record.value, column(record.sequence)])?;
            search::index(db, &place.journal, ("field", &record.field), &record.value)
        }
        CaseEffect::ClearField(field) => {
            db.prepare_cached("DELETE FROM fields WHERE journal = ?1 AND field = ?2")?.execute(params![case, field])?;
            search::forget(db, &place.journal, ("field", &field))
        }
        CaseEffect::PutDocument(record) => put_document(db, place, &record),
        CaseEffect::AddNote(note) => {
            let sql = "INSERT OR REPLACE INTO notes (journal, sequence, time, person, text) VALUES (?1, ?2, ?3, ?4, ?5)";
            db.prepare_cached(sql)?.execute(params![
                case,
                column(note.sequence),
                column(note.time.0),
                note.person.0,
                note.text
            ])?;
            search::index(db, &place.journal, ("note", &note.sequence.to_string()), &note.text)
        }
        CaseEffect::Custody(_) => Ok(()), // read from the entries themselves
    }
}

fn put_document(db: &Connection, place: &Place, record: &DocumentRecord) -> Result<()> {
    let version = &record.version;
    let sql = "INSERT OR REPLACE INTO documents (journal, document, sequence, name, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![
        place.journal.0,
        version.document.0,
        column(record.sequence),
        version.name.as_str(),
        &*SecretBytes::encode(version)
    ])?;
    search::index(db, &place.journal, ("document", &record.sequence.to_string()), version.name.as_str())
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

fn apply_team(db: &Connection, place: &Place, effect: TeamEffect) -> Result<()> {
    match effect {
        TeamEffect::GiveKey { case, generation, given } => {
            let here = place_of(place, case);
            let ring = super::ring_of(db, &here)?;
            if admits(&ring, generation, given.created) {
                let sql = "INSERT INTO case_keys (team, journal, generation, team_generation, key) VALUES (?1, ?2, ?3, ?4, ?5)";
                let key = given.key.secret().expose();
                db.prepare_cached(sql)?.execute(params![place.team.0, case.0, column(generation), column(given.created), key])?;
            }
            let sql = "INSERT OR IGNORE INTO cases (journal, team, title, status) VALUES (?1, ?2, '', '')";
            db.prepare_cached(sql)?.execute(params![case.0, place.team.0])?;
        }
        TeamEffect::Summarise { case, summary } => {
            let sql = "INSERT INTO cases (journal, team, title, status) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (journal) DO UPDATE SET title = ?3, status = ?4 WHERE team = ?2";
            let row = params![case.0, place.team.0, summary.title, summary.status.as_str()];
            // A summary of another team's case is none.
            if db.prepare_cached(sql)?.execute(row)? > 0 {
                search::index(db, &case, TITLE, &summary.title)?;
            }
        }
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

fn place_of(team: &Place, case: casevault_wire::id::JournalId) -> Place {
    Place { journal: case, ..*team }
}
