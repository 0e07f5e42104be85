//! The files of a bundle: BagIt 1.0 (RFC 8493).

use casevault_wire::hash::Hash;
use casevault_wire::time::Time;

use super::custody::instant;
use crate::journal::Place;

/// Says that this is a bag.
pub const BAGIT: &str = "bagit.txt";
/// What stands there.
pub const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Says of what it is one.
pub const BAG_INFO: &str = "bag-info.txt";
/// The digests of all files that are evidence: SHA-256 and SHA-512.
pub const MANIFESTS: [&str; 2] = ["manifest-sha256.txt", "manifest-sha512.txt"];
/// The digests of those about them.
pub const TAG_MANIFESTS: [&str; 2] = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
/// The event of the export, which signs for all of it.
pub const EXPORT: &str = "export.bin";
/// The time stamp of that, if there is one.
pub const STAMP: &str = "export.tsr";
/// What a person reads first, as a page and to print.
pub const COVER: &str = "data/cover.html";
/// The same as PDF.
pub const COVER_PDF: &str = "data/cover.pdf";
/// The signed chain.
pub const CHAIN: &str = "data/custody/chain.bin";
/// The same in words.
pub const CUSTODY: &str = "data/custody/custody.json";
/// The organisation log.
pub const LOG: &str = "data/custody/log.bin";
/// The log of the organisation that a dossier is for, if that is another.
pub const LOG_RECIPIENT: &str = "data/custody/log-recipient.bin";
/// What all evidence is under.
pub const PAYLOAD: &str = "data/";

/// What documents are under.
const DOCUMENTS: &str = "data/documents/";
/// Characters of a document's name that its file has.
const NAME: usize = 100;

/// The file of the `number`th document, from 1.
pub fn document_path(number: usize, name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let safe: Vec<_> = base.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let end: String = safe.iter().skip(safe.len().saturating_sub(NAME)).collect();
    let end = end.trim_end_matches('.');
    format!("{DOCUMENTS}{number:03}-{}", if end.is_empty() { "document" } else { end })
}

/// Whether a document of a bundle may be at this path.
pub fn is_document(path: &str) -> bool {
    let Some((number, name)) = path.strip_prefix(DOCUMENTS).and_then(|file| file.split_once('-')) else { return false };
    number.parse().is_ok_and(|number: usize| number > 0 && document_path(number, name) == path)
}

/// Whether a file of a bundle that is no document is at this path: its bytes are looked at.
pub fn is_known(path: &str) -> bool {
    [BAGIT, BAG_INFO, EXPORT, STAMP, COVER, COVER_PDF, CHAIN, CUSTODY, LOG, LOG_RECIPIENT].contains(&path)
        || [MANIFESTS, TAG_MANIFESTS].concat().contains(&path)
}

/// A manifest of files and their digests, which are in order of their paths.
pub fn manifest<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    files.into_iter().map(|(path, digest)| format!("{}  {path}\n", data_encoding::HEXLOWER.encode(digest))).collect()
}

/// What stands in [`BAG_INFO`]: `bytes` and `files` are of the payload.
pub fn bag_info(place: &Place, fingerprint: &Hash, exported: Time, (bytes, files): (u64, usize)) -> String {
    let day: String = instant(exported).chars().take(10).collect();
    let Place { organisation, journal, .. } = place;
    format!(
        "Bagging-Date: {day}\nCasevault-Evidence-Version: 1\nExternal-Identifier: {organisation}/{journal}\n\
         Casevault-Root-Fingerprint: {fingerprint}\nPayload-Oxum: {bytes}.{files}\n"
    )
}
