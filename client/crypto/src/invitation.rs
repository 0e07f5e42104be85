//! Invitations (SPEC §8.2), both sides: the one-time code, what is sealed and signed under it, and the MAC that ties the new
//! device's keys to the inviting device's without trust in any server.

mod code;
mod join;

use casevault_wire::codec::{Opaque, Text, decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{InvitationId, OrganisationId, PersonId};
use casevault_wire::invitation::Invitation;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{DeviceKeys, Role};
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::derive;
use crate::keys::SigningKey;
use crate::random::{Random, RandomError};
use crate::seal::{self, OpenError};
use crate::secret::Secret;

pub use code::CodeError;
pub use join::JoinError;

/// What a one-time code carries. Whoever holds it can join once, in the invited person's place.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Code {
    secret: Secret<20>,
    /// Where it leads.
    pub destination: Destination,
}

/// What an invitation tells the invited person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Content {
    /// Who they will be.
    pub person: PersonId,
    /// In which role.
    pub role: Role,
    /// The keys of the inviting device.
    pub inviter: DeviceKeys,
}

/// Where an invitation leads.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Destination {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The fingerprint of its root key, which pins the log.
    pub fingerprint: Hash,
    /// The keyserver's address.
    pub keyserver: Text<{ limit::ADDRESS }>,
    /// The vault's address.
    pub vault: Text<{ limit::ADDRESS }>,
}

impl Code {
    /// Draws a code.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(destination: Destination, random: &mut dyn Random) -> Result<Self, RandomError> {
        Ok(Self { secret: Secret::generate(random)?, destination })
    }

    /// The invitation's id.
    pub fn id(&self) -> InvitationId {
        derive::invitation_id(&self.secret, self.destination.organisation)
    }

    /// The key that signs the invited device's requests until it is certified.
    pub fn access_key(&self) -> SigningKey {
        derive::invitation_access_key(&self.secret, self.destination.organisation)
    }

    /// What the administrator posts.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    #[expect(clippy::expect_used, reason = "a content has a fixed length, and its seal is shorter than the bound")]
    pub fn invitation(&self, content: &Content, expires: Time, random: &mut dyn Random) -> Result<Invitation, RandomError> {
        let key = derive::invitation_key(&self.secret, self.destination.organisation);
        let sealed = seal::seal(key.secret(), &self.context(), &encode(content), random)?;
        let sealed = Opaque::new(sealed).expect("155 bytes are within the bound");
        Ok(Invitation { id: self.id(), access_key: self.access_key().public(), expires, sealed })
    }

    /// What the keyserver's answer tells, if it is this code's invitation.
    ///
    /// # Errors
    /// [`OpenError`], whatever was wrong.
    pub fn open(&self, invitation: &Invitation) -> Result<Content, OpenError> {
        if invitation.id != self.id() || invitation.access_key != self.access_key().public() {
            return Err(OpenError);
        }
        let key = derive::invitation_key(&self.secret, self.destination.organisation);
        let content = seal::open(key.secret(), &self.context(), invitation.sealed.as_slice())?;
        decode(&content, limit::INVITATION_SEALED).map_err(|_| OpenError)
    }

    fn context(&self) -> Context {
        Context::new(Label::SealInvitation, self.destination.organisation)
    }
}

#[cfg(test)]
mod tests;
