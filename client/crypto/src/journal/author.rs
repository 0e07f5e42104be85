//! Authors: one random signing key per device and journal, so that the devices behind two cases cannot be matched by their keys.

use casevault_wire::id::{DeviceId, JournalId, OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::log::LogPosition;
use casevault_wire::signature::{PublicKey, Signable, Signed};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Place;
use crate::identity::{DeviceIdentity, sign};
use crate::keys::SigningKey;
use crate::random::{Random, RandomError};

/// Says which device an author key is of. Body of that author's first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Certificate {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team that owns the journal.
    pub team: TeamId,
    /// The only journal in which the key may sign.
    pub journal: JournalId,
    /// The author key.
    pub author: PublicKey,
    /// The device, whose signing key signs this.
    pub device: DeviceId,
    /// How much of the log the device had verified.
    pub log: LogPosition,
}

impl Signable for Certificate {
    const LABEL: Label = Label::AuthorCertificate;
}

/// A [`Certificate`] as its device signed it.
pub type SignedCertificate = Signed<Certificate>;

/// A device in its role as author of one journal. Encodes as seed and certificate, in sealed plaintexts only.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Author {
    key: SigningKey,
    certificate: SignedCertificate,
}

impl Author {
    /// Draws an author key for `device` in `place`, and certifies it.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(
        place: &Place,
        device: &DeviceIdentity,
        log: LogPosition,
        random: &mut dyn Random,
    ) -> Result<Self, RandomError> {
        let key = SigningKey::generate(random)?;
        let Place { organisation, team, journal } = *place;
        let certificate = Certificate { organisation, team, journal, author: key.public(), device: device.id(), log };
        Ok(Self { key, certificate: sign(&device.signing, certificate) })
    }

    /// The author's public key.
    pub fn public(&self) -> PublicKey {
        self.certificate.content.author
    }

    /// The certificate.
    pub fn certificate(&self) -> &SignedCertificate {
        &self.certificate
    }

    /// The signing key.
    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }
}
