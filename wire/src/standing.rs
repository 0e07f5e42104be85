//! Where a device stands (SPEC §8.10): a counted chain of random states, so that a copy of a profile, or an older one, is told from
//! the device as it last was. Both sides' judgements are here; neither draws nor keeps anything.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::keyserver::KeyPackageCount;
use crate::time::Time;

/// Where a device stands, by its own memory or by the keyserver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Standing {
    /// How many steps it has taken.
    pub count: u64,
    /// The state that the last one drew; zero before the first.
    pub state: [u8; 16],
}

/// Where the keyserver has a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Stood {
    /// Where it stands.
    pub standing: Standing,
    /// When it took the last step, by the keyserver's clock.
    pub since: Time,
}

impl Stood {
    /// Where the keyserver has the device once `step` was taken at `now`; a step that is repeated was taken before.
    #[must_use]
    pub fn after(self, step: &Step, now: Time) -> Self {
        if self.standing == step.to() { self } else { Self { standing: step.to(), since: now } }
    }
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

    /// What the keyserver finds that has the device at `kept`, of a step whose nonce it issued at `issued`. It keeps [`Stood::after`] unless
    /// it found another. Nothing is found of a step that a later one of the same device may have overtaken on its way: whoever takes it
    /// now does so with a newer nonce.
    pub fn judge(&self, kept: &Stood, issued: Time) -> Option<Found> {
        let Stood { standing, since } = *kept;
        let found = if standing == self.to() || standing == self.from {
            Found::Same
        } else if standing.count < self.from.count {
            Found::Ahead
        } else if issued <= since {
            return None;
        } else {
            Found::Other
        };
        Some(found)
    }
}

#[cfg(test)]
mod tests;
