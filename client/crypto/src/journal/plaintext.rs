//! What is inside the seal: `signed header ‖ salt ‖ body<V> ‖ zeros` up to the length class.

use casevault_wire::blob::padme;
use casevault_wire::codec::{Opaque, encode};
use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::label::Label;
use casevault_wire::limit;
use tls_codec::{Deserialize, Serialize, Size, TlsDeserialize, TlsSerialize, TlsSize};
use zeroize::Zeroizing;

use super::SignedHeader;
use crate::secret::SecretBytes;

/// Why a plaintext is refused although it opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaintextError {
    /// Not one header, salt and body.
    #[error("malformed event")]
    Malformed,
    /// Not padded with zeros to exactly its length class.
    #[error("event is not padded to its length class")]
    Padding,
    /// The body is not the one that the header commits to.
    #[error("the body is not what the header commits to")]
    Commitment,
}

/// Salt and body: what a header commits to, and what opens the commitment.
#[derive(Clone, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Opening {
    /// Drawn at random, so that the commitment says nothing about the body.
    pub salt: [u8; 32],
    /// The body's encoding.
    pub body: Opaque<{ limit::EVENT_BODY }>,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(…)")
    }
}

impl Opening {
    /// `SHA-256(label ‖ salt ‖ body<V>)`.
    pub fn commitment(&self) -> Hash {
        hash_bytes(Label::BodyCommitment, &Zeroizing::new(encode(self)))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut std::mem::take(&mut self.body).into_vec());
    }
}

/// The length that a plaintext of `length` bytes is padded to.
pub fn class_length(length: usize) -> usize {
    let padded = usize::try_from(padme(length as u64)).unwrap_or(usize::MAX);
    padded.max(limit::ENTRY_FLOOR)
}

/// The padded plaintext.
pub(super) fn encode_padded(header: &SignedHeader, opening: &Opening) -> SecretBytes {
    let length = header.tls_serialized_len() + opening.tls_serialized_len();
    let mut plaintext = Vec::with_capacity(class_length(length));
    // Writing to a vector fails only for lengths that the types exclude; the reader would refuse what is left.
    let _ = header.tls_serialize(&mut plaintext).and_then(|_| opening.tls_serialize(&mut plaintext));
    plaintext.resize(class_length(length), 0);
    SecretBytes::from(plaintext)
}

/// Reads a padded plaintext and checks padding and commitment. The signature is not checked here.
pub(super) fn decode_padded(plaintext: &[u8]) -> Result<(SignedHeader, Opening), PlaintextError> {
    let mut rest = plaintext;
    let header = SignedHeader::tls_deserialize(&mut rest).map_err(|_| PlaintextError::Malformed)?;
    let opening = Opening::tls_deserialize(&mut rest).map_err(|_| PlaintextError::Malformed)?;
    let length = plaintext.len().saturating_sub(rest.len());
    if plaintext.len() != class_length(length) || rest.iter().any(|byte| *byte != 0) {
        return Err(PlaintextError::Padding);
    }
    if opening.commitment() != header.content.commitment {
        return Err(PlaintextError::Commitment);
    }
    Ok((header, opening))
}
