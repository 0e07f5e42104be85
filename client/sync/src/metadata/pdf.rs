//! A PDF: what it says of itself, and what its objects hold that no page shows.

use casevault_crypto::event::MetadataKind::{self, Author, Comment, Embedded, Software, Thumbnail, Time, Unknown};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{DateTime, Dict, Object};

use super::{Metadata, jpeg, lossy};
use crate::redraw::{check_expansion, find, open};

/// Members of dictionaries that hold more than is seen.
const MEMBERS: [(&[u8], MetadataKind, &str); 14] = [
    (b"EF", Embedded, "embedded file"),
    (b"EmbeddedFiles", Embedded, "embedded files"),
    (b"AF", Embedded, "associated files"),
    (b"JS", Embedded, "script"),
    (b"OpenAction", Embedded, "action on opening"),
    (b"AA", Embedded, "action"),
    (b"OCProperties", Embedded, "layers"),
    (b"XFA", Embedded, "form"),
    (b"Metadata", Comment, "XMP"),
    (b"Annots", Comment, "annotations"),
    (b"StructTreeRoot", Comment, "structure"),
    (b"PieceInfo", Software, "private data of a program"),
    (b"LastModified", Time, "last modified"),
    (b"Thumb", Thumbnail, "thumbnail"),
];

/// Examines it.
pub(super) fn examine(bytes: &[u8]) -> Metadata {
    if check_expansion(bytes).is_err() {
        return Metadata::unknown();
    }
    let Ok(pdf) = open(bytes) else { return Metadata::unknown() };
    let mut found = Metadata::default();
    information(&mut found, &pdf);
    for object in pdf.objects() {
        look(&mut found, &object);
    }
    file(&mut found, bytes);
    found
}

/// What a PDF says of itself.
fn information(found: &mut Metadata, pdf: &Pdf) {
    let said = pdf.metadata();
    let texts = [
        (Author, "Author", &said.author),
        (Comment, "Title", &said.title),
        (Comment, "Subject", &said.subject),
        (Comment, "Keywords", &said.keywords),
        (Software, "Creator", &said.creator),
        (Software, "Producer", &said.producer),
    ];
    for (kind, name, text) in texts {
        if let Some(text) = text {
            found.say(kind, name, lossy(text));
        }
    }
    let times = [("CreationDate", &said.creation_date), ("ModDate", &said.modification_date)];
    for (name, time) in times.into_iter().filter_map(|(name, time)| Some((name, time.as_ref()?))) {
        let DateTime { year, month, day, hour, minute, .. } = time;
        found.say(Time, name, format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"));
    }
}

fn look(found: &mut Metadata, object: &Object<'_>) {
    match object {
        Object::Dict(dictionary) => members(found, dictionary),
        Object::Stream(stream) => {
            members(found, stream.dict());
            let data = stream.raw_data();
            if data.starts_with(&[0xff, 0xd8, 0xff]) {
                found.join(jpeg::examine(&data));
            }
        }
        _ => {}
    }
}

fn members(found: &mut Metadata, dictionary: &Dict<'_>) {
    for (name, kind, words) in MEMBERS {
        if dictionary.contains_key(name) {
            found.say(kind, words, "");
        }
    }
}

/// What the file has around its objects.
fn file(found: &mut Metadata, bytes: &[u8]) {
    let ends = bytes.windows(5).filter(|window| *window == b"%%EOF").count();
    if ends > 1 {
        found.say(Comment, "history", format!("{ends} states of the file"));
    }
    let after = bytes.windows(5).rposition(|window| window == b"%%EOF").map_or(bytes.len(), |at| bytes.len() - at - 5);
    if after > 2 {
        found.say(Embedded, "after the end", format!("{after} bytes"));
    }
    if find(bytes, b"/Info").is_some() {
        found.say(Comment, "information about the document", "");
    }
    if find(bytes, b"%PDF-") != Some(0) {
        found.say(Embedded, "before the beginning", "");
    }
    if ends == 0 {
        found.say(Unknown, "no end", "");
    }
}
