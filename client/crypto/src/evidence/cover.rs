//! The cover: the same for people, without scripts and without anything from elsewhere. Names are data of whoever wrote them.

use super::bag::{COVER, COVER_PDF, CUSTODY};
use super::custody::{Custody, Version};
use super::pdf::pdf;

/// The cover with `@NAMES@` where what [`Custody`] says goes. `verify_bundle.py` has the same.
pub(super) const TEMPLATE: &str = include_str!("cover.html");

impl Custody {
    /// All files that are made of it, and their bytes.
    pub fn files(&self) -> [(&'static str, Vec<u8>); 3] {
        let page = self.to_html();
        let foot = format!("Root fingerprint {}", self.fingerprint);
        [(CUSTODY, self.to_json().into_bytes()), (COVER_PDF, pdf(&page, &foot)), (COVER, page.into_bytes())]
    }

    /// The text of `cover.html`.
    fn to_html(&self) -> String {
        let part = |(number, part): (usize, &str)| if number % 2 == 0 { part.to_owned() } else { self.value(part) };
        TEMPLATE.split('@').enumerate().map(part).collect()
    }

    fn value(&self, name: &str) -> String {
        match name {
            "FINGERPRINT" => self.fingerprint.clone(),
            "CASE" => self.case.clone(),
            "TEAM" => self.team.clone(),
            "ORGANISATION" => self.organisation.clone(),
            "RECIPIENT" => self.recipient.as_ref().map(recipient_rows).unwrap_or_default(),
            "DOCUMENTS" => self.documents_table(),
            "COPIES" => self.copies_table(),
            "SIGNERS" => {
                let line = |one: &super::custody::Person| {
                    row([one.side.to_owned(), one.person.clone(), one.device.clone(), one.events.to_string()])
                };
                self.signers.iter().map(line).collect()
            }
            _ => self.custody_table(),
        }
    }

    fn documents_table(&self) -> String {
        let line = |one: &super::custody::Document| {
            let name = format!("<bdi>{}</bdi>", escape(&one.name));
            row([one.file.clone(), name, one.bytes.to_string(), one.sha256.clone(), one.sequence.to_string()])
        };
        self.documents.iter().map(line).collect()
    }

    fn copies_table(&self) -> String {
        let line = |one: &super::custody::Copy| {
            let copy = format!("{} version {}", one.document, one.version);
            let original = format!("{} version {}", one.original, one.original_version);
            let covered = one.boxes.iter().map(covered).collect::<Vec<_>>().join("; ");
            let how = if covered.is_empty() { one.how.to_owned() } else { format!("{}: {covered}", one.how) };
            row([copy, original, one.original_sha256.clone(), one.pages.to_string(), how, one.sequence.to_string()])
        };
        self.copies.iter().map(line).collect()
    }

    fn custody_table(&self) -> String {
        let named = |one: &Version| format!("{} version {}", one.document, one.version);
        let line = |one: &super::custody::Event| {
            let documents = one.documents.iter().map(named).collect::<Vec<_>>().join(", ");
            let (side, person, device) = (one.side.to_owned(), one.person.clone(), one.device.clone());
            row([one.sequence.to_string(), one.time.clone(), side, person, device, one.event.clone(), documents])
        };
        self.custody.iter().map(line).collect()
    }
}

/// Whom a dossier is for.
fn recipient_rows(whom: &super::custody::Whom) -> String {
    let row = |name: &str, value: &str| format!("<tr><th>{name}</th><td>{value}</td></tr>");
    [
        ("Shared with the team", &whom.team),
        ("of the organisation", &whom.organisation),
        ("whose root fingerprint is", &whom.fingerprint),
    ]
    .map(|(name, value)| row(name, value))
    .concat()
}

/// A box in per cent.
fn covered(one: &super::custody::Covered) -> String {
    let cent = |value: u16| format!("{}.{:02}", value / 100, value % 100);
    let (x, y, width, height) = (cent(one.x), cent(one.y), cent(one.width), cent(one.height));
    format!("page {} from {x} % and {y} %, {width} % by {height} %", one.page)
}

fn row<const N: usize>(cells: [String; N]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr>{cells}</tr>\n")
}

/// Text as HTML shows it, with control characters and marks of direction by their codes.
pub fn escape(name: &str) -> String {
    name.chars().map(escape_one).collect()
}

fn escape_one(letter: char) -> String {
    match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#x27;".to_owned(),
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => {
            format!("[U+{:04X}]", u32::from(letter))
        }
        plain => plain.to_string(),
    }
}
