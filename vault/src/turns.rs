//! Whose turn it is: those who would write the same records wait for each other rather than try in vain. Correctness does not
//! come from here (another process knows nothing of it), with one exception: files of blobs without a record are removed only by
//! the process that has the data directory, in its journal's turn.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard};

use crate::record::{JournalKey, TeamKey};

/// Turns of each kind; several teams or journals may share one.
const TURNS: usize = 256;

/// Turns of teams and journals. A journal's is taken before a team's.
#[derive(Debug)]
pub struct Turns {
    journals: Vec<Mutex<()>>,
    teams: Vec<Mutex<()>>,
    alone: Mutex<()>,
}

impl Default for Turns {
    fn default() -> Self {
        let turns = || (0..TURNS).map(|_| Mutex::new(())).collect();
        Self { journals: turns(), teams: turns(), alone: Mutex::new(()) }
    }
}

impl Turns {
    /// Waits for the turn to write to a journal.
    pub async fn journal(&self, journal: &JournalKey) -> MutexGuard<'_, ()> {
        self.of(&self.journals, journal).lock().await
    }

    /// Waits for the turn to write to a team's record.
    pub async fn team(&self, team: &TeamKey) -> MutexGuard<'_, ()> {
        self.of(&self.teams, team).lock().await
    }

    fn of<'a>(&'a self, turns: &'a [Mutex<()>], key: &impl Hash) -> &'a Mutex<()> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let index = hasher.finish() as usize % turns.len().max(1);
        turns.get(index).unwrap_or(&self.alone)
    }
}
