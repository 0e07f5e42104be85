//! The keys of one generation, and the bundle in which a commit brings them to the members (R-8.3-16).

use casevault_wire::codec::{Opaque, decode};
use casevault_wire::commit::{CommitData, SealingKey};
use casevault_wire::context::Context;
use casevault_wire::feed::Receipt;
use casevault_wire::hash::hash;
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::keyserver;
use casevault_wire::label::Label;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::SealingSeed;
use crate::derive::{self, AccessKey};
use crate::keys::{BundleKey, TeamKey};
use crate::mls::{Crypto, data_hash};
use crate::random::{Random, RandomError};
use crate::seal::{OpenError, open, seal};
use crate::secret::SecretBytes;

/// A bundle's plaintext, bytes.
const PLAINTEXT: usize = 8 + 8 + 32 + 32;

/// Everything secret of one generation. Its encoding is a bundle's plaintext.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Generation {
    /// The generation `t`, from 1.
    pub number: u64,
    /// The generation that the team's history begins with: 1, or that of the last cut (R-8.3-28).
    pub since: u64,
    /// `T[t]`.
    pub key: TeamKey,
    /// What the team's sealing key of this generation comes from.
    pub sealing: SealingSeed,
}

/// A bundle could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The commit's data name other keys.
    #[error("the commit's data name other keys")]
    Mismatch,
}

impl Generation {
    /// Draws the keys of generation `number` of a history that begins with generation 1.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(number: u64, random: &mut dyn Random) -> Result<Self, RandomError> {
        Ok(Self { number, since: 1, key: TeamKey::generate(random)?, sealing: SealingSeed::generate(random)? })
    }

    /// The team's access key.
    pub fn access_key(&self, organisation: OrganisationId, team: TeamId) -> AccessKey {
        derive::team_access_key(&self.key, &of_generation(organisation, team, self.number))
    }

    /// The team's public sealing key.
    pub fn sealing_key(&self, crypto: &Crypto) -> SealingKey {
        self.sealing.public(crypto)
    }

    /// Whether `data` name this generation and exactly its public keys.
    pub fn is_named_by(&self, data: &CommitData, crypto: &Crypto) -> bool {
        self.number == data.generation
            && self.access_key(data.organisation, data.team).public() == data.access_key
            && self.sealing_key(crypto) == data.sealing_key
    }

    /// Whether the keyserver's receipt names this generation and exactly its public keys.
    pub fn is_receipted(&self, organisation: OrganisationId, receipt: &Receipt, crypto: &Crypto) -> bool {
        self.number == receipt.generation
            && self.access_key(organisation, receipt.team).public() == receipt.access_key
            && hash(Label::SealingKeyHash, &self.sealing_key(crypto)) == receipt.sealing_key
    }
}

/// The context that keys are derived in: organisation, team and generation.
pub(super) fn of_generation(organisation: OrganisationId, team: TeamId, generation: u64) -> Context {
    // The derivation sets the label that says what the key is for.
    Context { team, generation, ..Context::new(Label::DeriveTeamLink, organisation) }
}

fn context(data: &CommitData) -> Context {
    Context {
        team: data.team,
        generation: data.generation,
        version: data.epoch,
        binding: data_hash(data),
        ..Context::new(Label::SealBundle, data.organisation)
    }
}

/// Seals the team's keys for the members of the epoch that the commit of `data` begins.
///
/// # Errors
/// [`BundleError::Mismatch`] if `data` name other keys, [`BundleError::Random`] if there is no randomness.
pub fn seal_bundle(
    crypto: &Crypto,
    key: &BundleKey,
    data: &CommitData,
    keys: &Generation,
    random: &mut dyn Random,
) -> Result<keyserver::Bundle, BundleError> {
    if !keys.is_named_by(data, crypto) {
        return Err(BundleError::Mismatch);
    }
    let sealed = seal(key.secret(), &context(data), &SecretBytes::encode(keys), random)?;
    Opaque::new(sealed).map_err(|_| BundleError::Mismatch)
}

/// Opens a bundle and checks that its keys are those that the commit's data name.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open_bundle(crypto: &Crypto, key: &BundleKey, data: &CommitData, sealed: &[u8]) -> Result<Generation, OpenError> {
    let plaintext = open(key.secret(), &context(data), sealed)?;
    let keys: Generation = decode(&plaintext, PLAINTEXT).map_err(|_| OpenError)?;
    if keys.is_named_by(data, crypto) { Ok(keys) } else { Err(OpenError) }
}
