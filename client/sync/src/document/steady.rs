//! Long files that go to the disk as they are written, and leave the memory that they were cached in to what is written next. Without
//! this the system finds new memory for every byte, which takes longer than sealing it.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use casevault_fault::step as fault;

use crate::error::{ClientError, Result};

/// From this length on a file is worth the trouble.
pub(super) const LONG: u64 = 128 * 1024;
/// Bytes between two waits for the disk.
const STEP: usize = 8 << 20;
/// Files that wait for it.
const WAITING: usize = 8;

/// A thread that waits for the disk on behalf of those who write.
pub(super) struct Settler {
    files: SyncSender<File>,
    thread: JoinHandle<io::Result<()>>,
}

impl Settler {
    pub fn begin() -> Result<Self> {
        let (files, waiting) = sync_channel(WAITING);
        let thread = Builder::new().name("settler".into()).spawn(move || settle_all(waiting))?;
        Ok(Self { files, thread })
    }

    /// Where files go that were written, wholly or in part.
    pub fn files(&self) -> SyncSender<File> {
        self.files.clone()
    }

    /// Waits until the disk has all that it was given. Nobody may have [`Self::files`] any more.
    pub fn finish(self) -> Result<()> {
        drop(self.files);
        Ok(self.thread.join().map_err(|_| ClientError::Damaged)??)
    }
}

fn settle_all(waiting: Receiver<File>) -> io::Result<()> {
    for file in waiting {
        fault("steady.sync", || file.sync_data())?;
        // Advice: where it is not taken the file is as durable.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    }
    Ok(())
}

/// One long file being written.
pub(super) struct Steady<'a> {
    file: &'a File,
    ahead: usize,
    settler: Settler,
}

impl<'a> Steady<'a> {
    pub fn new(file: &'a File) -> Result<Self> {
        Ok(Self { file, ahead: 0, settler: Settler::begin()? })
    }

    /// Waits until all of it is durable.
    pub fn finish(self) -> Result<()> {
        let file = self.file;
        self.settle()?;
        Ok(file.sync_all()?)
    }

    /// Waits until what was handed to the disk is there. A disk says once that it failed: whoever makes the file durable later, by another
    /// handle, would not hear of it.
    pub fn settle(self) -> Result<()> {
        self.settler.finish()
    }
}

impl Write for Steady<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = fault("steady.write", || self.file.write(bytes))?;
        self.ahead += written;
        if self.ahead >= STEP {
            self.ahead = 0;
            // Nobody takes it if the disk failed: the end says so.
            let _ = self.settler.files.send(self.file.try_clone()?);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
