//! Fetching documents. Every chunk is verified before it is written; the file gets its name once the whole is.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use bytes::{Bytes, BytesMut};
use casevault_crypto::content::{HEADER, Opener, PlaintextDigest, PlaintextHasher, sealed_length};
use casevault_crypto::event::{DocumentVersion, DocumentsOpened};
use casevault_crypto::journal::Place;
use casevault_wire::codec::List;
use casevault_wire::hash::BlobDigest;
use tokio::sync::mpsc;
use zeroize::Zeroize;

use super::output::{Output, Target};
use super::steady::Steady;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::Reading;
use crate::stride::WHOLE;
use crate::view::{FetchedDocument, OnProgress, Progress};

/// How often a fetch is taken up again after a cut.
const TRIES: usize = 5;
/// Pieces of an answer that wait to be opened.
pub(super) const PIECES: usize = 8;
/// Opened chunks that wait to be written.
const CHUNKS: usize = 64;

impl Client {
    /// Writes a document, in its newest version, to the new file `out`. That it was opened is on record before a byte of it is shown.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a name names none or several; [`ClientError::Verification`] if
    /// what the vault serves is not the document: nothing is written then.
    pub async fn get_document(&self, case: &str, document: &str, out: &Path, progress: OnProgress) -> Result<FetchedDocument> {
        self.get_version(case, (document, None), out, progress).await
    }

    /// The same with the version of the document that entry `entry` of the case added.
    ///
    /// # Errors
    /// As [`Client::get_document`]; [`ClientError::Unknown`] if the entry added none of it.
    pub async fn get_version(
        &self,
        case: &str,
        (document, entry): (&str, Option<u64>),
        out: &Path,
        progress: OnProgress,
    ) -> Result<FetchedDocument> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, entry).await?;
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let target = Target::at(out)?;
        let folder = target.folder.clone();
        let path = self.fetch_one(&place, &version, target.begin()?, progress).await?;
        folder.settle()?;
        self.deliver(opening).await?;
        Ok(fetched(&version, path))
    }

    /// Reads are custody events. Returns the event's row in the outbox.
    pub(crate) fn record_opening(&self, place: &Place, versions: &[DocumentVersion]) -> Result<i64> {
        let opened = versions.iter().map(DocumentVersion::named).collect();
        let event = DocumentsOpened { documents: List::new(opened).map_err(|_| ClientError::Text)? };
        self.queue(place, &[event.into()])
    }

    pub(crate) async fn fetch_one(
        &self,
        place: &Place,
        version: &DocumentVersion,
        output: Output,
        progress: OnProgress,
    ) -> Result<PathBuf> {
        let (pieces, received) = mpsc::channel(PIECES);
        let job = (*place, version.clone());
        let told = progress;
        let writing = tokio::task::spawn_blocking(move || write_verified(&job.0, &job.1, output, (Pieces::from(received), told)));
        let parked = self.parked(&version.seal.digest)?;
        let here = parked.is_some();
        let sent = match parked {
            Some(parked) => read_parked(parked.open()?.into(), &pieces).await,
            None => self.stream(place, version, &pieces).await,
        };
        drop(pieces);
        let written = writing.await.map_err(|_| ClientError::Damaged)?;
        match (written, sent) {
            (Ok(output), Ok(())) => output.publish(),
            // Of what is on this device nobody else is to blame.
            (Err(ClientError::Verification | ClientError::Unreachable), Ok(())) if here => Err(ClientError::Unsendable),
            (_, Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// Fetches a version from the vault, and tells whether it is what its event says. Nothing of it is kept.
    ///
    /// # Errors
    /// [`ClientError::Verification`] or [`ClientError::Server`] if the vault does not hold the blob that the event names.
    pub(crate) async fn check_version(&self, place: &Place, version: &DocumentVersion) -> Result<bool> {
        if sealed_length(version.seal.length).is_none() {
            return Ok(false);
        }
        let (pieces, received) = mpsc::channel(PIECES);
        let job = (*place, version.clone());
        let opening = tokio::task::spawn_blocking(move || check(&job.0, &job.1, Pieces::from(received)));
        let sent = self.stream(place, version, &pieces).await;
        drop(pieces);
        let (digest, opens) = opening.await.map_err(|_| ClientError::Damaged)?;
        sent?;
        if digest == version.seal.digest { Ok(opens) } else { Err(ClientError::Verification) }
    }

    /// Reads a version, of this device or from the vault, and writes what verified to `sink`. It is all there if this returns; before, there may be more than the
    /// document, or less.
    ///
    /// # Errors
    /// [`ClientError::Verification`] or [`ClientError::Server`] if the vault does not hold the document that the event names.
    pub(crate) async fn read_version<S>(&self, place: &Place, version: &DocumentVersion, sink: S) -> Result<S>
    where
        S: Write + Send + 'static,
    {
        let (pieces, received) = mpsc::channel(PIECES);
        let job = (*place, version.clone());
        let writing = tokio::task::spawn_blocking(move || copy(&job.0, &job.1, Pieces::from(received), sink));
        let parked = self.parked(&version.seal.digest)?;
        let here = parked.is_some();
        let sent = match parked {
            Some(parked) => read_parked(parked.open()?.into(), &pieces).await,
            None => self.stream(place, version, &pieces).await,
        };
        drop(pieces);
        match (writing.await.map_err(|_| ClientError::Damaged)?, sent) {
            (Ok(sink), Ok(())) => Ok(sink),
            (Err(ClientError::Verification | ClientError::Unreachable), Ok(())) if here => Err(ClientError::Unsendable),
            (_, Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// Passes a blob's bytes on as they come, taking up again where a cut was for as long as more of them come.
    async fn stream(&self, place: &Place, version: &DocumentVersion, out: &mpsc::Sender<Bytes>) -> Result<()> {
        let length = sealed_length(version.seal.length).ok_or(ClientError::Verification)?;
        let (mut from, mut tries) = (0, 0);
        while tries < TRIES {
            tries += 1;
            let begun = from;
            let mut answer = match self.vault_of(place)?.blob(&place.journal, &version.seal.digest, from).await {
                Ok(answer) => Reading::new(answer),
                Err(ClientError::Unreachable) if from > 0 => continue,
                Err(error) => return Err(error),
            };
            while let Ok(piece) = answer.next().await {
                // An answer that breaks off is taken up again; one that ends is all that the vault has.
                let Some(piece) = piece else {
                    return if from == length { Ok(()) } else { Err(ClientError::Verification) };
                };
                from += piece.len() as u64;
                if from > length {
                    return Err(ClientError::Verification);
                }
                if out.send(piece).await.is_err() {
                    return Ok(()); // opening failed: its error is the answer
                }
            }
            if from - begun >= WHOLE {
                tries = 0;
            }
        }
        Err(ClientError::Unreachable)
    }
}

async fn read_parked(mut file: tokio::fs::File, out: &mpsc::Sender<Bytes>) -> Result<()> {
    use tokio::io::AsyncReadExt;
    loop {
        let mut piece = BytesMut::with_capacity(1 << 20);
        if file.read_buf(&mut piece).await? == 0 || out.send(piece.freeze()).await.is_err() {
            return Ok(());
        }
    }
}

/// A version in the file that was written.
pub(super) fn fetched(version: &DocumentVersion, path: PathBuf) -> FetchedDocument {
    FetchedDocument { path, bytes: version.seal.length, sha256: version.seal.sha256.0, new: true }
}

/// Bytes as they arrive, to be taken in other portions.
pub(super) struct Pieces {
    received: mpsc::Receiver<Bytes>,
    buffer: BytesMut,
    /// What arrived, if somebody wants to know.
    digest: Option<blake3::Hasher>,
}

impl From<mpsc::Receiver<Bytes>> for Pieces {
    fn from(received: mpsc::Receiver<Bytes>) -> Self {
        Self { received, buffer: BytesMut::new(), digest: None }
    }
}

impl Pieces {
    /// The next `size` bytes; [`ClientError::Unreachable`] if they end before. Waits for them.
    pub fn take(&mut self, size: usize) -> Result<BytesMut> {
        while self.buffer.len() < size {
            let piece = self.next().ok_or(ClientError::Unreachable)?;
            self.buffer.reserve(size.max(piece.len()));
            self.buffer.extend_from_slice(&piece);
        }
        Ok(self.buffer.split_to(size))
    }

    fn next(&mut self) -> Option<Bytes> {
        let piece = self.received.blocking_recv()?;
        if let Some(digest) = &mut self.digest {
            digest.update(&piece);
        }
        Some(piece)
    }
}

/// The digest of all that arrives, and whether it opens as `version`.
fn check(place: &Place, version: &DocumentVersion, pieces: Pieces) -> (BlobDigest, bool) {
    let mut pieces = Pieces { digest: Some(blake3::Hasher::new()), ..pieces };
    let mut hasher = PlaintextHasher::new();
    let opened = open(place, version, &mut pieces, |mut chunk| {
        hasher.update(&chunk);
        chunk.zeroize();
        Ok(())
    });
    while pieces.next().is_some() {}
    let digest = pieces.digest.map_or([0; 32], |digest| *digest.finalize().as_bytes());
    (BlobDigest(digest), opened.is_ok() && hasher.finish().verify(&version.seal).is_ok())
}

/// Opens a blob into `sink`.
fn copy<S: Write>(place: &Place, version: &DocumentVersion, mut pieces: Pieces, mut sink: S) -> Result<S> {
    let mut hasher = PlaintextHasher::new();
    open(place, version, &mut pieces, |mut chunk| {
        hasher.update(&chunk);
        sink.write_all(&chunk)?;
        chunk.zeroize();
        Ok(())
    })?;
    hasher.finish().verify(&version.seal).map_err(|_| ClientError::Verification)?;
    Ok(sink)
}

/// Opens a blob chunk by chunk; `sink` gets what verified, in order.
pub(super) fn open(
    place: &Place,
    version: &DocumentVersion,
    pieces: &mut Pieces,
    mut sink: impl FnMut(BytesMut) -> Result<()>,
) -> Result<()> {
    let header = pieces.take(HEADER)?;
    let header = header.first_chunk::<HEADER>().ok_or(ClientError::Verification)?;
    let opener = Opener::new(&version.key, place.organisation, &version.seal, header).map_err(|_| ClientError::Verification)?;
    for index in 0..opener.chunks() {
        let range = opener.blob_range(index..index + 1);
        let mut chunk = pieces.take(usize::try_from(range.end - range.start).map_err(|_| ClientError::Verification)?)?;
        let length = opener.open_chunk(index, &mut chunk).map_err(|_| ClientError::Verification)?.len();
        chunk.truncate(length);
        sink(chunk)?;
    }
    Ok(())
}

/// Opens a large blob on this thread, and hashes and writes what verified on another. The file has no name yet: there may be more than
/// the document.
fn write_verified(
    place: &Place,
    version: &DocumentVersion,
    output: Output,
    (mut pieces, told): (Pieces, OnProgress),
) -> Result<Output> {
    let (sender, verified) = sync_channel(CHUNKS);
    let (opened, written) = std::thread::scope(|scope| {
        let file = &output.file;
        let writing = scope.spawn(move || write_all(file, version.seal.length, verified, &told));
        let opened = open(place, version, &mut pieces, |chunk| {
            sender.send(chunk).map_err(|_| ClientError::Damaged) // writing failed: its error is the answer
        });
        drop(sender);
        (opened, writing.join())
    });
    let digest = written.map_err(|_| ClientError::Damaged)??;
    opened?;
    digest.verify(&version.seal).map_err(|_| ClientError::Verification)?;
    Ok(output)
}

/// Writes and hashes chunks. The disk writes what it was given while more comes.
fn write_all(file: &File, total: u64, verified: Receiver<BytesMut>, told: &OnProgress) -> Result<PlaintextDigest> {
    let (mut hasher, mut file) = (PlaintextHasher::new(), Steady::new(file)?);
    let mut progress = Progress { total, all: 1, ..Progress::default() };
    for (index, mut chunk) in (0u64..).zip(verified) {
        hasher.update(&chunk);
        file.write_all(&chunk)?;
        progress.bytes += chunk.len() as u64;
        chunk.zeroize();
        if index % 64 == 0 {
            told(progress);
        }
    }
    progress.items = 1;
    told(progress);
    file.finish()?;
    Ok(hasher.finish())
}
