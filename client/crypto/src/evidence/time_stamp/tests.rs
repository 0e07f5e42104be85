//! Stamps of two authorities as OpenSSL plays them, of `the export`, and what is left of them where they are changed.

use proptest::prelude::*;
use ring::digest;

use super::*;

const EC: &[u8] = include_bytes!("fixtures/ec.tsr");
const EC_ROOT: &[u8] = include_bytes!("fixtures/ec-root.der");
const RSA: &[u8] = include_bytes!("fixtures/rsa.tsr");
const RSA_ROOT: &[u8] = include_bytes!("fixtures/rsa-root.pem");

fn sha256(content: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, content).as_ref().try_into().unwrap()
}

fn roots(files: &[&[u8]]) -> Roots {
    let mut roots = Roots::default();
    files.iter().for_each(|file| roots.add(file).unwrap());
    roots
}

/// What a stamp says and who signed that.
fn said(stamp: &Stamp) -> impl PartialEq + std::fmt::Debug {
    (stamp.time, stamp.latest, &stamp.authority, stamp.digest, stamp.nonce.as_deref(), &stamp.signer)
}

// Obeys R-6.7-13.
// Breaks R-6.7-13.
#[test]
fn a_stamp_is_of_one_digest_and_by_whom_a_root_leads_to() {
    for (stamp, root, other) in [(EC, EC_ROOT, RSA_ROOT), (RSA, RSA_ROOT, EC_ROOT)] {
        let stamp = Stamp::decode(stamp).unwrap();
        assert_eq!((stamp.authority(), stamp.is_of(&sha256(b"the export"))), ("CN=stamps", Ok(())));
        assert_eq!(stamp.latest(), stamp.time().plus(999), "it tells seconds");
        assert_eq!(stamp.is_of(&sha256(b"another")), Err(StampError::OtherDigest));
        assert_eq!(stamp.answers(&[7; NONCE]), Err(StampError::OtherNonce));
        assert_eq!(roots(&[root]).vouch(&stamp), Ok(()));
        assert_eq!(roots(&[other, root]).vouch(&stamp), Ok(()), "one of them is enough");
        assert_eq!(roots(&[other]).vouch(&stamp), Err(StampError::Untrusted));
        assert_eq!(Roots::default().vouch(&stamp), Err(StampError::Untrusted));
        let year = 366 * 86_400_000;
        for time in [Time(stamp.time.0 - year), stamp.time.plus(year)] {
            assert_eq!(roots(&[root]).vouch(&Stamp { time, ..stamp.clone() }), Err(StampError::Outdated));
        }
    }
}

/// What nobody signed says nothing: whichever byte is another, it is refused or says the same.
// Breaks R-6.7-13.
#[test]
fn no_byte_of_a_stamp_can_be_changed_to_have_it_say_something_else() {
    for stamp in [EC, RSA] {
        let good = Stamp::decode(stamp).unwrap();
        let mut taken = 0;
        for at in 0..stamp.len() {
            let mut bytes = stamp.to_vec();
            bytes[at] ^= 1;
            if let Ok(changed) = Stamp::decode(&bytes) {
                assert_eq!(said(&changed), said(&good), "byte {at}");
                taken += 1;
            }
        }
        assert!(taken < 40, "{taken} bytes are of no meaning");
        for length in 0..stamp.len() {
            assert!(Stamp::decode(&stamp[..length]).is_err(), "{length} bytes of it");
        }
        assert!(Stamp::decode(&[stamp, b"\0"].concat()).is_err(), "and a byte more");
        assert_eq!(Stamp::decode(&vec![0x30; limit::TIME_STAMP + 1]).unwrap_err(), StampError::TooLong);
    }
}

/// The library's own example comes without its authority's certificate; an answer without a stamp says that it is none.
// Breaks R-6.7-13.
#[test]
fn a_refusal_and_a_stamp_by_nobody_are_told_apart() {
    let refused = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
    assert_eq!(Stamp::decode(&refused).unwrap_err(), StampError::Denied);
    assert_eq!(Stamp::decode(&[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00]).unwrap_err(), StampError::Malformed);
    for file in [&b""[..], b"-----BEGIN CERTIFICATE-----\n", b"no certificate", EC] {
        assert_eq!(Roots::default().add(file), Err(RootsError));
    }
}

#[test]
fn a_request_is_what_an_authority_reads() {
    let bytes = request(&[7; 32], &[0xff; NONCE]).unwrap();
    let head = [0x30, 0x4b, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09];
    assert_eq!(bytes[..head.len()], head);
    assert!(bytes.windows(32).any(|window| window == [7; 32]));
    let nonce: Vec<u8> = [&[0x02, 0x10, 0x7f], &[0xff; 15][..], &[0x01, 0x01, 0xff]].concat();
    assert!(bytes.ends_with(&nonce), "a positive number of sixteen bytes, and that the certificate is wanted");
}

proptest! {
    #[test]
    fn whatever_an_authority_answers_is_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Stamp::decode(&bytes).is_err());
        let _ = Roots::default().add(&bytes);
    }

    #[test]
    fn a_stamp_in_which_much_is_changed_says_the_same_or_nothing(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8)) {
        let mut bytes = EC.to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Ok(changed) = Stamp::decode(&bytes) {
            let good = Stamp::decode(EC).unwrap();
            prop_assert_eq!(said(&changed), said(&good));
            let _ = roots(&[EC_ROOT]).vouch(&changed);
        }
    }
}
