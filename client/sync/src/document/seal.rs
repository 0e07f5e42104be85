//! Sealing files: read, hashed and sealed in place, handed on in pieces. A large file is read and hashed on one thread while
//! another seals what was read.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytes::{Bytes, BytesMut};
use casevault_crypto::content::{
    CHUNK, CHUNK_SEALED, DocumentSeal, PlaintextDigest, PlaintextHasher, SealError, Sealer, sealed_length,
};
use casevault_crypto::keys::ContentKey;
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::id::OrganisationId;

use super::source::Reading;
use crate::error::{ClientError, Result};
use crate::stride::LONGEST as PIECE;

/// Bytes that are read and hashed at once.
const READ: usize = 16 * CHUNK;
/// Such reads under way between the threads.
const AHEAD: usize = 2;

/// Under which key a document is sealed, and where.
pub(super) struct Job {
    pub key: ContentKey,
    pub organisation: OrganisationId,
}

/// Seals a file that fits in memory.
pub(super) fn seal_small(mut source: Reading, job: &Job) -> Result<(Bytes, DocumentSeal)> {
    let mut blob = Bytes::new();
    let mut hasher = PlaintextHasher::new();
    let sealer = seal(
        (source.length, usize::MAX),
        job,
        |chunk| {
            source.read_exact(chunk).map_err(cut)?;
            hasher.update(chunk);
            Ok(())
        },
        |piece| {
            blob = piece;
            Ok(())
        },
    )?;
    let plaintext = hasher.finish();
    source.unchanged(plaintext.length)?;
    Ok((blob, sealer.finish(plaintext).map_err(seal_error)?))
}

/// Seals a file of any size; `emit` gets the blob's pieces in order. Takes two threads, of which this is one.
pub(super) fn seal_large(source: Reading, job: &Job, emit: impl FnMut(Bytes) -> Result<()>) -> Result<DocumentSeal> {
    let length = source.length;
    let (reads, plaintext) = sync_channel(AHEAD);
    let (sealed, digest) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| read_all(source, reads));
        let mut rest = Reads { plaintext, now: SecretBytes::default(), at: 0 };
        let sealed = seal((length, PIECE), job, |chunk| rest.fill(chunk), emit);
        drop(rest); // or the reader would wait for ever if sealing failed
        (sealed, reading.join())
    });
    // What stopped the reader is why sealing lacks bytes.
    let digest = digest.map_err(|_| ClientError::Damaged)?;
    match (sealed, digest) {
        (Ok(sealer), Ok(digest)) => sealer.finish(digest).map_err(seal_error),
        (Err(ClientError::FileChanged) | Ok(_), Err(error)) | (Err(error), _) => Err(error),
    }
}

/// Reads and hashes a file until its end or until nobody takes what was read.
fn read_all(mut source: Reading, out: SyncSender<SecretBytes>) -> Result<PlaintextDigest> {
    let mut hasher = PlaintextHasher::new();
    let mut left = source.length;
    while left > 0 {
        let size = usize::try_from(left).map_or(READ, |left| left.min(READ));
        let mut buffer = SecretBytes::from(vec![0; size]);
        source.read_exact(buffer.as_mut()).map_err(cut)?;
        hasher.update(&buffer);
        left -= size as u64;
        if out.send(buffer).is_err() {
            break;
        }
    }
    let digest = hasher.finish();
    source.unchanged(digest.length)?;
    Ok(digest)
}

/// What the reading thread has read, in order.
struct Reads {
    plaintext: Receiver<SecretBytes>,
    now: SecretBytes,
    at: usize,
}

impl Reads {
    /// Fills `chunk` with the next bytes.
    fn fill(&mut self, chunk: &mut [u8]) -> Result<()> {
        let mut to = chunk;
        while !to.is_empty() {
            let ready = self.now.get(self.at..).unwrap_or_default();
            if ready.is_empty() {
                (self.now, self.at) = (self.plaintext.recv().map_err(|_| ClientError::FileChanged)?, 0);
                continue;
            }
            let size = ready.len().min(to.len());
            let (now, later) = to.split_at_mut(size);
            now.copy_from_slice(ready.get(..size).unwrap_or_default());
            self.at += size;
            to = later;
        }
        Ok(())
    }
}

/// Seals `length` bytes, which `fill` supplies chunk by chunk, and emits the blob in pieces of `size` bytes. Every chunk was sealed
/// when this returns.
fn seal(
    (length, size): (u64, usize),
    job: &Job,
    mut fill: impl FnMut(&mut [u8]) -> Result<()>,
    mut emit: impl FnMut(Bytes) -> Result<()>,
) -> Result<Sealer> {
    let whole = sealed_length(length).and_then(|whole| usize::try_from(whole).ok()).ok_or(ClientError::Text)?;
    let (mut sealer, header) = Sealer::new(&job.key, job.organisation, length, &mut SystemRandom).map_err(seal_error)?;
    let mut left = whole - header.len().min(whole);
    let room = |left: usize| BytesMut::with_capacity(left.min(size.saturating_add(CHUNK_SEALED)));
    let mut piece = room(whole);
    piece.extend_from_slice(&header);
    while let Some(wanted) = sealer.wanted() {
        let start = piece.len();
        piece.resize(start + left.min(CHUNK_SEALED), 0);
        let (_, chunk) = piece.split_at_mut(start);
        let (plaintext, _) = chunk.split_at_mut_checked(wanted).ok_or(ClientError::Damaged)?;
        fill(plaintext)?;
        let sealed = sealer.seal_chunk(chunk).map_err(seal_error)?.len();
        left = left.saturating_sub(sealed);
        if piece.len() >= size {
            let rest = piece.split_off(size);
            emit(piece.freeze())?;
            piece = room(rest.len() + left);
            piece.extend_from_slice(&rest);
        }
    }
    if !piece.is_empty() {
        emit(piece.freeze())?;
    }
    Ok(sealer)
}

pub(super) fn seal_error(error: SealError) -> ClientError {
    match error {
        SealError::Random(_) => ClientError::Randomness,
        SealError::TooLong => ClientError::Text,
        SealError::Buffer | SealError::Incomplete => ClientError::FileChanged,
    }
}

fn cut(error: std::io::Error) -> ClientError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof { ClientError::FileChanged } else { error.into() }
}
