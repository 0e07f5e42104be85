//! Records in memory, as tests have them: quick to copy, and damaged where a test says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::{Pair, Records, StoreError, Write};

/// Records that end with the process.
#[derive(Debug, Default)]
pub struct MemoryRecords {
    pairs: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    damaged: BTreeSet<Vec<u8>>,
}

impl MemoryRecords {
    /// A copy of all of `records`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn copy(records: &dyn Records) -> Result<Self, StoreError> {
        let pairs = records.scan(&[], &[0xff; 256], usize::MAX).await?;
        Ok(Self { pairs: Mutex::new(pairs.into_iter().collect()), damaged: BTreeSet::new() })
    }

    /// From now on the value at `key` cannot be read.
    pub fn damage(&mut self, key: Vec<u8>) {
        self.damaged.insert(key);
    }

    /// Every record of which the key begins with `prefix`.
    pub fn all(&self, prefix: &[u8]) -> Vec<Pair> {
        self.lock().iter().filter(|(key, _)| key.starts_with(prefix)).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Has `value` at `key`, or nothing; what was there before.
    pub fn replace(&self, key: &[u8], value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match value {
            Some(value) => self.lock().insert(key.to_vec(), value),
            None => self.lock().remove(key),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pair(&self, (key, value): (&Vec<u8>, &Vec<u8>)) -> Result<Pair, StoreError> {
        if self.damaged.contains(key) { Err(StoreError::Corrupt) } else { Ok((key.clone(), value.clone())) }
    }

    fn within<T>(
        &self,
        (from, to): (&[u8], &[u8]),
        take: impl FnOnce(&mut dyn DoubleEndedIterator<Item = (&Vec<u8>, &Vec<u8>)>) -> T,
    ) -> T {
        let pairs = self.lock();
        take(&mut pairs.range(from.to_vec()..to.max(from).to_vec()))
    }
}

impl Records for MemoryRecords {
    fn read<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        let found = self.lock().get_key_value(key).map(|pair| self.pair(pair));
        ready(found.transpose().map(|found| found.map(|(_, value)| value))).boxed()
    }

    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        ready(self.within((from, to), |pairs| pairs.take(limit).map(|pair| self.pair(pair)).collect())).boxed()
    }

    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Vec<u8>>, StoreError>> {
        ready(Ok(self.within((from, to), |pairs| pairs.take(limit).map(|(key, _)| key.clone()).collect()))).boxed()
    }

    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        ready(self.within((from, to), |pairs| pairs.rev().take(limit).map(|pair| self.pair(pair)).collect())).boxed()
    }

    fn write(&self, write: Write) -> BoxFuture<'_, Result<(), StoreError>> {
        let mut pairs = self.lock();
        let holds = write.expect.iter().all(|(key, value)| pairs.get(key) == value.as_ref());
        if holds {
            write.delete.iter().for_each(|key| drop(pairs.remove(key)));
            pairs.extend(write.put);
        }
        ready(if holds { Ok(()) } else { Err(StoreError::Conflict) }).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::conformance;

    #[tokio::test]
    async fn memory_keeps_the_rules_of_records() {
        let records: Arc<dyn Records> = Arc::new(MemoryRecords::default());
        conformance::records(|| Ok(records.clone())).await;
    }
}
