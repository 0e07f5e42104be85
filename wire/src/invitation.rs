//! Invitations as the keyserver sees them (SPEC §8.2).

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Opaque;
use crate::id::{DeviceId, InvitationId};
use crate::limit;
use crate::log::DeviceKeys;
use crate::signature::PublicKey;
use crate::time::Time;

/// What the inviting device posts: everything is derived from the one-time secret, which the keyserver never sees.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Invitation {
    /// The id.
    pub id: InvitationId,
    /// The key that signs the invited device's requests until it is certified.
    pub access_key: PublicKey,
    /// When it ends.
    pub expires: Time,
    /// Person, role and the inviting device, sealed under the secret.
    pub sealed: Opaque<{ limit::INVITATION_SEALED }>,
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum InvitationState {
    /// Nobody has joined by it.
    Open = 1,
    /// A device has, and waits to be approved.
    Joined = 2,
    /// That device is in the log.
    Used = 3,
    /// It was taken back, or the device that posted it is not trusted any more.
    Withdrawn = 4,
}

/// How an invitation stands, for the device that posted it and for administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct InvitationStanding {
    /// The invitation.
    pub invitation: InvitationId,
    /// The device that posted it.
    pub device: DeviceId,
    /// When it ends, if nobody joins before.
    pub expires: Time,
    /// How far it is.
    pub state: InvitationState,
    /// The device that joined by it.
    pub joined: Option<DeviceId>,
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
