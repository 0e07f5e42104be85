//! Numbers that look random and are the same again for the same seed.

/// What the numbers come from: a seed.
pub struct Moments(pub u64);

impl Moments {
    /// The next, from 0 up to below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}

/// A number that whoever runs a test may give in the environment.
pub fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}
