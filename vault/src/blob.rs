//! Blobs: ciphertext named by its digest, within a journal (SPEC §7.4.4). Every backend passes [`conformance`].
//!
//! The local backend has its own files rather than `object_store`'s `LocalFileSystem`: a multipart upload of that cannot be taken
//! up again after a restart, and it makes one file after the other durable where a batch of many needs one wait. `object_store` is
//! for backends that are object stores.

pub mod conformance;
mod local;

use bytes::Bytes;
use casevault_wire::id::UploadId;
use futures_util::future::BoxFuture;

use crate::record::{BlobKey, JournalKey};

pub use local::LocalBlobs;

/// Why blobs cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// There is no room.
    #[error("no room for blobs")]
    Full,
    /// The blob or upload is not there, or is shorter than asked for.
    #[error("no such blob")]
    Missing,
    /// The backend failed.
    #[error("blobs cannot be used now")]
    Unavailable,
}

/// A part of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The blob.
    pub key: BlobKey,
    /// Where the part begins.
    pub offset: u64,
    /// How many bytes.
    pub length: usize,
}

/// A blob that is kept: its key and its length.
pub type Kept = (BlobKey, u64);

/// Everything that a backend keeps besides uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The blobs.
    pub kept: Vec<Kept>,
    /// The names of what is no blob, or cannot be looked into.
    pub others: Vec<String>,
}

/// What a backend answers, some day.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, BlobError>>;

/// Where blobs are kept. What returned without error is durable, except where it says otherwise.
pub trait Blobs: Send + Sync + 'static {
    /// Keeps whole blobs, whose digests the caller has computed. A blob that is kept already stays as it is.
    fn put(&self, journal: JournalKey, blobs: Vec<(BlobKey, Bytes)>) -> Answer<'_, ()>;

    /// Reads parts, each as one buffer, in order.
    fn read(&self, parts: Vec<Part>) -> Answer<'_, Vec<Bytes>>;

    /// Forgets a blob. It is no error if there is none.
    fn delete(&self, key: BlobKey) -> Answer<'_, ()>;

    /// Everything that is kept, in any order.
    fn list(&self) -> Answer<'_, Listing>;

    /// Begins an upload.
    fn begin(&self, upload: UploadId) -> Answer<'_, ()>;

    /// Writes a piece of an upload at `offset`. Durable only after [`Self::flush`].
    fn write(&self, upload: UploadId, offset: u64, piece: Vec<Bytes>) -> Answer<'_, ()>;

    /// Makes the first `length` bytes of an upload durable; others may be written meanwhile.
    fn flush(&self, upload: UploadId, length: u64) -> Answer<'_, ()>;

    /// Reads a piece of an upload, shorter at its end.
    fn staged(&self, upload: UploadId, offset: u64, length: usize) -> Answer<'_, Bytes>;

    /// Keeps a flushed upload as the blob `key`; it stays an upload too until it is discarded. Done already is as good.
    fn keep(&self, upload: UploadId, key: BlobKey) -> Answer<'_, ()>;

    /// Forgets an upload. It is no error if there is none.
    fn discard(&self, upload: UploadId) -> Answer<'_, ()>;

    /// Every upload that was begun and not discarded.
    fn uploads(&self) -> Answer<'_, Vec<UploadId>>;
}
