//! When a key package was made and until when it serves, in an extension of its own that its device signs with the rest.

use casevault_wire::codec::{decode, encode};
use casevault_wire::limit;
use casevault_wire::time::Time;
use openmls::prelude::{Extension, KeyPackage, UnknownExtension};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// The extension's type, from MLS' range for private use.
pub(in crate::mls) const LIFESPAN_EXTENSION: u16 = 0xf0c5;
/// How far the maker's clock may be ahead of the committer's, milliseconds (a day).
const AHEAD: u64 = 24 * 3600 * 1000;

/// From when until when a key package may be used, by its maker's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Lifespan {
    /// When it was made.
    pub created: Time,
    /// When it ends.
    pub expires: Time,
}

impl Lifespan {
    /// The longest lifespan that begins at `now`.
    pub fn begin(now: Time) -> Self {
        Self { created: now, expires: now.plus(limit::KEY_PACKAGE_LIFETIME) }
    }

    /// Whether its length is allowed. Says nothing about any clock.
    pub fn is_bounded(&self) -> bool {
        self.created < self.expires && self.expires.since(self.created) <= limit::KEY_PACKAGE_LIFETIME
    }

    /// Whether `now` is within it; a maker's clock may be a day ahead.
    pub fn is_fresh(&self, now: Time) -> bool {
        self.created <= now.plus(AHEAD) && now < self.expires
    }

    pub(super) fn to_extension(self) -> Extension {
        Extension::Unknown(LIFESPAN_EXTENSION, UnknownExtension(encode(&self)))
    }

    pub(super) fn of(package: &KeyPackage) -> Option<Self> {
        let extension = package.extensions().unknown(LIFESPAN_EXTENSION)?;
        decode(&extension.0, 16).ok().filter(Self::is_bounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifespan_has_a_beginning_an_end_and_a_bound() {
        let day = 24 * 3600 * 1000;
        let span = Lifespan::begin(Time(100 * day));
        assert!(span.is_bounded());
        assert!(span.is_fresh(Time(100 * day)) && span.is_fresh(Time(129 * day)));
        assert!(span.is_fresh(Time(99 * day)), "made by a clock a day ahead");
        assert!(!span.is_fresh(Time(98 * day)), "made in the future");
        assert!(!span.is_fresh(Time(130 * day)), "over");
        assert!(!Lifespan { created: Time(0), expires: Time(31 * day) }.is_bounded(), "too long");
        assert!(!Lifespan { created: Time(5), expires: Time(5) }.is_bounded(), "empty");
    }
}
