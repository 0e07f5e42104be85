//! The search for plaintext: everything that people wrote, in every form it could have been stored in.

mod form;
mod sought;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use aho_corasick::{AhoCorasick, BuildError};

use crate::tree;

pub use sought::Sought;

/// Bytes read at a time.
const PIECE: usize = 4 * 1024 * 1024;

/// A search for many texts and bytes at once.
pub struct Search {
    machine: AhoCorasick,
    /// For each pattern: what it is a form of, and which form.
    origin: Vec<(usize, &'static str)>,
    labels: Vec<String>,
    longest: usize,
}

/// What a search came upon.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Files, or records, read to their ends.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What was found, and in which form.
    pub found: BTreeSet<(String, &'static str)>,
}

impl Search {
    /// A search for all that is sought.
    ///
    /// # Errors
    /// If there are too many things to search for at once.
    pub fn new(sought: &Sought) -> Result<Self, BuildError> {
        let (mut patterns, mut origin, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (label, bytes)) in sought.iter().enumerate() {
            labels.push(label.clone());
            for (name, pattern) in form::forms(bytes) {
                patterns.push(pattern);
                origin.push((index, name));
            }
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        Ok(Self { machine: AhoCorasick::new(&patterns)?, origin, labels, longest })
    }

    /// How many things are sought.
    pub fn things(&self) -> usize {
        self.labels.len()
    }

    /// How many forms of them are sought.
    pub fn forms(&self) -> usize {
        self.origin.len()
    }

    /// Searches every file below a directory, and the files' paths.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn directory(&self, directory: &Path, findings: &mut Findings) -> std::io::Result<()> {
        for path in tree::files(directory)? {
            let name = path.strip_prefix(directory).unwrap_or(&path);
            self.bytes(name.as_os_str().as_bytes(), 0, findings);
            self.file(&path, findings)?;
        }
        Ok(())
    }

    /// Searches a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn file(&self, path: &Path, findings: &mut Findings) -> std::io::Result<()> {
        let mut file = File::open(path)?;
        let mut held: Vec<u8> = Vec::with_capacity(PIECE + self.longest);
        loop {
            // What could be the beginning of a match is read again with what follows it.
            let seen = held.len().min(self.longest.saturating_sub(1));
            held.drain(..held.len() - seen);
            let read = file.by_ref().take(PIECE as u64).read_to_end(&mut held)?;
            findings.bytes += read as u64;
            if read == 0 {
                findings.files += 1;
                return Ok(());
            }
            self.bytes(&held, seen, findings);
        }
    }

    /// Searches bytes, of which the first `seen` were searched before.
    pub fn bytes(&self, bytes: &[u8], seen: usize, findings: &mut Findings) {
        for found in self.machine.find_overlapping_iter(bytes).filter(|found| found.end() > seen) {
            if let Some((index, form)) = self.origin.get(found.pattern().as_usize())
                && let Some(label) = self.labels.get(*index)
            {
                findings.found.insert((label.clone(), form));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str) -> Search {
        let mut sought = Sought::default();
        sought.text("name", text);
        Search::new(&sought).unwrap()
    }

    fn found(search: &Search, stored: &[u8]) -> Vec<&'static str> {
        let mut findings = Findings::default();
        search.bytes(stored, 0, &mut findings);
        findings.found.into_iter().map(|(_, form)| form).collect()
    }

    #[test]
    fn every_form_is_found_wherever_it_stands() {
        let name = "Tomás Rivera";
        let search = search(name);
        for before in 0..4 {
            let stored = [vec![0xa5; before], name.as_bytes().to_vec(), vec![0x5a; 3]].concat();
            assert_eq!(found(&search, &stored), ["as it is"]);
            assert!(found(&search, data_encoding::BASE64.encode(&stored).as_bytes()).contains(&"base64"), "{before} before");
            assert!(
                found(&search, data_encoding::BASE64URL_NOPAD.encode(&stored).as_bytes()).contains(&"base64url"),
                "{before} before"
            );
            assert_eq!(found(&search, data_encoding::HEXLOWER.encode(&stored).as_bytes()), ["hexadecimal"]);
            assert_eq!(found(&search, data_encoding::HEXUPPER.encode(&stored).as_bytes()), ["hexadecimal"]);
        }
        let utf16: Vec<u16> = name.encode_utf16().collect();
        assert_eq!(found(&search, &utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()), ["UTF-16LE"]);
        assert_eq!(found(&search, &utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>()), ["UTF-16BE"]);
        assert!(found(&search, b"Tomas Rivera").is_empty());
    }

    #[test]
    fn a_name_across_two_pieces_of_a_file_is_found_once() {
        let directory = tempfile::tempdir().unwrap();
        let search = search("Leila Mansour");
        for at in [0, PIECE - 13, PIECE - 12, PIECE - 1, PIECE, 2 * PIECE - 5] {
            let mut content = vec![7; 2 * PIECE + 100];
            content[at..at + 13].copy_from_slice(b"Leila Mansour");
            std::fs::write(directory.path().join("file"), content).unwrap();
            let mut findings = Findings::default();
            search.directory(directory.path(), &mut findings).unwrap();
            assert_eq!((findings.found.len(), findings.files, findings.bytes), (1, 1, 2 * PIECE as u64 + 100), "at {at}");
        }
    }

    #[test]
    fn names_of_files_are_searched_too() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("of Leila Mansour.txt"), "nothing").unwrap();
        let mut findings = Findings::default();
        search("Leila Mansour").directory(directory.path(), &mut findings).unwrap();
        assert_eq!(findings.found.len(), 1);
    }

    #[test]
    fn parts_of_a_document_are_found_and_empty_stretches_are_not_sought() {
        let document: Vec<u8> = (0..4000_u32).flat_map(u32::to_be_bytes).chain([0; 4096]).collect();
        let mut sought = Sought::default();
        sought.document("paper", &document);
        let search = Search::new(&sought).unwrap();
        assert!(!found(&search, &document).is_empty());
        assert!(found(&search, &[0; 8192]).is_empty());
    }
}
