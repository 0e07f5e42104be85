//! Replay of what this device has verified before, without a second look at its signatures.
//!
//! The hash chain pins every byte of a log: entries that end at a position that was verified are the entries that were verified,
//! wherever they come from. What must not come from elsewhere is the position, so it has a type of its own.

use super::{LogError, LogPosition, Organisation};
use crate::log::SignedLogEntry;

/// How much of a log this device has verified itself, entry by entry. There are two ways to one: a verified [`Organisation`], and
/// the device's own store, where such a one was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedPosition(LogPosition);

impl VerifiedPosition {
    /// What [`Organisation::verified`] was, as this device kept it in its own encrypted store. Never anything that was received:
    /// `tests/architecture` lets one file name this function.
    pub fn from_own_store(position: LogPosition) -> Self {
        Self(position)
    }

    /// The position, for keeping.
    pub fn position(&self) -> LogPosition {
        self.0
    }
}

impl Organisation {
    /// How much of the log is verified.
    pub fn verified(&self) -> VerifiedPosition {
        VerifiedPosition(self.position)
    }

    /// Takes over `entries`, which `ahead` has verified and is longer by, without checking their signatures again.
    ///
    /// # Errors
    /// [`LogError`] if they are any others.
    pub fn follow_to(&mut self, ahead: &Self, entries: &[SignedLogEntry]) -> Result<(), LogError> {
        for entry in entries {
            self.follow(entry)?;
        }
        if self.position == ahead.position { Ok(()) } else { Err(LogError::Pinned) }
    }

    /// Folds `entries`, which must be exactly those that were verified, without checking their signatures again.
    ///
    /// # Errors
    /// [`LogError`] if they are any others.
    pub fn replay(entries: &[SignedLogEntry], verified: &VerifiedPosition) -> Result<Self, LogError> {
        let (first, rest) = entries.split_first().ok_or(LogError::Chain)?;
        let mut organisation = Self::begin(first)?;
        for entry in rest {
            organisation.follow(entry)?;
        }
        if organisation.verified() == *verified { Ok(organisation) } else { Err(LogError::Pinned) }
    }
}
