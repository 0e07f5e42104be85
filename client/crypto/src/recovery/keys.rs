//! The two keys of a policy: what opens escrows, and what signs that they are opened.

use casevault_wire::commit::SealingKey;
use casevault_wire::id::OrganisationId;
use casevault_wire::recovery::RecoveryPolicy;
use casevault_wire::signature::PublicKey;

use crate::derive;
use crate::keys::{RecoverySeed, SigningKey};
use crate::mls::Crypto;
use crate::team::SealingSeed;

/// Both private keys. They live as long as one opening.
#[derive(Clone, Debug)]
pub struct RecoveryKeys {
    /// Opens escrows.
    pub(super) sealing: SealingSeed,
    /// Signs the opening.
    pub signing: SigningKey,
}

impl RecoveryKeys {
    /// The keys of `seed`.
    pub fn derive(seed: &RecoverySeed, organisation: OrganisationId) -> Self {
        Self {
            sealing: derive::recovery_sealing_seed(seed, organisation),
            signing: derive::recovery_signing_key(seed, organisation),
        }
    }

    /// The public halves, as a policy names them.
    pub fn public(&self, crypto: &Crypto) -> (SealingKey, PublicKey) {
        (self.sealing.public(crypto), self.signing.public())
    }

    /// Whether these are the keys that `policy` names.
    pub(super) fn are_of(&self, policy: &RecoveryPolicy, crypto: &Crypto) -> bool {
        self.public(crypto) == (policy.sealing_key.clone(), policy.signing_key)
    }
}
