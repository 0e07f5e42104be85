//! Hashes (SPEC §4): SHA-256 under a label for chains and identifiers, BLAKE3 for blobs.

use tls_codec::{Serialize, TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::encode;
use crate::id::identifier;
use crate::label::Label;

identifier!(
    /// SHA-256 of a labelled structure.
    Hash, 32
);
identifier!(
    /// BLAKE3 of a blob's ciphertext: what the vault checks and names it by.
    BlobDigest, 32
);

/// `SHA-256(uint16 label ‖ encoding of value)`.
pub fn hash<T: Serialize>(label: Label, value: &T) -> Hash {
    hash_bytes(label, &encode(value))
}

/// `SHA-256(uint16 label ‖ bytes)`.
pub fn hash_bytes(label: Label, bytes: &[u8]) -> Hash {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(&label.code().to_be_bytes());
    context.update(bytes);
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    Hash(out)
}

impl BlobDigest {
    /// The digest of a whole blob.
    pub fn of(ciphertext: &[u8]) -> Self {
        Self(*blake3::hash(ciphertext).as_bytes())
    }
}
