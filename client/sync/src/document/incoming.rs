//! Files that come piece by piece from elsewhere than a path. What has come lies in a file without a name in the profile's directory, which
//! is gone when it is dropped or the program ends, however it ends.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};

use super::add::Source;
use crate::client::Client;
use crate::error::Result;
use crate::view::{AddedDocument, OnProgress};

/// A file that comes.
pub struct Incoming {
    file: File,
    name: String,
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Client {
    /// Begins a file that a document of this name shall be made of.
    ///
    /// # Errors
    /// [`crate::ClientError::File`] or [`crate::ClientError::DiskFull`].
    pub fn incoming(&self, name: &str) -> Result<Incoming> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(self.outbox(), flags, Mode::RUSR | Mode::WUSR).map_err(io::Error::from)?;
        Ok(Incoming { file: file.into(), name: name.to_owned() })
    }

    /// Adds files that have come, as [`Client::add_documents`] adds files of a path; what became of each, in order.
    ///
    /// # Errors
    /// As [`Client::add_documents`].
    pub async fn add_incoming(&self, case: &str, files: &[Incoming], progress: OnProgress) -> Result<Vec<AddedDocument>> {
        let path = |file: &File| PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        let source = |one: &Incoming| Source { path: path(&one.file), name: Some(one.name.clone()) };
        self.add_all(case, files.iter().map(source).collect(), progress).await
    }
}
