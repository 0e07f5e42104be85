//! Envelopes (R-6.8-7): a dossier's key, signed by a device of the sender and sealed to the team that it is for.

use casevault_wire::codec::{Opaque, decode};
use casevault_wire::commit::SealingKey;
use casevault_wire::context::Context;
use casevault_wire::id::{DeviceId, JournalId, OrganisationId, TeamId};
use casevault_wire::keyserver::Delivery;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::LogPosition;
use casevault_wire::signature::{Signable, Signed};
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::event::Recipient;
use crate::keys::CaseKey;
use crate::mls::Crypto;
use crate::random::Random;
use crate::seal::OpenError;
use crate::secret::SecretBytes;
use crate::team::{SealToError, SealingSeed, open_from, seal_to};

/// What a recipient is told of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Envelope {
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// The team whose journal the dossier is.
    pub team: TeamId,
    /// The dossier's journal.
    pub dossier: JournalId,
    /// Whom it is for.
    pub to: Recipient,
    /// The generation of the key.
    pub generation: u64,
    /// The dossier's key of that generation.
    pub key: CaseKey,
    /// Until when.
    pub until: Time,
    /// When it was made, by the sender's clock.
    pub time: Time,
    /// The sender's device.
    pub device: DeviceId,
    /// The log of the sender's organisation as the device had verified it.
    pub log: LogPosition,
}

impl Signable for Envelope {
    const LABEL: Label = Label::DossierEnvelope;
}

/// An [`Envelope`] as its device signed it. Body of `dossier received`.
pub type SignedEnvelope = Signed<Envelope>;

fn context(to: &Recipient, generation: u64) -> Context {
    Context { team: to.team, generation, ..Context::new(Label::SealToTeam, to.organisation) }
}

/// Seals an envelope to the sealing key of `generation` of the team that it is for.
///
/// # Errors
/// [`SealToError`] if `key` is none, or there is no randomness.
pub fn seal_envelope(
    crypto: &Crypto,
    (generation, key): (u64, &SealingKey),
    envelope: &SignedEnvelope,
    random: &mut dyn Random,
) -> Result<Delivery, SealToError> {
    let plaintext = SecretBytes::encode(envelope);
    let sealed = seal_to(crypto, key, &context(&envelope.content.to, generation), &plaintext, random)?;
    Ok(Delivery { generation, sealed: Opaque::new(sealed).map_err(|_| SealToError::Key)? })
}

/// Opens what was left for `to`. Who signed it is not checked here.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open_envelope(
    crypto: &Crypto,
    seed: &SealingSeed,
    to: &Recipient,
    delivery: &Delivery,
) -> Result<SignedEnvelope, OpenError> {
    let plaintext = open_from(crypto, seed, &context(to, delivery.generation), delivery.sealed.as_slice())?;
    let envelope: SignedEnvelope = decode(&plaintext, limit::ENVELOPE).map_err(|_| OpenError)?;
    if envelope.content.to == *to { Ok(envelope) } else { Err(OpenError) }
}
