//! Files that this program makes: never over another file, never through a link, whole or not at all, and in the directory that was
//! opened for them, whatever its path leads to meanwhile. Until a file is whole it has no name, where the file system knows such files:
//! nothing is left of it if the program is killed.

mod draft;

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casevault_crypto::random::{SystemRandom, draw};
use casevault_fault::step as fault;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::error::{ClientError, Result};
use crate::view::no_randomness;

pub(crate) use draft::Draft;

/// Where the system shows a process its open files, by which one without a name gets one.
const OPEN_FILES: &str = "/proc/self/fd";

/// Makes a file that only this user can read, and that was not there.
pub(super) fn create_private(path: &Path) -> Result<File> {
    Ok(OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?)
}

/// An open directory that documents are written to.
pub(crate) struct Folder {
    directory: File,
    path: PathBuf,
}

impl Folder {
    /// The directory at `path`, made for its owner alone if there is none. A link to one is none: who may write beside it could have put
    /// it there.
    pub fn make(path: &Path) -> Result<Arc<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        // Without the slash at the end that would follow a link.
        Self::open(path.components().as_path(), OFlags::NOFOLLOW)
    }

    fn open(path: &Path, flags: OFlags) -> Result<Arc<Self>> {
        let flags = flags | OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let place = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let directory = rustix::fs::openat(CWD, place, flags, Mode::empty()).map_err(system)?;
        Ok(Arc::new(Self { directory: directory.into(), path: path.to_path_buf() }))
    }

    /// Makes everything in it durable, files that were published there included.
    pub fn settle(&self) -> Result<()> {
        Ok(fault("copy.named", || rustix::fs::syncfs(&self.directory).map_err(std::io::Error::from))?)
    }
}

/// A name in a directory that a file shall get.
#[derive(Clone)]
pub(crate) struct Target {
    /// The directory.
    pub folder: Arc<Folder>,
    name: OsString,
}

impl Target {
    /// `path` in the directory that it is in now.
    pub fn at(path: &Path) -> Result<Self> {
        let name = path.file_name().ok_or(std::io::ErrorKind::AlreadyExists).map_err(std::io::Error::from)?;
        Ok(Self::new(&Folder::open(path.parent().unwrap_or(path), OFlags::empty())?, name))
    }

    /// `name` in `folder`.
    pub fn new(folder: &Arc<Folder>, name: impl AsRef<OsStr>) -> Self {
        Self { folder: folder.clone(), name: name.as_ref().to_owned() }
    }

    /// The path of what gets the name.
    pub fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }

    /// That nothing has the name yet.
    fn check_free(&self) -> Result<()> {
        let found = rustix::fs::statat(&self.folder.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW);
        if found.is_ok() { Err(system(Errno::EXIST)) } else { Ok(()) }
    }

    /// Begins the file.
    pub fn begin(self) -> Result<Output> {
        self.check_free()?;
        match self.nameless() {
            Ok(file) => Ok(Output { file, temporary: None, target: self }),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOENT) => self.named(),
            Err(error) => Err(system(error)),
        }
    }

    fn nameless(&self) -> rustix::io::Result<File> {
        rustix::fs::stat(OPEN_FILES)?;
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.folder.directory, ".", flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    fn named(self) -> Result<Output> {
        let temporary = temporary()?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder.directory, &temporary, flags, Mode::RUSR | Mode::WUSR).map_err(system)?;
        Ok(Output { file: file.into(), temporary: Some(temporary), target: self })
    }
}

/// A file that appears under its name once it is whole.
pub(crate) struct Output {
    /// The file.
    pub file: File,
    temporary: Option<OsString>,
    target: Target,
}

impl Output {
    /// The directory that it is in.
    pub fn folder(&self) -> Arc<Folder> {
        self.target.folder.clone()
    }

    /// Gives the file its name. It is durable once [`Folder::settle`] was called for its directory.
    pub fn publish(self) -> Result<PathBuf> {
        let Target { folder, name } = &self.target;
        let directory = &folder.directory;
        let publish = || match &self.temporary {
            Some(temporary) => rustix::fs::renameat_with(directory, temporary, directory, name, RenameFlags::NOREPLACE),
            None => {
                let open = format!("{OPEN_FILES}/{}", self.file.as_raw_fd());
                rustix::fs::linkat(CWD, open, directory, name, AtFlags::SYMLINK_FOLLOW)
            }
        };
        fault("copy.rename", || publish().map_err(std::io::Error::from))?;
        Ok(folder.path.join(name))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // After publishing there is nothing under the temporary name.
            let _ = rustix::fs::unlinkat(&self.target.folder.directory, temporary, AtFlags::empty());
        }
    }
}

/// A name for what has its own only later.
fn temporary() -> Result<OsString> {
    let bytes: [u8; 8] = draw(&mut SystemRandom).map_err(no_randomness)?;
    Ok(OsString::from(format!(".casevault-{}", data_encoding::HEXLOWER.encode(&bytes))))
}

fn system(error: Errno) -> ClientError {
    std::io::Error::from(error).into()
}

#[cfg(test)]
mod tests;
