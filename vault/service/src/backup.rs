//! Backups of a server: one file with everything that it keeps, by logical record and not as the database has it, so that damage does
//! not travel, and any backend may restore what any other kept.
//!
//! ```text
//! "casevault-backup" ‖ uint8 version ‖ uint8 server kind, then frames:
//! uint8 tag ‖ uint16 length ‖ name ‖ uint64 length ‖ content
//! ```
//!
//! | tag | name | content |
//! |---|---|---|
//! | 1 | empty | the server's signing key, 32 bytes |
//! | 2 | a record's key | its value |
//! | 3 | a blob's journal and digest, as its record's key has them | the blob |
//! | 4 | an open upload's id | its bytes as far as was acknowledged |
//! | 0 | empty | `uint64` count of the frames before, the BLAKE3 of all bytes before it; the last frame |
//!
//! Numbers are big-endian. Nothing follows the last frame. The file is as secret as the data directory: the signing key is in it.

mod read;
mod restore;
mod write;

use std::io;
use std::path::Path;

use casevault_wire::server::ServerKind;

use crate::directory::DirectoryError;
use crate::keys::KeyError;
use crate::store::{Records, StoreError};

pub use read::{Backup, Frame};
pub use restore::{Fresh, records_into};
pub use write::Writer;

const MAGIC: &[u8; 16] = b"casevault-backup";
const VERSION: u8 = 1;
/// Records that are read at once.
const STRIDE: usize = 64;

/// What a frame holds.
pub mod tag {
    /// The end.
    pub const END: u8 = 0;
    /// The server's signing key.
    pub const KEY: u8 = 1;
    /// A record.
    pub const RECORD: u8 = 2;
    /// A blob.
    pub const BLOB: u8 = 3;
    /// An upload.
    pub const UPLOAD: u8 = 4;
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is no backup, is damaged, or is not whole.
    #[error("this is no whole backup: it was cut or damaged")]
    Damaged,
    /// The backup is of the other server.
    #[error("this is a backup of the other server")]
    Kind,
    /// Something is there that a backup, or what it restores, would replace.
    #[error("something is there already: a backup needs a new file, and a restored server a new or empty directory")]
    Exists,
    /// What is kept breaks its own rules.
    #[error("{0} things are wrong, as `fsck` says: nothing was done")]
    Faults(usize),
    /// The data directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Records cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system refuses.
    #[error("a file cannot be used")]
    Io(#[from] io::Error),
}

/// What is in a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many records.
    pub records: u64,
    /// How many blobs.
    pub blobs: u64,
    /// How many open uploads.
    pub uploads: u64,
}

impl Contents {
    fn count(&mut self, tag: u8) {
        match tag {
            tag::RECORD => self.records += 1,
            tag::BLOB => self.blobs += 1,
            tag::UPLOAD => self.uploads += 1,
            _ => {}
        }
    }
}

impl std::fmt::Display for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} records, {} blobs, {} open uploads", self.records, self.blobs, self.uploads)
    }
}

/// Begins the backup at `file` of the server in `data`, with its key and all of its records. What else it keeps is the caller's to add.
///
/// # Errors
/// [`BackupError`].
pub async fn begin(file: &Path, (kind, data): (ServerKind, &Path), records: &dyn Records) -> Result<Writer, BackupError> {
    let mut writer = Writer::create(file, kind)?;
    writer.frame(tag::KEY, &[], &*crate::keys::seed(data)?)?;
    let mut from = Vec::new();
    loop {
        let found = records.scan(&from, &[0xff], STRIDE).await?;
        let Some((last, _)) = found.last() else { return Ok(writer) };
        from = [last.as_slice(), &[0]].concat();
        for (key, value) in &found {
            writer.frame(tag::RECORD, key, value)?;
        }
    }
}

fn kind_byte(kind: ServerKind) -> u8 {
    kind as u8
}

#[cfg(test)]
mod tests;
