//! A bundle while it is written: hashed as it goes to the disk, and without a name until it is whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use casevault_crypto::event::export_name;
use casevault_crypto::evidence::{Files, Found, is_known};
use ring::digest::{Context, SHA256, SHA512};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::encrypted::Encrypted;
use super::recipients::{Destination, ENDING, Recipients};
use crate::document::in_memory;
use crate::document::output::{Draft, Output, Target};
use crate::error::{ClientError, Result};

/// A file of more bytes than this has its length in eight bytes in a zip.
const LONG: u64 = 1 << 31;

/// A bundle that is being written.
pub(super) struct Pack {
    form: Form,
    current: Option<Current>,
    files: Files,
}

/// As what.
enum Form {
    /// A directory, and the file that is written.
    Folder(Draft, Option<File>),
    /// A zip, what gives it its name if it gets one, and the name of the directory in it.
    Archive(Box<ZipWriter<Sink>>, Option<Output>, String),
}

/// Where the bytes of a zip go.
enum Sink {
    Clear(File),
    Encrypted(Box<Encrypted>),
}

impl Sink {
    /// The file, encrypted for `recipients` if there are any; meanwhile what is held back lies in `aside`.
    fn new(file: File, recipients: Option<&Recipients>, aside: &Path) -> Result<Self> {
        Ok(match recipients {
            None => Self::Clear(file),
            Some(recipients) => Self::Encrypted(Box::new(Encrypted::begin(recipients, file, aside.to_owned())?)),
        })
    }

    /// The file with all of it.
    fn finish(self) -> io::Result<File> {
        match self {
            Self::Clear(file) => Ok(file),
            Self::Encrypted(sink) => sink.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(file) => file.write(bytes),
            Self::Encrypted(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(file) => file.flush(),
            Self::Encrypted(sink) => sink.flush(),
        }
    }
}

impl Read for Sink {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(file) => file.read(bytes),
            Self::Encrypted(sink) => sink.read(bytes),
        }
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Clear(file) => file.seek(to),
            Self::Encrypted(sink) => sink.seek(to),
        }
    }
}

/// The file that is written.
struct Current {
    path: String,
    length: u64,
    sha256: Context,
    sha512: Context,
    content: Option<Vec<u8>>,
}

impl Pack {
    /// Begins a bundle that is to be at `out`: a zip if that ends so, else a directory.
    pub fn begin(out: &Path) -> Result<Self> {
        let target = Target::at(out)?;
        if !ends(out, "zip") {
            return Ok(Self::of(Form::Folder(Draft::begin(target)?, None)));
        }
        let output = target.begin()?;
        let sink = Sink::Clear(output.file.try_clone()?);
        Ok(Self::of(Form::Archive(zip(sink), Some(output), folder_in(out))))
    }

    /// The same, but that it is a zip encrypted for whoever is to have it, if not everybody is. What is held back meanwhile lies in `aside`, sealed.
    pub fn begin_for(to: &Destination, aside: &Path) -> Result<Self> {
        let (out, Some(recipients)) = (to.path(), to.recipients()) else { return Self::begin(to.path()) };
        let output = Target::at(out)?.begin()?;
        let sink = Sink::new(output.file.try_clone()?, Some(recipients), aside)?;
        Ok(Self::of(Form::Archive(zip(sink), Some(output), folder_in(out))))
    }

    /// Begins a zip that is in memory alone, for a caller who saves it as `name`.
    pub fn in_memory(name: &str) -> Result<Self> {
        Ok(Self::of(Form::Archive(zip(Sink::Clear(in_memory(&[])?)), None, folder_in(Path::new(name)))))
    }

    /// The same, encrypted for whoever is to have it, if not everybody is.
    pub fn in_memory_for(to: &Destination, aside: &Path) -> Result<Self> {
        let sink = Sink::new(in_memory(&[])?, to.recipients(), aside)?;
        Ok(Self::of(Form::Archive(zip(sink), None, folder_in(to.path()))))
    }

    fn of(form: Form) -> Self {
        Self { form, current: None, files: Files::new() }
    }

    /// Begins a file of `length` bytes.
    pub fn open(&mut self, path: &str, length: u64) -> Result<()> {
        match &mut self.form {
            Form::Folder(draft, file) => *file = Some(draft.create(Path::new(path))?),
            Form::Archive(zip, _, folder) => {
                let options =
                    SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(length >= LONG);
                zip.start_file(format!("{folder}/{path}"), options).map_err(io::Error::from)?;
            }
        }
        self.current = Some(Current {
            path: path.to_owned(),
            length: 0,
            sha256: Context::new(&SHA256),
            sha512: Context::new(&SHA512),
            content: is_known(path).then(Vec::new),
        });
        Ok(())
    }

    /// Ends the file.
    pub fn close(&mut self) -> Result<()> {
        let current = self.current.take().ok_or(ClientError::Damaged)?;
        if let Form::Folder(_, file) = &mut self.form {
            *file = None;
        }
        self.files.insert(current.path.clone(), current.found());
        Ok(())
    }

    /// Writes a whole file.
    pub fn put(&mut self, path: &str, content: &[u8]) -> Result<()> {
        self.open(path, content.len() as u64)?;
        self.write_all(content)?;
        self.close()
    }

    /// Begins a file, or writes one, while others go on with something else: all of a file that has ended is encrypted when the next begins.
    pub async fn elsewhere(mut self, what: impl FnOnce(&mut Self) -> Result<()> + Send + 'static) -> Result<Self> {
        let writing = tokio::task::spawn_blocking(move || what(&mut self).map(|()| self));
        writing.await.map_err(|_| ClientError::Damaged)?
    }

    /// The files that were written.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Makes it durable and gives it its name.
    pub fn publish(self) -> Result<PathBuf> {
        match self.form {
            Form::Folder(draft, _) => draft.publish(),
            Form::Archive(zip, output, _) => {
                let output = output.ok_or(ClientError::Damaged)?;
                zip.finish().map_err(io::Error::from)?.finish()?.sync_all()?;
                let folder = output.folder();
                let path = output.publish()?;
                folder.settle()?;
                Ok(path)
            }
        }
    }
}

impl Pack {
    /// The whole zip, if it is one.
    pub fn finish(self) -> Result<File> {
        match self.form {
            Form::Archive(zip, ..) => Ok(zip.finish().map_err(io::Error::from)?.finish()?),
            Form::Folder(..) => Err(ClientError::Damaged),
        }
    }
}

/// A zip that tells where it goes to when a file in it has ended.
fn zip(sink: Sink) -> Box<ZipWriter<Sink>> {
    let mut zip = ZipWriter::new(sink);
    zip.set_flush_on_finish_file(true);
    Box::new(zip)
}

fn ends(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

/// What the directory in a zip of this name is called.
fn folder_in(out: &Path) -> String {
    let name = Path::new(out.file_name().unwrap_or_default());
    let zip = if ends(name, ENDING) { Path::new(name.file_stem().unwrap_or_default()) } else { name };
    let stem = if zip == name || ends(zip, "zip") { zip.file_stem().unwrap_or_default() } else { zip.as_os_str() };
    export_name(&stem.to_string_lossy(), None)
}

impl Write for Pack {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let current = self.current.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let written = match &mut self.form {
            Form::Folder(_, Some(file)) => file.write(bytes)?,
            Form::Folder(_, None) => return Err(io::ErrorKind::NotFound.into()),
            Form::Archive(zip, ..) => zip.write(bytes)?,
        };
        current.take(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Current {
    fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.sha256.update(bytes);
        self.sha512.update(bytes);
        if let Some(content) = &mut self.content {
            content.extend_from_slice(bytes);
        }
    }

    fn found(self) -> Found {
        found(self.length, (self.sha256, self.sha512), self.content)
    }
}

/// What was found of a file whose bytes were hashed.
pub(super) fn found(length: u64, (sha256, sha512): (Context, Context), content: Option<Vec<u8>>) -> Found {
    let mut found = Found { length, sha256: [0; 32], sha512: [0; 64], content };
    found.sha256.copy_from_slice(sha256.finish().as_ref());
    found.sha512.copy_from_slice(sha512.finish().as_ref());
    found
}
