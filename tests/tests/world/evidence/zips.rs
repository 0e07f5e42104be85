//! A zip holds the bundle and nothing else, however it is put together.

use std::path::Path;

use casevault_tests::bundle::{ours, theirs};

use super::made;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const LISTED: [u8; 4] = *b"PK\x01\x02";
const PASSPORT: &[u8] = b"data/documents/001-passport.pdf";
const FIRST: &[&str] = &["data/documents/001-passport.pdf"];
/// The zip as a whole, or its first file, where that is seen first.
const ALL: &[&str] = &["changed.zip", "data/documents/001-passport.pdf"];

/// Where records of a kind begin.
fn records(bytes: &[u8], signature: [u8; 4]) -> Vec<usize> {
    (0..bytes.len().saturating_sub(4)).filter(|at| bytes[*at..*at + 4] == signature).collect()
}

/// Writes other bytes over the same number of bytes, wherever they are.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let found: Vec<_> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!found.is_empty());
    found.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to));
}

/// A change, what a verifier names, and the change itself.
type Change = (&'static str, &'static [&'static str], fn(&mut Vec<u8>));

const CHANGES: &[Change] = &[
    ("one byte of a document is another", FIRST, |bytes| {
        let at = records(bytes, LOCAL)[0] + 5000;
        bytes[at] ^= 1;
    }),
    ("there are bytes before it", ALL, |bytes| bytes.splice(0..0, *b"#!/bin/sh\n").for_each(drop)),
    ("there are bytes after it", ALL, |bytes| bytes.extend(*b"more")),
    ("there are bytes between the files and their list", ALL, |bytes| {
        let at = records(bytes, LISTED)[0];
        bytes.splice(at..at, *b"more").for_each(drop);
    }),
    ("it has a comment", ALL, |bytes| {
        let at = bytes.len() - 2;
        bytes[at] = 4;
        bytes.extend(*b"more");
    }),
    ("its end is missing", ALL, |bytes| bytes.truncate(bytes.len() - 30)),
    ("a name is there twice", &["manifest-sha256.txt"], |bytes| replace(bytes, b"manifest-sha512.txt", b"manifest-sha256.txt")),
    ("a name leads elsewhere", &["data/../../../001-passport.pdf!"], |bytes| {
        replace(bytes, PASSPORT, b"data/../../../001-passport.pdf!");
    }),
    ("a name begins at the root", &["/ata/documents/001-passport.pdf"], |bytes| {
        replace(bytes, PASSPORT, b"/ata/documents/001-passport.pdf")
    }),
    ("the list has another name than the file", FIRST, |bytes| {
        let at = records(bytes, LOCAL)[0] + 30;
        let name = bytes[at..].windows(8).position(|window| window == b"passport").unwrap();
        bytes[at + name] = b'P';
    }),
    ("a file is called compressed", FIRST, |bytes| {
        let at = [records(bytes, LISTED)[0] + 10, records(bytes, LOCAL)[0] + 8];
        at.iter().for_each(|at| bytes[*at] = 8);
    }),
    ("a file is called encrypted", FIRST, |bytes| {
        let at = [records(bytes, LISTED)[0] + 8, records(bytes, LOCAL)[0] + 6];
        at.iter().for_each(|at| bytes[*at] |= 1);
    }),
    ("a file is a link", FIRST, |bytes| {
        let at = records(bytes, LISTED)[0] + 38;
        bytes[at..at + 4].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    }),
    ("a file is beside the one directory", &["Bundle/manifest-sha512.txt"], |bytes| {
        replace(bytes, b"bundle/manifest-sha512.txt", b"Bundle/manifest-sha512.txt");
    }),
    ("a file has another name for some programs", ALL, |bytes| {
        let (at, end) = (records(bytes, LISTED)[0], bytes.len() - 22);
        let name = usize::from(u16::from_le_bytes([bytes[at + 28], bytes[at + 29]]));
        (bytes[at + 30], bytes[end + 12]) = (bytes[at + 30] + 8, bytes[end + 12].wrapping_add(8));
        bytes.splice(at + 46 + name..at + 46 + name, *b"\x75\x70\x04\x00more").for_each(drop);
    }),
    ("a file begins within another", &["data/documents/002-__b_______photo.jpg"], |bytes| {
        let at = records(bytes, LISTED)[1] + 42;
        bytes[at..at + 4].copy_from_slice(&0_u32.to_le_bytes());
    }),
];

/// What is wrong with how a change is noticed.
fn unnoticed(path: &Path, zip: &[u8], (what, named, how): &Change) -> Option<String> {
    let mut bytes = zip.to_vec();
    how(&mut bytes);
    std::fs::write(path, &bytes).unwrap();
    let said = [ours(path), theirs(path)];
    let noticed = said.iter().all(|said| !said.is_valid() && said.named().iter().any(|file| named.contains(file)));
    let told: Vec<_> = said.iter().map(|said| said.answer["problems"].to_string()).collect();
    (!noticed).then(|| format!("{what}, of {named:?}: {}", told.join("\n    ")))
}

// Breaks R-6.7-10.
#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_two_programs_could_read_differently_is_none() {
    let made = made().await;
    let zip = std::fs::read(&made.zip).unwrap();
    let path = made.world.directory.path().join("changed.zip");
    let wrong: Vec<_> = CHANGES.iter().filter_map(|change| unnoticed(&path, &zip, change)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CHANGES.len(), wrong.join("\n"));
}
