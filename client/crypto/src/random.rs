//! Randomness as an argument. It fails closed: an error and nothing but zeros both refuse.

use zeroize::Zeroize;

/// Randomness could not be had. Nothing is made without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness")]
pub struct RandomError;

/// A source of cryptographic randomness.
pub trait Random {
    /// Fills `out`.
    ///
    /// # Errors
    /// [`RandomError`] if it cannot; `out` must not be used then.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError>;
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        getrandom::fill(out).map_err(|_| RandomError)?;
        refuse_zeros(out)
    }
}

/// Draws `N` bytes, from whatever source, and refuses zeros. Keys, salts, nonces and identifiers are drawn here.
///
/// # Errors
/// [`RandomError`] if `random` fails, or if 16 bytes or more are all zero.
pub fn draw<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    let drawn = random.fill(&mut bytes).and_then(|()| refuse_zeros(&bytes));
    let out = drawn.map(|()| bytes);
    bytes.zeroize();
    out
}

/// Sixteen zeros in a row are a broken source, not chance.
fn refuse_zeros(bytes: &[u8]) -> Result<(), RandomError> {
    let zeros = bytes.iter().fold(0, |seen, byte| seen | byte) == 0;
    if zeros && bytes.len() >= 16 { Err(RandomError) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{CaseKey, ContentKey, RecoverySeed, SigningKey, StoreKey, TeamKey};
    use crate::secret::Secret;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(0);
            Ok(())
        }
    }

    struct Broken;

    impl Random for Broken {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(0xaa);
            Err(RandomError)
        }
    }

    // Breaks R-6.1-6.
    #[test]
    fn a_broken_source_makes_no_key() {
        assert_eq!(Secret::<32>::generate(&mut Zeros), Err(RandomError));
        assert_eq!(Secret::<32>::generate(&mut Broken), Err(RandomError));
        assert_eq!(draw::<16>(&mut Zeros), Err(RandomError));
    }

    // Obeys R-6.2-2.
    // Breaks R-6.2-2.
    #[test]
    fn what_is_not_derived_is_drawn_or_not_there() {
        macro_rules! drawn {
            ($($key:ty),*) => {$(
                assert_eq!(<$key>::generate(&mut Zeros).err(), Some(RandomError), stringify!($key));
                assert!(<$key>::generate(&mut SystemRandom).unwrap() != <$key>::generate(&mut SystemRandom).unwrap());
            )*};
        }
        drawn!(TeamKey, CaseKey, ContentKey, RecoverySeed, StoreKey, SigningKey, Secret<20>);
    }

    // Obeys R-6.1-6.
    #[test]
    fn the_system_has_randomness() {
        assert_ne!(draw::<32>(&mut SystemRandom), draw::<32>(&mut SystemRandom));
    }
}
