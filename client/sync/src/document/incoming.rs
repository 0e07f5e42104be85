//! Files that come piece by piece from elsewhere than a path. What has come lies in a file without a name in the profile's directory, sealed
//! under a key that is in memory alone; it is gone when it is dropped or the program ends, however it ends.

use std::fs::File;
use std::io::{self, Read, Write};
use std::iter::Peekable;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use casevault_crypto::content::{CHUNK, CHUNK_SEALED, Passage};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;
use rustix::fs::{Mode, OFlags};
use zeroize::Zeroizing;

use super::source::{Source, Stop};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::view::{AddedDocument, OnProgress, Progress, no_randomness};

/// Bytes of files that are added in one turn.
const GROUP: u64 = 4 << 20;

/// A file that comes.
pub struct Incoming {
    file: File,
    name: String,
    passage: Passage,
    /// Its last chunk, as far as it has come.
    chunk: Box<Zeroizing<[u8; CHUNK]>>,
    length: u64,
}

/// A file that has come.
pub struct Come {
    file: File,
    name: String,
    passage: Passage,
    length: u64,
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let filled = usize::try_from(self.length % CHUNK as u64).unwrap_or(0);
        let room = self.chunk.get_mut(filled..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.length += taken as u64;
        if filled + taken == CHUNK {
            self.put(self.length / CHUNK as u64 - 1)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Incoming {
    /// Begins a file, which lies in `folder`.
    pub(crate) fn begin(folder: &Path, name: &str) -> Result<Self> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).map_err(io::Error::from)?;
        let passage = Passage::generate(&mut SystemRandom).map_err(no_randomness)?;
        let chunk = Box::new(Zeroizing::new([0; CHUNK]));
        Ok(Self { file: file.into(), name: name.to_owned(), passage, chunk, length: 0 })
    }

    /// Seals the chunk and writes it to its place.
    fn put(&mut self, index: u64) -> io::Result<()> {
        let tag = self.passage.seal(index, &mut self.chunk);
        self.file.write_all(self.chunk.as_slice())?;
        self.file.write_all(&tag)
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// [`crate::ClientError::File`] or [`crate::ClientError::DiskFull`].
    pub fn end(mut self) -> Result<Come> {
        if !self.length.is_multiple_of(CHUNK as u64) {
            self.put(self.length / CHUNK as u64)?;
        }
        let Self { file, name, passage, length, .. } = self;
        Ok(Come { file, name, passage, length })
    }
}

impl Come {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads it from its beginning.
    pub(crate) fn read(self: &Arc<Self>) -> Coming {
        Coming { of: self.clone(), chunk: SecretBytes::from(vec![0; CHUNK_SEALED]), at: 0 }
    }
}

/// A file that has come, as it is read.
pub(crate) struct Coming {
    of: Arc<Come>,
    chunk: SecretBytes,
    at: u64,
}

impl Read for Coming {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let (index, skipped) = (self.at / CHUNK as u64, usize::try_from(self.at % CHUNK as u64).unwrap_or(0));
        if self.at == self.of.length {
            return Ok(0);
        }
        if skipped == 0 {
            self.of.file.read_exact_at(self.chunk.as_mut(), index * CHUNK_SEALED as u64)?;
            self.of.passage.open(index, self.chunk.as_mut()).map_err(|_| io::ErrorKind::InvalidData)?;
        }
        let left = usize::try_from(self.of.length - self.at).unwrap_or(CHUNK);
        let opened = self.chunk.get(skipped..CHUNK).unwrap_or_default();
        let read = opened.len().min(left).min(to.len());
        to.iter_mut().zip(opened.iter().take(read)).for_each(|(to, from)| *to = *from);
        self.at += read as u64;
        Ok(read)
    }
}

impl Client {
    /// Begins a file that a document of this name shall be made of.
    ///
    /// # Errors
    /// [`crate::ClientError::File`] or [`crate::ClientError::DiskFull`]; [`crate::ClientError::Randomness`].
    pub fn incoming(&self, name: &str) -> Result<Incoming> {
        Incoming::begin(&self.outbox(), name)
    }

    /// Seals files that have come and keeps them here, durably, before any of them is sent: whoever synchronises next sends them. What became
    /// of each, in order. Once it is told to `stop`, what is not sealed yet is not added.
    ///
    /// # Errors
    /// As [`Client::add_documents`].
    pub async fn add_incoming(
        &self,
        case: &str,
        files: Vec<Come>,
        (stop, progress): (Stop, OnProgress),
    ) -> Result<Vec<AddedDocument>> {
        let mut state = Progress { total: files.iter().map(Come::length).sum(), all: files.len() as u64, ..Progress::default() };
        let mut added = Vec::with_capacity(files.len());
        let mut files = files.into_iter().map(Arc::new).peekable();
        while files.peek().is_some() {
            let group = next_group(&mut files);
            let sources = group.iter().cloned().map(Source::come).collect();
            let (before, told) = (state, progress.clone());
            let watch = move |now: Progress| {
                told(Progress { bytes: before.bytes + now.bytes, items: before.items + now.items, ..before })
            };
            // Between groups it is the turn of whoever waits.
            match self.park_all(case, sources, (stop.clone(), Arc::new(watch))).await {
                Ok(outcomes) => added.extend(outcomes),
                Err(error) if added.is_empty() => return Err(error),
                // What was added is; the rest ends with what could not be.
                Err(error) => {
                    stop.say();
                    let why = std::iter::once(error).chain(std::iter::repeat_with(|| ClientError::Stopped));
                    added.extend(
                        group.iter().zip(why).map(|(file, why)| AddedDocument { path: file.name().into(), outcome: Err(why) }),
                    );
                }
            }
            state.bytes += group.iter().map(|file| file.length()).sum::<u64>();
            state.items += group.len() as u64;
        }
        Ok(added)
    }
}

/// The next files that are added in one turn: one, or as many as are small together.
fn next_group(files: &mut Peekable<impl Iterator<Item = Arc<Come>>>) -> Vec<Arc<Come>> {
    let (mut group, mut bytes) = (Vec::new(), 0);
    while let Some(file) = files.next_if(|file| group.is_empty() || bytes + file.length() <= GROUP) {
        bytes += file.length();
        group.push(file);
    }
    group
}
