//! The tree of blob files, read back.

use std::io;
use std::path::{Path, PathBuf};

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};

use crate::blob::Listing;
use crate::record::{BlobKey, JournalKey, TeamKey};

/// Every blob file below `root`, and what else is there.
pub(super) fn list(root: &Path) -> Listing {
    let mut listing = Listing::default();
    for (organisation, path) in named(root, OrganisationId::parse, &mut listing) {
        for (team, path) in named(&path, TeamId::parse, &mut listing) {
            for (journal, path) in named(&path, JournalId::parse, &mut listing) {
                let journal = JournalKey { team: TeamKey { organisation, team }, journal };
                for (digest, path) in named(&path, BlobDigest::parse, &mut listing) {
                    match path.symlink_metadata() {
                        Ok(file) if file.is_file() => listing.kept.push((BlobKey { journal, digest }, file.len())),
                        _ => listing.others.push(path.display().to_string()),
                    }
                }
            }
        }
    }
    listing
}

/// What is in a directory by names that are some; whatever is not, or cannot be looked into, is added to the others.
fn named<T, E>(directory: &Path, parse: impl Fn(&str) -> Result<T, E>, listing: &mut Listing) -> Vec<(T, PathBuf)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>) else {
        listing.others.push(directory.display().to_string());
        return found;
    };
    for entry in entries {
        match parse(&entry.file_name().to_string_lossy()) {
            Ok(id) => found.push((id, entry.path())),
            Err(_) => listing.others.push(entry.path().display().to_string()),
        }
    }
    found
}
