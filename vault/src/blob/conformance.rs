//! The suite that every backend of [`Blobs`] runs in its tests. Each check panics with the rule that is broken.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test suite reports by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{JournalId, OrganisationId, TeamId, UploadId};

use super::{BlobError, Blobs, Listing, Part};
use crate::record::{BlobKey, JournalKey, TeamKey};

/// Runs the suite. `open` opens the same, at first empty, blobs again and again.
pub async fn blobs<F>(open: F)
where
    F: Fn() -> Arc<dyn Blobs>,
{
    let blobs = open();
    what_is_put_is_read(&*blobs).await;
    many_are_put_at_once(&*blobs).await;
    journals_are_apart(&*blobs).await;
    an_upload_grows_and_is_kept(&*blobs).await;
    an_upload_is_written_over(&*blobs).await;
    drop(blobs);
    everything_is_there_after_reopening(&*open()).await;
}

fn journal(number: u8) -> JournalKey {
    let team = TeamKey { organisation: OrganisationId([1; 32]), team: TeamId([2; 32]) };
    JournalKey { team, journal: JournalId([number; 16]) }
}

fn blob(journal: JournalKey, bytes: Vec<u8>) -> (BlobKey, Bytes) {
    (BlobKey { journal, digest: BlobDigest::of(&bytes) }, bytes.into())
}

fn part(key: BlobKey, offset: u64, length: usize) -> Part {
    Part { key, offset, length }
}

async fn what_is_put_is_read(blobs: &dyn Blobs) {
    let (empty, small) = (blob(journal(1), Vec::new()), blob(journal(1), (0..200).collect()));
    blobs.put(journal(1), vec![empty.clone(), small.clone()]).await.expect("blobs can be put");
    blobs.put(journal(1), vec![small.clone()]).await.expect("putting again is no error");
    let parts = vec![part(small.0, 10, 20), part(empty.0, 0, 0), part(small.0, 0, 200)];
    let read = blobs.read(parts).await.expect("parts can be read");
    assert_eq!(read, [small.1.slice(10..30), Bytes::new(), small.1.clone()], "each part is read, in order");
    assert_eq!(blobs.read(vec![part(small.0, 190, 20)]).await, Err(BlobError::Missing), "a part beyond the end is not there");
    let unknown = blob(journal(1), b"unknown".to_vec()).0;
    assert_eq!(blobs.read(vec![part(unknown, 0, 1)]).await, Err(BlobError::Missing), "an unknown blob is not there");
    blobs.delete(empty.0).await.expect("a blob can be deleted");
    blobs.delete(empty.0).await.expect("deleting what is not there is no error");
    blobs.delete(blob(journal(200), Vec::new()).0).await.expect("nor in a journal that is not there");
    assert_eq!(blobs.read(vec![part(empty.0, 0, 0)]).await, Err(BlobError::Missing), "a deleted blob is gone");
}

async fn many_are_put_at_once(blobs: &dyn Blobs) {
    let many: Vec<_> = (0..300u32).map(|n| blob(journal(2), n.to_be_bytes().repeat(50))).collect();
    blobs.put(journal(2), many.clone()).await.expect("many blobs can be put");
    let read = blobs.read(many.iter().map(|(key, bytes)| part(*key, 0, bytes.len())).collect()).await;
    assert_eq!(read.expect("and read"), many.into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>());
}

async fn journals_are_apart(blobs: &dyn Blobs) {
    let (here, there) = (blob(journal(3), b"same".to_vec()), blob(journal(4), b"same".to_vec()));
    blobs.put(journal(3), vec![here.clone()]).await.expect("a blob can be put");
    assert_eq!(blobs.read(vec![part(there.0, 0, 4)]).await, Err(BlobError::Missing), "a blob is in one journal only");
    blobs.put(journal(4), vec![there.clone()]).await.expect("the same bytes can be put elsewhere");
    blobs.delete(here.0).await.expect("a blob can be deleted");
    assert_eq!(blobs.read(vec![part(there.0, 0, 4)]).await, Ok(vec![there.1]), "and the other one stays");
}

async fn an_upload_grows_and_is_kept(blobs: &dyn Blobs) {
    let (id, whole) = (UploadId([7; 16]), blob(journal(5), (0..=255).cycle().take(100_000).collect()));
    blobs.begin(id).await.expect("an upload can be begun");
    assert!(blobs.begin(id).await.is_err(), "once");
    let pieces = vec![whole.1.slice(..300), whole.1.slice(300..60_000)];
    blobs.write(id, 0, pieces).await.expect("pieces can be written");
    blobs.write(id, 60_000, vec![whole.1.slice(60_000..)]).await.expect("and more");
    blobs.flush(id, 100_000).await.expect("and flushed");
    assert_eq!(blobs.staged(id, 59_990, 20).await, Ok(whole.1.slice(59_990..60_010)), "and read back");
    assert_eq!(blobs.staged(id, 99_990, 20).await, Ok(whole.1.slice(99_990..)), "shorter at the end");
    assert_eq!(blobs.uploads().await, Ok(vec![id]), "an upload is listed");
    blobs.keep(id, whole.0).await.expect("an upload can be kept");
    blobs.keep(id, whole.0).await.expect("twice");
    assert_eq!(blobs.read(vec![part(whole.0, 0, 100_000)]).await, Ok(vec![whole.1]), "as a blob");
    blobs.discard(id).await.expect("and discarded then");
    blobs.discard(id).await.expect("twice");
    assert_eq!(blobs.uploads().await, Ok(Vec::new()), "then it is no upload any more");
}

async fn an_upload_is_written_over(blobs: &dyn Blobs) {
    let id = UploadId([8; 16]);
    blobs.begin(id).await.expect("an upload can be begun");
    blobs.write(id, 0, vec![Bytes::from_static(b"good, and something else")]).await.expect("a piece can be written");
    blobs.flush(id, 4).await.expect("a part of it can be flushed");
    blobs.write(id, 4, vec![Bytes::from_static(b" bye")]).await.expect("and written over after that");
    assert_eq!(blobs.staged(id, 0, 8).await, Ok(Bytes::from_static(b"good bye")), "the last write counts");
    assert_eq!(blobs.flush(id, 1000).await, Err(BlobError::Missing), "what was not written cannot be flushed");
    assert!(blobs.write(UploadId([9; 16]), 0, vec![]).await.is_err(), "an upload that was not begun cannot be written");
}

async fn everything_is_there_after_reopening(blobs: &dyn Blobs) {
    let Listing { kept, others } = blobs.list().await.expect("blobs can be listed");
    assert!(others.is_empty(), "and nothing else is there");
    assert_eq!(kept.len(), 1 + 300 + 1 + 1, "every blob is listed once");
    let small = blob(journal(1), (0..200).collect());
    assert!(kept.contains(&(small.0, 200)), "with its length");
    assert_eq!(blobs.read(vec![part(small.0, 0, 200)]).await.expect("and can be read")[0], small.1);
    assert_eq!(blobs.uploads().await, Ok(vec![UploadId([8; 16])]), "an upload stays across a restart");
}
