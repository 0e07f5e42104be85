//! Invitations as the keyserver sees them (SPEC §8.2).

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Opaque;
use crate::id::InvitationId;
use crate::limit;
use crate::log::DeviceKeys;
use crate::signature::PublicKey;
use crate::time::Time;

/// What an administrator posts: everything is derived from the one-time secret, which the keyserver never sees.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Invitation {
    /// The id.
    pub id: InvitationId,
    /// The key that signs the invited device's requests until it is certified.
    pub access_key: PublicKey,
    /// When it ends.
    pub expires: Time,
    /// Person, role and the administrator's device, sealed under the secret.
    pub sealed: Opaque<{ limit::INVITATION_SEALED }>,
}

/// What the invited device posts, once.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct JoinRequest {
    /// The invitation.
    pub invitation: InvitationId,
    /// The new device's public keys.
    pub keys: DeviceKeys,
    /// HMAC-SHA-256, under a key from the secret, over the organisation, the invitation, the inviting device and these keys.
    pub mac: [u8; 32],
}
