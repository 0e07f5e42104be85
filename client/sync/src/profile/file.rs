//! Small files of a profile.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::Result;

/// Writes a small file so that after a crash there is all of it or what was there before.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = temporary(path);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_directory(path.parent())
}

/// Where a file is written before it takes its place.
pub(super) fn temporary(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Overwrites a file and takes it away, durably; nothing if there is none.
pub(super) fn destroy(path: &Path) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; usize::try_from(metadata.len()).unwrap_or(0)])?;
    file.sync_all()?;
    fs::remove_file(path)?;
    sync_directory(path.parent())
}

fn sync_directory(directory: Option<&Path>) -> Result<()> {
    match directory {
        Some(directory) => Ok(File::open(directory)?.sync_all()?),
        None => Ok(()),
    }
}
