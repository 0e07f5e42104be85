//! Heads over the other service (SPEC §8.6): members tell each other through the keyserver how the vault's journals stand, so that
//! neither server can roll back, fork or withhold a journal unnoticed.
//!
//! [`propose`] makes the next record, [`accept`] takes records over in order, [`compare`] holds what the vault serves against
//! what was recorded. Every head comes with the vault's own signature, so that a member can tell nothing of the vault that the
//! vault did not say. All state is in a [`HeadStore`], which a database can be.

mod compare;
mod record;
mod state;
mod statement;
mod store;

#[cfg(test)]
mod tests;

pub use compare::{Agreement, HeadAlarm, compare, contradictions};
pub use record::{HeadsReader, Recorder, Taken, accept, propose};
pub use state::HeadsState;
pub use statement::{HeadStatement, SignedHeadStatement, Word};
pub use store::{HeadStore, MemoryHeads};

/// Why a record cannot be made, or is not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadsError<E: std::error::Error> {
    /// The store failed.
    #[error("the store of heads failed")]
    Store(#[source] E),
    /// Not the record that comes next: the keyserver has another history.
    #[error("the record does not continue the team's heads")]
    Chain,
    /// The key of this generation is not here.
    #[error("the key of generation {0} is not here")]
    KeyMissing(u64),
    /// The recorder had verified more of the log than is verified here.
    #[error("the record needs {0} entries of the log")]
    LogBehind(u64),
    /// Does not open, or opens to something that is no statement of heads.
    #[error("the record does not open")]
    Sealed,
    /// Not signed, for this place, by a device that was in the team.
    #[error("the record is not signed by a device of the team")]
    Recorder,
    /// A head without the vault's signature for this team.
    #[error("the record has a head that the vault did not sign")]
    Word,
    /// No randomness.
    #[error(transparent)]
    Random(crate::random::RandomError),
}

impl<E: std::error::Error> HeadsError<E> {
    /// Whether the record may yet be read once the group and the log have been followed further.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::KeyMissing(_) | Self::LogBehind(_))
    }

    /// Whether the record can never be read: a member garbled it. It is stepped over.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Sealed | Self::Recorder | Self::Word)
    }
}
