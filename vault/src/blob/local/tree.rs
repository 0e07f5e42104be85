//! The tree of blob files, read back.

use std::fs::DirEntry;
use std::io;
use std::path::Path;

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};

use crate::blob::Kept;
use crate::record::{BlobKey, JournalKey, TeamKey};

/// Every blob file below `root`. Names that are none are an error: nobody else writes here.
pub(super) fn list(root: &Path) -> io::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for (organisation, organisation_entry) in named(root, OrganisationId::parse)? {
        for (team, team_entry) in named(&organisation_entry.path(), TeamId::parse)? {
            for (journal, journal_entry) in named(&team_entry.path(), JournalId::parse)? {
                let journal = JournalKey { team: TeamKey { organisation, team }, journal };
                for (digest, file) in named(&journal_entry.path(), BlobDigest::parse)? {
                    kept.push((BlobKey { journal, digest }, file.metadata()?.len()));
                }
            }
        }
    }
    Ok(kept)
}

fn named<T, E>(path: &Path, parse: impl Fn(&str) -> Result<T, E>) -> io::Result<Vec<(T, DirEntry)>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let id = parse(&entry.file_name().to_string_lossy()).map_err(|_| io::ErrorKind::InvalidData)?;
        entries.push((id, entry));
    }
    Ok(entries)
}
