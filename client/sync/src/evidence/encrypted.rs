//! A zip that is encrypted as it is written (R-6.7-14). A zip says before a file what is known only after it, its checksum; so a file is
//! held back until it has ended: its beginning in memory, the rest sealed under a key in memory alone. Nothing of it is on a disk in clear.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use age::stream::StreamWriter;
use zeroize::{Zeroize as _, Zeroizing};

use super::recipients::Recipients;
use crate::document::Incoming;
use crate::error::Result;

/// Bytes that are held back in memory: more than what stands before a file.
const HELD: usize = 256 * 1024;
/// What an encrypted file begins with, as bytes and as text.
const BEGINNINGS: [&[u8]; 2] = [b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----"];

/// Whether a file is encrypted, by what it begins with.
pub(super) fn is_encrypted(file: &File) -> io::Result<bool> {
    for beginning in BEGINNINGS {
        let mut bytes = vec![0; beginning.len()];
        match file.read_exact_at(&mut bytes, 0) {
            Ok(()) if bytes == beginning => return Ok(true),
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}

/// What is encrypted for recipients into a file.
pub(super) struct Encrypted {
    out: StreamWriter<File>,
    /// Where what is held back and does not fit into memory lies, sealed.
    aside: PathBuf,
    /// How many bytes were passed on, how many there are, and where the next one goes.
    passed: u64,
    length: u64,
    at: u64,
    /// What is held back: the beginning of it, and the rest.
    held: Zeroizing<Vec<u8>>,
    rest: Option<Incoming>,
}

impl Encrypted {
    /// Begins with nothing.
    pub fn begin(recipients: &Recipients, out: File, aside: PathBuf) -> Result<Self> {
        let out = recipients.encryptor()?.wrap_output(out)?;
        let held = Zeroizing::new(Vec::with_capacity(HELD));
        Ok(Self { out, aside, passed: 0, length: 0, at: 0, held, rest: None })
    }

    /// The whole file, encrypted.
    pub fn finish(mut self) -> io::Result<File> {
        self.flush()?;
        self.out.finish()
    }

    /// Writes over what is held back in memory.
    fn mend(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let from = usize::try_from(self.at - self.passed).unwrap_or(usize::MAX);
        let held = self.held.get_mut(from..).filter(|held| !held.is_empty()).ok_or(io::ErrorKind::Unsupported)?;
        held.iter_mut().zip(bytes).for_each(|(to, with)| *to = *with);
        Ok(held.len().min(bytes.len()))
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = HELD - self.held.len();
        let taken = if room > 0 && self.rest.is_none() {
            let taken = bytes.get(..room).unwrap_or(bytes);
            self.held.extend_from_slice(taken);
            taken.len()
        } else {
            if self.rest.is_none() {
                self.rest = Some(Incoming::begin(&self.aside, "").map_err(io::Error::other)?);
            }
            self.rest.as_mut().map_or(Ok(0), |rest| rest.write(bytes))?
        };
        self.length += taken as u64;
        Ok(taken)
    }
}

impl Write for Encrypted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.at < self.length { self.mend(bytes)? } else { self.append(bytes)? };
        self.at += written as u64;
        Ok(written)
    }

    /// Passes on what is held back. A zip does so once a file has ended.
    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.zeroize();
        if let Some(rest) = self.rest.take() {
            let rest = Arc::new(rest.end().map_err(io::Error::other)?);
            io::copy(&mut rest.read(), &mut self.out)?;
        }
        self.passed = self.length;
        Ok(())
    }
}

/// What a zip is told by, that a file in it has ended, is for those alone that could be read. Nothing of it is.
impl Read for Encrypted {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Seek for Encrypted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        // What was passed on cannot be changed any more.
        self.at = at.filter(|at| (self.passed..=self.length).contains(at)).ok_or(io::ErrorKind::Unsupported)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests;
