//! Opening a document, in any order, chunk by chunk.

use std::fmt;
use std::ops::Range;

use casevault_wire::blob;
use casevault_wire::id::OrganisationId;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::cipher::Cipher;
use super::sealer::parse_header;
use super::{DocumentSeal, HEADER, TAG, sealed_length};
use crate::derive;
use crate::keys::ContentKey;
use crate::seal::OpenError;

/// Opens the chunks of one document. Shared between threads, it opens chunks in any order.
pub struct Opener {
    cipher: Cipher,
    sealed: u64,
}

impl Opener {
    /// Checks a blob's first bytes against what its signed event says.
    ///
    /// # Errors
    /// [`OpenError`], whatever was wrong.
    pub fn new(
        key: &ContentKey,
        organisation: OrganisationId,
        expected: &DocumentSeal,
        header: &[u8; HEADER],
    ) -> Result<Self, OpenError> {
        let sealed = sealed_length(expected.length).ok_or(OpenError)?;
        if expected.chunks != blob::chunks(expected.length) {
            return Err(OpenError);
        }
        let salt = parse_header(header, &expected.commitment).ok_or(OpenError)?;
        let derived = derive::content(key, &salt, organisation);
        if !bool::from(derived.commitment.ct_eq(&expected.commitment)) {
            return Err(OpenError);
        }
        Ok(Self { cipher: Cipher::new(&derived.key, expected.length), sealed })
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> u64 {
        self.cipher.chunks
    }

    /// How many bytes the whole blob has; one of another length is not the document's.
    pub fn sealed_length(&self) -> u64 {
        self.sealed
    }

    /// Opens chunk `index` in place. `sealed` is exactly the chunk, as [`Opener::blob_range`] cuts it from the blob; what is
    /// returned is its plaintext without padding. If it does not verify, `sealed` is cleared.
    ///
    /// # Errors
    /// [`OpenError`], whatever was wrong.
    pub fn open_chunk<'a>(&self, index: u64, sealed: &'a mut [u8]) -> Result<&'a [u8], OpenError> {
        let opened = self.cipher.open(index, sealed).map(|_| ());
        let (plaintext, rest) = sealed.split_at_mut(self.cipher.plain_length(index).min(sealed.len()));
        let padding = rest.get(..rest.len().saturating_sub(TAG)).unwrap_or_default();
        if opened.is_err() || padding.iter().fold(0, |seen, byte| seen | byte) != 0 {
            plaintext.zeroize();
            rest.zeroize();
            return Err(OpenError);
        }
        Ok(plaintext)
    }

    /// The chunks that hold these bytes of the plaintext; empty if the document has none of them.
    pub fn chunks_of(&self, bytes: Range<u64>) -> Range<u64> {
        let end = bytes.end.min(self.cipher.length);
        if bytes.start >= end {
            return 0..0;
        }
        bytes.start / blob::CHUNK..end.div_ceil(blob::CHUNK)
    }

    /// The bytes of the blob that these chunks are, tags included.
    pub fn blob_range(&self, chunks: Range<u64>) -> Range<u64> {
        let end = chunks.end.min(self.cipher.chunks);
        let start = chunks.start.min(end);
        if start == end {
            return 0..0;
        }
        Cipher::offset(start)..Cipher::offset(end).min(self.sealed_length())
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener(…)")
    }
}
