//! Records and blobs that rot.

use std::ops::Range;

use bytes::Bytes;
use casevault_service::store::{MemoryRecords, Records, Write};
use casevault_vault::blob::{Answer, BlobError, Blobs, Listing, LocalBlobs, Part};
use casevault_vault::fsck::{Fault, check};
use casevault_vault::pending::Pending;
use casevault_vault::record::{self, BlobKey, JournalKey, kind};
use casevault_vault::team::Team;
use casevault_vault::upload::Upload;
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, UploadId};
use casevault_wire::problem::Code;

use crate::fsck::Planted;
use crate::member::{batch, empty, entries};

/// A journal that nobody has yet.
const NEW: JournalId = JournalId([9; 16]);

/// Blobs on a disk that cannot read some of them.
struct BadSectors(LocalBlobs, Vec<BlobKey>);

impl Blobs for BadSectors {
    fn put(&self, journal: JournalKey, blobs: Vec<(BlobKey, Bytes)>) -> Answer<'_, ()> {
        self.0.put(journal, blobs)
    }
    fn read(&self, parts: Vec<Part>) -> Answer<'_, Vec<Bytes>> {
        if parts.iter().any(|part| self.1.contains(&part.key)) {
            return Box::pin(std::future::ready(Err(BlobError::Unavailable)));
        }
        self.0.read(parts)
    }
    fn delete(&self, key: BlobKey) -> Answer<'_, ()> {
        self.0.delete(key)
    }
    fn list(&self) -> Answer<'_, Listing> {
        self.0.list()
    }
    fn begin(&self, upload: UploadId) -> Answer<'_, ()> {
        self.0.begin(upload)
    }
    fn write(&self, upload: UploadId, offset: u64, piece: Vec<Bytes>) -> Answer<'_, ()> {
        self.0.write(upload, offset, piece)
    }
    fn flush(&self, upload: UploadId, length: u64) -> Answer<'_, ()> {
        self.0.flush(upload, length)
    }
    fn staged(&self, upload: UploadId, offset: u64, length: usize) -> Answer<'_, Bytes> {
        self.0.staged(upload, offset, length)
    }
    fn keep(&self, upload: UploadId, key: BlobKey) -> Answer<'_, ()> {
        self.0.keep(upload, key)
    }
    fn discard(&self, upload: UploadId) -> Answer<'_, ()> {
        self.0.discard(upload)
    }
    fn uploads(&self) -> Answer<'_, Vec<UploadId>> {
        self.0.uploads()
    }
}

// Plays X10.
// Breaks R-7.4-20.
#[tokio::test]
async fn x10_every_damaged_record_and_blob_is_named() {
    let planted = Planted::new().await;
    let mut records = MemoryRecords::copy(&planted.records()).await.unwrap();
    let blobs: Vec<BlobKey> = records.all(&[kind::BLOB]).iter().map(|(key, _)| record::name(kind::BLOB, key).unwrap()).collect();
    let bad = BadSectors(LocalBlobs::open(&planted.world.data()).unwrap(), blobs.clone());
    let findings = check(&records, &bad).await.unwrap();
    let named: Vec<_> = findings.iter().map(|finding| (finding.fault, finding.at.clone())).collect();
    let all: Vec<_> = blobs.iter().map(|key| (Fault::Digest, key.digest.to_string())).collect();
    assert_eq!(named, all, "every blob that cannot be read, and nothing else");

    let local = LocalBlobs::open(&planted.world.data()).unwrap();
    let all = records.all(&[]);
    all.iter().for_each(|(key, _)| records.damage(key.clone()));
    let named: Vec<_> =
        check(&records, &local).await.unwrap().into_iter().filter(|finding| finding.fault == Fault::Form).collect();
    for (key, _) in &all {
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(named.iter().filter(|finding| finding.at == format!("record {hex}")).count(), 1, "{hex}");
    }
    assert_eq!(named.len(), all.len());
}

// Plays X10: what is damaged of one team stops neither the vault nor another team.
#[tokio::test]
async fn x10_a_vault_starts_with_damaged_records_and_serves_everybody_else() {
    let mut planted = Planted::new().await;
    let (journal, upload) = (planted.journal, planted.upload);
    let garbage = [record::team(&journal.team), record::upload(&upload), record::pending(&[1; 16]), vec![kind::ORGANISATION, 1]];
    let write = Write { put: garbage.into_iter().map(|key| (key, vec![1])).collect(), ..Write::default() };
    planted.records().write(write).await.unwrap();
    planted.world.start().await;
    let world = &planted.world;
    assert_eq!(world.member(1, 1, 1).state().await.err(), Some(Code::Unavailable));
    let other = world.team(2, 2).await;
    assert!(other.append(NEW, batch(&[b"blob"], entries(&empty(NEW), 1, &[b"one"]))).await.is_ok());
    assert!(world.vault().collect_uploads(world.vault().now()).await.is_ok());
}

/// The bytes of a value that no invariant is about: R-7.4-20 says who sees to them.
fn unseen(kind: u8, value: &[u8]) -> Range<usize> {
    match kind {
        // Of a grant whose it is and until when; its blobs are in the digest.
        // When a journal goes, or went.
        kind::CURSOR | kind::PENDING | kind::TERMS | kind::MARK | kind::REMOVED => 0..value.len(),
        kind::TEAM => 0..encode(&decode::<Team>(value, 4096).unwrap().access).len(),
        // When it was.
        kind::JOURNAL => value.len() - 8..value.len(),
        kind::UPLOAD => {
            let upload = decode::<Upload>(value, 4096).unwrap();
            let journal = encode(&upload.journal).len();
            // The journal that an open one will be of; an offset that is lower; when it was written to.
            if upload.kept.is_some() { journal + 16..journal + 24 } else { journal - 16..journal + 24 }
        }
        _ => 0..0,
    }
}

// Breaks R-7.4-20.
#[tokio::test]
async fn a_bit_that_flips_in_any_byte_of_a_record_or_a_blob_is_found() {
    let planted = Planted::new().await;
    let sound = MemoryRecords::copy(&planted.records()).await.unwrap();
    let pending = Pending { journal: planted.journal, digests: List::new(vec![BlobDigest([1; 32])]).unwrap() };
    sound.replace(&record::pending(&[1; 16]), Some(encode(&pending)));
    let blobs = LocalBlobs::open(&planted.world.data()).unwrap();
    assert_eq!(check(&sound, &blobs).await.unwrap(), []);
    for of in kind::ALL {
        let pairs = sound.all(&[of]);
        assert!(!pairs.is_empty(), "there is a record of kind {of:02x}");
        for (key, value) in pairs {
            let unseen = unseen(of, &value);
            for at in 0..value.len() {
                let mut flipped = value.clone();
                flipped[at] ^= 1 << (at % 8);
                sound.replace(&key, Some(flipped));
                let found = !check(&sound, &blobs).await.unwrap().is_empty();
                assert!(found || unseen.contains(&at), "byte {at} of {} of a record of kind {of:02x}", value.len());
            }
            sound.replace(&key, Some(value));
        }
    }
    for (key, _) in sound.all(&[kind::BLOB]) {
        let BlobKey { journal, digest } = record::name(kind::BLOB, &key).unwrap();
        let place = format!("blobs/{}/{}/{}/{digest}", journal.team.organisation, journal.team.team, journal.journal);
        let path = planted.world.data().join(place);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(&path, &flipped).unwrap();
            let findings = check(&sound, &blobs).await.unwrap();
            assert_eq!(findings.iter().map(|finding| finding.fault).collect::<Vec<_>>(), [Fault::Digest], "byte {at}");
        }
        std::fs::write(&path, &whole).unwrap();
    }
}
