//! What the vault serves, against what members recorded at the keyserver.

use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::Head;

use super::{HeadStore, Word};

/// Two histories of a journal that cannot both be. Shown as an alarm; nothing of either is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadAlarm {
    /// A journal is shorter than it was.
    #[error("a journal of {recorded} entries is served with {served}")]
    Rollback {
        /// The journal.
        journal: JournalId,
        /// How many entries were recorded.
        recorded: u64,
        /// How many are served.
        served: u64,
    },
    /// A journal has another entry where an entry was recorded.
    #[error("a journal has two histories at {length} entries")]
    Fork {
        /// The journal.
        journal: JournalId,
        /// The recorded length, at which the hashes differ.
        length: u64,
    },
    /// A journal is gone.
    #[error("a journal that was recorded is not served")]
    Missing {
        /// The journal.
        journal: JournalId,
    },
}

impl HeadAlarm {
    /// The journal that it is about.
    pub fn journal(&self) -> JournalId {
        match self {
            Self::Rollback { journal, .. } | Self::Fork { journal, .. } | Self::Missing { journal } => *journal,
        }
    }
}

/// Where the vault contradicts itself: `words`, each checked to be its own, against what it said before.
///
/// # Errors
/// The store's own.
pub fn contradictions<S: HeadStore>(store: &S, words: &[Word]) -> Result<Vec<HeadAlarm>, S::Error> {
    let mut alarms = Vec::new();
    for word in words {
        if let Some(known) = store.word(&word.head.journal)? {
            alarms.extend(contradiction(&known, word));
        }
    }
    Ok(alarms)
}

fn contradiction(known: &Word, word: &Word) -> Option<HeadAlarm> {
    let journal = known.head.journal;
    if known.head.length == word.head.length || known.change == word.change {
        let fork = HeadAlarm::Fork { journal, length: known.head.length.min(word.head.length) };
        return (known.head.length != word.head.length || known.head.hash != word.head.hash).then_some(fork);
    }
    let (earlier, later) = if known.change <= word.change { (known, word) } else { (word, known) };
    let rollback = HeadAlarm::Rollback { journal, recorded: earlier.head.length, served: later.head.length };
    (later.head.length < earlier.head.length).then_some(rollback)
}

/// How a served journal agrees with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// It is what was recorded.
    Same,
    /// It continues what was recorded.
    Continues,
    /// It is longer than recorded, and its entries are not here: they say so once they are read.
    Unread,
}

/// Compares a recorded head with the one that is served. `hash_there` is the hash of the entry at the recorded length in the served
/// journal, if its entries are here.
///
/// # Errors
/// [`HeadAlarm`] if both cannot be.
pub fn compare(recorded: &Head, served: Option<&Head>, hash_there: Option<Hash>) -> Result<Agreement, HeadAlarm> {
    let journal = recorded.journal;
    let Some(served) = served.filter(|served| served.journal == journal) else {
        return if recorded.length == 0 { Ok(Agreement::Same) } else { Err(HeadAlarm::Missing { journal }) };
    };
    if served.length < recorded.length {
        return Err(HeadAlarm::Rollback { journal, recorded: recorded.length, served: served.length });
    }
    let there = if served.length == recorded.length { Some(served.hash) } else { hash_there };
    match there {
        _ if recorded.length == 0 => Ok(Agreement::Continues),
        None => Ok(Agreement::Unread),
        Some(hash) if hash != recorded.hash => Err(HeadAlarm::Fork { journal, length: recorded.length }),
        Some(_) if served.length == recorded.length => Ok(Agreement::Same),
        Some(_) => Ok(Agreement::Continues),
    }
}
