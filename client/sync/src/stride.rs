//! How much goes at once to the vault, by how long the last piece took. What is cut off has to go again, so on a thin link pieces are small;
//! and every piece waits for its answer, so on a good one they are large.

use std::time::Duration;

use casevault_wire::limit;

/// The longest piece of an upload.
pub(crate) const LONGEST: usize = limit::UPLOAD_PIECE / 4;
/// The shortest.
const SHORTEST: usize = 32 * 1024;
/// What begins where nothing was cut, and what goes on after a cut.
const FRESH: usize = 256 * 1024;
const CAREFUL: usize = 64 * 1024;
/// Shorter waits are too short for what goes besides the bytes, longer ones lose too much when they are cut.
const SOON: Duration = Duration::from_secs(8);
const LATE: Duration = Duration::from_secs(30);

/// A question that takes longer to be answered came over a thin link.
pub(crate) const SLOW: Duration = Duration::from_secs(2);
/// What is longer goes in pieces over a thin link, and wherever something was cut off.
pub(crate) const WHOLE: u64 = 64 * 1024;

/// The size of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stride(usize);

impl Stride {
    /// Of what was not sent before.
    pub(crate) const FRESH: Self = Self(FRESH);
    /// Of what was cut off.
    pub(crate) const CAREFUL: Self = Self(CAREFUL);

    /// Bytes of the next piece.
    pub(crate) fn bytes(self) -> usize {
        self.0
    }

    /// The size after a piece that took so long.
    pub(crate) fn after(self, took: Duration) -> Self {
        match took {
            _ if took < SOON => Self((self.0 * 2).min(LONGEST)),
            _ if took > LATE => Self((self.0 / 2).max(SHORTEST)),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size that a link of so many bytes in a second, and so long a way, comes to.
    fn settles(rate: f64, way: f64) -> usize {
        let took = |stride: Stride| Duration::from_secs_f64(way + stride.bytes() as f64 / rate);
        let settled = (0..64).fold(Stride::FRESH, |stride, _| stride.after(took(stride)));
        assert_eq!(settled, settled.after(took(settled)), "it settles");
        settled.bytes()
    }

    #[test]
    fn pieces_are_as_long_as_a_link_carries_in_some_seconds() {
        assert_eq!(settles(2_500.0, 2.0), 64 * 1024, "20 kbit/s");
        assert_eq!(settles(125_000.0, 2.0), 1024 * 1024, "1 Mbit/s with a long way");
        assert_eq!(settles(12_500_000.0, 0.1), LONGEST);
        assert_eq!(settles(500.0, 2.0), SHORTEST, "never nothing");
    }
}
