//! Small files of a profile.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use casevault_fault::step as fault;

use crate::error::Result;

/// Writes a small file so that after a crash there is all of it or what was there before.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = temporary(path);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    fault("private.write", || file.write_all(bytes))?;
    fault("private.sync", || file.sync_all())?;
    fault("private.rename", || fs::rename(&temporary, path))?;
    fault("private.named", || sync_directory(path.parent()))
}

/// Where a file is written before it takes its place.
pub(super) fn temporary(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Puts a new file in the place of one that holds a key, durably, and overwrites that.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let before = writable(path);
    write_durably(path, bytes)?;
    // The new file is in place, whatever becomes of the blocks of the old one.
    let _ = before.and_then(|before| overwrite(&before));
    Ok(())
}

/// Overwrites a file and takes it away, durably; nothing if there is none. What cannot be overwritten is taken away all the same.
///
/// # Errors
/// That it is still there, or that it went without being overwritten.
pub(super) fn destroy(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    let overwritten = writable(path).and_then(|file| overwrite(&file));
    match fs::remove_file(path) {
        // Somebody else has destroyed it meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        removed => removed?,
    }
    sync_directory(path.parent())?;
    overwritten
}

/// The file, open for writing, though whoever restored it from a backup made it read-only.
fn writable(path: &Path) -> Result<File> {
    let open = || OpenOptions::new().write(true).open(path);
    let made = |_| fs::set_permissions(path, Permissions::from_mode(0o600)).and_then(|()| open());
    Ok(open().or_else(made)?)
}

/// Writes zeros where the bytes of an open file are, durably.
fn overwrite(mut file: &File) -> Result<()> {
    file.write_all(&vec![0; usize::try_from(file.metadata()?.len()).unwrap_or(0)])?;
    Ok(file.sync_all()?)
}

/// Makes a private directory, with those above it that are not there, so that a crash takes none of them back.
pub(super) fn make_directory(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        make_directory(parent)?;
    }
    DirBuilder::new().mode(0o700).create(path)?;
    sync_directory(Some(parent))
}

fn sync_directory(directory: Option<&Path>) -> Result<()> {
    match directory {
        Some(directory) => Ok(File::open(directory)?.sync_all()?),
        None => Ok(()),
    }
}
