//! Copies that say less (SPEC §6.9): a picture is decoded, or the pages of a PDF are drawn, boxes are filled in the pixels, and a new file
//! is made of the pixels alone. Nothing is taken over from the original that was not seen.
//!
//! What is read may have been made to harm: bytes, pixels, pages, memory and time are bounded, and all of it is done apart
//! ([`crate::apart`]). A decoder that panics takes its own thread with it and nothing else.

mod expand;
mod pages;
mod paper;
mod picture;
mod raster;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use casevault_crypto::event::PageBox;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::List;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::apart::{Made, Task};

pub(crate) use expand::{bound_memory, check as check_expansion};
pub(crate) use pages::open;

/// Bytes of a file that a copy is made of.
pub(crate) const BYTES: u64 = 128 << 20;
/// Pixels of a picture.
const PIXELS: u64 = 1 << 26;
/// Pages of a PDF.
const PAGES: usize = 500;
/// Pages that are shown at once.
const SHOWN: usize = 20;
/// The stack of the thread that reads what others made.
const STACK: usize = 64 << 20;

/// Why no copy was made. The original is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum RedrawError {
    /// It is no JPEG, PNG or PDF.
    #[error("a kind of file that cannot be drawn")]
    Kind = 1,
    /// It is not what it begins as.
    #[error("damaged")]
    Damaged,
    /// A PDF that asks for a password.
    #[error("encrypted")]
    Encrypted,
    /// More bytes, pixels or memory than may be.
    #[error("too large")]
    TooLarge,
    /// More pages than may be.
    #[error("too many pages")]
    Pages,
    /// A box is on no page, or covers nothing.
    #[error("a box is on no page")]
    Box,
    /// It took too long.
    #[error("too slow")]
    Slow,
    /// The system gave no thread or process.
    #[error("no thread or process")]
    System,
}

/// A file that is known by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub(crate) enum Format {
    Jpeg = 1,
    Png,
    Pdf,
}

impl Format {
    /// What these bytes begin as.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        // Readers look for a PDF's first line within the first kilobyte.
        let is_pdf = || bytes.get(..bytes.len().min(1024)).is_some_and(|start| find(start, b"%PDF-").is_some());
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            _ => is_pdf().then_some(Self::Pdf),
        }
    }

    /// What its files are called at the end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// A copy that was made.
#[derive(Debug)]
pub(crate) struct Redrawn {
    /// The new file.
    pub bytes: SecretBytes,
    /// What it is.
    pub format: Format,
    /// Its pages; a picture is one.
    pub pages: u32,
    /// How much of the original could not be drawn and is missing.
    pub missing: u32,
}

/// The same file anew from its pixels, with `boxes` filled.
///
/// # Errors
/// Why there is none.
pub(crate) fn redraw(bytes: SecretBytes, boxes: List<PageBox, { limit::BOXES }>) -> Result<Redrawn, RedrawError> {
    if let Made::Copy(copy) = Task::Copy(boxes).done(bytes)? { Ok(copy) } else { Err(RedrawError::System) }
}

/// A page as a picture of its pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    pub(crate) format: Format,
    /// The file.
    pub bytes: SecretBytes,
}

impl Picture {
    /// `image/jpeg` or `image/png`.
    pub fn kind(&self) -> &'static str {
        if self.format == Format::Png { "image/png" } else { "image/jpeg" }
    }
}

/// The pages of a document.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// The first of them.
    pub shown: Vec<Picture>,
    /// How many there are.
    pub all: usize,
}

/// The pages of a file as pictures, made anew from its pixels.
///
/// # Errors
/// Why there are none.
pub(crate) fn pictures(bytes: SecretBytes) -> Result<Pictures, RedrawError> {
    if let Made::Pictures(pictures) = Task::Show.done(bytes)? { Ok(pictures) } else { Err(RedrawError::System) }
}

/// What [`pictures`] has done.
pub(crate) fn show(bytes: &[u8], until: Instant) -> Result<Pictures, RedrawError> {
    if Format::of(bytes) == Some(Format::Pdf) {
        let (pages, all) = pages::pictures(bytes, SHOWN, until)?;
        let shown = pages.into_iter().map(|bytes| Picture { format: Format::Jpeg, bytes }).collect();
        return Ok(Pictures { shown, all });
    }
    let Redrawn { bytes, format, .. } = draw(bytes, &[], until)?;
    Ok(Pictures { shown: vec![Picture { format, bytes }], all: 1 })
}

/// What [`redraw`] has done.
pub(crate) fn draw(bytes: &[u8], boxes: &[PageBox], until: Instant) -> Result<Redrawn, RedrawError> {
    if bytes.len() as u64 > BYTES {
        return Err(RedrawError::TooLarge);
    }
    let format = Format::of(bytes).ok_or(RedrawError::Kind)?;
    if format == Format::Pdf {
        return pages::redraw(bytes, boxes, until);
    }
    if !boxes.iter().all(|one| one.is_on(1)) {
        return Err(RedrawError::Box);
    }
    let mut raster = picture::decode(bytes, format)?;
    boxes.iter().for_each(|one| raster.cover(one));
    let (bytes, format) = picture::encode(&raster, format)?;
    Ok(Redrawn { bytes, format, pages: 1, missing: 0 })
}

/// Runs what reads other people's files on a thread of its own, whose end is waited for no longer than `time`. One that goes on is left
/// behind: it has nothing that anybody waits for.
///
/// # Errors
/// [`RedrawError::Slow`] after that time; [`RedrawError::Damaged`] if the thread panicked.
pub(crate) fn within<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> Result<T, RedrawError> + Send + 'static,
) -> Result<T, RedrawError> {
    let (sender, done) = sync_channel(1);
    let work = move || {
        let _ = sender.send(work()); // nobody waits any more: it took too long
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).map_err(|_| RedrawError::System)?;
    match done.recv_timeout(time) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(RedrawError::Slow),
        Err(RecvTimeoutError::Disconnected) => Err(RedrawError::Damaged),
    }
}

/// Where `wanted` begins in `bytes`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
