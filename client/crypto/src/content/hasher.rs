//! SHA-256 over a document's plaintext: what the signed event and a BagIt manifest say.

use std::fmt;

use subtle::ConstantTimeEq;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::DocumentSeal;
use crate::seal::OpenError;

/// SHA-256 of a document's plaintext. Shown as lower-case hexadecimal; confirms a guess, so `Debug` is silent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256(…)")
    }
}

/// Takes a document's plaintext in order, without padding.
pub struct PlaintextHasher {
    context: ring::digest::Context,
    length: u64,
}

impl PlaintextHasher {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self { context: ring::digest::Context::new(&ring::digest::SHA256), length: 0 }
    }

    /// The next bytes.
    pub fn update(&mut self, plaintext: &[u8]) {
        self.context.update(plaintext);
        self.length = self.length.saturating_add(plaintext.len() as u64);
    }

    /// What was seen.
    pub fn finish(self) -> PlaintextDigest {
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(self.context.finish().as_ref());
        PlaintextDigest { length: self.length, sha256: Sha256(sha256) }
    }
}

impl Default for PlaintextHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PlaintextHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaintextHasher(…)")
    }
}

/// Length and SHA-256 of a plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaintextDigest {
    /// How many bytes.
    pub length: u64,
    /// Their SHA-256.
    pub sha256: Sha256,
}

impl PlaintextDigest {
    /// Checks that a whole read saw the plaintext that `expected` was signed over.
    ///
    /// # Errors
    /// [`OpenError`] if it did not.
    pub fn verify(&self, expected: &DocumentSeal) -> Result<(), OpenError> {
        let same = self.sha256.0.ct_eq(&expected.sha256.0) & self.length.ct_eq(&expected.length);
        if bool::from(same) { Ok(()) } else { Err(OpenError) }
    }
}
