//! The one thread that writes: it takes every write that waits, applies them one after the other, flushes once, and only then
//! answers all of them (group commit).

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use casevault_durable::sled::{Batch, Tree};
use casevault_fault::step as fault;
use tokio::sync::oneshot;

use super::inflight::Inflight;
use super::layout::{NUMBER, failed, number, read, replace};
use super::mark::Mark;
use super::{StoreError, Write};
use crate::disk::Disk;

/// Writes that share a flush at most.
const GROUP: usize = 1024;
/// Bytes that share a flush at most, unless one write alone has more.
const GROUP_BYTES: usize = 16 * 1024 * 1024;

/// A write and who waits for it.
pub(super) type Job = (Write, oneshot::Sender<Result<(), StoreError>>);

/// What the thread works with.
pub(super) struct Writer {
    /// The records.
    pub(super) tree: Tree,
    /// The database's file.
    pub(super) file: File,
    /// Keys not yet flushed.
    pub(super) inflight: Arc<Inflight>,
    /// How far records were flushed, and the number that the first batch follows.
    pub(super) mark: (Mark, u64),
    /// Says how much may still be written.
    pub(super) disk: Arc<dyn Disk>,
}

impl Writer {
    /// Opens the database's file for flushing.
    pub(super) fn new(
        tree: Tree,
        directory: &Path,
        (inflight, disk): (Arc<Inflight>, Arc<dyn Disk>),
    ) -> Result<Self, StoreError> {
        let file = File::open(directory.join("db")).map_err(|_| StoreError::Unavailable)?;
        let (mark, flushed) = Mark::open(directory)?;
        let last = number(&tree)?;
        if last < flushed {
            tracing::error!("records that were acknowledged are missing: the database is damaged; restore a backup");
            return Err(StoreError::Corrupt);
        }
        Ok(Self { tree, file, inflight, mark: (mark, last), disk })
    }

    /// Works until nobody can ask any more.
    pub(super) fn run(self, jobs: &Receiver<Job>) {
        let mut batch = 0;
        while let Ok(first) = jobs.recv() {
            batch += 1;
            let group = gather(first, jobs);
            metrics::counter!("casevault_store_writes_total").increment(group.len() as u64);
            metrics::counter!("casevault_store_flushes_total").increment(1);
            self.write_group(batch, group);
        }
    }

    fn write_group(&self, batch: u64, group: Vec<Job>) {
        if self.inflight.failed() {
            return group.into_iter().for_each(|(_, answer)| tell(answer, Err(StoreError::Unavailable)));
        }
        let free = self.disk.free(&self.file);
        let mut written = Vec::with_capacity(group.len());
        for (write, answer) in group {
            if free < write.spares() {
                tell(answer, Err(StoreError::Full));
                continue;
            }
            let changes = match self.changes(batch, &write) {
                Ok(changes) => changes,
                // Who was outrun may take it for done: it is, once what was faster is durable.
                Err(StoreError::Conflict) => {
                    written.push((answer, Err(StoreError::Conflict)));
                    continue;
                }
                // Nothing was changed. What is damaged there hinders whoever needs it, and nobody else.
                Err(error) => {
                    tell(answer, Err(error));
                    continue;
                }
            };
            if let Err(error) = self.apply(batch, &write, changes) {
                // Half of a batch may be in memory: nothing after it can be trusted until the records are opened again.
                self.inflight.fail();
                tell(answer, Err(error));
                break;
            }
            written.push((answer, Ok(())));
        }
        let durable = self.flush(batch);
        written.into_iter().for_each(|(answer, outcome)| tell(answer, durable.and(outcome)));
    }

    /// What `write` changes, if it holds what it expects.
    fn changes(&self, batch: u64, write: &Write) -> Result<Batch, StoreError> {
        for (key, expected) in &write.expect {
            if read(&self.tree, key)?.as_ref() != expected.as_ref() {
                return Err(StoreError::Conflict);
            }
        }
        let mut changes = Batch::default();
        for key in &write.delete {
            if !write.put.iter().any(|(put, _)| put == key) {
                replace(&self.tree, &mut changes, key, None)?;
            }
        }
        for (key, value) in &write.put {
            replace(&self.tree, &mut changes, key, Some(value))?;
        }
        changes.insert(&NUMBER, &self.number(batch).to_be_bytes());
        Ok(changes)
    }

    fn apply(&self, batch: u64, write: &Write, changes: Batch) -> Result<(), StoreError> {
        let keys = write.put.iter().map(|(key, _)| key).chain(&write.delete);
        self.inflight.begin(batch, keys.cloned());
        fault("records.apply", || self.inflight.apply(|| self.tree.apply_batch(changes).map_err(failed)))
    }

    fn flush(&self, batch: u64) -> Result<(), StoreError> {
        let flushed = fault("records.flush", || self.tree.flush().map_err(failed)).is_ok()
            && fault("records.sync", || rustix::fs::fdatasync(&self.file).map_err(|_| StoreError::Unavailable)).is_ok();
        if !flushed || self.inflight.failed() {
            tracing::error!("records could not be flushed; nothing more is acknowledged until the server is started again");
            self.inflight.fail();
            return Err(StoreError::Unavailable);
        }
        // Where this fails the number stays lower than it might be, which asks for less.
        let _ = self.mark.0.put(number(&self.tree).unwrap_or(self.mark.1));
        self.inflight.finish(batch);
        Ok(())
    }

    fn number(&self, batch: u64) -> u64 {
        self.mark.1.saturating_add(batch)
    }
}

fn gather(first: Job, jobs: &Receiver<Job>) -> Vec<Job> {
    let mut bytes = size(&first.0);
    let mut group = vec![first];
    while group.len() < GROUP && bytes < GROUP_BYTES {
        let Ok(next) = jobs.try_recv() else { break };
        bytes += size(&next.0);
        group.push(next);
    }
    group
}

fn size(write: &Write) -> usize {
    write.put.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn tell(answer: oneshot::Sender<Result<(), StoreError>>, result: Result<(), StoreError>) {
    // Whoever asked may have gone; the write stands all the same.
    let _ = answer.send(result);
}

#[cfg(test)]
mod tests;
