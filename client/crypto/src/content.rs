//! Documents as sealed streams (SPEC §6.4): a header, then fixed chunks under ChaCha20-Poly1305 whose nonces carry index and
//! last flag, over a plaintext padded with zeros. Nothing is released before its chunk verifies, and every failure is the same
//! error.
//!
//! Sans-I/O and in place: the caller owns one buffer of [`CHUNK_SEALED`] bytes, and no chunk allocates. SHA-256 over the
//! plaintext is a separate [`PlaintextHasher`], so that it can run on another thread than the sealing.

mod cipher;
mod hasher;
mod opener;
mod passage;
mod sealer;
#[cfg(test)]
mod tests;
mod whole;

use std::fmt;

use casevault_wire::blob;
use casevault_wire::hash::BlobDigest;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

pub use casevault_wire::blob::sealed_length;
pub use hasher::{PlaintextDigest, PlaintextHasher, Sha256};
pub use opener::Opener;
pub use passage::Passage;
pub use sealer::{SealError, Sealer};
pub use whole::{open_document, seal_document};

/// Bytes of plaintext in a full chunk.
pub const CHUNK: usize = blob::CHUNK as usize;
/// Bytes of a full chunk when sealed: as long as a buffer must be.
pub const CHUNK_SEALED: usize = CHUNK + TAG;
/// Bytes before the first chunk.
pub const HEADER: usize = blob::HEADER as usize;
/// Bytes that a chunk grows by.
pub const TAG: usize = blob::TAG as usize;

/// What the signed event says of a document's bytes. A reader checks every byte against it.
#[derive(Clone, Copy, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DocumentSeal {
    /// Bytes of plaintext, without padding.
    pub length: u64,
    /// How many chunks.
    pub chunks: u64,
    /// SHA-256 of the plaintext, without padding.
    pub sha256: Sha256,
    /// The commitment of the header: one key, one salt, one context.
    pub commitment: [u8; 32],
    /// BLAKE3 of the whole blob: its name at the vault.
    pub digest: BlobDigest,
}

impl fmt::Debug for DocumentSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentSeal(…)")
    }
}
