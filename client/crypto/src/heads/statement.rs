//! What is inside a record: `statement ‖ zeros` up to the length class.

use casevault_wire::blob::padme;
use casevault_wire::codec::{List, encode};
use casevault_wire::hash::Hash;
use casevault_wire::journal::{Head, SignedVaultState};
use casevault_wire::limit;
use tls_codec::{Deserialize, TlsDeserialize, TlsSerialize, TlsSize};

/// A journal's head, and the vault's word for it where the recorder has it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadChange {
    /// The head.
    pub head: Head,
    /// What the vault signed when this head was made.
    pub state: Option<SignedVaultState>,
}

/// How a team's journals stand.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadStatement {
    /// Those that changed since the record before; in a checkpoint all, in order of their first appearance.
    pub heads: List<HeadChange, { limit::HEADS }>,
    /// How many journals there are with these.
    pub size: u64,
    /// The root over all heads with these.
    pub root: Hash,
}

impl HeadStatement {
    pub(super) fn encode_padded(&self) -> Vec<u8> {
        let mut plaintext = encode(self);
        plaintext.resize(class_length(plaintext.len()), 0);
        plaintext
    }

    pub(super) fn decode_padded(plaintext: &[u8]) -> Option<Self> {
        let mut rest = plaintext;
        let statement = Self::tls_deserialize(&mut rest).ok()?;
        let length = plaintext.len().checked_sub(rest.len())?;
        let padded = plaintext.len() == class_length(length) && rest.iter().all(|byte| *byte == 0);
        padded.then_some(statement)
    }
}

fn class_length(length: usize) -> usize {
    let padded = usize::try_from(padme(length as u64)).unwrap_or(usize::MAX);
    padded.max(limit::HEADS_FLOOR)
}
