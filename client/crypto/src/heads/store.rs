//! Where heads are kept.

use std::collections::BTreeMap;
use std::convert::Infallible;

use casevault_wire::id::JournalId;

use super::Word;

/// The longest head of each of a team's journals, with the vault's word for it.
pub trait HeadStore {
    /// Why it fails.
    type Error: std::error::Error;

    /// The head of a journal.
    ///
    /// # Errors
    /// The store's own.
    fn word(&self, journal: &JournalId) -> Result<Option<Word>, Self::Error>;

    /// All heads, or as many of the latest changes as `most`.
    ///
    /// # Errors
    /// The store's own.
    fn newest(&self, most: usize) -> Result<Vec<Word>, Self::Error>;

    /// Sets the head of its journal.
    ///
    /// # Errors
    /// The store's own.
    fn put(&mut self, word: Word) -> Result<(), Self::Error>;
}

/// Heads in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryHeads(BTreeMap<JournalId, Word>);

impl HeadStore for MemoryHeads {
    type Error = Infallible;

    fn word(&self, journal: &JournalId) -> Result<Option<Word>, Infallible> {
        Ok(self.0.get(journal).copied())
    }

    fn newest(&self, most: usize) -> Result<Vec<Word>, Infallible> {
        let mut words: Vec<_> = self.0.values().copied().collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.change));
        words.truncate(most);
        Ok(words)
    }

    fn put(&mut self, word: Word) -> Result<(), Infallible> {
        self.0.insert(word.head.journal, word);
        Ok(())
    }
}
