//! A device's own keys, and the organisation's root key.

use casevault_wire::id::DeviceId;
use casevault_wire::label::Label;
use casevault_wire::log::DeviceKeys;
use casevault_wire::signature::Signature;
use tls_codec::{Serialize, TlsDeserialize, TlsSerialize, TlsSize};

use crate::keys::SigningKey;
use crate::random::{Random, RandomError};

pub use crate::keys::sign;

/// A device's keys. Encodes as both seeds, in sealed plaintexts only.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DeviceIdentity {
    /// Signs log statements, requests and author certificates.
    pub signing: SigningKey,
    /// Signs MLS messages, and nothing else.
    pub mls: SigningKey,
}

impl DeviceIdentity {
    /// Draws a device's keys.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        Ok(Self { signing: SigningKey::generate(random)?, mls: SigningKey::generate(random)? })
    }

    /// The public halves.
    pub fn public(&self) -> DeviceKeys {
        DeviceKeys { signing: self.signing.public(), mls: self.mls.public() }
    }

    /// The device's id.
    pub fn id(&self) -> DeviceId {
        self.public().id()
    }

    /// Signs `content` under `label` with the device's signing key.
    pub fn sign<T: Serialize>(&self, label: Label, content: &T) -> Signature {
        self.signing.sign(label, content)
    }
}

/// The key that founds an organisation. Encodes as its seed, in sealed plaintexts only.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RootKey(pub SigningKey);

impl RootKey {
    /// Draws a root key.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        SigningKey::generate(random).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn identities_do_not_print() {
        let device = DeviceIdentity::generate(&mut SystemRandom).unwrap();
        assert_eq!(format!("{device:?}"), "DeviceIdentity { signing: SigningKey(…), mls: SigningKey(…) }");
        assert_eq!(format!("{:?}", RootKey::generate(&mut SystemRandom).unwrap()), "RootKey(SigningKey(…))");
    }

    #[test]
    fn a_device_reads_back_as_itself() {
        let device = DeviceIdentity::generate(&mut SystemRandom).unwrap();
        let encoded = casevault_wire::codec::encode(&device);
        let decoded: DeviceIdentity = casevault_wire::codec::decode(&encoded, 64).unwrap();
        assert_eq!(decoded.id(), device.id());
        assert_ne!(device.public().signing, device.public().mls);
    }
}
