//! A trustee's share of a policy's seed.

use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::id::RecoveryPolicyId;
use casevault_wire::label::Label;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::secret::{Secret, SecretBytes};

/// What one trustee keeps. Its encoding is what is printed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Share {
    /// The policy.
    pub policy: RecoveryPolicyId,
    /// Its number, from 1.
    pub index: u8,
    /// How many shares open.
    pub threshold: u8,
    /// The value of the policy's polynomials at `index`.
    pub(super) value: Secret,
}

impl Share {
    /// The hash by which the policy names this share. It tells nothing of the value, which is as random as a key.
    pub fn commitment(&self) -> Hash {
        hash_bytes(Label::RecoveryShareCommitment, &SecretBytes::encode(self))
    }
}
