//! Who a leaf is, by the organisation log.

use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::log::Organisation;
use openmls::prelude::{Credential, LeafNode, Member};
use tls_codec::Serialize as _;

use super::{Crypto, config, credential};

/// Why a leaf may not be in a team's group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafProblem {
    /// Its credential is none of the organisation's.
    #[error("its credential is none of this organisation's")]
    Credential,
    /// Its device is not in the log.
    #[error("its device is not certified")]
    Uncertified,
    /// Its signature key is not the one that the log has of its device.
    #[error("its signature key is not the certified one")]
    SignatureKey,
    /// Its device was revoked, or its person not in the team, at the log length that the commit names.
    #[error("its device is not of the team")]
    NotInTeam,
    /// Capabilities, extensions or lifetime are not the only allowed ones.
    #[error("its form is not the only allowed one")]
    Form,
    /// Nothing can be sealed to its encryption key.
    #[error("its encryption key is not one")]
    EncryptionKey,
}

/// The log that leaves are checked against, up to a length.
#[derive(Clone, Copy)]
pub(super) struct Roster<'a> {
    pub organisation: &'a Organisation,
    pub team: TeamId,
    pub length: u64,
}

impl Roster<'_> {
    /// The device of a leaf, if the log has it with this key and allows it in the team.
    pub fn allow(&self, credential: &Credential, signature_key: &[u8]) -> Result<DeviceId, LeafProblem> {
        let id = self.identify(credential)?;
        let device = self.organisation.device(&id).ok_or(LeafProblem::Uncertified)?;
        if device.keys.mls.as_bytes() != signature_key {
            return Err(LeafProblem::SignatureKey);
        }
        if self.organisation.is_team_device_at(&self.team, &id, self.length) { Ok(id) } else { Err(LeafProblem::NotInTeam) }
    }

    /// As [`Self::allow`], of a member of the group.
    pub fn allow_member(&self, member: &Member) -> Result<DeviceId, LeafProblem> {
        self.allow(&member.credential, &member.signature_key)
    }

    /// As [`Self::allow`], of a leaf that is new in the tree, which must be of the only form as well.
    pub fn allow_new(&self, leaf: &LeafNode, crypto: &Crypto) -> Result<DeviceId, LeafProblem> {
        let id = self.allow(leaf.credential(), leaf.signature_key().as_slice())?;
        if *leaf.capabilities() != config::capabilities() || leaf.extensions().iter().next().is_some() {
            return Err(LeafProblem::Form);
        }
        let key = leaf.encryption_key().tls_serialize_detached().map_err(|_| LeafProblem::EncryptionKey)?;
        // The key is a vector; above 64 bytes and below 16 KiB its length takes two bytes.
        let key = key.get(2..).ok_or(LeafProblem::EncryptionKey)?;
        if crypto.is_sealing_key(key) { Ok(id) } else { Err(LeafProblem::EncryptionKey) }
    }

    /// The device that a credential names.
    pub fn identify(&self, credential: &Credential) -> Result<DeviceId, LeafProblem> {
        credential::device(credential, &self.organisation.id()).ok_or(LeafProblem::Credential)
    }
}
