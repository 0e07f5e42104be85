//! Restoring: into a directory beside the one that is wanted, which gets its name once everything in it was checked.

use std::path::{Path, PathBuf};

use super::{Backup, BackupError, Frame, tag};
use crate::directory::{DataDirectory, parent, sync_directory};
use crate::keys::ServerKey;
use crate::store::{Records, Write};

/// Bytes of records that one write has.
const WRITE: usize = 4 << 20;

/// A data directory that is being restored. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct Fresh {
    directory: Option<DataDirectory>,
    unfinished: PathBuf,
    target: PathBuf,
}

impl Fresh {
    /// Begins to restore a data directory at `target`, where there may be an empty directory at most.
    ///
    /// # Errors
    /// [`BackupError::Exists`] if there is more.
    pub fn begin(target: &Path) -> Result<Self, BackupError> {
        if target.symlink_metadata().is_ok() && !is_empty(target) {
            return Err(BackupError::Exists);
        }
        let mut name = target.as_os_str().to_owned();
        name.push(".restoring");
        let unfinished = PathBuf::from(name);
        if unfinished.exists() {
            // A restore that was cut left it. Whoever restores now holds its lock, or is refused.
            drop(DataDirectory::open(&unfinished)?);
            std::fs::remove_dir_all(&unfinished)?;
        }
        let directory = Some(DataDirectory::open(&unfinished)?);
        Ok(Self { directory, unfinished, target: target.to_owned() })
    }

    /// Where it is until its end.
    pub fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Gives the directory its name. Nobody may have anything of it open.
    ///
    /// # Errors
    /// The operating system's; nothing is left then.
    pub fn finish(mut self) -> Result<(), BackupError> {
        self.directory = None;
        std::fs::rename(&self.unfinished, &self.target)?;
        Ok(sync_directory(parent(&self.target))?)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.directory = None;
        // After the end there is nothing under this name.
        let _ = std::fs::remove_dir_all(&self.unfinished);
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Writes the key of `backup` into the directory `data` and its records into `records`, up to the first frame that is neither, which
/// is returned.
///
/// # Errors
/// [`BackupError`].
pub async fn records_into(data: &Path, records: &dyn Records, backup: &mut Backup) -> Result<Option<Frame>, BackupError> {
    let (mut write, mut bytes) = (Write::default(), 0);
    loop {
        let frame = backup.next_frame()?;
        match frame {
            Some(frame) if frame.tag == tag::KEY => {
                let seed = backup.whole()?;
                ServerKey::keep(data, seed.as_slice().try_into().map_err(|_| BackupError::Damaged)?)?;
            }
            Some(frame) if frame.tag == tag::RECORD => {
                let value = backup.whole()?;
                bytes += value.len();
                write.put(frame.name, value);
                if bytes > WRITE {
                    records.write(std::mem::take(&mut write)).await?;
                    bytes = 0;
                }
            }
            other => {
                records.write(write).await?;
                return Ok(other);
            }
        }
    }
}
