//! Opening shares of reports: HPKE (RFC 9180, base mode) with X-Wing (draft-connolly-cfrg-xwing-kem-06). What depends on the task's key and
//! context alone is derived once: of each report nothing is left but its own secret, which is most of what counting it costs.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::hmac;
use casevault_wire::statistics::{ReportId, sealed_with};
use libcrux_ml_kem::mlkem768;
use zeroize::Zeroizing;

/// An ML-KEM-768 ciphertext, bytes; a public key of X25519 follows it.
const CIPHERTEXT: usize = 1088;
/// A public key of X25519, bytes.
const POINT: usize = 32;
/// HPKE's `suite_id`: X-Wing, HKDF-SHA-256, ChaCha20-Poly1305.
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";
/// X-Wing's label.
const X_WING: &[u8] = br"\.//^\";

/// A secret of HPKE's key schedule.
type Secret = Zeroizing<[u8; 32]>;

/// A key of ML-KEM-768.
enum Lattice {
    /// With its matrix drawn from its seed: half of what decapsulating takes. For processors with AVX2, which are most.
    #[cfg(target_arch = "x86_64")]
    Drawn(Box<mlkem768::avx2::unpacked::MlKem768KeyPairUnpacked>),
    Packed(Box<mlkem768::MlKem768PrivateKey>),
}

/// Opens shares of the reports of one task.
pub struct Opener {
    lattice: Lattice,
    curve: PrivateKey,
    point: [u8; POINT],
    /// `key_schedule_context`.
    schedule: Vec<u8>,
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener(…)")
    }
}

impl Opener {
    /// With the key of this seed, in this context; nothing if there is no such key.
    pub(super) fn new(seed: &[u8; 32], context: &[u8]) -> Option<Self> {
        // HPKE's `DeriveKeyPair`, and X-Wing's `expandDecapsulationKey` of what comes of it.
        let private = Zeroizing::new(libcrux_sha3::shake256::<32>(seed));
        let expanded: Zeroizing<[u8; 96]> = Zeroizing::new(libcrux_sha3::shake256(&*private));
        let (lattice, curve) = expanded.split_first_chunk::<64>()?;
        let lattice = Lattice::new(*lattice);
        let curve = PrivateKey::from_private_key(&X25519, curve).ok()?;
        let point = curve.compute_public_key().ok()?.as_ref().try_into().ok()?;
        let none = hmac::Key::new(hmac::HMAC_SHA256, &[]);
        let psk = extract(&none, b"psk_id_hash", &[]);
        let schedule = [&[0], psk.as_slice(), extract(&none, b"info_hash", context).as_slice()].concat();
        Some(Self { lattice, curve, point, schedule })
    }

    /// A share, opened where it is, if it was sealed to this server in the task's context with this id and public share. It is not wiped:
    /// alone it is random, and what is computed of it is not wiped either.
    pub fn open<'a>(&self, (id, public): (&ReportId, &[u8]), sealed: &'a mut [u8]) -> Option<&'a [u8]> {
        let (ciphertext, rest) = sealed.split_first_chunk_mut::<CIPHERTEXT>()?;
        let (point, rest) = rest.split_first_chunk_mut::<POINT>()?;
        let secret = extract(&hmac::Key::new(hmac::HMAC_SHA256, &*self.shared(ciphertext, point)?), b"secret", &[]);
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &*secret);
        let nonce = *self.expand(&secret, b"base_nonce", 12).first_chunk()?;
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &*self.expand(&secret, b"key", 32)).ok()?);
        let with = Aad::from(sealed_with(id, public));
        key.open_in_place(Nonce::assume_unique_for_key(nonce), with, rest).ok().map(|share| &*share)
    }

    /// X-Wing's decapsulation.
    fn shared(&self, ciphertext: &[u8; CIPHERTEXT], point: &[u8; POINT]) -> Option<Secret> {
        let lattice = Zeroizing::new(self.lattice.decapsulate(&ciphertext.into()));
        let mut input = Zeroizing::new(lattice.to_vec());
        agree(&self.curve, UnparsedPublicKey::new(&X25519, point), (), |curve| {
            input.extend_from_slice(curve);
            Ok(())
        })
        .ok()?;
        for part in [point.as_slice(), &self.point, X_WING] {
            input.extend_from_slice(part);
        }
        Some(Zeroizing::new(libcrux_sha3::sha256(&input)))
    }

    /// HPKE's `LabeledExpand` of what fits one block, in this task's context; what is longer than asked for is to be cut.
    fn expand(&self, secret: &hmac::Key, label: &[u8], length: u8) -> Secret {
        let mut context = hmac::Context::with_key(secret);
        for part in [&[0, length], b"HPKE-v1".as_slice(), SUITE, label, &self.schedule, &[1]] {
            context.update(part);
        }
        block(&context.sign())
    }
}

impl Lattice {
    fn new(seed: [u8; 64]) -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self::Drawn(Box::new(mlkem768::avx2::unpacked::generate_key_pair(seed)));
        }
        Self::packed(seed)
    }

    fn packed(seed: [u8; 64]) -> Self {
        Self::Packed(Box::new(mlkem768::generate_key_pair(seed).into_parts().0))
    }

    fn decapsulate(&self, ciphertext: &mlkem768::MlKem768Ciphertext) -> [u8; 32] {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Drawn(key) => mlkem768::avx2::unpacked::decapsulate(key, ciphertext),
            Self::Packed(key) => mlkem768::decapsulate(key, ciphertext),
        }
    }
}

/// HPKE's `LabeledExtract`.
fn extract(salt: &hmac::Key, label: &[u8], input: &[u8]) -> Secret {
    let mut context = hmac::Context::with_key(salt);
    for part in [b"HPKE-v1".as_slice(), SUITE, label, input] {
        context.update(part);
    }
    block(&context.sign())
}

fn block(tag: &hmac::Tag) -> Secret {
    let mut block = Secret::default();
    block.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    block
}

#[cfg(test)]
mod tests {
    use hpke_rs::HpkePublicKey;

    use super::*;
    use crate::statistics::hpke;

    const ID: ReportId = ReportId([7; 16]);

    /// As a client seals, with another implementation.
    fn sealed(seed: &[u8; 32], share: &[u8]) -> Vec<u8> {
        let key = hpke().derive_key_pair(seed).unwrap().public_key().as_slice().to_vec();
        let with = sealed_with(&ID, b"public");
        let sealed = hpke().seal(&HpkePublicKey::new(key), b"context", &with, share, None, None, None).unwrap();
        [sealed.0, sealed.1].concat()
    }

    fn opens(opener: &Opener, with: (&ReportId, &[u8]), sealed: &[u8]) -> bool {
        opener.open(with, &mut sealed.to_vec()).is_some()
    }

    // Obeys R-8.12-4.
    #[test]
    fn what_was_sealed_to_a_key_is_opened_with_it() {
        for number in 0..20 {
            let (seed, share) = ([number; 32], vec![number; 100 * usize::from(number)]);
            let opener = Opener::new(&seed, b"context").unwrap();
            assert_eq!(opener.open((&ID, b"public"), &mut sealed(&seed, &share)).unwrap(), share);
        }
    }

    // Obeys R-8.12-4.
    #[test]
    fn a_key_whose_matrix_is_drawn_opens_what_it_opens_without() {
        let drawn = Opener::new(&[3; 32], b"context").unwrap();
        let expanded = libcrux_sha3::shake256::<96>(&libcrux_sha3::shake256::<32>(&[3; 32]));
        let packed = Lattice::packed(*expanded.first_chunk().unwrap());
        let packed = Opener { lattice: packed, ..Opener::new(&[3; 32], b"context").unwrap() };
        for byte in 0..20 {
            // The other ends where what is sealed was changed, too: both refuse by the same secret that is none.
            let mut ciphertext = *sealed(&[3; 32], b"a share").first_chunk::<CIPHERTEXT>().unwrap();
            for bit in [0, 1] {
                ciphertext[50 * byte] ^= bit;
                assert_eq!(drawn.lattice.decapsulate(&ciphertext.into()), packed.lattice.decapsulate(&ciphertext.into()));
            }
        }
    }

    // Breaks R-8.12-4.
    #[test]
    fn what_was_sealed_otherwise_is_not_opened() {
        let (seed, sealed) = ([1; 32], sealed(&[1; 32], b"a share"));
        let opener = Opener::new(&seed, b"context").unwrap();
        assert!(opens(&opener, (&ID, b"public"), &sealed));
        assert!(!opens(&Opener::new(&seed, b"another").unwrap(), (&ID, b"public"), &sealed), "in another task's context");
        assert!(!opens(&Opener::new(&[2; 32], b"context").unwrap(), (&ID, b"public"), &sealed), "to another key");
        assert!(!opens(&opener, (&ReportId([8; 16]), b"public"), &sealed), "as another report");
        assert!(!opens(&opener, (&ID, b"Public"), &sealed), "with another public share");
        for at in [0, CIPHERTEXT - 1, CIPHERTEXT, CIPHERTEXT + POINT, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(!opens(&opener, (&ID, b"public"), &changed), "byte {at}");
        }
        for length in [0, CIPHERTEXT, CIPHERTEXT + POINT, CIPHERTEXT + POINT + 15] {
            assert!(!opens(&opener, (&ID, b"public"), &sealed[..length]), "{length} bytes");
        }
        assert_eq!(format!("{opener:?}"), "Opener(…)");
    }
}
