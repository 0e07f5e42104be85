//! Durable records: ordered pairs of bytes, written all or nothing. Only this module and its children know a database.

pub mod conformance;
mod inflight;
mod layout;
mod mark;
mod memory;
#[cfg(test)]
mod rot;
mod sled;
mod writer;

use futures_util::future::BoxFuture;

use crate::disk;

pub use self::memory::MemoryRecords;
pub use self::sled::SledRecords;

/// A record: key and value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// What is to be written, all or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// What must be there before: a key's value, or `None` if it must be absent.
    pub expect: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Records to set.
    pub put: Vec<Pair>,
    /// Keys to remove; one that is also put stays.
    pub delete: Vec<Vec<u8>>,
    /// The room on the disk that it may use.
    pub room: Room,
}

/// Room on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// What is there for everybody.
    #[default]
    Common,
    /// Also what is kept for what puts somebody out, and for what frees room.
    Kept,
}

impl Write {
    /// A write that may use the room that is kept.
    pub fn kept() -> Self {
        Self { room: Room::Kept, ..Self::default() }
    }

    /// With fewer bytes left on the disk it is refused. What only removes frees room.
    fn spares(&self) -> u64 {
        match self.room {
            Room::Common if !self.put.is_empty() => disk::COMMON,
            _ => disk::KEPT,
        }
    }

    /// Adds the precondition that `key` has `value`, or is absent.
    pub fn expect(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.expect.push((key, value));
    }

    /// Adds a record.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.put.push((key, value));
    }

    /// Removes a record.
    pub fn delete(&mut self, key: Vec<u8>) {
        self.delete.push(key);
    }
}

/// Why records could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A precondition does not hold; nothing was written.
    #[error("the records have changed")]
    Conflict,
    /// The disk is full; nothing was written.
    #[error("the disk is full: make room on it, then start again if this server has stopped")]
    Full,
    /// What is stored is damaged.
    #[error("the records are damaged")]
    Corrupt,
    /// Reading or flushing failed; whether the write happened is known after a restart. Nothing is acknowledged from here on.
    #[error("the records cannot be reached")]
    Unavailable,
    /// Another process has the records open.
    #[error("the records are in use by another process")]
    InUse,
}

impl From<std::io::Error> for StoreError {
    fn from(_: std::io::Error) -> Self {
        Self::Unavailable
    }
}

/// Where a server keeps its records. Object safe, so that a server does not know which backend it has.
pub trait Records: Send + Sync + 'static {
    /// The value of `key`. Never one that is not durable, and never parts of two.
    fn read<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>>;

    /// At most `limit` records from `from` (inclusive) to `to` (exclusive), in order of their keys.
    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>>;

    /// As [`Self::scan`], from the last record backwards.
    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>>;

    /// The keys of the records that [`Self::scan`] reads, whatever their values are.
    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Vec<u8>>, StoreError>>;

    /// Writes all of `write` or nothing. Durable when it returns. Concurrent writes share one flush.
    fn write(&self, write: Write) -> BoxFuture<'_, Result<(), StoreError>>;
}
