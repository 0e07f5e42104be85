//! A device's MLS key and credential, as the MLS library wants them.

use casevault_wire::id::{DeviceId, OrganisationId};
use ed25519_dalek::Signer as _;
use openmls::prelude::CredentialWithKey;
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::SignatureScheme;

use super::credential;
use crate::identity::DeviceIdentity;

/// Signs MLS messages in a device's name.
#[derive(Debug)]
pub struct DeviceSigner {
    organisation: OrganisationId,
    device: DeviceId,
    key: Box<ed25519_dalek::SigningKey>,
}

impl DeviceSigner {
    /// The signer of `identity` in `organisation`.
    pub fn new(organisation: OrganisationId, identity: &DeviceIdentity) -> Self {
        let key = Box::new(ed25519_dalek::SigningKey::from_bytes(identity.mls.seed().expose()));
        Self { organisation, device: identity.id(), key }
    }

    /// The device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The organisation.
    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    pub(super) fn credential(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: credential::credential(self.organisation, self.device),
            signature_key: self.key.verifying_key().as_bytes().to_vec().into(),
        }
    }
}

impl Signer for DeviceSigner {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        self.key.try_sign(payload).map(|signature| signature.to_bytes().to_vec()).map_err(|_| SignerError::SigningError)
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_signer_does_not_print_its_key() {
        let identity = DeviceIdentity::generate(&mut SystemRandom).unwrap();
        let shown = format!("{:?}", DeviceSigner::new(OrganisationId::ZERO, &identity));
        assert!(!shown.contains(&format!("{:?}", identity.mls.seed().expose())), "{shown}");
    }
}
