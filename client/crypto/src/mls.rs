//! Teams as MLS groups (RFC 9420, SPEC §8.3), and the one place that knows the MLS library.
//!
//! The library checks the protocol; it does not know who may do what. Here every commit and every Welcome is checked against the
//! organisation log before it counts: [`VerifiedCommit`] is the only thing that can be merged, and only [`Group::verify`] makes
//! one. An operation takes its [`Group`] by value and gives it back on success alone: after an error the caller rolls its
//! storage transaction back and loads the group again, because a message can be processed only once.

mod config;
mod credential;
mod crypto;
mod group;
mod guard;
mod join;
pub mod key_package;
mod leaf;
mod merge;
mod plan;
mod provider;
mod record;
mod refused;
mod signer;
mod verify;

#[cfg(test)]
mod tests;

pub use crypto::{Crypto, CryptoUnavailable};
pub use group::{Basis, Change, Group, GroupError, GroupState, PendingCommit, StageError, Staged};
pub use join::{JoinError, Joined, join};
pub use leaf::LeafProblem;
pub use merge::MergeError;
pub use plan::{Plan, plan};
pub use provider::Provider;
pub use record::{CheckedRecord, RecordError, check_creation, check_receipt, check_record};
pub use refused::CommitRefused;
pub use signer::DeviceSigner;
pub use verify::{Removed, Verification, VerifiedCommit, VerifyError};

use openmls::prelude::Ciphersuite;
use openmls_traits::types::HpkeConfig;

pub(crate) use group::data_hash;

/// The only ciphersuite ([`casevault_wire::limit::SUITE`]).
const SUITE: Ciphersuite = Ciphersuite::MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519;

/// HPKE as the suite has it: X-Wing, HKDF-SHA-256, ChaCha20-Poly1305.
pub(crate) fn hpke_config() -> HpkeConfig {
    SUITE.hpke_config()
}
