//! A server's data directory: private to its user, used by one process.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, flock};

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Another process uses it.
    #[error("another process uses this data directory")]
    InUse,
    /// Others than the user of this process may enter it, or own it.
    #[error("the data directory is open to others, or another user's: make it private with `chmod 700`, and run as its owner")]
    Permissions,
    /// It cannot be made, opened or locked.
    #[error("the data directory cannot be used")]
    Io(#[from] io::Error),
}

/// A data directory that belongs to this process until it is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Makes `path` with mode 0700 if it is not there, checks that nobody else owns or may enter it, and locks it. What this process
    /// makes from then on is its user's alone, whichever library makes it.
    ///
    /// # Errors
    /// [`DirectoryError`]; [`DirectoryError::InUse`] at once if another process has it.
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
        make_durably(path)?;
        let metadata = path.metadata()?;
        if metadata.mode() & 0o077 != 0 || metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(DirectoryError::Permissions);
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path.join("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(DirectoryError::InUse),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes `path`, private, with every directory above it that is not there, so that a crash takes none of them back.
fn make_durably(path: &Path) -> io::Result<()> {
    let parent = parent(path);
    if !path.is_dir() {
        if !parent.is_dir() {
            make_durably(parent)?;
        }
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
    }
    // Also if it was there: whoever made it may have been killed before this.
    sync_directory(parent)
}

/// The directory that `path` is in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_second_owner_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = DataDirectory::open(&path).unwrap();
        assert!(matches!(DataDirectory::open(&path), Err(DirectoryError::InUse)));
        drop(first);
        assert!(DataDirectory::open(&path).is_ok());
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        drop(DataDirectory::open(&path).unwrap());
        for mode in [0o750, 0o701, 0o777] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(DataDirectory::open(&path), Err(DirectoryError::Permissions)), "{mode:o}");
        }
    }
}
