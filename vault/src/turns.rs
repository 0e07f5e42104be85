//! Whose turn it is: those who would write the same records wait for each other rather than try in vain. Correctness does not
//! come from here (another process knows nothing of it), with one exception: files of blobs without a record are removed only by
//! the process that has the data directory, while nobody stores blobs of that journal.

use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::record::{JournalKey, PeriodKey, TeamKey};

/// Turns of each kind; several of its things may share one.
const TURNS: usize = 256;

/// Turns of periods, teams and journals. A journal's is taken before a team's.
#[derive(Debug)]
pub struct Turns {
    journals: Vec<RwLock<()>>,
    teams: Vec<Mutex<()>>,
    periods: Vec<Mutex<()>>,
}

impl Default for Turns {
    fn default() -> Self {
        let some = || (0..TURNS).map(|_| Mutex::default()).collect();
        Self { journals: (0..TURNS).map(|_| RwLock::default()).collect(), teams: some(), periods: some() }
    }
}

impl Turns {
    /// Waits until blobs of a journal may be stored, beside others who store some.
    pub async fn store(&self, journal: &JournalKey) -> Option<RwLockReadGuard<'_, ()>> {
        Some(of(&self.journals, journal)?.read().await)
    }

    /// Waits until nobody stores blobs of a journal.
    pub async fn remove(&self, journal: &JournalKey) -> Option<RwLockWriteGuard<'_, ()>> {
        Some(of(&self.journals, journal)?.write().await)
    }

    /// Waits for the turn to close a period, or to count it.
    pub async fn period(&self, place: &PeriodKey) -> Option<MutexGuard<'_, ()>> {
        Some(of(&self.periods, place)?.lock().await)
    }

    /// Waits for the turn to write to a team's record.
    pub async fn team(&self, team: &TeamKey) -> Option<MutexGuard<'_, ()>> {
        Some(of(&self.teams, team)?.lock().await)
    }
}

/// The turn of `key`; there always is one.
fn of<'a, T>(turns: &'a [T], key: &impl Hash) -> Option<&'a T> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    turns.get(hasher.finish() as usize % turns.len().max(1))
}
