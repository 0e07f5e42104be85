//! Writing many files so that all of them survive a crash, without waiting for each in turn.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::num::NonZeroU64;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use casevault_fault::step as fault;

use crate::blob::BlobError;

/// From this length on a file, or what is read of one, is not kept in memory.
pub(super) const LONG: usize = 128 * 1024;

/// How many threads wait for the disk on behalf of one batch: the file system makes what they ask for durable together.
const WAITING: usize = 16;

/// A file to write: its name while it is unfinished, its name afterwards, and its content.
pub(super) type NewFile = (PathBuf, PathBuf, Bytes);

/// Writes `files`, makes them durable and renames them into place. The directory is the caller's to sync. On failure none of the
/// unfinished names is left.
pub(super) async fn write_durably(files: Vec<NewFile>) -> Result<(), BlobError> {
    let share = files.len().div_ceil(WAITING).max(1);
    let mut files = files.into_iter().peekable();
    let mut threads = Vec::new();
    while files.peek().is_some() {
        let some: Vec<_> = files.by_ref().take(share).collect();
        threads.push(tokio::task::spawn_blocking(move || write_share(&some)));
    }
    let mut outcome = Ok(());
    for thread in threads {
        let written = thread.await.map_err(|_| BlobError::Unavailable).and_then(|written| written.map_err(BlobError::from));
        outcome = outcome.and(written);
    }
    outcome
}

fn write_share(files: &[NewFile]) -> io::Result<()> {
    let written = write_then_rename(files);
    if written.is_err() {
        for (unfinished, ..) in files {
            // Not there if it was renamed or never made; what cannot be removed goes when the store is opened next.
            let _ = std::fs::remove_file(unfinished);
        }
    }
    written
}

fn write_then_rename(files: &[NewFile]) -> io::Result<()> {
    for (unfinished, place, bytes) in files {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(unfinished)?;
        fault("blob.write", || file.write_all(bytes))?;
        fault("blob.sync", || file.sync_data())?;
        if bytes.len() >= LONG {
            leave(&file, 0, 0);
        }
        fault("blob.rename", || std::fs::rename(unfinished, place))?;
    }
    Ok(())
}

/// What was written and is durable, or was read, from `offset` on (`length` bytes, 0 for all) leaves the memory that it was cached in
/// to what comes next: the system need not find new memory for every byte that passes.
pub(super) fn leave(file: &File, offset: u64, length: u64) {
    // Advice: where it is not taken nothing is lost.
    let _ = rustix::fs::fadvise(file, offset, NonZeroU64::new(length), rustix::fs::Advice::DontNeed);
}

/// Makes the entries of a directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes `path` below `root`, which exists durably, with every directory between them. Each is made durable even if it is there.
pub(super) fn make_directories(root: &Path, path: &Path) -> io::Result<()> {
    if path == root {
        return Ok(());
    }
    let parent = path.parent().ok_or(io::ErrorKind::NotFound)?;
    make_directories(root, parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    sync_directory(parent)
}
