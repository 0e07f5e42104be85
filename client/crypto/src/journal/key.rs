//! The keys that entries are sealed under, by generation.

use std::collections::BTreeMap;

use crate::keys::JournalKey;
use crate::secret::Secret;

/// The key of one generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey {
    /// The secret.
    pub secret: Secret,
    /// The generation of the team key in which it was made: only entries written in that generation may be under it. 0 for a dossier's
    /// keys, which are bound to none.
    pub created: u64,
}

/// A journal's keys.
pub trait KeyRing {
    /// The key of `generation`, if it is here.
    fn key(&self, generation: u64) -> Option<EntryKey>;

    /// The newest generation; 0 if there is no key.
    fn newest(&self) -> u64;
}

/// The keys of a team's own journal: the generation is the team key's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamKeys(pub BTreeMap<u64, JournalKey>);

impl KeyRing for TeamKeys {
    fn key(&self, generation: u64) -> Option<EntryKey> {
        let key = self.0.get(&generation)?;
        Some(EntryKey { secret: key.secret().clone(), created: generation })
    }

    fn newest(&self) -> u64 {
        self.0.last_key_value().map(|(generation, _)| *generation).unwrap_or_default()
    }
}
