//! The vault's files of blobs, and of uploads.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use axum::body::Bytes;
use casevault_tests::moments::Moments;
use casevault_tests::power::Failures;
use casevault_vault::blob::{Blobs, LocalBlobs, Part};
use casevault_vault::record::{BlobKey, JournalKey, TeamKey};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId, UploadId};

/// Tells the writer, which is this test binary again, where to write.
const DIRECTORY: &str = "CASEVAULT_BLOBS_DIRECTORY";
const WRITER: &str = "power::blobs::writer";
/// What the writer does.
const ACTIONS: u64 = 24;
/// Failures of power, unless more are asked for.
const FAILURES: usize = 300;

/// What the writer does at a time.
enum Action {
    /// Keeps blobs of one batch.
    Put(Vec<(BlobKey, Bytes)>),
    /// Keeps one that comes in pieces.
    Upload(UploadId, BlobKey, Bytes),
    /// Forgets what an earlier action kept.
    Delete(BlobKey),
}

/// The same numbers make the same actions, in the writer and in whoever checks.
fn actions() -> Vec<Action> {
    let mut moments = Moments(7);
    let (mut actions, mut kept) = (Vec::new(), Vec::new());
    for number in 0..ACTIONS {
        let journal = journal(moments.below(3) as u8);
        let mut blob = |length: usize| {
            let bytes: Vec<_> = (0..length).map(|_| moments.below(256) as u8).collect();
            (BlobKey { journal, digest: BlobDigest::of(&bytes) }, Bytes::from(bytes))
        };
        actions.push(match number % 6 {
            2 | 5 => {
                let (key, bytes) = blob(20_000);
                kept.push(key);
                Action::Upload(UploadId([number as u8; 16]), key, bytes)
            }
            3 => Action::Delete(kept.remove(0)),
            _ => {
                let blobs: Vec<_> = [3000, 1, 700, 5000].map(&mut blob).into();
                kept.extend(blobs.iter().map(|(key, _)| *key));
                Action::Put(blobs)
            }
        });
    }
    actions
}

fn journal(number: u8) -> JournalKey {
    let team = TeamKey { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
    JournalKey { team, journal: JournalId([number; 16]) }
}

async fn act(blobs: &LocalBlobs, action: Action) {
    match action {
        Action::Put(some) => blobs.put(some[0].0.journal, some).await.unwrap(),
        Action::Upload(upload, key, bytes) => {
            blobs.begin(upload).await.unwrap();
            let half = bytes.len() / 2;
            blobs.write(upload, 0, vec![bytes.slice(..half)]).await.unwrap();
            blobs.flush(upload, half as u64).await.unwrap();
            blobs.write(upload, half as u64, vec![bytes.slice(half..)]).await.unwrap();
            blobs.flush(upload, bytes.len() as u64).await.unwrap();
            blobs.keep(upload, key).await.unwrap();
            blobs.discard(upload).await.unwrap();
        }
        Action::Delete(key) => blobs.delete(key).await.unwrap(),
    }
}

/// Not a test of its own: acts, and says what was acknowledged.
#[tokio::test]
async fn writer() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let blobs = LocalBlobs::open(Path::new(&directory)).unwrap();
    for (number, action) in actions().into_iter().enumerate() {
        act(&blobs, action).await;
        // In one call, which whoever watches sees.
        std::io::stderr().write_all(format!("acknowledged {number}\n").as_bytes()).unwrap();
    }
}

/// What was kept is there, what was forgotten is not, and whatever is there is whole.
async fn holds(directory: &Path, acknowledged: Option<u64>, when: &str) {
    let blobs = LocalBlobs::open(directory).unwrap_or_else(|error| panic!("{when}: {error}"));
    blobs.sweep().unwrap();
    let listed = blobs.list().await.unwrap();
    assert_eq!(listed.others, Vec::<String>::new(), "{when}");
    let there: BTreeMap<_, _> = listed.kept.into_iter().collect();
    for (key, length) in &there {
        let part = Part { key: *key, offset: 0, length: usize::try_from(*length).unwrap() };
        let bytes = blobs.read(vec![part]).await.unwrap().remove(0);
        assert_eq!(BlobDigest::of(&bytes), key.digest, "{when}: what has a name is whole");
    }
    let done = acknowledged.map_or(0, |last| last as usize + 1);
    let mut expected = BTreeMap::new();
    for (number, action) in actions().into_iter().enumerate() {
        // What was under way may be there or not.
        let is = if number < done {
            Some(true)
        } else if number == done {
            None
        } else {
            Some(false)
        };
        match action {
            Action::Put(some) => expected.extend(some.iter().map(|(key, _)| (*key, is))),
            Action::Upload(_, key, _) => drop(expected.insert(key, is)),
            Action::Delete(key) if number <= done => drop(expected.insert(key, is.map(|_| false))),
            Action::Delete(_) => {}
        }
    }
    for (key, is) in expected {
        assert!(is.is_none_or(|is| is == there.contains_key(&key)), "{when}: {key:?} is there: {}", is != Some(true));
    }
}

// Obeys R-7.1-3.
#[tokio::test]
async fn power_that_fails_between_two_waits_loses_no_blob_that_was_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("data");
    std::fs::create_dir(&directory).unwrap();
    let environment = [(DIRECTORY, directory.to_str().unwrap())];
    let Some(record) = super::record(WRITER, &directory, &[&environment]) else { return };
    let (mut images, mut acknowledged) = (0, None);
    for left in Failures::of(&record, FAILURES) {
        let image = place.path().join("image");
        left.lay(&image);
        holds(&image, left.acknowledged, &left.when).await;
        images += 1;
        acknowledged = left.acknowledged;
    }
    println!("blobs: {images} images, nothing lost");
    assert!(acknowledged.is_some());
}
