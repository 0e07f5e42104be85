//! What waits, for the person who wrote it: seen, and dropped where it shall not be sent any more.

use std::collections::BTreeSet;

use casevault_crypto::event::{Body, FieldValue, class_name};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::journal::decode_body;
use crate::names::{Kind, name_of};
use crate::store::sql::{Connection, OptionalExtension};
use crate::store::{array, column, count};
use crate::view::UnsentView;

impl Client {
    /// What waits to be sent, in the order in which it was written, with what it says. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn unsent(&self) -> Result<Vec<UnsentView>> {
        self.profile.store.read(|db| {
            let sql = "SELECT o.id, o.team, o.journal, o.time, o.body, c.title, t.team IS NOT NULL FROM outbox o
                LEFT JOIN cases c ON c.journal = o.journal AND c.team = o.team LEFT JOIN teams t ON t.team = o.team AND t.gone = 0 ORDER BY o.id";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut waiting = Vec::new();
            while let Some(row) = rows.next()? {
                let (team, journal) = (TeamId(array(row, 1)?), JournalId(array(row, 2)?));
                let body = decode_body(&row.get::<_, Vec<u8>>(4)?)?;
                waiting.push(UnsentView {
                    item: count(row, 0)?,
                    team,
                    team_name: name_of(db, Kind::Team, &team.0)?,
                    case: (!self.place(team, journal).is_of_team()).then_some(journal),
                    title: row.get(5)?,
                    time: Time(count(row, 3)?),
                    event: class_name(body.class()).replace(' ', "-"),
                    text: text_of(&body),
                    member: row.get(6)?,
                });
            }
            Ok(waiting)
        })
    }

    /// How much waits to be sent. Asks no server.
    ///
    /// # Errors
    /// As the store's.
    pub fn unsent_count(&self) -> Result<usize> {
        let all: i64 = self
            .profile
            .store
            .read(|db| Ok(db.prepare_cached("SELECT count(*) FROM outbox")?.query_row([], |row| row.get(0))?))?;
        Ok(usize::try_from(all).unwrap_or_default())
    }

    /// Drops what waits under these numbers, sealed bytes included, and what was found in a document that is dropped; all of it without numbers. It is not sent, and is not here any more.
    /// Returns how many are dropped.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] if nothing waits under one of the numbers: nothing is dropped then.
    pub async fn drop_unsent(&self, numbers: Option<&[u64]>) -> Result<usize> {
        let _turn = self.turn.lock().await;
        let dropped = self.profile.store.write(|tx| {
            let Some(numbers) = numbers else { return Ok(tx.execute("DELETE FROM outbox", [])?) };
            for number in numbers {
                let found = tx.query_row("SELECT id FROM outbox WHERE id = ?1", [column(*number)], |row| row.get::<_, i64>(0));
                found.optional()?.ok_or(ClientError::Unknown(What::Unsent))?;
            }
            let mut delete = tx.prepare_cached("DELETE FROM outbox WHERE id = ?1")?;
            let mut dropped = 0;
            for number in with_what_is_said(tx, numbers)? {
                dropped += delete.execute([number])?;
            }
            Ok(dropped)
        })?;
        self.forget_parked()?;
        Ok(dropped)
    }
}

/// The rows of these numbers, and those that say of documents in them what was found and what they are copies of.
fn with_what_is_said(db: &Connection, numbers: &[u64]) -> Result<BTreeSet<i64>> {
    let mut statement = db.prepare_cached("SELECT id, body FROM outbox ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut dropped: BTreeSet<i64> = numbers.iter().map(|number| column(*number)).collect();
    let mut documents = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (id, body) = (row.get(0)?, decode_body(&row.get::<_, Vec<u8>>(1)?)?);
        match &body {
            Body::DocumentAdded(added) if dropped.contains(&id) => _ = documents.insert(added.0.document),
            Body::MetadataFound(_) | Body::CopyMade(_)
                if body.document_ids().first().is_some_and(|one| documents.contains(one)) =>
            {
                dropped.insert(id);
            }
            _ => {}
        }
    }
    Ok(dropped)
}

/// What an event says, as its author wrote it.
fn text_of(body: &Body) -> String {
    match body {
        Body::CaseOpened(opened) => opened.title.as_str().to_owned(),
        Body::TitleChanged(changed) => changed.title.as_str().to_owned(),
        Body::StatusChanged(changed) => changed.status.as_str().to_owned(),
        Body::CaseSummary(summary) => format!("{}: {}", summary.title.as_str(), summary.status.as_str()),
        Body::FieldSet(set) => fields(set.values.as_slice()),
        Body::RecordSet(set) => fields(set.values.as_slice()),
        Body::PlanMade(made) => made.objectives.as_str().to_owned(),
        Body::DocumentAdded(added) => added.0.name.as_str().to_owned(),
        Body::DocumentReplaced(replaced) => replaced.0.name.as_str().to_owned(),
        Body::Note(note) => note.text.as_str().to_owned(),
        _ => String::new(),
    }
}

fn fields(values: &[FieldValue]) -> String {
    let value = |value: &FieldValue| format!("{}={}", value.field.as_str(), value.value.as_str());
    values.iter().map(value).collect::<Vec<_>>().join("\n")
}
