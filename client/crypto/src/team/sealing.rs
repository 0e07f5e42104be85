//! A team's sealing key (R-8.3-18): what others seal to the team with, by HPKE (RFC 9180) with X-Wing.
//!
//! HPKE carries a fresh key and the committing seal carries the content, so that no ciphertext opens differently for two teams.

use casevault_wire::codec::{Opaque, encode};
use casevault_wire::commit::SealingKey;
use casevault_wire::context::Context;
use casevault_wire::hash::hash;
use casevault_wire::label::Label;
use casevault_wire::log::SealingKeyEntry;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::types::HpkeCiphertext;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};
use zeroize::{Zeroize, Zeroizing};

use crate::mls::{Crypto, hpke_config};
use crate::random::{Random, RandomError};
use crate::seal::{OpenError, open, seal};
use crate::secret::{Secret, SecretBytes};

/// An X-Wing encapsulation, bytes.
const ENCAPSULATION: usize = 1120;
/// A sealed 32-byte key, bytes.
const SEALED_KEY: usize = 48;

/// What a sealing key comes from. A team's is random, never derived.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct SealingSeed(Secret);

/// Nothing could be sealed to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealToError {
    /// The recipient's key is none.
    #[error("the recipient's key is not a sealing key")]
    Key,
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl SealingSeed {
    /// Gives `secret` this role.
    pub(crate) fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Draws a seed.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        Secret::generate(random).map(Self)
    }

    /// The public key.
    pub fn public(&self, crypto: &Crypto) -> SealingKey {
        let public = self.pair(crypto).map(|(_, public)| public).unwrap_or_default();
        Opaque::new(public).unwrap_or_default()
    }

    /// `DeriveKeyPair(seed)` of RFC 9180 §7.1.3; it fails for no seed of 32 bytes.
    fn pair(&self, crypto: &Crypto) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), OpenError> {
        let pair = crypto.derive_hpke_keypair(hpke_config(), self.0.expose()).map_err(|_| OpenError)?;
        Ok((Zeroizing::new(pair.private.to_vec()), pair.public))
    }
}

/// The context of what is sealed to `key`: label and recipient are set here, everything else is the caller's.
fn for_recipient(context: &Context, key: &SealingKey) -> Context {
    Context { label: Label::SealToTeam, binding: hash(Label::SealingKeyHash, key), ..*context }
}

/// Seals `plaintext` to a team: `encapsulation ‖ sealed key ‖ committing seal`. The label and the binding of `context` are set to
/// what they must be.
///
/// # Errors
/// [`SealToError`] if `key` is none, or there is no randomness.
pub fn seal_to(
    crypto: &Crypto,
    key: &SealingKey,
    context: &Context,
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, SealToError> {
    seal_in(crypto, key, &for_recipient(context, key), plaintext, random)
}

/// The same in exactly this context.
pub(crate) fn seal_in(
    crypto: &Crypto,
    key: &SealingKey,
    context: &Context,
    plaintext: &[u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, SealToError> {
    let content = Secret::<32>::generate(random)?;
    let info = encode(context);
    let hpke = crypto.hpke_seal(hpke_config(), key.as_slice(), &info, &[], content.expose()).map_err(|_| SealToError::Key)?;
    let mut out = hpke.kem_output.as_slice().to_vec();
    out.extend_from_slice(hpke.ciphertext.as_slice());
    out.extend_from_slice(&seal(&content, context, plaintext, random)?);
    Ok(out)
}

/// Opens what was sealed to the public half of `seed` in the same context.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open_from(crypto: &Crypto, seed: &SealingSeed, context: &Context, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let context = for_recipient(context, &seed.public(crypto));
    open_in(crypto, seed, &context, sealed)
}

/// The same in exactly this context.
pub(crate) fn open_in(crypto: &Crypto, seed: &SealingSeed, context: &Context, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let (private, _) = seed.pair(crypto)?;
    let (encapsulation, rest) = sealed.split_at_checked(ENCAPSULATION).ok_or(OpenError)?;
    let (key, sealed) = rest.split_at_checked(SEALED_KEY).ok_or(OpenError)?;
    let hpke = HpkeCiphertext { kem_output: encapsulation.to_vec().into(), ciphertext: key.to_vec().into() };
    let info = encode(context);
    let content = Zeroizing::new(crypto.hpke_open(hpke_config(), &hpke, &private, &info, &[]).map_err(|_| OpenError)?);
    let mut bytes: [u8; 32] = content.as_slice().try_into().map_err(|_| OpenError)?;
    let key = Secret::new(bytes);
    bytes.zeroize();
    open(&key, context, sealed)
}

/// How the log's sealing key of a team stands to the one that the team's group has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the group's.
    Same,
    /// The log has none, or one of an older receipt than the group's.
    Behind,
    /// The log has another of a newer receipt: of a commit that this device has not seen, or that is void.
    Ahead,
}

/// Compares the key that the log has with the group's, whose receipt stands at `receipt` in the keyserver's feed (R-8.3-22).
pub fn standing(logged: Option<&SealingKeyEntry>, key: &SealingKey, receipt: u64) -> Standing {
    match logged {
        Some(entry) if entry.key == *key => Standing::Same,
        Some(entry) if entry.receipt >= receipt => Standing::Ahead,
        _ => Standing::Behind,
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::id::{DeviceId, OrganisationId, TeamId};
    use casevault_wire::limit;

    use super::*;
    use crate::random::SystemRandom;

    // Obeys R-8.3-18.
    // Breaks R-8.3-18.
    #[test]
    fn only_the_team_opens_what_is_sealed_to_it_and_only_where_it_belongs() {
        let crypto = Crypto::new().unwrap();
        let seeds = [(); 2].map(|()| SealingSeed::generate(&mut SystemRandom).unwrap());
        let [ours, theirs] = &seeds;
        let key = ours.public(&crypto);
        assert_eq!(key.as_slice().len(), limit::SEALING_KEY);
        let context = Context { team: TeamId([3; 32]), ..Context::new(Label::SealToTeam, OrganisationId([1; 32])) };
        let sealed = seal_to(&crypto, &key, &context, b"dossier key", &mut SystemRandom).unwrap();
        assert_eq!(&*open_from(&crypto, ours, &context, &sealed).unwrap(), b"dossier key");
        assert!(open_from(&crypto, theirs, &context, &sealed).is_err(), "another team");
        let elsewhere = Context { team: TeamId([4; 32]), ..context };
        assert!(open_from(&crypto, ours, &elsewhere, &sealed).is_err(), "another context");
        for at in [0, ENCAPSULATION, ENCAPSULATION + SEALED_KEY, sealed.len() - 1] {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(open_from(&crypto, ours, &context, &flipped).is_err(), "byte {at}");
            assert!(open_from(&crypto, ours, &context, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_key_of_another_length_is_refused_and_does_not_panic() {
        let crypto = Crypto::new().unwrap();
        let context = Context::new(Label::SealToTeam, OrganisationId::ZERO);
        for length in [0, 100, 1184, limit::SEALING_KEY - 1] {
            let key = Opaque::new(vec![7; length]).unwrap();
            assert_eq!(seal_to(&crypto, &key, &context, b"", &mut SystemRandom), Err(SealToError::Key));
        }
    }

    // Obeys R-8.3-22.
    // Breaks R-8.3-22.
    #[test]
    fn a_key_of_a_void_commit_is_ahead_until_a_later_receipt_supersedes_it() {
        let crypto = Crypto::new().unwrap();
        let [ours, void] = [(); 2].map(|()| SealingSeed::generate(&mut SystemRandom).unwrap().public(&crypto));
        let entry = |key: &SealingKey, receipt| {
            let (key, device) = (key.clone(), DeviceId::ZERO);
            SealingKeyEntry { generation: 3, receipt, key, device, log_length: 1 }
        };
        assert_eq!(standing(None, &ours, 10), Standing::Behind, "nobody stated any");
        assert_eq!(standing(Some(&entry(&ours, 10)), &ours, 10), Standing::Same);
        assert_eq!(standing(Some(&entry(&ours, 10)), &ours, 15), Standing::Same, "of a later commit that kept the keys");
        assert_eq!(standing(Some(&entry(&void, 20)), &ours, 10), Standing::Ahead);
        assert_eq!(standing(Some(&entry(&void, 10)), &ours, 10), Standing::Ahead, "two receipts in one place");
        assert_eq!(standing(Some(&entry(&void, 20)), &ours, 21), Standing::Behind, "a new generation was taken since");
    }
}
