//! How fast the vault is here. Not run with the others: `cargo test -p casevault-vault --test vault speed -- --ignored --nocapture`.

use std::time::Instant;

use casevault_vault::blob::{Blobs, LocalBlobs};
use casevault_vault::record::{BlobKey, JournalKey, TeamKey};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::limit;

use crate::member::{batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([5; 16]);

fn megabytes(bytes: usize, begin: Instant) -> f64 {
    bytes as f64 / 1e6 / begin.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn speed_of_small_blobs() {
    const COUNT: usize = 10_000;
    let world = World::with_quota(1 << 40).await;
    let member = world.team(1, 1).await;
    let blobs: Vec<Vec<u8>> = (0..COUNT).map(|n| n.to_be_bytes().repeat(2048)).collect();
    let (begin, mut head) = (Instant::now(), empty(CASE));
    for some in blobs.chunks(limit::BATCH_BLOBS) {
        let some: Vec<&[u8]> = some.iter().map(Vec::as_slice).collect();
        head = member.append(CASE, batch(&some, entries(&head, 1, &[b"names them"]))).await.unwrap().content.head;
    }
    println!("stored {:.0} blobs of 16 KiB a second", COUNT as f64 / begin.elapsed().as_secs_f64());
    let (begin, mut read) = (Instant::now(), 0);
    let digests: Vec<_> = blobs.iter().map(|blob| BlobDigest::of(blob)).collect();
    for some in digests.chunks(limit::BATCH_BLOBS) {
        read += member.fetch(CASE, some).await.unwrap().len();
    }
    assert_eq!(read, COUNT * (16 * 1024 + 8));
    println!("fetched {:.0} blobs of 16 KiB a second", COUNT as f64 / begin.elapsed().as_secs_f64());
    let begin = Instant::now();
    for number in 0..500u16 {
        let one = number.to_be_bytes().repeat(1024);
        head = member.append(CASE, batch(&[&one], entries(&head, 1, &[b"one"]))).await.unwrap().content.head;
    }
    println!("{:.1} ms for each batch of one blob and one entry, nonce included", begin.elapsed().as_secs_f64() * 2.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn speed_of_a_large_upload() {
    const PIECES: usize = 128;
    let world = World::with_quota(1 << 40).await;
    let member = world.team(1, 1).await;
    let piece = vec![7u8; limit::UPLOAD_PIECE];
    let mut hasher = blake3::Hasher::new();
    (0..PIECES).for_each(|_| {
        hasher.update(&piece);
    });
    let digest = BlobDigest(*hasher.finalize().as_bytes());
    let (begin, total) = (Instant::now(), PIECES * piece.len());
    let upload = member.begin(CASE, total as u64).await.unwrap();
    let mut offset = 0;
    for _ in 0..PIECES {
        offset = member.write(&upload, offset, &piece).await.unwrap();
    }
    println!("received {:.0} MB/s", megabytes(total, begin));
    let finishing = Instant::now();
    member.finish(&upload, digest).await.unwrap();
    println!("finished in {:.1} ms", finishing.elapsed().as_secs_f64() * 1e3);
    let begin = Instant::now();
    let mut response = member.blob(CASE, digest, None).await;
    let mut read = 0;
    while let Some(bytes) = response.chunk().await.unwrap() {
        read += bytes.len();
    }
    assert_eq!(read, total);
    println!("sent {:.0} MB/s", megabytes(total, begin));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn speed_of_files_alone() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let team = TeamKey { organisation: OrganisationId([1; 32]), team: TeamId([1; 32]) };
    let journal = JournalKey { team, journal: CASE };
    let begin = Instant::now();
    for number in 0..20u8 {
        let some = (0..512u16).map(|n| {
            let bytes = [n.to_be_bytes()[0], n.to_be_bytes()[1], number, 0].repeat(4096);
            (BlobKey { journal, digest: BlobDigest::of(&bytes) }, bytes.into())
        });
        blobs.put(journal, some.collect()).await.unwrap();
    }
    println!("kept {:.0} files of 16 KiB a second", 20.0 * 512.0 / begin.elapsed().as_secs_f64());
}
