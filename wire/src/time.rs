//! Time as it stands in records (SPEC §2).

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// Milliseconds since 1970-01-01T00:00:00Z, by the writer's clock. Order comes from chains, never from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Time(pub u64);

impl Time {
    /// This time plus `milliseconds`, at most the largest time.
    #[must_use]
    pub fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this time, zero if it is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where time comes from; tests set it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}
