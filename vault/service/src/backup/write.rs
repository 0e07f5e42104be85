//! Writing a backup: it has its name once it is whole, durable, and was read back.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use casevault_wire::server::ServerKind;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{Backup, BackupError, Contents, MAGIC, VERSION, kind_byte, tag};
use crate::directory::{parent, sync_directory};

/// A backup that is being written. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct Writer {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    frames: u64,
    kind: ServerKind,
    unfinished: PathBuf,
    target: PathBuf,
}

impl Writer {
    /// Begins the backup at `target`, where nothing may be.
    pub(super) fn create(target: &Path, kind: ServerKind) -> Result<Self, BackupError> {
        if target.symlink_metadata().is_ok() {
            return Err(BackupError::Exists);
        }
        let mut name = target.as_os_str().to_owned();
        name.push(".unfinished");
        let unfinished = PathBuf::from(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        let mut writer = Self {
            file: BufWriter::with_capacity(1 << 20, file),
            hasher: blake3::Hasher::new(),
            frames: 0,
            kind,
            unfinished,
            target: target.to_owned(),
        };
        writer.bytes(MAGIC)?;
        writer.bytes(&[VERSION, kind_byte(kind)])?;
        Ok(writer)
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// The operating system's.
    pub fn frame(&mut self, tag: u8, name: &[u8], content: &[u8]) -> io::Result<()> {
        self.head(tag, name, content.len() as u64)?;
        self.bytes(content)
    }

    /// Begins a frame whose content, `length` bytes, follows by [`Self::bytes`].
    ///
    /// # Errors
    /// The operating system's.
    pub fn head(&mut self, tag: u8, name: &[u8], length: u64) -> io::Result<()> {
        self.frames += 1;
        let name_length = u16::try_from(name.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        self.bytes(&[tag])?;
        self.bytes(&name_length.to_be_bytes())?;
        self.bytes(name)?;
        self.bytes(&length.to_be_bytes())
    }

    /// Adds bytes to the frame that was begun last.
    ///
    /// # Errors
    /// The operating system's.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    /// Ends the backup: makes it durable, reads all of it back, and gives it its name.
    ///
    /// # Errors
    /// [`BackupError`]; nothing is left then.
    pub fn finish(mut self) -> Result<Contents, BackupError> {
        let frames = self.frames;
        self.head(tag::END, &[], 40)?;
        self.bytes(&frames.to_be_bytes())?;
        let digest = self.hasher.finalize();
        self.file.write_all(digest.as_bytes())?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let contents = Backup::open(&self.unfinished, self.kind)?.contents();
        renameat_with(CWD, &self.unfinished, CWD, &self.target, RenameFlags::NOREPLACE).map_err(io::Error::from)?;
        sync_directory(parent(&self.target))?;
        Ok(contents)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // After the end there is nothing under this name.
        let _ = std::fs::remove_file(&self.unfinished);
    }
}
