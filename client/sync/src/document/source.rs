//! Where the bytes of a new document come from: a file, or one that has come and is sealed where it lies.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::incoming::{Come, Coming};
use crate::error::{ClientError, Result};

/// What tells work to begin nothing more.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Says so.
    pub fn say(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was said.
    pub fn was_said(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Goes on unless it was said.
    ///
    /// # Errors
    /// [`ClientError::Stopped`] if it was.
    pub(super) fn check(&self) -> Result<()> {
        if self.was_said() { Err(ClientError::Stopped) } else { Ok(()) }
    }
}

/// A file that becomes a document, and what that is called.
#[derive(Clone)]
pub(super) struct Source {
    from: From,
    pub name: Option<String>,
}

#[derive(Clone)]
enum From {
    File(PathBuf),
    Come(Arc<Come>),
}

impl Source {
    /// The file at `path`. Its name is data; what is not UTF-8 in it is replaced.
    pub fn file(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { from: From::File(path.to_path_buf()), name }
    }

    /// A file of another name.
    pub fn named(path: PathBuf, name: String) -> Self {
        Self { from: From::File(path), name: Some(name) }
    }

    /// A file that has come.
    pub fn come(come: Arc<Come>) -> Self {
        let name = Some(come.name().to_owned());
        Self { from: From::Come(come), name }
    }

    /// What people know it by.
    pub fn path(&self) -> PathBuf {
        match &self.from {
            From::File(path) => path.clone(),
            From::Come(come) => PathBuf::from(come.name()),
        }
    }

    /// Bytes of it, as far as that is known before it is read.
    pub fn length(&self) -> Result<u64> {
        match &self.from {
            From::File(path) => Ok(std::fs::metadata(path)?.len()),
            From::Come(come) => Ok(come.length()),
        }
    }

    /// Opens it to be read. What is not a regular file, such as a pipe that nobody writes to, does not block.
    pub fn open(&self) -> Result<Reading> {
        match &self.from {
            From::Come(come) => Ok(Reading { length: come.length(), bytes: Bytes::Come(come.read()) }),
            From::File(path) => {
                let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
                let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
                let before = file.metadata()?;
                if !before.is_file() {
                    return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
                }
                Ok(Reading { length: before.len(), bytes: Bytes::File(file, before) })
            }
        }
    }
}

/// A source while it is read.
pub(super) struct Reading {
    /// Bytes of it.
    pub length: u64,
    bytes: Bytes,
}

enum Bytes {
    /// A file, and what it was like when it was opened.
    File(File, Metadata),
    Come(Coming),
}

impl Read for Reading {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::File(file, _) => file.read(to),
            Bytes::Come(coming) => coming.read(to),
        }
    }
}

impl Reading {
    /// Whether `read` bytes are all that was there before and is there now.
    pub fn unchanged(&self, read: u64) -> Result<()> {
        let same = match &self.bytes {
            Bytes::Come(_) => true,
            Bytes::File(file, before) => {
                let after = file.metadata()?;
                after.len() == read && (before.mtime(), before.mtime_nsec()) == (after.mtime(), after.mtime_nsec())
            }
        };
        if same && self.length == read { Ok(()) } else { Err(ClientError::FileChanged) }
    }
}
