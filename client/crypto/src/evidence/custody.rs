//! A chain in words, for people and for programs.

use casevault_wire::time::Time;
use serde::Serialize;
use time::OffsetDateTime;

use super::{Copied, Exhibit, History, Line, Signer};
use crate::event::class_name;

/// A chain in words. Its members are those of `custody.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Custody {
    pub(super) organisation: String,
    pub(super) fingerprint: String,
    pub(super) team: String,
    pub(super) case: String,
    pub(super) recipient: Option<Whom>,
    pub(super) documents: Vec<Document>,
    pub(super) copies: Vec<Copy>,
    pub(super) signers: Vec<Person>,
    pub(super) custody: Vec<Event>,
}

/// Whom a dossier is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Whom {
    pub(super) organisation: String,
    pub(super) fingerprint: String,
    pub(super) team: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Document {
    pub(super) file: String,
    pub(super) sequence: u64,
    document: String,
    version: u64,
    pub(super) name: String,
    media_type: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A redaction statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Copy {
    pub(super) sequence: u64,
    pub(super) document: String,
    pub(super) version: u64,
    pub(super) original: String,
    pub(super) original_version: u64,
    pub(super) original_sha256: String,
    pub(super) how: &'static str,
    pub(super) pages: u32,
    pub(super) boxes: Vec<Covered>,
}

/// A box, in hundredths of a per cent of its page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Covered {
    pub(super) page: u32,
    pub(super) x: u16,
    pub(super) y: u16,
    pub(super) width: u16,
    pub(super) height: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Person {
    pub(super) side: &'static str,
    pub(super) person: String,
    pub(super) device: String,
    pub(super) events: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Event {
    pub(super) sequence: u64,
    pub(super) time: String,
    pub(super) side: &'static str,
    pub(super) person: String,
    pub(super) device: String,
    pub(super) event: String,
    pub(super) documents: Vec<Version>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Version {
    pub(super) document: String,
    pub(super) version: u64,
    sha256: Option<String>,
}

impl Custody {
    /// What `history` says.
    pub fn of(history: &History<'_>) -> Self {
        let place = history.place();
        let recipient = history.recipient().map(|(who, organisation)| Whom {
            organisation: who.organisation.to_string(),
            fingerprint: organisation.fingerprint().to_string(),
            team: who.team.to_string(),
        });
        Self {
            organisation: place.organisation.to_string(),
            fingerprint: history.organisation().fingerprint().to_string(),
            team: place.team.to_string(),
            case: place.journal.to_string(),
            recipient,
            documents: history.exhibits.iter().map(Document::from).collect(),
            copies: history.copies.iter().map(Copy::from).collect(),
            signers: history.signers.iter().map(Person::from).collect(),
            custody: history.lines.iter().map(Event::from).collect(),
        }
    }

    /// The text of `custody.json`.
    pub(super) fn to_json(&self) -> String {
        // Text and numbers have an encoding; a file without one would be refused.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }
}

impl From<&Exhibit> for Document {
    fn from(exhibit: &Exhibit) -> Self {
        Self {
            file: exhibit.file.clone(),
            sequence: exhibit.sequence,
            document: exhibit.document.to_string(),
            version: exhibit.version,
            name: exhibit.name.as_str().to_owned(),
            media_type: exhibit.media_type.as_str().to_owned(),
            bytes: exhibit.bytes,
            sha256: exhibit.sha256.to_string(),
        }
    }
}

impl From<&Copied> for Copy {
    fn from(Copied { sequence, made }: &Copied) -> Self {
        let boxes = made.boxes.as_slice().iter();
        Self {
            sequence: *sequence,
            document: made.copy.document.to_string(),
            version: made.copy.version,
            original: made.original.document.to_string(),
            original_version: made.original.version,
            original_sha256: made.sha256.to_string(),
            how: made.how.as_str(),
            pages: made.pages,
            boxes: boxes
                .map(|one| Covered { page: one.page, x: one.x, y: one.y, width: one.width, height: one.height })
                .collect(),
        }
    }
}

impl From<&Signer> for Person {
    fn from(signer: &Signer) -> Self {
        Self {
            side: side(signer.guest),
            person: signer.person.to_string(),
            device: signer.device.to_string(),
            events: signer.events,
        }
    }
}

impl From<&Line> for Event {
    fn from(line: &Line) -> Self {
        let documents = line.documents.iter().map(|named| Version {
            document: named.version.document.to_string(),
            version: named.version.version,
            sha256: named.sha256.map(|sha256| sha256.to_string()),
        });
        Self {
            sequence: line.sequence,
            time: instant(line.time),
            side: side(line.guest),
            person: line.person.to_string(),
            device: line.device.to_string(),
            event: class_name(line.class).replace(' ', "-"),
            documents: documents.collect(),
        }
    }
}

/// Of two teams that write a dossier, which.
pub fn side(guest: bool) -> &'static str {
    if guest { "recipient" } else { "team" }
}

/// `YYYY-MM-DDThh:mm:ss.mmmZ`; the end of the year 9999 if it is later.
pub fn instant(time: Time) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000) else {
        return "9999-12-31T23:59:59.999Z".to_owned();
    };
    let (hour, minute, second, milli) = at.time().as_hms_milli();
    format!("{}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z", at.date())
}
