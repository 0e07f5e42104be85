//! Which keys were written but not yet flushed. A reader that meets one waits for the flush, so that nobody sees what a crash
//! could take back.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError, RwLock};

use tokio::sync::watch;

use super::StoreError;

/// How far writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Batches up to this one are durable.
    Flushed(u64),
    /// A flush failed: nothing written since is known to be durable.
    Failed,
}

/// The keys of the batch that is being written, and how far writing is.
#[derive(Debug)]
pub(super) struct Inflight {
    keys: Mutex<BTreeMap<Vec<u8>, u64>>,
    progress: watch::Sender<Progress>,
    /// Held by readers, and by the writer while it applies a write: sled has a value of several pieces at several keys.
    applying: RwLock<()>,
}

impl Inflight {
    pub(super) fn new() -> Self {
        Self { keys: Mutex::default(), progress: watch::Sender::new(Progress::Flushed(0)), applying: RwLock::default() }
    }

    /// Announces a batch before any of it is written.
    pub(super) fn begin(&self, batch: u64, keys: impl Iterator<Item = Vec<u8>>) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).extend(keys.map(|key| (key, batch)));
    }

    /// Applies a write, which readers see whole or not at all.
    pub(super) fn apply<T>(&self, work: impl FnOnce() -> T) -> T {
        let _alone = self.applying.write().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Reads while no write is applied.
    pub(super) fn read<T>(&self, work: impl FnOnce() -> T) -> T {
        let _together = self.applying.read().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// The batch is durable.
    pub(super) fn finish(&self, batch: u64) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, of| *of > batch);
        self.progress.send_replace(Progress::Flushed(batch));
    }

    /// The batch is lost, and so is everything after it.
    pub(super) fn fail(&self) {
        self.progress.send_replace(Progress::Failed);
    }

    /// Whether a flush failed.
    pub(super) fn failed(&self) -> bool {
        *self.progress.borrow() == Progress::Failed
    }

    /// Waits until what was read at `key` is durable.
    pub(super) async fn settle_key(&self, key: &[u8]) -> Result<(), StoreError> {
        let batch = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied();
        self.settle(batch).await
    }

    /// Waits until what was read between `from` and `to` is durable.
    pub(super) async fn settle_range(&self, from: &[u8], to: &[u8]) -> Result<(), StoreError> {
        let batch = if from >= to {
            None
        } else {
            let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            keys.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to))).map(|(_, batch)| *batch).max()
        };
        self.settle(batch).await
    }

    async fn settle(&self, batch: Option<u64>) -> Result<(), StoreError> {
        let Some(batch) = batch else {
            return if self.failed() { Err(StoreError::Unavailable) } else { Ok(()) };
        };
        let mut progress = self.progress.subscribe();
        let settled = progress
            .wait_for(|progress| match progress {
                Progress::Flushed(until) => *until >= batch,
                Progress::Failed => true,
            })
            .await
            .map_err(|_| StoreError::Unavailable)?;
        if *settled == Progress::Failed { Err(StoreError::Unavailable) } else { Ok(()) }
    }
}

#[cfg(test)]
impl Inflight {
    /// How many batches are durable.
    pub(super) fn flushes(&self) -> u64 {
        match *self.progress.borrow() {
            Progress::Flushed(batch) => batch,
            Progress::Failed => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_reader_waits_for_the_flush_of_what_it_read() {
        let inflight = Inflight::new();
        inflight.begin(1, [b"b".to_vec()].into_iter());
        assert_eq!(inflight.settle_key(b"a").now_or_never(), Some(Ok(())));
        assert_eq!(inflight.settle_range(b"c", b"d").now_or_never(), Some(Ok(())));
        assert_eq!(inflight.settle_key(b"b").now_or_never(), None);
        assert_eq!(inflight.settle_range(b"a", b"c").now_or_never(), None);
        inflight.finish(1);
        assert_eq!(inflight.settle_key(b"b").now_or_never(), Some(Ok(())));
        assert_eq!(inflight.settle_range(b"a", b"c").now_or_never(), Some(Ok(())));
    }

    #[test]
    fn after_a_failed_flush_nothing_is_read() {
        let inflight = Inflight::new();
        inflight.begin(1, [b"b".to_vec()].into_iter());
        inflight.fail();
        assert_eq!(inflight.settle_key(b"b").now_or_never(), Some(Err(StoreError::Unavailable)));
        assert_eq!(inflight.settle_key(b"a").now_or_never(), Some(Err(StoreError::Unavailable)));
    }
}
