//! Where a device stands (SPEC §8.10): a counted chain of random states, so that a copy of a profile, or an older one, is told from
//! the device as it last was. Both sides' judgements are here; neither draws nor keeps anything.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::keyserver::KeyPackageCount;

/// Where a device stands, by its own memory or by the keyserver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Standing {
    /// How many steps it has taken.
    pub count: u64,
    /// The state that the last one drew; zero before the first.
    pub state: [u8; 16],
}

/// A step: from where the device stands to where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Step {
    /// Where it stands.
    pub from: Standing,
    /// The state that it goes to, drawn at random.
    pub next: [u8; 16],
}

/// What the keyserver finds of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Found {
    /// The device as it last was.
    Same = 1,
    /// A device that has taken steps which the keyserver does not know of: the keyserver itself was set back.
    Ahead = 2,
    /// Another than the device as it last was: a copy of it, or an older state.
    Other = 3,
}

/// The keyserver's answer to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Stepped {
    /// What it found.
    pub found: Found,
    /// 1 if a step of this device was ever found to be another's.
    pub copied: u8,
    /// How many key packages it has of the device.
    pub packages: KeyPackageCount,
}

impl Step {
    /// Where the device stands once the step is taken. The count ends where no device ever comes.
    pub fn to(&self) -> Standing {
        Standing { count: self.from.count.saturating_add(1), state: self.next }
    }

    /// What the keyserver finds that has the device at `kept`. It keeps [`Self::to`] unless it found another.
    pub fn judge(&self, kept: &Standing) -> Found {
        if *kept == self.to() || *kept == self.from {
            Found::Same
        } else if kept.count < self.from.count {
            Found::Ahead
        } else {
            Found::Other
        }
    }
}

#[cfg(test)]
mod tests;
