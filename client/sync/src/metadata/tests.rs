//! What a file says besides is found, whatever it calls it; and what cannot be looked at is never nothing.

use casevault_crypto::event::MetadataKind::{Author, Comment, Device, Embedded, Location, Software, Time, Unknown};
use proptest::prelude::*;

use super::*;
use crate::redraw::redraw;
use crate::redraw::tests::fixture::{ARTIST, exif, huge_png, jpeg, pattern, pdf_of, photograph, report, screenshot, stream};

fn found(bytes: &[u8]) -> Metadata {
    examine(SecretBytes::from(bytes.to_vec()))
}

fn kinds(bytes: &[u8]) -> Vec<MetadataKind> {
    found(bytes).found.kinds()
}

fn says(metadata: &Metadata, kind: MetadataKind, value: &str) -> bool {
    metadata.values.iter().any(|one| one.kind == kind && one.value.contains(value))
}

// Obeys R-6.9-5.
#[test]
fn a_photograph_tells_where_when_with_what_and_by_whom_it_was_made() {
    let metadata = found(&photograph(40, 30, 1));
    assert_eq!(metadata.found.kinds(), [Location, Author, Device, Time, Software, Comment, Embedded]);
    assert!(
        says(&metadata, Location, "6 deg 27 min 14 sec")
            && says(&metadata, Author, ARTIST)
            && says(&metadata, Device, "Phonemaker")
    );
    let metadata = found(&screenshot(20, 20));
    assert_eq!(metadata.found.kinds(), [Location, Author, Device, Time, Software, Embedded]);
    assert!(says(&metadata, Author, ARTIST));
    let metadata = found(&report(1));
    assert_eq!(
        metadata.found.kinds(),
        [Location, Author, Device, Time, Software, Comment, Embedded],
        "of the photograph in it, too"
    );
    assert!(says(&metadata, Author, ARTIST) && says(&metadata, Software, "Typewriter 1"));
}

#[test]
fn a_copy_tells_nothing() {
    for original in [photograph(40, 30, 6), screenshot(20, 20), report(2)] {
        let copy = redraw(SecretBytes::from(original), Default::default()).unwrap();
        assert_eq!(found(&copy.bytes), Metadata::default());
    }
    for plain in [&b""[..], b"the passport of Mira", "جواز سفر\r\n\tMira".as_bytes(), &jpeg(&pattern(9, 9))] {
        assert_eq!(found(plain), Metadata::default());
    }
}

// Breaks R-6.9-5.
#[test]
fn what_cannot_be_examined_to_its_end_is_never_nothing() {
    let plain = jpeg(&pattern(40, 30));
    for cut in 3..plain.len() {
        assert!(!found(&plain[..cut]).found.is_nothing(), "{cut}");
    }
    let broken = [&plain[..2], &[0xff, 0xe1, 0, 12], b"Exif\0\0II*\0", &plain[2..]].concat();
    assert!(kinds(&broken).contains(&Unknown));
    let strange = [&plain[..2], &[0xff, 0xeb, 0, 6], b"what", &plain[2..]].concat();
    assert_eq!(kinds(&strange), [Comment]);
    let other = [
        "PK\x03\x04 a letter with its author",
        "<html><meta name=author>",
        "{\\rtf1{\\info{\\author Mira}}}",
        "%!PS\n",
        "RIFF\0\0\0\0WEBP",
        "a\0b",
    ];
    for other in other {
        assert_eq!(kinds(other.as_bytes()), [Unknown], "{other}");
        assert!(!is_examined(other.as_bytes()) || other.starts_with("RIFF"));
    }
    let tiff = exif(1);
    assert!([Location, Author, Unknown].iter().all(|kind| kinds(&tiff).contains(kind)));
    assert_eq!(kinds(&huge_png(60_000, 60_000)), [], "it is examined, not drawn");
    assert_eq!(kinds(b"%PDF-1.7\nnothing more"), [Unknown]);
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 3 0 R>>".to_vec(),
        b"<</Type/Pages/Count 0/Kids[]>>".to_vec(),
        stream("", b"x"),
    ];
    assert_eq!(kinds(&pdf_of(&objects, "")), [Embedded]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_examined(kind in 0_usize..8, bytes in proptest::collection::vec(any::<u8>(), 0..1024)) {
        let begins = ["\u{0}", "%PDF-1.7\n", "II*\0", "MM\0*", "\0\0\0\x20ftypheic", "RIFF\0\0\0\0WEBP", "", "<"];
        let _ = found(&[begins[kind].as_bytes(), &bytes].concat());
        for begin in [&b"\xff\xd8\xff\xe1\0\x20Exif\0\0"[..], b"\x89PNG\r\n\x1a\n\0\0\0\x10eXIf"] {
            let _ = found(&[begin, &bytes].concat());
        }
    }
}
