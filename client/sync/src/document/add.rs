//! Adding files. While some are being sealed, the blobs of those before them travel to the vault, and the events of those before
//! them are appended: blobs travel ahead of what names them, several requests at a time.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::store::sql::params;
use bytes::Bytes;
use casevault_crypto::content::{DocumentSeal, sealed_length};
use casevault_crypto::event::{Body, DocumentAdded, DocumentVersion, Examined, Found, MetadataFound, VersionOf};
use casevault_crypto::journal::Place;
use casevault_crypto::keys::ContentKey;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_fault::step as fault;
use casevault_wire::codec::{List, Text};
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use casevault_wire::vault::Batch;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::copy::Origin;
use super::examine::examine_source;
use super::large::Spooled;
use super::output::create_private;
use super::seal::{Job, seal_small};
use super::source::{Source, Stop};
use super::view;
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::{Item, PUSH_ITEMS, check_open, encode_body, queue};
use crate::store::column;
use crate::stride::{SLOW, WHOLE};
use crate::vault::BATCH_BYTES;
use crate::view::{AddedDocument, Delivery, DocumentView, OnProgress, Progress, no_randomness};

/// Requests with blobs that are under way at once.
const AHEAD: usize = 3;

/// A file that was sealed.
struct Sealed {
    source: Source,
    version: DocumentVersion,
    blob: Blob,
    /// What was found in it besides, if it was examined.
    found: Option<Found>,
}

/// Where the sealed bytes of a file are.
enum Blob {
    /// At the vault, durably.
    Stored,
    /// In memory.
    Here(Bytes),
    /// In a file of the outbox.
    Spooled(Spooled),
}

/// What sealing produces, in the order of the files: as much as one request carries, or one file that failed or is large.
enum Work {
    /// And whether anything comes after it.
    Batch(Vec<Sealed>, bool),
    Large(Source),
    Failed(Source, ClientError),
}

/// One call: where to, whether the servers take it, and who is told how far it is.
pub(super) struct Adding {
    pub place: Place,
    /// What the document is a copy of, if it is one.
    origin: Option<Origin>,
    online: AtomicBool,
    state: Mutex<Progress>,
    told: OnProgress,
    pub stop: Stop,
}

impl Adding {
    /// Tells that more was done.
    pub fn add(&self, bytes: u64, items: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes;
        state.items += items;
        (self.told)(*state);
    }

    /// Whether the servers took everything until now.
    pub fn online(&self) -> bool {
        self.online.load(Ordering::Relaxed)
    }

    /// The events that follow those which add these files: what they are copies of, and what was found in them.
    fn after(&self, added: &[Sealed]) -> Result<Vec<Body>> {
        let copies = self.origin.iter().flat_map(|origin| added.iter().map(|sealed| origin.made(&sealed.version)));
        let mut bodies = copies.collect::<Result<Vec<_>>>()?;
        let examined: Vec<_> = added.iter().filter_map(Sealed::examined).collect();
        if !examined.is_empty() {
            bodies.push(MetadataFound { documents: List::new(examined).map_err(|_| ClientError::Text)? }.into());
        }
        Ok(bodies)
    }

    /// A server did not answer, or took nothing: what comes waits.
    pub fn went_offline(&self) {
        self.online.store(false, Ordering::Relaxed);
    }
}

impl Client {
    /// Adds files to a case as new documents. Each is sent, or sealed and queued if a server cannot be reached or does not take it now.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several; [`ClientError::Removed`] or
    /// [`ClientError::Copied`] if this device may not write. What went wrong with one file is in its outcome and does not stop the others.
    pub async fn add_documents(&self, case: &str, files: &[PathBuf], progress: OnProgress) -> Result<Vec<AddedDocument>> {
        self.add_all(case, files.iter().map(|path| Source::file(path)).collect(), (Stop::default(), progress)).await
    }

    pub(super) async fn add_all(
        &self,
        case: &str,
        sources: Vec<Source>,
        watch: (Stop, OnProgress),
    ) -> Result<Vec<AddedDocument>> {
        let _turn = self.turn.lock().await;
        self.check_removal()?;
        let most = self.look_before_adding().await?;
        let place = self.case_place(case).await?;
        self.add_sources((place, Some(most)), (sources, None), watch).await
    }

    /// Seals files and keeps them here, durably, for whoever synchronises next to send: no server is waited for.
    pub(super) async fn park_all(
        &self,
        case: &str,
        sources: Vec<Source>,
        watch: (Stop, OnProgress),
    ) -> Result<Vec<AddedDocument>> {
        self.check_removal()?;
        let (turn, place) = self.place_soon(case).await?;
        drop(turn);
        self.add_sources((place, None), (sources, None), watch).await
    }

    /// Looks what is new, and tells how many bytes a request may have that others are sent behind.
    pub(super) async fn look_before_adding(&self) -> Result<u64> {
        let asked = Instant::now();
        self.look_first().await?;
        Ok(if asked.elapsed() > SLOW { WHOLE } else { limit::SMALL_BLOB as u64 })
    }

    /// Adds files, or one copy of a document. Without a number of bytes that a request may have, nothing is sent.
    pub(super) async fn add_sources(
        &self,
        (place, most): (Place, Option<u64>),
        (sources, origin): (Vec<Source>, Option<Origin>),
        (stop, told): (Stop, OnProgress),
    ) -> Result<Vec<AddedDocument>> {
        self.profile.store.read(|db| check_open(db, &place))?;
        let total = sources.iter().filter_map(|one| one.length().ok()).sum();
        let state = Mutex::new(Progress { total, all: sources.len() as u64, ..Progress::default() });
        let (sender, work) = mpsc::channel(1);
        let until = stop.clone();
        let sealing = tokio::task::spawn_blocking(move || {
            seal_all(&place, (sources, most.unwrap_or(limit::SMALL_BLOB as u64), &until), &sender)
        });
        // What waits for the journal already goes first; where it cannot be sent, this waits with it.
        let online = AtomicBool::new(most.is_some() && self.flush_journal(&place).await.is_ok());
        let adding = Adding { place, origin, online, state, told, stop };
        let (sender, sent) = mpsc::channel(AHEAD);
        let ((), added) = tokio::join!(self.send_ahead(&adding, work, sender), self.append_sent(&adding, sent));
        sealing.await.map_err(|_| ClientError::Damaged)?;
        // What was sent is sent; what is wrong with the heads became an alarm, which synchronising shows.
        if most.is_some() {
            let _ = self.tell_heads().await;
        }
        Ok(added)
    }

    /// Sends blobs as they are sealed, several requests at a time, and passes the files on in their order.
    async fn send_ahead(
        &self,
        adding: &Adding,
        work: mpsc::Receiver<Work>,
        out: mpsc::Sender<Vec<std::result::Result<Sealed, AddedDocument>>>,
    ) {
        let work = stream::unfold(work, async |mut work| work.recv().await.map(|item| (item, work)));
        let sent = work.map(|work| self.send(adding, work)).buffered(AHEAD);
        let mut sent = std::pin::pin!(sent);
        while let Some(sent) = sent.next().await {
            if out.send(sent).await.is_err() {
                return;
            }
        }
    }

    async fn send(&self, adding: &Adding, work: Work) -> Vec<std::result::Result<Sealed, AddedDocument>> {
        match work {
            Work::Batch(batch, more) => {
                let mut batch = examine_all(batch).await;
                // What cannot be sent ahead is sent, or refused, with its events; the last blobs need no request of their own.
                if more && adding.online() {
                    match self.store(&adding.place, &batch).await {
                        Ok(()) => batch.iter_mut().for_each(|sealed| sealed.blob = Blob::Stored),
                        Err(ClientError::Unreachable) => adding.went_offline(),
                        Err(_) => {}
                    }
                }
                batch.into_iter().map(Ok).collect()
            }
            Work::Large(source) => match self.seal_and_send(adding, &source).await {
                Ok((version, blob)) => {
                    let sealed = Sealed { source, version, blob, found: None };
                    examine_all(vec![sealed]).await.into_iter().map(Ok).collect()
                }
                Err(error) => vec![Err(AddedDocument { path: source.path(), outcome: Err(error) })],
            },
            Work::Failed(source, error) => vec![Err(AddedDocument { path: source.path(), outcome: Err(error) })],
        }
    }

    async fn store(&self, place: &Place, batch: &[Sealed]) -> Result<()> {
        let blobs = batch.iter().filter_map(|sealed| sealed.blob.here()).collect();
        let batch = Batch { blobs, entries: List::default() };
        self.team_vault(&place.team)?.batch(&place.journal, &batch).await.map(|_| ())
    }

    async fn seal_and_send(&self, adding: &Adding, source: &Source) -> Result<(DocumentVersion, Blob)> {
        let (version, spooled) = self.send_large(adding, source).await?;
        Ok((version, spooled.map_or(Blob::Stored, Blob::Spooled)))
    }

    /// Appends the events of files, as many at a time as are there.
    async fn append_sent(
        &self,
        adding: &Adding,
        mut sent: mpsc::Receiver<Vec<std::result::Result<Sealed, AddedDocument>>>,
    ) -> Vec<AddedDocument> {
        let (mut added, mut ready) = (Vec::new(), Vec::new());
        while sent.recv_many(&mut ready, AHEAD).await > 0 {
            let mut group = Group::default();
            for file in ready.drain(..).flatten() {
                match file {
                    Ok(sealed) => {
                        if !group.has_room(&sealed) {
                            added.extend(self.append(adding, std::mem::take(&mut group)).await);
                        }
                        group.push(sealed);
                    }
                    Err(failed) => {
                        added.extend(self.append(adding, std::mem::take(&mut group)).await);
                        adding.add(0, 1);
                        added.push(failed);
                    }
                }
            }
            added.extend(self.append(adding, group).await);
        }
        added
    }

    async fn append(&self, adding: &Adding, group: Group) -> Vec<AddedDocument> {
        let group = group.files;
        let spooled = group.iter().any(|sealed| matches!(sealed.blob, Blob::Spooled(_)));
        if spooled {
            adding.went_offline();
        }
        let mut delivery = Delivery::Queued;
        if adding.online() && !group.is_empty() {
            match self.push_added(adding, &group).await {
                Ok(_) => delivery = Delivery::Sent,
                Err(error) if error.is_final() => return group.into_iter().map(|sealed| sealed.refused(&error)).collect(),
                Err(_) => adding.went_offline(),
            }
        }
        let mut added = Vec::with_capacity(group.len());
        for sealed in group {
            // The sealed bytes are kept: nothing is sealed twice under one key.
            let kept = if delivery == Delivery::Queued { self.park(adding, &sealed) } else { Ok(()) };
            adding.add(sealed.blob.here().map_or(0, |_| sealed.version.seal.length), 1);
            let outcome = kept.map(|()| DocumentView { metadata: sealed.found, ..view(&sealed.version, delivery) });
            added.push(AddedDocument { path: sealed.source.path(), outcome });
        }
        added
    }

    async fn push_added(&self, adding: &Adding, group: &[Sealed]) -> Result<bool> {
        let more = adding.after(group)?.into_iter().map(Item::event);
        self.push(&adding.place, group.iter().map(Sealed::item).chain(more).collect()).await
    }

    /// Puts an event into the outbox, and its blob, durably, if it is not at the vault. Where there is no room, nothing of it stays.
    fn park(&self, adding: &Adding, sealed: &Sealed) -> Result<()> {
        let added = DocumentAdded(sealed.version.clone()).into();
        let more = adding.after(std::slice::from_ref(sealed))?;
        let (spooled, blob) = match &sealed.blob {
            Blob::Stored => return self.queue(&adding.place, &[vec![added], more].concat()).map(|_| ()),
            Blob::Spooled(spooled) => (spooled.clone(), None),
            Blob::Here(blob) => (Spooled { name: sealed.version.seal.digest.to_string(), upload: None }, Some(blob)),
        };
        let kept = self.keep(&adding.place, &sealed.version, (&spooled, blob, &more));
        // An error of the disk leaves it open whether the event is there, now or once the store is opened again: the next synchronising
        // removes what nothing waits for.
        if matches!(kept, Err(ClientError::DiskFull)) && matches!(self.parked(&sealed.version.seal.digest), Ok(None)) {
            let _ = std::fs::remove_file(self.outbox().join(&spooled.name));
        }
        kept
    }

    fn keep(
        &self,
        place: &Place,
        version: &DocumentVersion,
        (spooled, blob, more): (&Spooled, Option<&Bytes>, &[Body]),
    ) -> Result<()> {
        if let Some(blob) = blob {
            let mut file = create_private(&self.outbox().join(&spooled.name))?;
            fault("sealed.write", || file.write_all(blob))?;
        }
        let file = File::open(self.outbox().join(&spooled.name))?;
        fault("sealed.sync", || file.sync_all())?;
        fault("sealed.named", || File::open(self.outbox())?.sync_all())?;
        let length = file.metadata()?.len();
        let body = encode_body(&DocumentAdded(version.clone()).into());
        self.profile.store.write(|tx| {
            let digest = version.seal.digest.0;
            let upload = spooled.upload.as_ref().map(|id| id.to_string());
            let sql =
                "INSERT OR REPLACE INTO uploads (digest, team, journal, file, length, upload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let row = params![digest, place.team.0, place.journal.0, spooled.name, column(length), upload];
            tx.prepare_cached(sql)?.execute(row)?;
            let sql = "INSERT INTO outbox (team, journal, time, body, blob) VALUES (?1, ?2, ?3, ?4, ?5)";
            tx.prepare_cached(sql)?.execute(params![place.team.0, place.journal.0, column(self.now().0), &*body, digest])?;
            queue(tx, place, more, self.now()).map(|_| ())
        })
    }
}

impl Blob {
    /// The bytes, if they are in memory.
    fn here(&self) -> Option<Bytes> {
        if let Self::Here(blob) = self { Some(blob.clone()) } else { None }
    }

    fn length(&self) -> usize {
        if let Self::Here(blob) = self { blob.len() } else { 0 }
    }
}

impl Sealed {
    fn item(&self) -> Item {
        Item { blob: self.blob.here(), ..Item::event(DocumentAdded(self.version.clone()).into()) }
    }

    fn examined(&self) -> Option<Examined> {
        let of = VersionOf { document: self.version.document, digest: self.version.seal.digest };
        self.found.map(|found| Examined { of, found })
    }

    /// The request that this was in will never be taken.
    fn refused(self, error: &ClientError) -> AddedDocument {
        let error = if let ClientError::Server(code) = error { ClientError::Server(*code) } else { ClientError::Text };
        AddedDocument { path: self.source.path(), outcome: Err::<DocumentView, _>(error) }
    }
}

/// Files that one request carries.
#[derive(Default)]
struct Group {
    files: Vec<Sealed>,
    bytes: usize,
}

impl Group {
    fn has_room(&self, sealed: &Sealed) -> bool {
        self.files.is_empty() || self.files.len() < PUSH_ITEMS && self.bytes + sealed.blob.length() <= BATCH_BYTES
    }

    fn push(&mut self, sealed: Sealed) {
        self.bytes += sealed.blob.length();
        self.files.push(sealed);
    }

    fn take(&mut self) -> Vec<Sealed> {
        std::mem::take(self).files
    }
}

/// Looks for metadata in files that were sealed.
async fn examine_all(mut batch: Vec<Sealed>) -> Vec<Sealed> {
    let files: Vec<_> = batch.iter().map(|sealed| (sealed.source.clone(), sealed.version.seal)).collect();
    let examining = move || files.iter().map(|(source, seal)| examine_source(source, seal)).collect::<Vec<_>>();
    // What is not examined now is before it leaves the team.
    let found = tokio::task::spawn_blocking(examining).await.unwrap_or_default();
    batch.iter_mut().zip(found).for_each(|(sealed, found)| sealed.found = found);
    batch
}

/// Seals files in order until the receiver is gone. Runs on a thread of its own.
fn seal_all(place: &Place, (sources, most, stop): (Vec<Source>, u64, &Stop), out: &mpsc::Sender<Work>) {
    let mut group = Group::default();
    for source in sources {
        let other = match stop.check().and_then(|()| small(place, &source, most)) {
            Ok(Some(sealed)) => {
                if !group.has_room(&sealed) && out.blocking_send(Work::Batch(group.take(), true)).is_err() {
                    return;
                }
                group.push(sealed);
                continue;
            }
            Ok(None) => Work::Large(source),
            Err(error) => Work::Failed(source, error),
        };
        let before = group.take();
        if !before.is_empty() && out.blocking_send(Work::Batch(before, true)).is_err() || out.blocking_send(other).is_err() {
            return;
        }
    }
    if !group.files.is_empty() {
        let _ = out.blocking_send(Work::Batch(group.files, false)); // a receiver that is gone wants nothing more
    }
}

/// Seals a file that fits a request of `most` bytes; nothing if it is larger.
fn small(place: &Place, source: &Source, most: u64) -> Result<Option<Sealed>> {
    let reading = source.open()?;
    if sealed_length(reading.length).ok_or(ClientError::Text)? > most {
        return Ok(None);
    }
    let (document, job) = fresh(place)?;
    let (blob, seal) = seal_small(reading, &job)?;
    let version = version(document, source, &seal, job.key)?;
    Ok(Some(Sealed { source: source.clone(), version, blob: Blob::Here(blob), found: None }))
}

/// A new document's id, and how it is sealed.
pub(super) fn fresh(place: &Place) -> Result<(DocumentId, Job)> {
    let document = DocumentId(draw(&mut SystemRandom).map_err(no_randomness)?);
    let key = ContentKey::generate(&mut SystemRandom).map_err(no_randomness)?;
    Ok((document, Job { key, organisation: place.organisation }))
}

pub(super) fn version(document: DocumentId, source: &Source, seal: &DocumentSeal, key: ContentKey) -> Result<DocumentVersion> {
    let name = source.name.clone().ok_or(ClientError::Text)?;
    let media_type = Text::new(media_type(&name)).map_err(|_| ClientError::Text)?;
    let name = Text::new(name).map_err(|_| ClientError::Text)?;
    Ok(DocumentVersion { document, version: 1, name, media_type, seal: *seal, key })
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
