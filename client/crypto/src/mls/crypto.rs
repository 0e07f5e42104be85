//! libcrux behind the checks it lacks: X-Wing public keys have exactly 1,216 bytes (shorter ones make it panic), Ed25519 is
//! verified strictly, one suite exists, and what only external commits need is refused.

use casevault_wire::limit;
use openmls_libcrux_crypto::CryptoProvider;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::random::OpenMlsRand;
use openmls_traits::types::{
    AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeCiphertext, HpkeConfig, HpkeKeyPair, KemOutput,
    SignatureScheme,
};
use tls_codec::SecretVLBytes;

use super::SUITE;

/// The system's randomness, which MLS operations draw from, could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness for MLS")]
pub struct CryptoUnavailable;

/// The cryptography of MLS. One per process is enough.
pub struct Crypto {
    libcrux: CryptoProvider,
}

impl std::fmt::Debug for Crypto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Crypto")
    }
}

impl Crypto {
    /// Seeds the generator from the operating system.
    ///
    /// # Errors
    /// [`CryptoUnavailable`] if that fails.
    pub fn new() -> Result<Self, CryptoUnavailable> {
        Ok(Self { libcrux: CryptoProvider::new().map_err(|_| CryptoUnavailable)? })
    }

    /// Whether anything can be sealed to `key`: of the right length and canonical.
    pub(crate) fn is_sealing_key(&self, key: &[u8]) -> bool {
        self.hpke_seal(SUITE.hpke_config(), key, &[], &[], &[]).is_ok()
    }
}

type Result<T, E = CryptoError> = std::result::Result<T, E>;

/// Refuses keys that libcrux would panic on.
fn check_public_key(key: &[u8]) -> Result<()> {
    if key.len() == limit::SEALING_KEY { Ok(()) } else { Err(CryptoError::InvalidLength) }
}

impl OpenMlsCrypto for Crypto {
    fn supports(&self, suite: Ciphersuite) -> Result<()> {
        if suite == SUITE { self.libcrux.supports(suite) } else { Err(CryptoError::UnsupportedCiphersuite) }
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        vec![SUITE]
    }

    fn hkdf_extract(&self, hash: HashType, salt: &[u8], ikm: &[u8]) -> Result<SecretVLBytes> {
        self.libcrux.hkdf_extract(hash, salt, ikm)
    }

    fn hmac(&self, hash: HashType, key: &[u8], message: &[u8]) -> Result<SecretVLBytes> {
        self.libcrux.hmac(hash, key, message)
    }

    fn hkdf_expand(&self, hash: HashType, prk: &[u8], info: &[u8], length: usize) -> Result<SecretVLBytes> {
        self.libcrux.hkdf_expand(hash, prk, info, length)
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> Result<Vec<u8>> {
        self.libcrux.hash(hash, data)
    }

    fn aead_encrypt(&self, aead: AeadType, key: &[u8], data: &[u8], nonce: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        self.libcrux.aead_encrypt(aead, key, data, nonce, aad)
    }

    fn aead_decrypt(&self, aead: AeadType, key: &[u8], data: &[u8], nonce: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        self.libcrux.aead_decrypt(aead, key, data, nonce, aad)
    }

    fn signature_key_gen(&self, _: SignatureScheme) -> Result<(Vec<u8>, Vec<u8>)> {
        Err(CryptoError::UnsupportedSignatureScheme) // device keys come from the device's identity
    }

    fn verify_signature(&self, scheme: SignatureScheme, data: &[u8], key: &[u8], signature: &[u8]) -> Result<()> {
        if scheme != SignatureScheme::ED25519 {
            return Err(CryptoError::UnsupportedSignatureScheme);
        }
        let key: &[u8; 32] = key.try_into().map_err(|_| CryptoError::InvalidLength)?;
        let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| CryptoError::InvalidLength)?;
        ed25519_dalek::VerifyingKey::from_bytes(key)
            .and_then(|key| key.verify_strict(data, &signature))
            .map_err(|_| CryptoError::InvalidSignature)
    }

    fn sign(&self, _: SignatureScheme, _: &[u8], _: &[u8]) -> Result<Vec<u8>> {
        Err(CryptoError::UnsupportedSignatureScheme) // the device's signer signs
    }

    fn hpke_seal(&self, config: HpkeConfig, key: &[u8], info: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<HpkeCiphertext> {
        check_public_key(key)?;
        self.libcrux.hpke_seal(config, key, info, aad, plaintext)
    }

    fn hpke_open(&self, config: HpkeConfig, sealed: &HpkeCiphertext, key: &[u8], info: &[u8], aad: &[u8]) -> Result<Vec<u8>> {
        self.libcrux.hpke_open(config, sealed, key, info, aad)
    }

    fn hpke_setup_sender_and_export(
        &self,
        _: HpkeConfig,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: usize,
    ) -> Result<(KemOutput, ExporterSecret)> {
        Err(CryptoError::SenderSetupError) // only external commits need it
    }

    fn hpke_setup_receiver_and_export(
        &self,
        _: HpkeConfig,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: usize,
    ) -> Result<ExporterSecret> {
        Err(CryptoError::ReceiverSetupError) // only external commits need it
    }

    fn derive_hpke_keypair(&self, config: HpkeConfig, ikm: &[u8]) -> Result<HpkeKeyPair> {
        self.libcrux.derive_hpke_keypair(config, ikm)
    }
}

impl OpenMlsRand for Crypto {
    type Error = <CryptoProvider as OpenMlsRand>::Error;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Self::Error> {
        self.libcrux.random_array()
    }

    fn random_vec(&self, length: usize) -> Result<Vec<u8>, Self::Error> {
        self.libcrux.random_vec(length)
    }
}
