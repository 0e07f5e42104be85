//! A disk that is full, and what a crash leaves behind.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{Records, SledRecords, Write};
use casevault_vault::blob::{Answer, BlobError, Blobs, Listing, LocalBlobs, Part};
use casevault_vault::grant::By;
use casevault_vault::pending::Pending;
use casevault_vault::record::{self, BlobKey, JournalKey, TeamKey};
use casevault_vault::vault::{Settings, Vault};
use casevault_vault::{RunError, fsck};
use casevault_wire::codec::{List, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, UploadId};
use casevault_wire::problem::Code;
use casevault_wire::server::ServerKind;
use casevault_wire::time::Time;

use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

/// Local files on a disk that is full.
struct FullDisk(LocalBlobs);

fn full<'a, T: Send + 'a>() -> Answer<'a, T> {
    Box::pin(std::future::ready(Err(BlobError::Full)))
}

impl Blobs for FullDisk {
    /// One blob still fits.
    fn put(&self, journal: JournalKey, mut blobs: Vec<(BlobKey, Bytes)>) -> Answer<'_, ()> {
        blobs.truncate(1);
        Box::pin(async move {
            self.0.put(journal, blobs).await?;
            Err(BlobError::Full)
        })
    }
    fn read(&self, parts: Vec<Part>) -> Answer<'_, Vec<Bytes>> {
        self.0.read(parts)
    }
    fn delete(&self, key: BlobKey) -> Answer<'_, ()> {
        self.0.delete(key)
    }
    fn list(&self) -> Answer<'_, Listing> {
        self.0.list()
    }
    fn begin(&self, _: UploadId) -> Answer<'_, ()> {
        full()
    }
    fn write(&self, _: UploadId, _: u64, _: Vec<Bytes>) -> Answer<'_, ()> {
        full()
    }
    fn flush(&self, _: UploadId, _: u64) -> Answer<'_, ()> {
        full()
    }
    fn staged(&self, upload: UploadId, offset: u64, length: usize) -> Answer<'_, Bytes> {
        self.0.staged(upload, offset, length)
    }
    fn keep(&self, _: UploadId, _: BlobKey) -> Answer<'_, ()> {
        full()
    }
    fn discard(&self, upload: UploadId) -> Answer<'_, ()> {
        self.0.discard(upload)
    }
    fn uploads(&self) -> Answer<'_, Vec<UploadId>> {
        self.0.uploads()
    }
}

#[tokio::test]
async fn a_full_disk_stores_nothing_by_halves() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let kept = member.append(CASE, batch(&[b"kept"], entries(&empty(CASE), 1, &[b"one"]))).await.unwrap();
    world.stop().await;
    let journal = JournalKey { team: TeamKey { organisation: world.organisation, team: member.team }, journal: CASE };
    {
        let records = Arc::new(SledRecords::open(&world.data().join("records")).unwrap());
        let blobs = Arc::new(FullDisk(LocalBlobs::open(&world.data()).unwrap()));
        let clock = Arc::new(ManualClock::at(Time(0)));
        let node = Node::new(ServerKind::Vault, ServerKey::open(&world.data()).unwrap(), clock, Stop::default());
        let vault = Vault::new(Arc::new(node), records, blobs, Settings::default());
        let blobs = [&b"does not fit"[..], b"neither"]
            .map(|blob| (BlobKey { journal, digest: BlobDigest::of(blob) }, Bytes::from_static(blob)));
        let next = entries(&kept.content.head, 1, &[b"two"]);
        let chain = casevault_vault::journal::Chain::of(CASE, &next).unwrap();
        let append = casevault_vault::journal::Append { journal, by: By::Team(1), chain, blobs: blobs.to_vec() };
        assert_eq!(vault.append(append).await.map_err(|problem| problem.0).err(), Some(Code::Full));
        assert_eq!(
            vault.begin_upload(journal, 1, (UploadId([1; 16]), 100)).await.map_err(|problem| problem.0).err(),
            Some(Code::Full)
        );
    }
    assert_eq!(fsck(&world.data()).await.unwrap(), []);
    assert_eq!(files(&world), 1, "the file that still fitted is gone");
    world.start().await;
    assert_eq!(world.member(1, 1, 1).entries(CASE, 0).await.unwrap().length, 1);
}

fn files(world: &World) -> usize {
    let (mut waiting, mut files): (Vec<PathBuf>, _) = (vec![world.data().join("blobs")], 0);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files += 1;
        }
    }
    files
}

/// Killed between the file of a blob and its record: the file is known, no fault, and gone after the next start.
// Obeys R-7.4-14.
#[tokio::test]
async fn files_that_a_crash_left_are_removed_at_the_next_start() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    member.append(CASE, batch(&[b"kept"], Vec::new())).await.unwrap();
    world.stop().await;
    let journal = JournalKey { team: TeamKey { organisation: world.organisation, team: member.team }, journal: CASE };
    let digests = [&b"kept"[..], b"left"].map(BlobDigest::of);
    {
        let records = SledRecords::open(&world.data().join("records")).unwrap();
        let mut write = Write::default();
        let pending = Pending { journal, digests: List::new(digests.to_vec()).unwrap() };
        write.put(record::pending(&[1; 16]), encode(&pending));
        records.write(write).await.unwrap();
        let left = BlobKey { journal, digest: digests[1] };
        let blobs = LocalBlobs::open(&world.data()).unwrap();
        blobs.put(journal, vec![(left, Bytes::from_static(b"left"))]).await.unwrap();
    }
    std::fs::write(world.data().join("staging/batch-7"), b"half").unwrap();
    std::fs::write(world.data().join("staging").join(UploadId([7; 16]).to_string()), b"begun").unwrap();
    assert_eq!(fsck(&world.data()).await.unwrap(), []);
    assert_eq!(files(&world), 2);
    world.restart().await;
    assert_eq!(files(&world), 1);
    assert_eq!(std::fs::read_dir(world.data().join("staging")).unwrap().count(), 0);
    assert_eq!(world.member(1, 1, 1).fetch(CASE, &digests[..1]).await.unwrap()[8..], *b"kept");
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn two_vaults_do_not_share_a_directory() {
    let world = World::new().await;
    assert!(matches!(world.open(&world.data()).await, Err(RunError::Directory(_))));
    assert!(fsck(&world.data()).await.is_err(), "nor does fsck");
}
