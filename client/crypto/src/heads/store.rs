//! Where heads and tree nodes are kept.

use std::collections::BTreeMap;
use std::convert::Infallible;

use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::Head;

/// The heads of a team's journals, numbered in order of their first appearance, and the complete nodes of the tree over them.
pub trait HeadStore {
    /// Why it fails.
    type Error: std::error::Error;

    /// How many journals there are.
    ///
    /// # Errors
    /// The store's own.
    fn size(&self) -> Result<u64, Self::Error>;

    /// The number of a journal.
    ///
    /// # Errors
    /// The store's own.
    fn index(&self, journal: &JournalId) -> Result<Option<u64>, Self::Error>;

    /// The head of the journal of this number.
    ///
    /// # Errors
    /// The store's own.
    fn head(&self, index: u64) -> Result<Option<Head>, Self::Error>;

    /// The node over the leaves `index · 2^level` to `(index + 1) · 2^level - 1`.
    ///
    /// # Errors
    /// The store's own.
    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, Self::Error>;

    /// Sets a head; the number of a new journal is [`Self::size`].
    ///
    /// # Errors
    /// The store's own.
    fn put_head(&mut self, index: u64, head: Head) -> Result<(), Self::Error>;

    /// Sets a node.
    ///
    /// # Errors
    /// The store's own.
    fn put_node(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Self::Error>;
}

/// Heads in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryHeads {
    indices: BTreeMap<JournalId, u64>,
    heads: BTreeMap<u64, Head>,
    nodes: BTreeMap<(u8, u64), Hash>,
}

impl HeadStore for MemoryHeads {
    type Error = Infallible;

    fn size(&self) -> Result<u64, Infallible> {
        Ok(self.heads.len() as u64)
    }

    fn index(&self, journal: &JournalId) -> Result<Option<u64>, Infallible> {
        Ok(self.indices.get(journal).copied())
    }

    fn head(&self, index: u64) -> Result<Option<Head>, Infallible> {
        Ok(self.heads.get(&index).copied())
    }

    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, Infallible> {
        Ok(self.nodes.get(&(level, index)).copied())
    }

    fn put_head(&mut self, index: u64, head: Head) -> Result<(), Infallible> {
        self.indices.insert(head.journal, index);
        self.heads.insert(index, head);
        Ok(())
    }

    fn put_node(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), Infallible> {
        self.nodes.insert((level, index), hash);
        Ok(())
    }
}

/// Changes to a store that are not written yet.
pub(super) struct Overlay<'a, S> {
    base: &'a S,
    size: u64,
    changes: MemoryHeads,
}

impl<'a, S: HeadStore> Overlay<'a, S> {
    pub(super) fn new(base: &'a S) -> Result<Self, S::Error> {
        Ok(Self { base, size: base.size()?, changes: MemoryHeads::default() })
    }

    /// The changes, to be written by [`write`].
    pub(super) fn into_changes(self) -> MemoryHeads {
        self.changes
    }
}

/// Writes changes to their store.
pub(super) fn write<S: HeadStore>(changes: MemoryHeads, store: &mut S) -> Result<(), S::Error> {
    for (index, head) in changes.heads {
        store.put_head(index, head)?;
    }
    for ((level, index), hash) in changes.nodes {
        store.put_node(level, index, hash)?;
    }
    Ok(())
}

impl<S: HeadStore> HeadStore for Overlay<'_, S> {
    type Error = S::Error;

    fn size(&self) -> Result<u64, S::Error> {
        Ok(self.size)
    }

    fn index(&self, journal: &JournalId) -> Result<Option<u64>, S::Error> {
        match self.changes.indices.get(journal) {
            Some(index) => Ok(Some(*index)),
            None => self.base.index(journal),
        }
    }

    fn head(&self, index: u64) -> Result<Option<Head>, S::Error> {
        match self.changes.heads.get(&index) {
            Some(head) => Ok(Some(*head)),
            None => self.base.head(index),
        }
    }

    fn node(&self, level: u8, index: u64) -> Result<Option<Hash>, S::Error> {
        match self.changes.nodes.get(&(level, index)) {
            Some(hash) => Ok(Some(*hash)),
            None => self.base.node(level, index),
        }
    }

    fn put_head(&mut self, index: u64, head: Head) -> Result<(), S::Error> {
        self.size = self.size.max(index.saturating_add(1));
        self.changes.indices.insert(head.journal, index);
        self.changes.heads.insert(index, head);
        Ok(())
    }

    fn put_node(&mut self, level: u8, index: u64, hash: Hash) -> Result<(), S::Error> {
        self.changes.nodes.insert((level, index), hash);
        Ok(())
    }
}
