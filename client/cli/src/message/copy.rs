//! Texts for what documents say besides what is seen of them, and for copies that do not.

use casevault_sync::error::ClientError;
use casevault_sync::view::{CopyView, DocumentView};
use casevault_sync::{Found, MetadataKind, RedrawError, Telling};

use super::client::{Texts, failure};
use crate::display::untrusted;
use crate::failure::{Exit, Failure, Item};

/// What to bear in mind of a file that was written.
pub(crate) const PHONES_HOME: &str = "Nothing was opened. A document may fetch something from elsewhere, and so tell who reads it and where, once another program opens it.";

/// What to say of it.
pub(super) fn failure_of(error: ClientError) -> Failure {
    match error {
        ClientError::Metadata(telling) => metadata(&telling),
        ClientError::Redraw(error) => redraw(error),
        other => other.into(),
    }
}

/// Documents that may not leave the team as they are.
fn metadata(telling: &[Telling]) -> Failure {
    let item = |one: &Telling| Item {
        name: untrusted(&one.name),
        code: "metadata",
        message: format!("{}. See casevault doc metadata.", kinds(one.found)),
    };
    Failure::new(
        "metadata",
        Exit::Refused,
        "These documents say, or may say, more than is seen of them. Nothing has left the team.",
        "Make copies without it with casevault doc strip CASE DOCUMENT, and name those instead: a consent has to name the copy. Or add \
         --keep-metadata REASON, which is on record in the case.",
    )
    .with_items(telling.iter().map(item).collect())
}

/// What was found, in words.
pub(crate) fn kinds(found: Found) -> String {
    let words: Vec<_> = found.kinds().into_iter().map(word).collect();
    match words.as_slice() {
        [] if found.is_nothing() => "nothing".to_owned(),
        [] => "something that a later version knows".to_owned(),
        words => words.join(", "),
    }
}

fn word(kind: MetadataKind) -> &'static str {
    match kind {
        MetadataKind::Embedded => "embedded file",
        MetadataKind::Unknown => "unknown kind of file, which may say anything",
        other => other.as_str(),
    }
}

/// A consent names documents that could not be shared under it as they are.
pub(crate) fn consent_to_metadata(telling: &[DocumentView]) -> String {
    let named = |view: &DocumentView| {
        let found = view.metadata.map_or_else(|| "not examined yet".to_owned(), kinds);
        format!("{} ({found})", untrusted(&view.name))
    };
    format!(
        "These documents say, or may say, more than is seen of them: {}. To share copies without it, made with casevault doc strip, a consent has to \
         name the copies.",
        telling.iter().map(named).collect::<Vec<_>>().join("; ")
    )
}

/// What to look at before a copy is given away.
pub(crate) fn copy_note(made: &CopyView) -> String {
    let missing = match made.missing {
        0 => String::new(),
        missing => format!("{missing} parts of the original could not be drawn and are missing. "),
    };
    format!(
        "{missing}Look at the copy before you give it away: what is seen in it, its name included, is not hidden. It is called {}.",
        untrusted(&made.copy.name)
    )
}

/// Why no copy was made.
fn redraw(error: RedrawError) -> Failure {
    failure(match error {
        RedrawError::Kind => KIND,
        RedrawError::Damaged => DAMAGED,
        RedrawError::Encrypted => ENCRYPTED,
        RedrawError::TooLarge => TOO_LARGE,
        RedrawError::Pages => PAGES,
        RedrawError::Box => BOX,
        RedrawError::Slow => SLOW,
        RedrawError::System => SYSTEM,
    })
}

const KIND: Texts = (
    "kind",
    Exit::Failed,
    "Copies are made of JPEG, PNG and PDF alone. No copy was made; the document is as it was.",
    "Print it to a PDF, or save it as a picture, add that and copy it; or share it as it is with --keep-metadata REASON.",
);
const DAMAGED: Texts = (
    "damaged-document",
    Exit::Failed,
    "The document cannot be read as what it begins as. No copy was made; the document is as it was.",
    "If another program shows it, print it to a new PDF there, add that and copy it.",
);
const ENCRYPTED: Texts = (
    "encrypted-document",
    Exit::Failed,
    "The PDF asks for a password. No copy was made; the document is as it was.",
    "Open it with its password in another program, print it to a new PDF, add that and copy it.",
);
const TOO_LARGE: Texts = (
    "too-large-to-copy",
    Exit::Failed,
    "The document is too large to be copied, or expands to more than it should. No copy was made; the document is as it was.",
    "Make it smaller, or of several parts, in another program, add those and copy them.",
);
const PAGES: Texts = (
    "too-many-pages",
    Exit::Failed,
    "The PDF has more than 500 pages. No copy was made; the document is as it was.",
    "Split it in another program, add the parts and copy them.",
);
const BOX: Texts = (
    "box",
    Exit::Usage,
    "A box is on no page of the document, or there are too many. No copy was made; the document is as it was.",
    "Give boxes as --box PAGE:X,Y,W,H in per cent of the page; a picture is page 1.",
);
const SLOW: Texts = (
    "too-slow",
    Exit::Failed,
    "The document takes too long to draw. No copy was made; the document is as it was.",
    "Split it in another program, or print it to a new PDF, add that and copy it.",
);
const SYSTEM: Texts = (
    "system",
    Exit::Failed,
    "The system did not let the program draw the document. No copy was made; the document is as it was.",
    "Free some memory or processes and try again.",
);
