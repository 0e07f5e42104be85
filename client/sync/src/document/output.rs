//! Files that this program makes: never over another file, never through a link, whole or not at all.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use casevault_crypto::random::{SystemRandom, draw};
use casevault_fault::step as fault;

use crate::error::Result;
use crate::view::no_randomness;

/// Makes a file that only this user can read, and that was not there.
pub(super) fn create_private(path: &Path) -> Result<File> {
    Ok(OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?)
}

/// A file that appears under its name once it is whole.
pub(super) struct Output {
    pub file: File,
    temporary: PathBuf,
    target: PathBuf,
}

impl Output {
    /// Begins the file that shall be at `target`.
    pub fn create(target: &Path) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(std::io::Error::from(std::io::ErrorKind::AlreadyExists).into());
        }
        let directory = directory_of(target);
        let bytes: [u8; 8] = draw(&mut SystemRandom).map_err(no_randomness)?;
        let temporary = directory.join(format!(".casevault-{}", data_encoding::HEXLOWER.encode(&bytes)));
        Ok(Self { file: create_private(&temporary)?, temporary, target: target.to_path_buf() })
    }

    /// Gives the file its name. It is durable once [`Self::settle`] was called for its directory.
    pub fn publish(self) -> Result<PathBuf> {
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        fault("copy.rename", || {
            rustix::fs::renameat_with(rustix::fs::CWD, &self.temporary, rustix::fs::CWD, &self.target, flags)
                .map_err(std::io::Error::from)
        })?;
        Ok(self.target.clone())
    }

    /// Makes everything in `directory` durable, files that were published there included.
    pub fn settle(directory: &Path) -> Result<()> {
        let directory = File::open(directory)?;
        Ok(fault("copy.named", || rustix::fs::syncfs(&directory).map_err(std::io::Error::from))?)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // After publishing there is nothing under the temporary name.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

/// The directory that `path` is in.
pub(super) fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
