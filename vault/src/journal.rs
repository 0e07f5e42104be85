//! Journals (SPEC §7.4.3): what makes a batch of entries continue one, and where each stands.

mod append;
mod read;

pub use append::Append;
use casevault_service::http::problem::Problem;
use casevault_wire::codec::encode;
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Entry, Head, entry_hash};
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
pub use read::{PAGE, is_own};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// Where a journal stands, and the change that brought it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Standing {
    /// Its head.
    pub head: Head,
    /// The team's count of appends with its last one.
    pub change: u64,
    /// When that was.
    pub time: Time,
}

/// Entries that are of one journal and follow each other.
#[derive(Debug, Clone)]
pub struct Chain {
    first: u64,
    previous: Hash,
    lowest: u64,
    /// The most that the generation rises from one entry to the next.
    step: u64,
    head: Head,
    encoded: Vec<Vec<u8>>,
}

/// How a chain relates to a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It continues it.
    Continues,
    /// The journal ends with it already.
    Repeated,
    /// Neither.
    Conflicts,
}

impl Chain {
    /// The chain that `entries` are; `None` if there are none.
    ///
    /// # Errors
    /// `malformed` if one is of another journal, does not follow the one before, or is of a lower generation.
    pub fn of(journal: JournalId, entries: &[Entry]) -> Result<Option<Self>, Problem> {
        let Some(first) = entries.first() else { return Ok(None) };
        let mut head = Head { journal, length: first.sequence, hash: first.previous, generation: first.generation };
        let mut step = 0;
        for entry in entries {
            let follows = entry.journal == journal
                && entry.sequence == head.length
                && entry.previous == head.hash
                && entry.generation >= head.generation;
            let length = entry.sequence.checked_add(1).filter(|_| follows).ok_or(Problem(Code::Malformed))?;
            step = entry.generation.saturating_sub(head.generation).max(step);
            head = Head { journal, length, hash: entry_hash(entry), generation: entry.generation };
        }
        let encoded = entries.iter().map(encode).collect();
        Ok(Some(Self { first: first.sequence, previous: first.previous, lowest: first.generation, step, head, encoded }))
    }

    /// How it relates to a journal with `head`.
    pub fn relation(&self, head: &Head) -> Relation {
        if *head == self.head {
            Relation::Repeated
        } else if self.first == head.length && self.previous == head.hash && self.lowest >= head.generation {
            Relation::Continues
        } else {
            Relation::Conflicts
        }
    }

    /// Whether all of it is of one generation.
    pub fn is_of(&self, generation: u64) -> bool {
        (self.lowest, self.head.generation) == (generation, generation)
    }

    /// Whether no entry is of a generation more than one above that of the one before it, beginning at `generation`.
    pub fn rises_by_one(&self, generation: u64) -> bool {
        self.lowest.saturating_sub(generation).max(self.step) <= 1
    }

    /// How many entries.
    pub fn length(&self) -> u64 {
        self.encoded.len() as u64
    }

    /// Where the journal stands after it.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Each entry's sequence and encoding.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.first..).zip(self.encoded.iter().map(Vec::as_slice))
    }

    /// Bytes of the entries.
    pub fn bytes(&self) -> u64 {
        self.encoded.iter().map(|entry| entry.len() as u64).sum()
    }
}

/// The head of a journal that has no entries.
pub fn empty_head(journal: JournalId) -> Head {
    Head { journal, length: 0, hash: Hash::ZERO, generation: 0 }
}

#[cfg(test)]
mod tests;
