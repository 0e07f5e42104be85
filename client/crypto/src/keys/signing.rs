//! Ed25519 signing keys (SPEC §4.2). The public half is always computed from the secret one, never stored beside it.

use std::fmt;
use std::io::{Read, Write};

use casevault_wire::label::Label;
use casevault_wire::signature::{PublicKey, Signable, Signature, Signed, signed_content};
use ed25519_dalek::Signer;
use tls_codec::{Deserialize, Error, Serialize, Size};

use crate::random::{Random, RandomError};
use crate::secret::Secret;

/// An Ed25519 signing key. Encodes as its 32-byte seed, in sealed plaintexts only.
#[derive(Clone)]
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// The key of `seed` (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &Secret) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed.expose())))
    }

    /// Draws a key.
    ///
    /// # Errors
    /// [`RandomError`] if `random` fails.
    pub fn generate(random: &mut dyn Random) -> Result<Self, RandomError> {
        Ok(Self::from_seed(&Secret::generate(random)?))
    }

    /// The seed, for libraries that hold keys themselves.
    pub fn seed(&self) -> Secret {
        Secret::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `content` under `label`.
    pub fn sign<T: Serialize>(&self, label: Label, content: &T) -> Signature {
        Signature(self.0.sign(&signed_content(label, content)).to_bytes())
    }
}

/// Signs `content` under its own label.
pub fn sign<T>(key: &SigningKey, content: T) -> Signed<T>
where
    T: Signable + Deserialize + Size + fmt::Debug,
{
    let signature = key.sign(T::LABEL, &content);
    Signed { content, signature }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.seed() == other.seed()
    }
}

impl Eq for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl Size for SigningKey {
    fn tls_serialized_len(&self) -> usize {
        ed25519_dalek::SECRET_KEY_LENGTH
    }
}

impl Serialize for SigningKey {
    fn tls_serialize<W: Write>(&self, writer: &mut W) -> Result<usize, Error> {
        self.seed().tls_serialize(writer)
    }
}

impl Deserialize for SigningKey {
    fn tls_deserialize<R: Read>(reader: &mut R) -> Result<Self, Error> {
        Secret::tls_deserialize(reader).map(|seed| Self::from_seed(&seed))
    }
}

#[cfg(test)]
mod tests {
    use casevault_wire::codec::{decode, encode};

    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_label_and_content_alone() {
        let (key, other) = (SigningKey::from_seed(&Secret::new([1; 32])), SigningKey::from_seed(&Secret::new([2; 32])));
        let signature = key.sign(Label::LogEntry, &7u64);
        assert!(key.public().verify(Label::LogEntry, &7u64, &signature).is_ok());
        assert!(key.public().verify(Label::LogHead, &7u64, &signature).is_err());
        assert!(key.public().verify(Label::LogEntry, &8u64, &signature).is_err());
        assert!(other.public().verify(Label::LogEntry, &7u64, &signature).is_err());
    }

    #[test]
    fn a_signing_key_encodes_as_its_seed_and_does_not_print() {
        let key = SigningKey::from_seed(&Secret::new([9; 32]));
        assert_eq!(encode(&key), [9; 32]);
        assert_eq!(decode::<SigningKey>(&[9; 32], 32), Ok(key.clone()));
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }
}
