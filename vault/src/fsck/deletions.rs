//! Deletion.

use std::collections::BTreeMap;

use casevault_wire::limit;
use casevault_wire::time::Time;

use super::{Check, Fault, FsckError};
use crate::journal::is_own;
use crate::record::{JournalKey, TeamKey, kind};

impl Check<'_> {
    /// Marks, each of a journal that has its team, and no more than a team may have; and the journals that are removed.
    pub(super) async fn deletions(&mut self) -> Result<(), FsckError> {
        let marks: BTreeMap<JournalKey, Time> = self.all(kind::MARK).await?.into_iter().collect();
        let mut counts: BTreeMap<TeamKey, usize> = BTreeMap::new();
        for journal in marks.keys() {
            let count = counts.entry(journal.team).or_default();
            *count += 1;
            if *count > limit::DELETIONS || !self.is_of_its_team(journal) {
                self.find(Fault::Deletion, &journal.journal);
            }
        }
        for (journal, _) in self.all::<JournalKey, Time>(kind::REMOVED).await? {
            if !self.is_of_its_team(&journal) {
                self.find(Fault::Deletion, &journal.journal);
            }
            self.used.insert((journal.team.organisation, journal.journal));
            self.removed.insert(journal, marks.contains_key(&journal));
        }
        Ok(())
    }

    fn is_of_its_team(&self, journal: &JournalKey) -> bool {
        is_own(journal) || self.owners.get(&(journal.team.organisation, journal.journal)) == Some(&journal.team.team)
    }

    /// That a journal of which something is there was not removed, unless that goes on.
    pub(super) fn not_removed(&mut self, journal: &JournalKey) {
        if self.removed.get(journal) == Some(&false) {
            self.find(Fault::Deletion, &journal.journal);
        }
    }
}
