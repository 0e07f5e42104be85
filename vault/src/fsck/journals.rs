//! Entries, heads, owners and changes.

use std::collections::BTreeMap;

use casevault_wire::codec::encode;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::journal::{Entry, Head, entry_hash};

use super::{Check, Fault, FsckError};
use crate::journal::{Standing, empty_head, is_own};
use crate::record::{JournalKey, TeamKey, kind};

impl Check<'_> {
    /// Heads, each of a journal that has its team.
    pub(super) async fn journals(&mut self) -> Result<(), FsckError> {
        self.owners = self.all::<(OrganisationId, JournalId), TeamId>(kind::OWNER).await?.into_iter().collect();
        for (journal, standing) in self.all::<JournalKey, Standing>(kind::JOURNAL).await? {
            self.owned(&journal);
            self.standings.insert(journal, standing);
        }
        Ok(())
    }

    /// That a journal, which has something, has its team. A team's own needs no record.
    pub(super) fn owned(&mut self, journal: &JournalKey) {
        let owner = (journal.team.organisation, journal.journal);
        match self.owners.get(&owner) {
            Some(team) if *team == journal.team.team => {
                self.used.insert(owner);
            }
            _ if is_own(journal) => {}
            _ => self.find(Fault::Owner, &journal.journal),
        }
    }

    /// That nothing has a team which has nothing.
    pub(super) fn nobodys(&mut self) {
        let owners = std::mem::take(&mut self.owners);
        for (organisation, journal) in owners.into_keys().filter(|owner| !self.used.contains(owner)).collect::<Vec<_>>() {
            self.find(Fault::Owner, &format_args!("{journal} of organisation {organisation}"));
        }
    }

    /// Entries, which follow each other up to their journal's head.
    pub(super) async fn entries(&mut self) -> Result<(), FsckError> {
        let mut ends: BTreeMap<JournalKey, Head> = BTreeMap::new();
        self.visit(kind::ENTRY, |check, (journal, sequence): (JournalKey, u64), entry: Entry| {
            check.count(journal.team, encode(&entry).len() as u64);
            let end = ends.entry(journal).or_insert(empty_head(journal.journal));
            let (fault, after) = follow(end, &journal, sequence, &entry);
            *end = after;
            if let Some(fault) = fault {
                check.find(fault, &format_args!("{} {sequence}", journal.journal));
            }
        })
        .await?;
        for (journal, standing) in self.standings.clone() {
            if self.removed.contains_key(&journal) {
                if ends.remove(&journal).is_some() {
                    self.not_removed(&journal);
                }
            } else if ends.remove(&journal) != Some(standing.head) {
                self.find(Fault::Head, &journal.journal);
            }
        }
        for journal in ends.into_keys() {
            self.find(Fault::Head, &journal.journal);
        }
        Ok(())
    }

    /// The index of changes has each journal once, at the change and head that its record says.
    pub(super) async fn changes(&mut self) -> Result<(), FsckError> {
        let mut missing = self.standings.clone();
        for ((team, change), head) in self.all::<(TeamKey, u64), Head>(kind::CHANGE).await? {
            let standing = missing.remove(&JournalKey { team, journal: head.journal });
            if !standing.is_some_and(|standing| standing.change == change && standing.head == head) {
                self.find(Fault::Change, &head.journal);
            }
        }
        for journal in missing.into_keys() {
            self.find(Fault::Change, &journal.journal);
        }
        Ok(())
    }
}

/// What is wrong with an entry after `end`, and where its journal stands after it.
fn follow(end: &Head, journal: &JournalKey, sequence: u64, entry: &Entry) -> (Option<Fault>, Head) {
    let after = Head {
        journal: journal.journal,
        length: sequence.saturating_add(1),
        hash: entry_hash(entry),
        generation: entry.generation,
    };
    let placed = entry.journal == journal.journal && entry.sequence == sequence;
    let follows = sequence == end.length && entry.previous == end.hash && entry.generation >= end.generation;
    let fault = match (placed, follows) {
        (false, _) => Some(Fault::Place),
        (true, false) => Some(Fault::Chain),
        (true, true) => None,
    };
    (fault, after)
}
