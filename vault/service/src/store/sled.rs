//! Records in sled, the embedded default.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use casevault_durable::sled::{self, Db, IVec, Tree};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::inflight::Inflight;
use super::layout::{failed, head_key, key_of, name, read, value_of};
use super::writer::{Job, Writer};
use super::{Pair, Records, StoreError, Write};
use crate::directory::sync_directory;
use crate::disk::{Disk, SystemDisk};

/// Bytes of pages that sled keeps in memory.
const CACHE: u64 = 16 * 1024 * 1024;
/// How often a lock that is held is tried again: sled gives up its own a moment after it is closed.
const LOCK_TRIES: u32 = 20;

/// Records in a directory of sled's.
#[derive(Debug)]
pub struct SledRecords {
    tree: Tree,
    inflight: Arc<Inflight>,
    /// Taken when this is dropped, so that the writer sees that nobody can ask any more.
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl SledRecords {
    /// Opens the records in `directory`, or makes them.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has them, [`StoreError::Corrupt`] if they are damaged.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        Self::open_on(directory, Arc::new(SystemDisk))
    }

    /// As [`Self::open`], on a disk that has as much room as `disk` says.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(directory: &Path, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let database = open(directory)?;
        // sled makes files and leaves it to chance when they and their names are durable; it refuses half of its configuration.
        File::open(directory.join("conf")).and_then(|file| file.sync_all()).map_err(|_| StoreError::Unavailable)?;
        sync_directory(directory)?;
        directory.parent().map_or(Ok(()), sync_directory)?;
        let tree = Tree::clone(&database);
        let inflight = Arc::new(Inflight::new());
        let writer = Writer::new(tree.clone(), directory, (inflight.clone(), disk))?;
        let (jobs, waiting) = channel();
        let thread = std::thread::Builder::new().name("records".to_owned());
        let writer = thread.spawn(move || writer.run(&waiting)).map_err(|_| StoreError::Unavailable)?;
        Ok(Self { tree, inflight, jobs: Some(jobs), writer: Some(writer) })
    }

    fn pairs(&self, found: impl Iterator<Item = sled::Result<(IVec, IVec)>>) -> Result<Vec<Pair>, StoreError> {
        found
            .map(|pair| {
                let (head_key, head) = pair.map_err(failed)?;
                name(&self.tree, &head_key, head.len())?;
                let key = key_of(&head_key)?;
                Ok((key.to_vec(), value_of(&self.tree, key, &head)?))
            })
            .collect()
    }

    fn range(&self, from: &[u8], to: &[u8]) -> sled::Iter {
        // Ranges that end before they begin make sled panic.
        let to = to.max(from);
        self.tree.range(head_key(from)..head_key(to))
    }
}

impl Drop for SledRecords {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // Panics only if the writer did, which has been reported.
            let _ = writer.join();
        }
    }
}

impl Records for SledRecords {
    fn read<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        async move {
            let value = self.inflight.read(|| read(&self.tree, key));
            self.inflight.settle_key(key).await?;
            value
        }
        .boxed()
    }

    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        async move {
            let pairs = self.inflight.read(|| self.pairs(self.range(from, to).take(limit)));
            self.inflight.settle_range(from, to).await?;
            pairs
        }
        .boxed()
    }

    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        async move {
            let pairs = self.inflight.read(|| self.pairs(self.range(from, to).rev().take(limit)));
            self.inflight.settle_range(from, to).await?;
            pairs
        }
        .boxed()
    }

    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Vec<u8>>, StoreError>> {
        async move {
            let heads = self.range(from, to).keys().take(limit);
            let keys = heads.map(|head| Ok(key_of(&head.map_err(failed)?)?.to_vec())).collect();
            self.inflight.settle_range(from, to).await?;
            keys
        }
        .boxed()
    }

    fn write(&self, write: Write) -> BoxFuture<'_, Result<(), StoreError>> {
        let (answer, done) = oneshot::channel();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send((write, answer)).is_ok());
        async move { if sent { done.await.map_err(|_| StoreError::Unavailable)? } else { Err(StoreError::Unavailable) } }.boxed()
    }
}

/// How the names of sled's snapshots begin, and how those end that are not whole yet.
const SNAPSHOT: (&str, &str) = ("snap.", ".generating");

/// Removes snapshots that were begun and not ended, by a process that was killed or met a full disk: sled would take one for the newest,
/// and the records for damaged. The snapshot before it is still there, and so is the log that it was made of.
fn remove_unfinished(directory: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(SNAPSHOT.0) && name.ends_with(SNAPSHOT.1) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn open(directory: &Path) -> Result<Db, StoreError> {
    remove_unfinished(directory)?;
    let config = sled::Config::new().path(directory).cache_capacity(CACHE).flush_every_ms(None);
    for _ in 0..LOCK_TRIES {
        match config.open() {
            Ok(database) => return Ok(database),
            Err(sled::Error::Io(error)) if is_lock(&error) => std::thread::sleep(Duration::from_millis(50)),
            Err(sled::Error::Corruption { .. }) => return Err(StoreError::Corrupt),
            // It begins a part of its log as it opens.
            Err(sled::Error::Io(error)) if is_full(&error) => return Err(StoreError::Full),
            Err(_) => return Err(StoreError::Unavailable),
        }
    }
    Err(StoreError::InUse)
}

/// sled reports a lock that is held as an error of kind `Other` and nothing else of that kind.
fn is_lock(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::Other | std::io::ErrorKind::WouldBlock)
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    // Plays X10.
    #[tokio::test]
    async fn sled_keeps_the_rules_of_records() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("records");
        conformance::records(|| SledRecords::open(&path).map(|records| Arc::new(records) as Arc<dyn Records>)).await;
    }

    // Plays X10.
    #[tokio::test]
    async fn x10_a_snapshot_that_was_begun_and_not_ended_hinders_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let write = Write { put: vec![(b"key".to_vec(), vec![1])], ..Write::default() };
        SledRecords::open(directory.path()).unwrap().write(write).await.unwrap();
        for content in [&b""[..], &[7; 40]] {
            std::fs::write(directory.path().join("snap.00FFFFFFFFFFFFFF.generating"), content).unwrap();
            let records = SledRecords::open(directory.path()).unwrap();
            assert_eq!(records.read(b"key").await.unwrap(), Some(vec![1]));
        }
    }

    #[tokio::test]
    async fn concurrent_writes_share_flushes() {
        let directory = tempfile::tempdir().unwrap();
        let records = SledRecords::open(directory.path()).unwrap();
        let count = 500u32;
        let put = |n: u32| Write { put: vec![(n.to_be_bytes().to_vec(), vec![1])], ..Write::default() };
        let writes: Vec<_> = (0..count).map(|n| records.write(put(n))).collect();
        for write in writes {
            write.await.unwrap();
        }
        assert!(records.inflight.flushes() < u64::from(count) / 2, "{} flushes", records.inflight.flushes());
    }

    #[test]
    fn a_second_opener_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let _first = SledRecords::open(directory.path()).unwrap();
        assert_eq!(SledRecords::open(directory.path()).err(), Some(StoreError::InUse));
    }
}
