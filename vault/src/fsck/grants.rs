//! Grants.

use std::collections::BTreeMap;

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::JournalId;
use casevault_wire::limit;

use super::{Check, Fault, FsckError};
use crate::grant::{Dossier, Terms, digest_of};
use crate::record::{self, BlobKey, JournalKey, kind};

impl Check<'_> {
    /// Each is of a journal of its team, with the blobs that it was given with, which are there, and a key that was not replaced; of one
    /// that was ended nothing is left.
    pub(super) async fn grants(&mut self) -> Result<(), FsckError> {
        let mut terms: BTreeMap<JournalKey, Terms> = self.all(kind::TERMS).await?.into_iter().collect();
        let mut granted: BTreeMap<JournalKey, BTreeMap<BlobDigest, JournalId>> = BTreeMap::new();
        for (BlobKey { journal, digest }, from) in self.all::<BlobKey, JournalId>(kind::GRANTED).await? {
            let there = record::blob(&BlobKey { journal: JournalKey { journal: from, ..journal }, digest });
            if self.records.read(&there).await?.is_none() {
                self.find(Fault::Grant, &digest);
            }
            granted.entry(journal).or_default().insert(digest, from);
        }
        for (journal, dossier) in self.all::<JournalKey, Dossier>(kind::DOSSIER).await? {
            self.count(journal.team, dossier.cost());
            self.not_removed(&journal);
            self.used.insert((journal.team.organisation, journal.journal));
            let blobs = granted.remove(&journal).unwrap_or_default();
            let whole = terms.remove(&journal).map_or(blobs.is_empty(), |terms| {
                let given = terms.blobs == digest_of(blobs.iter()) && dossier.blobs as usize == blobs.len();
                given && terms.generation > 0
            });
            let length = self.standings.get(&journal).map_or(0, |standing| standing.head.length);
            let counted = dossier.entries <= length.saturating_sub(1).min(limit::GRANT_ENTRIES);
            let owner = self.owners.get(&(journal.team.organisation, journal.journal));
            if !whole || !counted || owner != Some(&journal.team.team) {
                self.find(Fault::Grant, &journal.journal);
            }
        }
        for journal in terms.into_keys().chain(granted.into_keys()) {
            self.find(Fault::Grant, &journal.journal);
        }
        Ok(())
    }
}
