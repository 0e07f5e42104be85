//! Fetching documents. Every chunk is verified before it is written; the file gets its name once the whole is.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytes::{Buf, Bytes, BytesMut};
use casevault_crypto::content::{HEADER, Opener, PlaintextDigest, PlaintextHasher};
use casevault_crypto::event::{DocumentVersion, DocumentsOpened, OpenedVersion, export_name};
use casevault_crypto::journal::Place;
use casevault_wire::blob;
use casevault_wire::codec::List;
use casevault_wire::limit;
use casevault_wire::vault::Fetch;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;
use zeroize::Zeroize;

use super::output::{Folder, Output, Target};
use super::steady::{LONG, Settler, Steady};
use super::{NEWEST, context, decode_version};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::Reading;
use crate::stride::WHOLE;
use crate::vault::BATCH_BYTES;
use crate::view::{FetchedDocument, OnProgress, Progress};

/// How often a fetch is taken up again after a cut.
const TRIES: usize = 5;
/// Openings in one event.
const OPENED: usize = limit::OPENED;
/// Groups of documents that are fetched at once.
const AHEAD: usize = 3;
/// Pieces of an answer that wait to be opened.
const PIECES: usize = 8;
/// Opened chunks that wait to be written.
const CHUNKS: usize = 64;

impl Client {
    /// Writes a document to the new file `out`. That it was opened is on record before a byte of it is shown.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a name names none or several; [`ClientError::Verification`] if
    /// what the vault serves is not the document: nothing is written then.
    pub async fn get_document(&self, case: &str, document: &str, out: &Path, progress: OnProgress) -> Result<FetchedDocument> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (case, team) = self.case_and_team(case)?;
        let place = self.place(team, case);
        let id = match self.find_any_document(&case, document) {
            Err(ClientError::Unknown(_)) => {
                self.refresh_case(&case, team).await?;
                self.find_any_document(&case, document)?
            }
            other => other?,
        };
        let version = self.newest_version(&case, &id)?;
        self.record_opening(&place, std::slice::from_ref(&version))?;
        let target = Target::at(out)?;
        let folder = target.folder.clone();
        let path = self.fetch_one(&place, &version, target.begin()?, progress).await?;
        folder.settle()?;
        self.deliver().await?;
        Ok(FetchedDocument { path, bytes: version.seal.length, sha256: version.seal.sha256.0 })
    }

    /// Writes every document of a case into the directory `out`, small ones many at a time.
    ///
    /// # Errors
    /// As [`Client::get_document`].
    pub async fn get_documents(&self, case: &str, out: &Path, progress: OnProgress) -> Result<Vec<FetchedDocument>> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (case, team) = self.case_and_team(case)?;
        self.refresh_case(&case, team).await?;
        let place = self.place(team, case);
        let versions = self.newest_versions(&case)?;
        let folder = Folder::make(out)?;
        for opened in versions.chunks(OPENED) {
            self.record_opening(&place, opened)?;
        }
        let total = versions.iter().map(|version| version.seal.length).sum();
        let mut state = Progress { total, all: versions.len() as u64, ..Progress::default() };
        let mut fetched = Vec::with_capacity(versions.len());
        let mut names = HashSet::new();
        let mut jobs = Vec::new();
        for group in groups(versions) {
            let targets: Vec<_> = group.iter().map(|version| Target::new(&folder, unique(&mut names, version))).collect();
            jobs.push((group, targets));
        }
        let settler = Settler::begin()?;
        let fetch = |(group, targets)| self.fetch_group(&place, group, (targets, settler.files()));
        let groups = stream::iter(jobs).map(fetch).buffered(AHEAD);
        let mut groups = Box::pin(groups);
        while let Some(written) = groups.next().await {
            let written = written?;
            state.bytes += written.iter().map(|document| document.bytes).sum::<u64>();
            state.items += written.len() as u64;
            progress(state);
            fetched.extend(written);
        }
        drop(groups);
        tokio::task::spawn_blocking(|| settler.finish()).await.map_err(|_| ClientError::Damaged)??;
        folder.settle()?;
        self.deliver().await?;
        Ok(fetched)
    }

    fn newest_versions(&self, case: &casevault_wire::id::JournalId) -> Result<Vec<DocumentVersion>> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(&format!("SELECT seal {NEWEST}"))?;
            let rows = statement.query_map([case.0], |row| row.get::<_, Vec<u8>>(0))?;
            rows.map(|row| decode_version(row?)).collect()
        })
    }

    /// Reads are custody events.
    fn record_opening(&self, place: &Place, versions: &[DocumentVersion]) -> Result<()> {
        let opened =
            versions.iter().map(|version| OpenedVersion { document: version.document, version: version.version }).collect();
        let event = DocumentsOpened { documents: List::new(opened).map_err(|_| ClientError::Text)? };
        self.queue(place, &[event.into()])
    }

    async fn fetch_group(
        &self,
        place: &Place,
        group: Vec<DocumentVersion>,
        (mut targets, written): (Vec<Target>, SyncSender<File>),
    ) -> Result<Vec<FetchedDocument>> {
        if let [version] = group.as_slice()
            && blob::sealed_length(version.seal.length) > limit::SMALL_BLOB as u64
            && let Some(target) = targets.pop()
        {
            let path = self.fetch_one(place, version, target.begin()?, std::sync::Arc::new(|_| {})).await?;
            return Ok(vec![FetchedDocument { path, bytes: version.seal.length, sha256: version.seal.sha256.0 }]);
        }
        let digests = group.iter().map(|version| version.seal.digest).collect();
        let fetch = Fetch { digests: List::new(digests).map_err(|_| ClientError::Text)? };
        let mut answer = Reading::new(self.team_vault(&place.team)?.fetch(&place.journal, &fetch).await?);
        let (pieces, received) = mpsc::channel(PIECES);
        let place = *place;
        let opening = tokio::task::spawn_blocking(move || open_group(&place, &group, (targets, written), Pieces::from(received)));
        let mut cut = false;
        while let Some(piece) = answer.next().await.unwrap_or_else(|_| {
            cut = true;
            None
        }) {
            if pieces.send(piece).await.is_err() {
                break; // opening failed: its error is the answer
            }
        }
        drop(pieces);
        match opening.await.map_err(|_| ClientError::Damaged)? {
            Err(ClientError::Unreachable) if !cut => Err(ClientError::Verification),
            opened => opened,
        }
    }

    async fn fetch_one(&self, place: &Place, version: &DocumentVersion, output: Output, progress: OnProgress) -> Result<PathBuf> {
        let (pieces, received) = mpsc::channel(PIECES);
        let job = (*place, version.clone());
        let told = progress;
        let writing = tokio::task::spawn_blocking(move || write_verified(&job.0, &job.1, output, (Pieces::from(received), told)));
        let sent = match self.parked(&version.seal.digest)? {
            Some(parked) => read_parked(&parked.file, &pieces).await,
            None => self.stream(place, version, &pieces).await,
        };
        drop(pieces);
        let written = writing.await.map_err(|_| ClientError::Damaged)?;
        match (written, sent) {
            (Ok(output), Ok(())) => output.publish(),
            (_, Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// Passes a blob's bytes on as they come, taking up again where a cut was for as long as more of them come.
    async fn stream(&self, place: &Place, version: &DocumentVersion, out: &mpsc::Sender<Bytes>) -> Result<()> {
        let length = blob::sealed_length(version.seal.length);
        let (mut from, mut tries) = (0, 0);
        while tries < TRIES {
            tries += 1;
            let begun = from;
            let mut answer = match self.team_vault(&place.team)?.blob(&place.journal, &version.seal.digest, from).await {
                Ok(answer) => Reading::new(answer),
                Err(ClientError::Unreachable) if from > 0 => continue,
                Err(error) => return Err(error),
            };
            while let Ok(Some(piece)) = answer.next().await {
                from += piece.len() as u64;
                if from > length {
                    return Err(ClientError::Verification);
                }
                if out.send(piece).await.is_err() {
                    return Ok(()); // writing failed: its error is the answer
                }
            }
            if from == length {
                return Ok(());
            }
            if from - begun >= WHOLE {
                tries = 0;
            }
        }
        Err(ClientError::Unreachable)
    }
}

async fn read_parked(file: &Path, out: &mpsc::Sender<Bytes>) -> Result<()> {
    use tokio::io::AsyncReadExt;
    let mut file = tokio::fs::File::open(file).await?;
    loop {
        let mut piece = BytesMut::with_capacity(1 << 20);
        if file.read_buf(&mut piece).await? == 0 || out.send(piece.freeze()).await.is_err() {
            return Ok(());
        }
    }
}

/// Documents that travel together: many small ones, or one large one.
fn groups(versions: Vec<DocumentVersion>) -> Vec<Vec<DocumentVersion>> {
    let mut groups: Vec<Vec<DocumentVersion>> = Vec::new();
    let mut bytes = u64::MAX;
    for version in versions {
        let length = blob::sealed_length(version.seal.length);
        let fits = bytes.saturating_add(length) <= BATCH_BYTES as u64;
        match groups.last_mut() {
            Some(group) if fits && group.len() < limit::BATCH_BLOBS => {
                bytes += length;
                group.push(version);
            }
            _ => {
                bytes = if length > limit::SMALL_BLOB as u64 { u64::MAX } else { length };
                groups.push(vec![version]);
            }
        }
    }
    groups
}

/// A name for a version's file that no other file of this export has.
fn unique(names: &mut HashSet<String>, version: &DocumentVersion) -> String {
    let plain = export_name(version.name.as_str(), None);
    if names.insert(plain.clone()) {
        return plain;
    }
    let numbered = export_name(version.name.as_str(), Some(&version.document));
    names.insert(numbered.clone());
    numbered
}

/// Bytes as they arrive, to be taken in other portions.
struct Pieces {
    received: mpsc::Receiver<Bytes>,
    buffer: BytesMut,
}

impl From<mpsc::Receiver<Bytes>> for Pieces {
    fn from(received: mpsc::Receiver<Bytes>) -> Self {
        Self { received, buffer: BytesMut::new() }
    }
}

impl Pieces {
    /// The next `size` bytes; [`ClientError::Unreachable`] if they end before. Waits for them.
    fn take(&mut self, size: usize) -> Result<BytesMut> {
        while self.buffer.len() < size {
            let piece = self.received.blocking_recv().ok_or(ClientError::Unreachable)?;
            self.buffer.reserve(size.max(piece.len()));
            self.buffer.extend_from_slice(&piece);
        }
        Ok(self.buffer.split_to(size))
    }
}

/// Opens whole blobs, each after its length, and writes them. Runs on a thread of its own.
fn open_group(
    place: &Place,
    versions: &[DocumentVersion],
    (targets, written): (Vec<Target>, SyncSender<File>),
    mut pieces: Pieces,
) -> Result<Vec<FetchedDocument>> {
    let mut fetched = Vec::with_capacity(versions.len());
    for (version, target) in versions.iter().zip(targets) {
        if pieces.take(8)?.get_u64() != blob::sealed_length(version.seal.length) {
            return Err(ClientError::Verification);
        }
        let mut output = target.begin()?;
        let mut hasher = PlaintextHasher::new();
        open(place, version, &mut pieces, |mut chunk| {
            hasher.update(&chunk);
            output.file.write_all(&chunk)?;
            chunk.zeroize();
            Ok(())
        })?;
        hasher.finish().verify(&version.seal).map_err(|_| ClientError::Verification)?;
        if version.seal.length >= LONG {
            // Nobody takes it if the disk failed: the end says so.
            let _ = written.send(output.file.try_clone()?);
        }
        let path = output.publish()?;
        fetched.push(FetchedDocument { path, bytes: version.seal.length, sha256: version.seal.sha256.0 });
    }
    Ok(fetched)
}

/// Opens a blob chunk by chunk; `sink` gets what verified, in order.
fn open(
    place: &Place,
    version: &DocumentVersion,
    pieces: &mut Pieces,
    mut sink: impl FnMut(BytesMut) -> Result<()>,
) -> Result<()> {
    let header = pieces.take(HEADER)?;
    let header = header.first_chunk::<HEADER>().ok_or(ClientError::Verification)?;
    let context = context(place, version.document, version.version);
    let opener = Opener::new(&version.key, &context, &version.seal, header).map_err(|_| ClientError::Verification)?;
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
