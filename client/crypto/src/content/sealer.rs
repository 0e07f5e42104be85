//! Sealing a document, chunk by chunk, each exactly once.

use std::fmt;

use casevault_wire::hash::BlobDigest;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::cipher::Cipher;
use super::{DocumentSeal, HEADER, PlaintextDigest, TAG, sealed_length};
use crate::derive;
use crate::keys::ContentKey;
use crate::random::{Random, RandomError, draw};

/// Why a document could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No salt could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The document is longer than a blob may be.
    #[error("the document is longer than a blob may be")]
    TooLong,
    /// The buffer does not hold the next chunk and its tag, or there is no next chunk.
    #[error("the buffer is not the next chunk's")]
    Buffer,
    /// The plaintext was not as long as was said, or not all of it was sealed.
    #[error("the document changed while it was sealed")]
    Incomplete,
}

/// Seals one document under a content key that is used for nothing else. BLAKE3 of the blob is computed on the way.
pub struct Sealer {
    cipher: Cipher,
    commitment: [u8; 32],
    next: u64,
    digest: blake3::Hasher,
}

impl Sealer {
    /// Begins a document of `length` bytes, and says what the blob begins with.
    ///
    /// # Errors
    /// [`SealError::TooLong`] or [`SealError::Random`].
    pub fn new(
        key: &ContentKey,
        organisation: OrganisationId,
        length: u64,
        random: &mut dyn Random,
    ) -> Result<(Self, [u8; HEADER]), SealError> {
        sealed_length(length).ok_or(SealError::TooLong)?;
        let salt = draw(random)?;
        let derived = derive::content(key, &salt, organisation);
        let header = header(&salt, &derived.commitment);
        let mut digest = blake3::Hasher::new();
        digest.update(&header);
        let cipher = Cipher::new(&derived.key, length);
        Ok((Self { cipher, commitment: derived.commitment, next: 0, digest }, header))
    }

    /// How many bytes of plaintext the next chunk takes, padding not counted (maybe none); `None` after the last.
    pub fn wanted(&self) -> Option<usize> {
        self.cipher.padded_length(self.next).map(|_| self.cipher.plain_length(self.next))
    }

    /// Seals the next chunk in place: `buffer` begins with [`Sealer::wanted`] bytes of plaintext and has room for a
    /// [`super::CHUNK_SEALED`]. What is returned comes next in the blob.
    ///
    /// # Errors
    /// [`SealError::Buffer`] if the buffer is too short or no chunk is left.
    pub fn seal_chunk<'a>(&mut self, buffer: &'a mut [u8]) -> Result<&'a [u8], SealError> {
        let padded = self.cipher.padded_length(self.next).ok_or(SealError::Buffer)?;
        let sealed = buffer.get_mut(..padded + TAG).ok_or(SealError::Buffer)?;
        let (plaintext, tag) = sealed.split_at_mut(padded);
        if let Some(padding) = plaintext.get_mut(self.cipher.plain_length(self.next)..) {
            padding.zeroize();
        }
        tag.copy_from_slice(&self.cipher.seal(self.next, plaintext));
        self.next += 1;
        self.digest.update(sealed);
        Ok(sealed)
    }

    /// Ends the document: what its event shall say. `plaintext` was computed over what was sealed.
    ///
    /// # Errors
    /// [`SealError::Incomplete`] if a chunk is missing or the plaintext had another length.
    pub fn finish(self, plaintext: PlaintextDigest) -> Result<DocumentSeal, SealError> {
        if self.next != self.cipher.chunks || plaintext.length != self.cipher.length {
            return Err(SealError::Incomplete);
        }
        Ok(DocumentSeal {
            length: self.cipher.length,
            chunks: self.cipher.chunks,
            sha256: plaintext.sha256,
            commitment: self.commitment,
            digest: BlobDigest(*self.digest.finalize().as_bytes()),
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// `uint16 suite ‖ salt ‖ commitment`.
fn header(salt: &[u8; 32], commitment: &[u8; 32]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let parts = limit::SUITE.to_be_bytes().into_iter().chain(*salt).chain(*commitment);
    for (to, from) in header.iter_mut().zip(parts) {
        *to = from;
    }
    header
}

/// The salt of a header, if its suite is ours and its commitment is `commitment`.
pub(super) fn parse_header(bytes: &[u8; HEADER], commitment: &[u8; 32]) -> Option<[u8; 32]> {
    let (suite, rest) = bytes.split_first_chunk::<2>()?;
    let (salt, rest) = rest.split_first_chunk::<32>()?;
    let same = suite.ct_eq(&limit::SUITE.to_be_bytes()) & rest.ct_eq(commitment);
    bool::from(same).then_some(*salt)
}
