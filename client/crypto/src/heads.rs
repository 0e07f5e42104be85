//! Heads over the other service (SPEC §8.6): members tell each other through the keyserver how the vault's journals stand, so that
//! neither server can roll back, fork or withhold a journal unnoticed.
//!
//! [`propose`] makes the next record, [`accept`] takes records over in order, [`compare`] holds what the vault serves against
//! what was recorded. All state is in a [`HeadStore`], which a database can be.

mod compare;
mod record;
mod statement;
mod store;
mod tree;

#[cfg(test)]
mod tests;

pub use compare::{Agreement, HeadAlarm, compare};
pub use record::{HeadsReader, HeadsState, accept, propose};
pub use statement::{HeadChange, HeadStatement};
pub use store::{HeadStore, MemoryHeads};
pub use tree::{empty_root, leaf, root, update};

/// Why a record cannot be made, or is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeadsError<E: std::error::Error> {
    /// The store failed.
    #[error("the store of heads failed")]
    Store(#[source] E),
    /// The store lacks a node or head that it was given.
    #[error("the store of heads is damaged")]
    Damaged,
    /// Not the record that comes next, of an older generation, or a checkpoint where none belongs.
    #[error("the record does not continue the team's heads")]
    Chain,
    /// The key of this generation is not here yet.
    #[error("the key of generation {0} is not here yet")]
    KeyMissing(u64),
    /// Does not open, or opens to something that is no statement of heads.
    #[error("the record does not open")]
    Sealed,
    /// More journals than a record holds.
    #[error("more journals than a record of heads holds")]
    TooMany,
    /// The root is not that of the heads, or a vault's signature does not belong to the head beside it.
    #[error("the record contradicts itself")]
    Contradiction,
    /// The record contradicts the records before it.
    #[error(transparent)]
    Alarm(HeadAlarm),
    /// No randomness.
    #[error(transparent)]
    Random(crate::random::RandomError),
}
