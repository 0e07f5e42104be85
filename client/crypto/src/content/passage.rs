//! Bytes that pass through a file of this program's own on their way to be sealed as a document: under a key that is in memory alone, so that
//! the file says nothing once the program is gone, however it ended.

use std::fmt;

use super::cipher::Cipher;
use super::{CHUNK, TAG};
use crate::random::{Random, RandomError};
use crate::seal::OpenError;
use crate::secret::Secret;

/// More than ever passes, bytes: no chunk is the last.
const LONGEST: u64 = 1 << 50;

/// The key of one such file, whose chunks are all whole and each sealed once.
pub struct Passage(Cipher);

impl Passage {
    /// A new key.
    ///
    /// # Errors
    /// [`RandomError`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        Ok(Self(Cipher::new(&Secret::generate(random)?, LONGEST)))
    }

    /// Seals chunk `index` in place; what follows it in the file.
    pub fn seal(&self, index: u64, chunk: &mut [u8; CHUNK]) -> [u8; TAG] {
        self.0.seal(index, chunk)
    }

    /// Opens what [`Passage::seal`] made of chunk `index`, in place.
    ///
    /// # Errors
    /// [`OpenError`] if it is anything else.
    pub fn open<'a>(&self, index: u64, sealed: &'a mut [u8]) -> Result<&'a mut [u8], OpenError> {
        self.0.open(index, sealed)
    }
}

impl fmt::Debug for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passage(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn what_passes_is_opened_by_its_own_key_and_in_its_own_place() {
        let (passage, other) = (Passage::generate(&mut SystemRandom).unwrap(), Passage::generate(&mut SystemRandom).unwrap());
        let mut chunk = [7; CHUNK];
        let tag = passage.seal(3, &mut chunk);
        assert!(!chunk.windows(4).any(|part| part == [7; 4]), "it is sealed");
        let sealed = || [&chunk[..], &tag].concat();
        assert_eq!(passage.open(3, &mut sealed()).as_deref(), Ok(&[7; CHUNK][..]));
        assert_eq!(passage.open(4, &mut sealed()).err(), Some(OpenError));
        assert_eq!(other.open(3, &mut sealed()).err(), Some(OpenError));
        assert_eq!(passage.open(3, &mut sealed()[..CHUNK]).err(), Some(OpenError));
        assert_eq!(format!("{passage:?}"), "Passage(…)");
    }
}
