//! Splitting a seed (Shamir, over the field of 256 elements): any `threshold` shares yield it, fewer say nothing about it.
//!
//! All randomness is drawn before the first coefficient is made, through [`draw`], which fails closed: the library that splits
//! could not be told that its source has failed.

use std::collections::BTreeSet;
use std::convert::Infallible;

use casevault_wire::id::RecoveryPolicyId;
use rand_core::{TryCryptoRng, TryRng};
use vsss_rs::Gf256;
use zeroize::{Zeroize, Zeroizing};

use super::Share;
use crate::keys::RecoverySeed;
use crate::random::{Random, RandomError, draw};
use crate::secret::Secret;

/// A seed could not be split. Nothing of it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The threshold is below 2 or above the number of shares.
    #[error("the threshold is below 2 or above the number of shares")]
    Threshold,
    /// There is no randomness, or what came of it is not random.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Splits `seed` into `count` shares, `threshold` of which yield it.
///
/// # Errors
/// [`SplitError`].
pub fn split(
    seed: &RecoverySeed,
    policy: RecoveryPolicyId,
    (threshold, count): (u8, u8),
    random: &mut dyn Random,
) -> Result<Vec<Share>, SplitError> {
    if !(2..=count).contains(&threshold) {
        return Err(SplitError::Threshold);
    }
    let mut drawn = Drawn::draw(usize::from(threshold) - 1, random)?;
    let secret = seed.secret().expose();
    let points = Gf256::split_bytes(usize::from(threshold), usize::from(count), secret, &mut drawn);
    let points = Zeroizing::new(points.map_err(|_| SplitError::Threshold)?);
    let shares: Option<Vec<Share>> = points.iter().map(|point| share(policy, threshold, point)).collect();
    let shares = shares.filter(|shares| drawn.is_used_up() && are_random(shares, seed)).ok_or(RandomError)?;
    Ok(shares)
}

fn share(policy: RecoveryPolicyId, threshold: u8, point: &[u8]) -> Option<Share> {
    let (index, value) = point.split_first()?;
    let mut value: [u8; 32] = value.try_into().ok()?;
    let share = Share { policy, index: *index, threshold, value: Secret::new(value) };
    value.zeroize();
    Some(share)
}

/// Whether no share is zero, the seed itself, or another share: chance does not do that.
fn are_random(shares: &[Share], seed: &RecoverySeed) -> bool {
    let values: BTreeSet<_> = shares.iter().map(|share| share.value.expose()).collect();
    let forbidden = [&[0; 32], seed.secret().expose()];
    values.len() == shares.len() && forbidden.iter().all(|value| !values.contains(*value))
}

/// Random bytes that were drawn beforehand, one for each coefficient.
struct Drawn {
    bytes: Zeroizing<Vec<u8>>,
    /// How many were asked for.
    asked: usize,
}

impl Drawn {
    /// Enough for polynomials of `degree`, one for each byte of a seed.
    fn draw(degree: usize, random: &mut dyn Random) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 * degree));
        for _ in 0..degree {
            bytes.extend_from_slice(Zeroizing::new(draw::<32>(random)?).as_slice());
        }
        Ok(Self { bytes, asked: 0 })
    }

    /// Whether each byte was asked for once, and nothing more.
    fn is_used_up(&self) -> bool {
        self.asked == self.bytes.len()
    }

    fn next(&mut self) -> u8 {
        let byte = self.bytes.get(self.asked).copied().unwrap_or_default();
        self.asked += 1;
        byte
    }
}

impl TryRng for Drawn {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from(self.next()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.next()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill_with(|| self.next());
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    const POLICY: RecoveryPolicyId = RecoveryPolicyId([3; 8]);

    /// Yields the same byte for ever.
    struct Stuck(u8);

    impl Random for Stuck {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            out.fill(self.0);
            Ok(())
        }
    }

    /// Fails after so many draws.
    struct Failing(usize);

    impl Random for Failing {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            self.0 = self.0.checked_sub(1).ok_or(RandomError)?;
            SystemRandom.fill(out)
        }
    }

    fn seed() -> RecoverySeed {
        RecoverySeed::generate(&mut SystemRandom).unwrap()
    }

    // Plays I07.
    #[test]
    fn a_source_that_fails_or_yields_zeros_makes_no_share() {
        assert_eq!(split(&seed(), POLICY, (5, 9), &mut Stuck(0)), Err(RandomError.into()));
        for draws in 0..4 {
            assert_eq!(split(&seed(), POLICY, (5, 9), &mut Failing(draws)), Err(RandomError.into()), "after {draws} draws");
        }
        assert!(split(&seed(), POLICY, (5, 9), &mut Failing(4)).is_ok());
        // 7·x³ + 7·x² + 7·x + 7·x⁴ is zero at 1: that share would be the seed.
        assert_eq!(split(&seed(), POLICY, (5, 9), &mut Stuck(7)), Err(RandomError.into()), "a share is the seed");
    }

    // Plays I07.
    #[test]
    fn shares_are_spread_over_all_bytes_whatever_the_seed_is() {
        let seed = RecoverySeed::new(Secret::new([0x5a; 32]));
        let mut seen = vec![[0u32; 256]; 9];
        for _ in 0..1000 {
            let shares = split(&seed, POLICY, (5, 9), &mut SystemRandom).unwrap();
            for (seen, share) in seen.iter_mut().zip(&shares) {
                share.value.expose().iter().for_each(|byte| seen[usize::from(*byte)] += 1);
            }
        }
        // 32,000 bytes of each share: 125 of each value, give or take seven standard deviations. Coefficients that are drawn from
        // some bytes alone, such as odd ones, leave values out.
        for (share, seen) in seen.iter().enumerate() {
            assert!(seen.iter().all(|count| (47..=203).contains(count)), "share {}: {seen:?}", share + 1);
        }
    }

    // Plays I07.
    #[test]
    fn what_one_share_leaves_open_is_every_seed() {
        // With one share of a pair, every value of the seed must be possible: also the share's own, which a leading coefficient
        // that is never zero (RUSTSEC-2024-0398) would rule out.
        let seed = RecoverySeed::new(Secret::new([0x5a; 32]));
        let mut same = 0;
        for _ in 0..1000 {
            let shares = split(&seed, POLICY, (2, 2), &mut SystemRandom).unwrap();
            same += shares[0].value.expose().iter().filter(|byte| **byte == 0x5a).count();
        }
        assert!((47..=203).contains(&same), "{same} of 32,000 bytes of a share are the seed's");
    }

    #[test]
    fn a_threshold_of_one_or_above_the_number_is_none() {
        for (threshold, count) in [(0, 3), (1, 3), (4, 3), (2, 1)] {
            assert_eq!(split(&seed(), POLICY, (threshold, count), &mut SystemRandom), Err(SplitError::Threshold));
        }
    }
}
