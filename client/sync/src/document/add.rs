//! Adding files. Small ones are sealed in memory and travel many at a time, while the next ones are being sealed; large ones are
//! streams.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::store::sql::params;
use casevault_crypto::content::{DocumentSeal, SealError, seal_document, sealed_length};
use casevault_crypto::event::{DocumentAdded, DocumentVersion};
use casevault_crypto::journal::Place;
use casevault_crypto::keys::ContentKey;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::{Opaque, Text};
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{context, view};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::{Item, PUSH_BYTES, PUSH_ITEMS, encode_body};
use crate::store::column;
use crate::view::{AddedDocument, Delivery, DocumentView, OnProgress, Progress, no_randomness};

/// A file that was sealed in memory.
struct Sealed {
    path: PathBuf,
    version: DocumentVersion,
    blob: Vec<u8>,
}

/// What sealing produces, in the order of the files: as much as one request carries, or one file that failed or is large.
enum Work {
    Batch(Vec<Sealed>),
    Large(PathBuf),
    Failed(PathBuf, ClientError),
}

/// The progress of one call, and who is told of it.
pub(super) struct Meter {
    pub state: Progress,
    pub told: OnProgress,
}

impl Meter {
    pub fn add(&mut self, bytes: u64, items: u64) {
        self.state.bytes += bytes;
        self.state.items += items;
        (self.told)(self.state);
    }
}

impl Client {
    /// Adds files to a case as new documents. Each is sent, or sealed and queued if a server cannot be reached.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several. What went wrong with one file is in
    /// its outcome and does not stop the others.
    pub async fn add_documents(&self, case: &str, files: &[PathBuf], progress: OnProgress) -> Result<Vec<AddedDocument>> {
        let _turn = self.turn.lock().await;
        let (case, team) = self.case_and_team(case)?;
        let place = self.place(team, case);
        let total = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|metadata| metadata.len()).sum();
        let mut meter = Meter { state: Progress { total, all: files.len() as u64, ..Progress::default() }, told: progress };
        let (sender, mut work) = mpsc::channel(1);
        let (paths, from) = (files.to_vec(), place);
        let sealing = tokio::task::spawn_blocking(move || seal_all(&from, paths, &sender));
        let mut added = Vec::with_capacity(files.len());
        let mut online = self.flush_before(&place).await?;
        while let Some(work) = work.recv().await {
            match work {
                Work::Batch(batch) => added.extend(self.add_batch(&place, batch, (&mut online, &mut meter)).await?),
                Work::Large(path) => {
                    let outcome = self.add_large(&place, &path, (&mut online, &mut meter)).await;
                    added.push(AddedDocument { path, outcome });
                }
                Work::Failed(path, error) => added.push(AddedDocument { path, outcome: Err(error) }),
            }
        }
        sealing.await.map_err(|_| ClientError::Damaged)?;
        match self.tell_heads().await {
            Ok(()) | Err(ClientError::Unreachable | ClientError::Verification | ClientError::Server(_)) => Ok(added),
            Err(error) => Err(error),
        }
    }

    /// Sends what waits for the journal already, so that order is kept. Returns whether the servers answer.
    async fn flush_before(&self, place: &Place) -> Result<bool> {
        match self.flush_journal(place).await {
            Ok(_) => Ok(true),
            Err(ClientError::Unreachable) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn add_batch(
        &self,
        place: &Place,
        batch: Vec<Sealed>,
        (online, meter): (&mut bool, &mut Meter),
    ) -> Result<Vec<AddedDocument>> {
        let bytes = batch.iter().map(|sealed| sealed.version.seal.length).sum();
        let number = batch.len() as u64;
        let mut delivery = Delivery::Queued;
        if *online {
            // If sending fails the sealed bytes are kept: nothing is sealed twice under one key.
            let items = batch.iter().map(item).collect::<Result<Vec<_>>>()?;
            match self.push(place, items).await {
                Ok(_) => delivery = Delivery::Sent,
                Err(ClientError::Unreachable) => *online = false,
                Err(error) => return Ok(refused(batch, error)),
            }
        }
        if delivery == Delivery::Queued {
            for sealed in &batch {
                self.park(place, &sealed.version, |file| std::io::Write::write_all(file, &sealed.blob))?;
            }
        }
        meter.add(bytes, number);
        Ok(batch
            .into_iter()
            .map(|sealed| AddedDocument { path: sealed.path, outcome: Ok(view(&sealed.version, delivery)) })
            .collect())
    }

    /// Keeps a sealed blob and its event on this device, durably.
    fn park(&self, place: &Place, version: &DocumentVersion, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<()> {
        let name = version.seal.digest.to_string();
        let path = self.outbox().join(&name);
        let mut file = super::output::create_private(&path)?;
        write(&mut file)?;
        file.sync_all()?;
        self.park_file(place, version, &name)
    }

    /// Puts an event whose sealed blob is in the file `name` of the outbox directory into the outbox.
    pub(super) fn park_file(&self, place: &Place, version: &DocumentVersion, name: &str) -> Result<()> {
        File::open(self.outbox())?.sync_all()?;
        let length = std::fs::metadata(self.outbox().join(name))?.len();
        let body = encode_body(&DocumentAdded(version.clone()).into());
        self.profile.store.write(|tx| {
            let sql = "INSERT OR REPLACE INTO uploads (digest, team, journal, file, length) VALUES (?1, ?2, ?3, ?4, ?5)";
            tx.prepare_cached(sql)?.execute(params![
                version.seal.digest.0,
                place.team.0,
                place.journal.0,
                name,
                column(length)
            ])?;
            let sql = "INSERT INTO outbox (team, journal, body, blob) VALUES (?1, ?2, ?3, ?4)";
            tx.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, &*body, version.seal.digest.0])?;
            Ok(())
        })
    }
}

fn item(sealed: &Sealed) -> Result<Item> {
    let blob = Opaque::new(sealed.blob.clone()).map_err(|_| ClientError::Text)?;
    Ok(Item { body: DocumentAdded(sealed.version.clone()).into(), blob: Some(blob), row: None })
}

/// A server refused a batch: none of its files was added, each says why.
fn refused(batch: Vec<Sealed>, error: ClientError) -> Vec<AddedDocument> {
    let again = |error: &ClientError| match error {
        ClientError::Server(code) => ClientError::Server(*code),
        ClientError::NoKey => ClientError::NoKey,
        ClientError::Conflict => ClientError::Conflict,
        ClientError::Verification => ClientError::Verification,
        _ => ClientError::Damaged,
    };
    let outcome =
        |sealed: Sealed| -> AddedDocument { AddedDocument { path: sealed.path, outcome: Err::<DocumentView, _>(again(&error)) } };
    batch.into_iter().map(outcome).collect()
}

/// Seals files in order until the receiver is gone. Runs on a thread of its own.
fn seal_all(place: &Place, files: Vec<PathBuf>, out: &mpsc::Sender<Work>) {
    let mut batch = Vec::new();
    let mut bytes = 0;
    for path in files {
        let work = match seal_small(place, &path) {
            Ok(Some(sealed)) => {
                let more = sealed.blob.len();
                let full = bytes + more > PUSH_BYTES || batch.len() == PUSH_ITEMS;
                if full && out.blocking_send(Work::Batch(std::mem::take(&mut batch))).is_err() {
                    return;
                }
                bytes = if full { more } else { bytes + more };
                batch.push(sealed);
                continue;
            }
            Ok(None) => Work::Large(path),
            Err(error) => Work::Failed(path, error),
        };
        if !batch.is_empty() {
            bytes = 0;
            if out.blocking_send(Work::Batch(std::mem::take(&mut batch))).is_err() {
                return;
            }
        }
        if out.blocking_send(work).is_err() {
            return;
        }
    }
    if !batch.is_empty() {
        let _ = out.blocking_send(Work::Batch(batch)); // a receiver that is gone wants nothing more
    }
}

/// Seals a file that fits a request; nothing if it is larger.
fn seal_small(place: &Place, path: &Path) -> Result<Option<Sealed>> {
    let mut file = open_source(path)?;
    let before = regular(&file)?;
    let sealed = sealed_length(before.len()).ok_or(ClientError::Text)?;
    if sealed > limit::SMALL_BLOB as u64 {
        return Ok(None);
    }
    let mut plaintext = Zeroizing::new(Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0) + 1));
    (&mut file).take(limit::SMALL_BLOB as u64 + 1).read_to_end(&mut plaintext)?;
    unchanged(&before, &file, plaintext.len() as u64)?;
    let (document, key) = fresh()?;
    let (blob, seal) = seal_document(&key, &context(place, document, 1), &plaintext, &mut SystemRandom).map_err(seal_error)?;
    Ok(Some(Sealed { path: path.to_path_buf(), version: version(document, name_of(path)?, &seal, key)?, blob }))
}

/// A new document's id and content key.
pub(super) fn fresh() -> Result<(DocumentId, ContentKey)> {
    let document = DocumentId(draw(&mut SystemRandom).map_err(no_randomness)?);
    Ok((document, ContentKey::generate(&mut SystemRandom).map_err(no_randomness)?))
}

pub(super) fn seal_error(error: SealError) -> ClientError {
    match error {
        SealError::Random(_) => ClientError::Randomness,
        SealError::TooLong => ClientError::Text,
        SealError::Buffer | SealError::Incomplete => ClientError::FileChanged,
    }
}

pub(super) fn version(document: DocumentId, name: String, seal: &DocumentSeal, key: ContentKey) -> Result<DocumentVersion> {
    let media_type = Text::new(media_type(&name)).map_err(|_| ClientError::Text)?;
    Ok(DocumentVersion {
        document,
        version: 1,
        name: Text::new(name).map_err(|_| ClientError::Text)?,
        media_type,
        seal: *seal,
        key,
    })
}

/// The file's name as data; what is not UTF-8 in it is replaced.
pub(super) fn name_of(path: &Path) -> Result<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).ok_or(ClientError::Text)
}

/// The media type that a name's ending promises. Shown, never acted upon.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "txt" => "text/plain",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "mp4" => "video/mp4",
        "mp3" => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

/// Opens a file to read. What is not a regular file, such as a pipe that nobody writes to, does not block.
pub(super) fn open_source(path: &Path) -> Result<File> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    Ok(std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?)
}

/// The metadata of a file that is one.
pub(super) fn regular(file: &File) -> Result<Metadata> {
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok(metadata) } else { Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into()) }
}

/// Whether what was read is what was there before and is there now.
pub(super) fn unchanged(before: &Metadata, file: &File, read: u64) -> Result<()> {
    let after = file.metadata()?;
    let same = before.len() == read
        && after.len() == read
        && (before.mtime(), before.mtime_nsec()) == (after.mtime(), after.mtime_nsec());
    if same { Ok(()) } else { Err(ClientError::FileChanged) }
}
