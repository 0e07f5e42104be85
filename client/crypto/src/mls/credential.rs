//! The credential of a leaf (R-8.3-3): which organisation's which device it is.

use casevault_wire::codec::{decode, encode};
use casevault_wire::id::{DeviceId, OrganisationId};
use openmls::prelude::{BasicCredential, Credential, CredentialType};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// The content of a BasicCredential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
struct Content {
    organisation: OrganisationId,
    device: DeviceId,
}

/// The credential of `device`.
pub(super) fn credential(organisation: OrganisationId, device: DeviceId) -> Credential {
    BasicCredential::new(encode(&Content { organisation, device })).into()
}

/// The device that `credential` names, if it is a credential of `organisation`.
pub(super) fn device(credential: &Credential, organisation: &OrganisationId) -> Option<DeviceId> {
    if credential.credential_type() != CredentialType::Basic {
        return None;
    }
    let length = OrganisationId::LENGTH + DeviceId::LENGTH;
    let content: Content = decode(credential.serialized_content(), length).ok()?;
    (content.organisation == *organisation).then_some(content.device)
}
