//! How costly it is to try a passphrase.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::KeystoreError;

/// Parameters of Argon2id (RFC 9106 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Parameters {
    /// Memory, KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Parameters {
    /// The least that is allowed: 64 MiB, three passes.
    pub const FLOOR: Self = Self { memory: 64 * 1024, passes: 3, lanes: 1 };
    /// The most that is allowed: 1 GiB, 16 passes, 16 lanes.
    pub const CEILING: Self = Self { memory: 1024 * 1024, passes: 16, lanes: 16 };
    /// What new keystores take: 128 MiB, three passes; about a third of a second.
    pub const DEFAULT: Self = Self { memory: 128 * 1024, passes: 3, lanes: 1 };

    /// The greater of each.
    #[must_use]
    pub(super) fn at_least(self, other: Self) -> Self {
        Self { memory: self.memory.max(other.memory), passes: self.passes.max(other.passes), lanes: self.lanes.max(other.lanes) }
    }
}

/// Which parameters are allowed.
pub(super) struct Bounds {
    pub(super) floor: Parameters,
    pub(super) ceiling: Parameters,
}

impl Bounds {
    /// The bounds of every keystore, compiled in.
    pub(super) const COMPILED: Self = Self { floor: Parameters::FLOOR, ceiling: Parameters::CEILING };

    /// Refuses what is outside, before anything is hashed.
    pub(super) fn check(&self, parameters: Parameters) -> Result<(), KeystoreError> {
        let within = (self.floor.memory..=self.ceiling.memory).contains(&parameters.memory)
            && (self.floor.passes..=self.ceiling.passes).contains(&parameters.passes)
            && (self.floor.lanes..=self.ceiling.lanes).contains(&parameters.lanes);
        if within { Ok(()) } else { Err(KeystoreError::Parameters) }
    }
}
