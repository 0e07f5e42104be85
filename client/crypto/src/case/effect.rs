//! What an event does to a case.

use casevault_wire::id::{DeviceId, PersonId};
use casevault_wire::time::Time;

use crate::event::{Body, DocumentVersion, OpenedVersion, Status};
use crate::journal::AcceptedEvent;

/// A field's value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRecord {
    /// The field's name.
    pub field: String,
    /// The value.
    pub value: String,
    /// The event that set it.
    pub sequence: u64,
    /// The device that wrote the event.
    pub device: DeviceId,
}

/// A document version and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRecord {
    /// The version.
    pub version: DocumentVersion,
    /// The event that added it; with the document it names this version for good.
    pub sequence: u64,
    /// When it was added, by the author's clock.
    pub time: Time,
    /// The device that added it.
    pub device: DeviceId,
    /// Whose device that is.
    pub person: PersonId,
}

/// A note and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRecord {
    /// The event.
    pub sequence: u64,
    /// When, by the author's clock.
    pub time: Time,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Whose device that is.
    pub person: PersonId,
    /// The text.
    pub text: String,
}

/// One line of the chain of custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustodyItem {
    /// The event.
    pub sequence: u64,
    /// Which of the event's items, from 0.
    pub item: u32,
    /// When, by the author's clock.
    pub time: Time,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Whose device that is.
    pub person: PersonId,
    /// What kind of event it was; [`class_name`](crate::event::class_name) names it.
    pub class: u16,
    /// The document version that it was about, if any.
    pub document: Option<OpenedVersion>,
}

/// What changes. Effects of one event, and of events in order, are applied in order; later ones win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseEffect {
    /// The case has this title.
    SetTitle(String),
    /// The case has this status.
    SetStatus(Status),
    /// The field of the record's name has this value.
    SetField(FieldRecord),
    /// The field of this name has no value.
    ClearField(String),
    /// The document has this version, which is now the current one.
    PutDocument(Box<DocumentRecord>),
    /// The case has this note.
    AddNote(NoteRecord),
    /// The custody log has this line.
    Custody(CustodyItem),
}

/// What `event` does, in order. Every event of a case leaves at least one line of custody; events that this version does not know
/// leave that and nothing else.
pub fn effects(event: &AcceptedEvent) -> Vec<CaseEffect> {
    let mut effects = changes(event);
    match event.body.documents().as_slice() {
        [] => effects.push(custody(event, 0, None)),
        named => effects.extend((0..).zip(named).map(|(item, document)| custody(event, item, Some(*document)))),
    }
    effects
}

fn changes(event: &AcceptedEvent) -> Vec<CaseEffect> {
    match &event.body {
        Body::CaseOpened(opened) => vec![CaseEffect::SetTitle(opened.title.as_str().to_owned())],
        Body::TitleChanged(changed) => vec![CaseEffect::SetTitle(changed.title.as_str().to_owned())],
        Body::StatusChanged(changed) => vec![CaseEffect::SetStatus(changed.status)],
        Body::FieldSet(set) => {
            set.values.as_slice().iter().map(|value| field(event, value.field.as_str(), value.value.as_str())).collect()
        }
        Body::DocumentAdded(added) => vec![document(event, &added.0)],
        Body::DocumentReplaced(replaced) => vec![document(event, &replaced.0)],
        Body::Note(note) => vec![CaseEffect::AddNote(NoteRecord {
            sequence: event.sequence,
            time: event.time,
            device: event.device,
            person: event.person,
            text: note.text.as_str().to_owned(),
        })],
        _ => Vec::new(),
    }
}

fn field(event: &AcceptedEvent, field: &str, value: &str) -> CaseEffect {
    let field = field.to_owned();
    if value.is_empty() {
        return CaseEffect::ClearField(field);
    }
    CaseEffect::SetField(FieldRecord { field, value: value.to_owned(), sequence: event.sequence, device: event.device })
}

fn document(event: &AcceptedEvent, version: &DocumentVersion) -> CaseEffect {
    CaseEffect::PutDocument(Box::new(DocumentRecord {
        version: version.clone(),
        sequence: event.sequence,
        time: event.time,
        device: event.device,
        person: event.person,
    }))
}

fn custody(event: &AcceptedEvent, item: u32, document: Option<OpenedVersion>) -> CaseEffect {
    CaseEffect::Custody(CustodyItem {
        sequence: event.sequence,
        item,
        time: event.time,
        device: event.device,
        person: event.person,
        class: event.class(),
        document,
    })
}
