//! A case as the fold of its journal.
//!
//! What an event does is a list of [`CaseEffect`]s, which depend on nothing but the event. A cache applies them row by row; the
//! fold in memory, [`Case`], is defined by the same effects.

mod effect;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use casevault_wire::id::{DocumentId, JournalId};

use crate::event::Status;
use crate::journal::AcceptedEvent;

pub use effect::{CaseEffect, CustodyItem, DocumentRecord, FieldRecord, NoteRecord, effects};

/// Everything that a case's journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The case.
    pub id: JournalId,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// The fields that have a value, by name.
    pub fields: BTreeMap<String, FieldRecord>,
    /// The versions of every document in the journal's order: the last is the current one.
    pub documents: BTreeMap<DocumentId, Vec<DocumentRecord>>,
    /// The notes, in the journal's order.
    pub notes: Vec<NoteRecord>,
    /// Who did what, in the journal's order.
    pub custody: Vec<CustodyItem>,
}

impl Case {
    /// A case without events.
    pub fn new(id: JournalId) -> Self {
        Self {
            id,
            title: String::new(),
            status: Status::default(),
            fields: BTreeMap::new(),
            documents: BTreeMap::new(),
            notes: Vec::new(),
            custody: Vec::new(),
        }
    }

    /// Takes the next accepted event over.
    pub fn apply(&mut self, event: &AcceptedEvent) {
        for effect in effects(event) {
            self.take(effect);
        }
    }

    /// Takes one effect over.
    pub fn take(&mut self, effect: CaseEffect) {
        match effect {
            CaseEffect::SetTitle(title) => self.title = title,
            CaseEffect::SetStatus(status) => self.status = status,
            CaseEffect::SetField(record) => {
                self.fields.insert(record.field.clone(), record);
            }
            CaseEffect::ClearField(field) => {
                self.fields.remove(&field);
            }
            CaseEffect::PutDocument(record) => self.documents.entry(record.version.document).or_default().push(*record),
            CaseEffect::AddNote(record) => self.notes.push(record),
            CaseEffect::Custody(item) => self.custody.push(item),
        }
    }

    /// The current version of a document.
    pub fn current(&self, document: &DocumentId) -> Option<&DocumentRecord> {
        self.documents.get(document).and_then(|versions| versions.last())
    }
}
