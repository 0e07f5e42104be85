//! A directory that appears under its name once all that belongs into it is there.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use casevault_fault::step as fault;
use rustix::fs::{Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::{Target, system, temporary};
use crate::error::Result;

/// The directory while it has another name. It goes away with all that is in it unless it is published.
pub(crate) struct Draft {
    target: Target,
    temporary: OsString,
    directory: File,
    published: bool,
}

impl Draft {
    /// Makes the directory, for its owner alone, beside where it is to be.
    pub fn begin(target: Target) -> Result<Self> {
        target.check_free()?;
        let temporary = temporary()?;
        let parent = &target.folder.directory;
        rustix::fs::mkdirat(parent, &temporary, Mode::RWXU).map_err(system)?;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(parent, &temporary, flags, Mode::empty()).map_err(system)?.into();
        Ok(Self { target, temporary, directory, published: false })
    }

    /// Makes a new file in it, and the directories that it is in.
    pub fn create(&self, path: &Path) -> Result<File> {
        let above: Vec<_> = path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()).collect();
        for above in above.iter().rev() {
            match rustix::fs::mkdirat(&self.directory, *above, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(system(error)),
            }
        }
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::WRONLY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.directory, path, flags, Mode::RUSR | Mode::WUSR).map_err(system)?.into())
    }

    /// Gives the directory its name, once all that is in it is durable.
    pub fn publish(mut self) -> Result<PathBuf> {
        let Target { folder, name } = &self.target;
        folder.settle()?;
        let directory = &folder.directory;
        let publish = || rustix::fs::renameat_with(directory, &self.temporary, directory, name, RenameFlags::NOREPLACE);
        fault("copy.rename", || publish().map_err(std::io::Error::from))?;
        folder.settle()?;
        let path = self.target.path();
        self.published = true;
        Ok(path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be taken away stays for its owner alone, under a name that says so.
            let _ = std::fs::remove_dir_all(self.target.folder.path.join(&self.temporary));
        }
    }
}
