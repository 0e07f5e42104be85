//! The outbox: what this device wrote and the vault has not acknowledged. Events keep their order within a journal, but go ahead of a
//! document whose bytes the vault does not take; a blob is at the vault before the event that names it.

mod show;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Instant;

use crate::store::sql::{Connection, OptionalExtension, params};
use bytes::Bytes;
use casevault_crypto::journal::Place;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_crypto::secret::SecretBytes;
use casevault_fault::step as fault;
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{DocumentId, JournalId, TeamId, UploadId};
use casevault_wire::problem::Code;
use casevault_wire::time::Time;

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::journal::{Item, PUSH_ITEMS, decode_body};
use crate::store::{array, column, count};
use crate::stride::{Stride, WHOLE};
use crate::view::{Delivery, no_randomness};

/// A sealed blob that waits on this device.
pub(crate) struct Parked {
    pub digest: BlobDigest,
    pub file: PathBuf,
    pub length: u64,
    pub upload: Option<UploadId>,
}

impl Parked {
    pub fn open(&self) -> Result<File> {
        File::open(&self.file).map_err(gone)
    }

    /// Its bytes, which are those that its event names.
    fn read(&self) -> Result<Bytes> {
        let bytes = std::fs::read(&self.file).map_err(gone)?;
        if BlobDigest::of(&bytes) == self.digest { Ok(bytes.into()) } else { Err(ClientError::Unsendable) }
    }

    /// Whether its bytes are those that its event names.
    pub fn is_whole(&self) -> Result<bool> {
        let mut hasher = blake3::Hasher::new();
        match self.open().map(|file| hasher.update_reader(file).map_err(gone).map(drop)) {
            Ok(Ok(())) => Ok(BlobDigest(*hasher.finalize().as_bytes()) == self.digest),
            Ok(Err(ClientError::Unsendable)) | Err(ClientError::Unsendable) => Ok(false),
            Ok(Err(error)) | Err(error) => Err(error),
        }
    }
}

/// What is wrong with a sealed file that ends too soon, or is not there.
fn gone(error: std::io::Error) -> ClientError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::UnexpectedEof => ClientError::Unsendable,
        _ => error.into(),
    }
}

/// A row of the outbox.
struct Row {
    id: i64,
    time: Time,
    body: SecretBytes,
    blob: Option<BlobDigest>,
}

/// What stays behind while the rest of its journal is sent: documents whose bytes the vault does not take or the disk has lost, and what
/// names them.
#[derive(Default)]
struct Held {
    rows: BTreeSet<i64>,
    documents: BTreeSet<DocumentId>,
    why: Option<ClientError>,
}

impl Held {
    fn hold(&mut self, rows: &[(i64, Vec<DocumentId>)], why: ClientError) {
        self.why.get_or_insert(why);
        for (row, documents) in rows {
            self.rows.insert(*row);
            self.documents.extend(documents);
        }
    }

    /// Whether an event that names these documents stays behind.
    fn holds(&self, row: i64, documents: &[DocumentId]) -> bool {
        self.rows.contains(&row) || documents.iter().any(|document| self.documents.contains(document))
    }
}

/// Whether it keeps one document from being sent, and not the others.
fn is_about_blob(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Server(Code::Quota | Code::Full | Code::TooLarge | Code::Upload)
            | ClientError::File(_)
            | ClientError::Unsendable
    )
}

impl Client {
    /// How many records wait.
    pub(crate) fn queued(&self) -> Result<u64> {
        self.profile.store.read(|db| Ok(db.query_row("SELECT count(*) FROM outbox", [], |row| count(row, 0))?))
    }

    /// Sends what waits, and tells whether the rows from `first` on are at the vault. Why they or others are not is for synchronising
    /// to say: what this command wrote is durable, and is not to be written again.
    ///
    /// # Errors
    /// [`ClientError::Copied`] or [`ClientError::Removed`] if this device writes nothing any more.
    pub(crate) async fn deliver(&self, first: i64) -> Result<Delivery> {
        let flushed = self.flush().await;
        if !matches!(flushed, Err(ClientError::Unreachable | ClientError::Copied | ClientError::Removed)) {
            // What is wrong with the heads became an alarm.
            let _ = self.tell_heads().await;
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE id >= ?1)";
        let waits = self.profile.store.read(|db| Ok(db.query_row(sql, [first], |row| row.get(0))?))?;
        match flushed {
            Err(error @ (ClientError::Copied | ClientError::Removed)) if waits => Err(error),
            _ => Ok(if waits { Delivery::Queued } else { Delivery::Sent }),
        }
    }

    /// Sends what waits, team journals before cases. Returns how many records were acknowledged. What is wrong with one journal
    /// does not keep the others from being sent.
    ///
    /// # Errors
    /// The first that occurred, once the others were sent; [`ClientError::Unreachable`] at once.
    pub(crate) async fn flush(&self) -> Result<u64> {
        let waiting = self.waiting_journals()?;
        if !waiting.is_empty() {
            self.look_first().await?;
        }
        let mut sent = 0;
        let mut wrong = None;
        for place in waiting {
            match self.flush_journal(&place).await {
                Ok((number, held)) => {
                    sent += number;
                    wrong = wrong.or(held);
                }
                Err(ClientError::Unreachable) => return Err(ClientError::Unreachable),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        wrong.map_or(Ok(sent), Err)
    }

    /// The journals that something waits for, of teams that this device is in. What it wrote for one that it has left is set aside
    /// until it is in it again.
    fn waiting_journals(&self) -> Result<Vec<Place>> {
        let mut places = self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT team, journal FROM outbox WHERE team IN (SELECT team FROM teams WHERE gone = 0) GROUP BY team, journal ORDER BY min(id)",
            )?;
            let rows = statement.query_map([], |row| Ok((TeamId(array(row, 0)?), JournalId(array(row, 1)?))))?;
            rows.map(|row| row.map(|(team, journal)| self.place(team, journal)).map_err(ClientError::from))
                .collect::<Result<Vec<_>>>()
        })?;
        places.sort_by_key(|place| !place.is_of_team());
        Ok(places)
    }

    /// Sends what waits for one journal, in order. Returns how many records were acknowledged, and why some stay behind, if any do.
    pub(crate) async fn flush_journal(&self, place: &Place) -> Result<(u64, Option<ClientError>)> {
        let (mut sent, mut held, mut stride) = (0, Held::default(), Stride::CAREFUL);
        loop {
            let items = self.gather(place, &mut held, &mut stride).await?;
            if items.is_empty() {
                return Ok((sent, held.why));
            }
            let (number, begun) = (items.len() as u64, Instant::now());
            let with_blob: Vec<_> = items
                .iter()
                .filter(|item| item.blob.is_some())
                .filter_map(|item| item.row.map(|row| (row, item.body.document_ids())))
                .collect();
            let pushed = self.push(place, items).await;
            stride = stride.after(begun.elapsed());
            match pushed {
                Ok(true) => {
                    sent += number;
                    self.forget_parked()?;
                }
                Ok(false) => {}
                Err(error) if !with_blob.is_empty() && is_about_blob(&error) => held.hold(&with_blob, error),
                Err(error) => return Err(error),
            }
        }
    }

    /// The next items of a journal that go at once; blobs too large for that are at the vault when this returns.
    async fn gather(&self, place: &Place, held: &mut Held, stride: &mut Stride) -> Result<Vec<Item>> {
        let most = PUSH_ITEMS + held.rows.len();
        let rows = self.profile.store.read(|db| rows(db, place, most))?;
        let mut items = Vec::new();
        let mut bytes = 0;
        for row in rows {
            let mut item = Item { body: decode_body(&row.body)?, time: Some(row.time), blob: None, row: Some(row.id) };
            let documents = item.body.document_ids();
            if held.holds(row.id, &documents) {
                held.rows.insert(row.id);
                continue;
            }
            match self.bring_blob(place, &row, stride).await {
                Ok(blob) => item.blob = blob,
                Err(error) if is_about_blob(&error) => {
                    held.hold(&[(row.id, documents)], error);
                    continue;
                }
                Err(error) => return Err(error),
            }
            bytes += row.body.len() + item.blob.as_ref().map_or(0, Bytes::len);
            if (bytes > stride.bytes() || items.len() == PUSH_ITEMS) && !items.is_empty() {
                break;
            }
            items.push(item);
        }
        Ok(items)
    }

    /// The blob that a row waits for, if it travels with the event. Otherwise it is at the vault when this returns.
    async fn bring_blob(&self, place: &Place, row: &Row, stride: &mut Stride) -> Result<Option<Bytes>> {
        let Some(parked) = row.blob.map(|digest| self.parked(&digest)).transpose()?.flatten() else { return Ok(None) };
        if parked.length <= WHOLE {
            return parked.read().map(Some);
        }
        match self.upload_parked(place, &parked, stride).await {
            // It is sent again as long as the fault may be on the way.
            Err(ClientError::Server(Code::Upload)) if !parked.is_whole()? => Err(ClientError::Unsendable),
            sent => sent.map(|()| None),
        }
    }

    /// A blob that waits, or nothing if it is at the vault.
    pub(crate) fn parked(&self, digest: &BlobDigest) -> Result<Option<Parked>> {
        self.profile.store.read(|db| {
            let sql = "SELECT file, length, upload FROM uploads WHERE digest = ?1";
            let row = |row: &crate::store::sql::Row<'_>| {
                Ok((row.get::<_, String>(0)?, count(row, 1)?, row.get::<_, Option<String>>(2)?))
            };
            let found = db.prepare_cached(sql)?.query_row([digest.0], row).optional()?;
            Ok(found.map(|(file, length, upload)| Parked {
                digest: *digest,
                file: self.outbox().join(file),
                length,
                upload: upload.and_then(|id| UploadId::parse(&id).ok()),
            }))
        })
    }

    /// Documents that wait and whose sealed bytes are not here any more as their events name them, each with its journal.
    pub(crate) fn unsendable(&self) -> Result<Vec<(Place, DocumentId)>> {
        let sql = "SELECT team, journal, body, blob FROM outbox WHERE blob IN (SELECT digest FROM uploads) ORDER BY id";
        let waiting = self.profile.store.read(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                let place = self.place(TeamId(array(row, 0)?), JournalId(array(row, 1)?));
                Ok((place, SecretBytes::from(row.get::<_, Vec<u8>>(2)?), BlobDigest(array(row, 3)?)))
            })?;
            rows.map(|row| row.map_err(ClientError::from)).collect::<Result<Vec<_>>>()
        })?;
        let mut damaged = Vec::new();
        for (place, body, digest) in waiting {
            if self.parked(&digest)?.is_some_and(|parked| !parked.is_whole().unwrap_or(false)) {
                damaged.extend(decode_body(&body)?.document_ids().into_iter().map(|document| (place, document)));
            }
        }
        Ok(damaged)
    }

    /// Sends what the vault does not have of a parked blob. The stored ciphertext is sent; nothing is sealed again.
    async fn upload_parked(&self, place: &Place, parked: &Parked, stride: &mut Stride) -> Result<()> {
        let vault = self.team_vault(&place.team)?;
        let upload = match parked.upload {
            Some(upload) => upload,
            None => self.name_upload(&parked.digest)?,
        };
        // Whether it was begun, is half way or was given up meanwhile: to begin it again is as good.
        vault.begin(&place.journal, &upload, parked.length).await?;
        let mut offset = vault.offset(&upload).await?;
        let file = parked.open()?;
        while offset < parked.length {
            let begun = Instant::now();
            let size = usize::try_from(parked.length - offset).unwrap_or(usize::MAX).min(stride.bytes());
            let mut piece = vec![0; size];
            file.read_exact_at(&mut piece, offset).map_err(gone)?;
            vault.piece(&upload, offset, Bytes::from(piece)).await?;
            offset += size as u64;
            *stride = stride.after(begun.elapsed());
        }
        vault.finish(&upload, parked.digest).await
    }

    /// Draws the id of a parked blob's upload and keeps it, before the vault hears of it: whatever answer is lost, it is one upload.
    fn name_upload(&self, digest: &BlobDigest) -> Result<UploadId> {
        let upload = UploadId(draw(&mut SystemRandom).map_err(no_randomness)?);
        self.profile.store.write(|tx| {
            tx.execute("UPDATE uploads SET upload = ?2 WHERE digest = ?1", params![digest.0, upload.to_string()])?;
            Ok(())
        })?;
        Ok(upload)
    }

    /// Removes blobs that no event waits for any more.
    fn forget_parked(&self) -> Result<()> {
        let files = self.profile.store.write(|tx| {
            let done = "digest NOT IN (SELECT blob FROM outbox WHERE blob IS NOT NULL)";
            let mut statement = tx.prepare(&format!("SELECT file FROM uploads WHERE {done}"))?;
            let files = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<crate::store::sql::Result<Vec<_>>>()?;
            tx.execute(&format!("DELETE FROM uploads WHERE {done}"), [])?;
            Ok(files)
        })?;
        for file in files {
            // Ciphertext whose key is in the journal; if it stays, the next start removes it.
            let _ = fault("sealed.remove", || std::fs::remove_file(self.outbox().join(file)));
        }
        Ok(())
    }

    /// Removes sealed files that nothing refers to: their writer was killed before anything was acknowledged.
    pub(crate) fn tidy_outbox(&self) -> Result<()> {
        for entry in std::fs::read_dir(self.outbox())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let sql = "SELECT count(*) FROM uploads WHERE file = ?1";
            let known: i64 = self.profile.store.read(|db| Ok(db.query_row(sql, [&name], |row| row.get(0))?))?;
            if known == 0 {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn rows(db: &Connection, place: &Place, most: usize) -> Result<Vec<Row>> {
    let sql = "SELECT id, body, blob, time FROM outbox WHERE team = ?1 AND journal = ?2 ORDER BY id LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![place.team.0, place.journal.0, column(most as u64)], |row| {
        let blob: Option<Vec<u8>> = row.get(2)?;
        let blob = blob.and_then(|bytes| bytes.try_into().ok()).map(BlobDigest);
        let time = Time(count(row, 3)?);
        Ok(Row { id: row.get(0)?, time, body: SecretBytes::from(row.get::<_, Vec<u8>>(1)?), blob })
    })?;
    rows.map(|row| row.map_err(ClientError::from)).collect()
}
