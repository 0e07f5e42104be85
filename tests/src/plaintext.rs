//! The demonstration's search for plaintext, for tests: what cannot be searched fails them.

use std::path::Path;

use casevault_demo::plaintext::Sought;
pub use casevault_demo::plaintext::{Findings, Search};

/// A search for `canaries`, each at least eight bytes long so that none occurs by chance.
pub fn search<T: AsRef<[u8]>>(canaries: &[T]) -> Search {
    let mut sought = Sought::default();
    for canary in canaries.iter().map(AsRef::as_ref) {
        assert!(canary.len() >= 8, "{canary:?} would be found by chance");
        sought.bytes(&String::from_utf8_lossy(canary), canary);
    }
    Search::new(&sought).expect("few canaries")
}

/// What `search` finds in the file at `path`, or in the files below it and their names.
pub fn found(search: &Search, path: &Path) -> Findings {
    let mut findings = Findings::default();
    let searched = if path.is_dir() { search.directory(path, &mut findings) } else { search.file(path, &mut findings) };
    searched.expect("readable");
    findings
}
