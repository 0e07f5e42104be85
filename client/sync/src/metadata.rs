//! What a file says besides what is seen of it (SPEC §6.9): kinds for the record, values for the screen alone. What cannot be examined to its
//! end counts as [`MetadataKind::Unknown`], never as nothing.

mod exif;
mod jpeg;
mod pdf;
mod png;
#[cfg(test)]
mod tests;

use casevault_crypto::event::{Found, MetadataKind};
use casevault_crypto::secret::SecretBytes;

use crate::apart::{Made, Task};
use crate::redraw::Format;

/// Bytes of a file that is examined.
pub(crate) const BYTES: u64 = 64 << 20;
/// Bytes by which a text is told from what is none.
pub(crate) const START: usize = 4096;
/// Values that are shown, and characters of one.
const VALUES: usize = 256;
const VALUE: usize = 200;

/// Something that a file says besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataValue {
    /// Of which kind it is.
    pub kind: MetadataKind,
    /// What the file calls it.
    pub name: String,
    /// What it says, as the file has it: data of whoever made the file.
    pub value: String,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The kinds.
    pub found: Found,
    /// The values, or as many as are shown.
    pub values: Vec<MetadataValue>,
}

impl Metadata {
    /// Of what cannot be examined.
    pub(crate) fn unknown() -> Self {
        Self { found: Found::default().with(MetadataKind::Unknown), values: Vec::new() }
    }

    fn say(&mut self, kind: MetadataKind, name: impl Into<String>, value: impl AsRef<str>) {
        self.found = self.found.with(kind);
        if self.values.len() < VALUES {
            let value = value.as_ref().chars().take(VALUE).collect();
            self.values.push(MetadataValue { kind, name: name.into(), value });
        }
    }

    fn join(&mut self, other: Self) {
        self.found = Found(self.found.0 | other.found.0);
        self.values.extend(other.values);
        self.values.truncate(VALUES);
    }
}

/// Whether more than the beginning of a file has to be looked at to know what is in it.
pub(crate) fn is_examined(start: &[u8]) -> bool {
    Format::of(start).is_some() || exif::is_container(start) || is_text(start, true)
}

/// Examines a file.
pub(crate) fn examine(bytes: SecretBytes) -> Metadata {
    // Text, and what nobody here can examine, goes through no decoder.
    if Format::of(&bytes).is_none() && !exif::is_container(&bytes) {
        return look(&bytes);
    }
    if let Ok(Made::Metadata(metadata)) = Task::Examine.done(bytes) { metadata } else { Metadata::unknown() }
}

/// What [`examine`] has done.
pub(crate) fn look(bytes: &[u8]) -> Metadata {
    match Format::of(bytes) {
        Some(Format::Jpeg) => jpeg::examine(bytes),
        Some(Format::Png) => png::examine(bytes),
        Some(Format::Pdf) => pdf::examine(bytes),
        None if exif::is_container(bytes) => exif::examine_container(bytes),
        None if is_text(bytes, false) => Metadata::default(),
        None => Metadata::unknown(),
    }
}

/// Whether all of it is there to be read: words, and no markup that could hide some. Of a part, `cut` in a character is none of its faults.
fn is_text(bytes: &[u8], cut: bool) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if cut && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let markup = text.trim_start_matches('\u{feff}').trim_start().starts_with(['<', '{', '%']);
    !markup && text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | '\u{c}') || !letter.is_control())
}

/// Bytes as text, whatever they are.
fn lossy(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>()).map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned(),
    }
}
