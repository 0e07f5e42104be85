//! The search for plaintext in what servers store and what passes over the wire.

use std::path::Path;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// A search for canaries in every form that they could be stored in.
pub struct Search {
    machine: AhoCorasick,
    origin: Vec<(String, &'static str)>,
}

/// What was searched and what was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Files read.
    pub files: usize,
    /// Bytes read.
    pub bytes: usize,
    /// File, canary and form of everything found.
    pub hits: Vec<String>,
}

impl Search {
    /// A search for `canaries`, each at least eight bytes long so that none occurs by chance.
    pub fn new<T: AsRef<[u8]>>(canaries: &[T]) -> Self {
        let (mut patterns, mut origin) = (Vec::new(), Vec::new());
        for canary in canaries.iter().map(AsRef::as_ref) {
            assert!(canary.len() >= 8, "{canary:?} would be found by chance");
            for (form, pattern) in forms(canary) {
                patterns.push(pattern);
                origin.push((String::from_utf8_lossy(canary).into_owned(), form));
            }
        }
        Self { machine: AhoCorasick::new(patterns).expect("few patterns"), origin }
    }

    /// Searches every file below `path`, and its name.
    pub fn tree(&self, path: &Path, findings: &mut Findings) {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).expect("readable") {
                self.tree(&entry.expect("readable").path(), findings);
            }
            return;
        }
        let content = std::fs::read(path).expect("readable");
        findings.files += 1;
        findings.bytes += content.len();
        for bytes in [&content, path.as_os_str().as_encoded_bytes()] {
            let found = self.bytes(bytes).into_iter();
            findings.hits.extend(found.map(|(canary, form)| format!("{}: {canary}, {form}", path.display())));
        }
    }

    /// What is found in `bytes`: canaries, each with its form.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<(&str, &'static str)> {
        let found = self.machine.find_overlapping_iter(bytes).filter_map(|found| self.origin.get(found.pattern().as_usize()));
        found.map(|(canary, form)| (canary.as_str(), *form)).collect()
    }
}

fn forms(canary: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("raw", canary.to_vec()),
        ("hex", HEXLOWER.encode(canary).into_bytes()),
        ("HEX", HEXUPPER.encode(canary).into_bytes()),
    ];
    for before in 0..3 {
        forms.push(("base64", digits(&BASE64_NOPAD, canary, before)));
        forms.push(("base64url", digits(&BASE64URL_NOPAD, canary, before)));
    }
    if let Ok(text) = std::str::from_utf8(canary) {
        forms.push(("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
    }
    forms
}

/// The digits that depend on `canary` alone if `before` bytes precede it in its group of three.
fn digits(encoding: &Encoding, canary: &[u8], before: usize) -> Vec<u8> {
    let padded = [vec![0; before], canary.to_vec()].concat();
    let whole = padded.len() * 8 / 6;
    encoding.encode(&padded).into_bytes().into_iter().take(whole).skip((before * 8).div_ceil(6)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_canary_is_found_in_every_form_and_place() {
        let canary = "Mira of the Løwe";
        let search = Search::new(&[canary]);
        for before in 0..7 {
            let stored = [vec![0xfe; before], canary.into(), vec![0xff; 5]].concat();
            for (form, bytes) in [
                ("raw", stored.clone()),
                ("hex", HEXLOWER.encode(&stored).into_bytes()),
                ("HEX", HEXUPPER.encode(&stored).into_bytes()),
                ("base64", BASE64_NOPAD.encode(&stored).into_bytes()),
                ("base64url", BASE64URL_NOPAD.encode(&stored).into_bytes()),
                ("UTF-16LE", canary.encode_utf16().flat_map(u16::to_le_bytes).collect()),
                ("UTF-16BE", canary.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            ] {
                assert!(search.bytes(&bytes).contains(&(canary, form)), "{form} after {before} bytes");
            }
        }
        assert!(search.bytes("Mira of the Lowe".as_bytes()).is_empty());
    }

    #[test]
    fn a_canary_in_a_file_or_in_its_name_is_found() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("deep")).unwrap();
        std::fs::write(directory.path().join("deep/file"), [vec![0; 100_000], b"canary one".to_vec()].concat()).unwrap();
        std::fs::write(directory.path().join("deep/canary two"), b"nothing").unwrap();
        let mut findings = Findings::default();
        Search::new(&["canary one", "canary two"]).tree(directory.path(), &mut findings);
        assert_eq!((findings.files, findings.bytes, findings.hits.len()), (2, 100_017, 2));
    }
}
