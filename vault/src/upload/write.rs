//! Writing a piece of an upload: hashed and written while the next part of it arrives, made durable while the next piece does.

use std::sync::Arc;

use bytes::Bytes;
use casevault_service::auth::SignedBody;
use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use tokio::sync::watch;

use super::Upload;
use super::active::{Running, Slot};
use crate::record::TeamKey;
use crate::vault::{OUTRUN, Vault};

/// Bytes that are hashed and written at once.
const STEP: usize = 1024 * 1024;
/// What a piece takes while it arrives: one step gathered, one being written, and what is in between.
pub const MEMORY: u64 = 4 * STEP as u64;

/// A piece of an upload.
#[derive(Debug)]
pub struct Piece {
    /// Whose upload.
    pub team: TeamKey,
    /// The generation of the access key that signed the request.
    pub generation: u64,
    /// Which.
    pub upload: UploadId,
    /// Where the piece begins.
    pub offset: u64,
    /// Its bytes.
    pub body: SignedBody,
}

impl Vault {
    /// Writes a piece; the offset after it. When this returns, the piece before it is durable, and this one is being made so. A
    /// piece that is not what was signed changes nothing. Whoever was writing to the same upload is cut off: its client has come
    /// back on another connection.
    ///
    /// # Errors
    /// `upload` if the piece does not begin at the upload's offset, goes beyond its length, or is cut off; `malformed`, `full`, and
    /// as [`Self::append`].
    pub async fn write_piece(self: Arc<Self>, mut piece: Piece) -> Result<u64, Problem> {
        // Before anybody is cut off: whose it is.
        let whose = self.upload(&piece.team, piece.upload).await?.journal;
        self.unmarked(&whose, &mut Write::default()).await?;
        let slot = self.active.slot(piece.upload);
        let mut next = slot.take_over();
        let mut progress = slot.progress().await;
        let upload = self.upload(&piece.team, piece.upload).await?;
        let offset = slot.received().max(upload.offset);
        let end = piece.offset.checked_add(piece.body.remaining()).filter(|end| *end <= upload.length);
        let end = end.filter(|_| upload.kept.is_none() && offset == piece.offset).ok_or(Problem(Code::Upload))?;
        self.catch_up(&mut progress.running, piece.upload, offset).await?;
        let after = self.write_steps(&mut piece, progress.running.clone(), &mut next).await?;
        slot.settle(&mut progress).await?;
        // What the feed says of the team meanwhile is said before this turn or after it.
        let _turn = self.turns.team(&piece.team).await;
        self.writable(&piece.team, piece.generation).await?;
        self.unmarked(&whose, &mut Write::default()).await?;
        let after_it = Upload { offset: end, touched: self.now(), ..upload };
        let flushing = tokio::spawn(self.clone().make_durable(slot.clone(), piece.upload, after_it));
        slot.advance(&mut progress, after, flushing);
        Ok(end)
    }

    /// Makes an upload durable up to the offset of `after`, and then the record that says so.
    async fn make_durable(self: Arc<Self>, _held: Arc<Slot>, id: UploadId, after: Upload) -> Result<(), Problem> {
        self.blobs.flush(id, after.offset).await?;
        let (record, upload) = self.versioned_upload(&after.journal.team, id).await?;
        let mut write = Write::default();
        record.replace(&mut write, &Upload { offset: after.offset.max(upload.offset), touched: after.touched, ..upload });
        self.write(write).await?.ok_or(OUTRUN)
    }

    /// How far an upload is, and how long it will be.
    ///
    /// # Errors
    /// `refused` if the team has none of this id.
    pub async fn upload_offset(&self, team: &TeamKey, id: UploadId) -> Result<(u64, u64), Problem> {
        let upload = self.upload(team, id).await?;
        self.stays(&upload.journal).await?;
        let received = self.active.peek(id).map_or(0, |slot| slot.received());
        Ok((upload.offset.max(received), upload.length))
    }

    /// Hashes what `running` has not seen of the upload before `offset`: after a restart all of it.
    pub(super) async fn catch_up(&self, running: &mut Running, upload: UploadId, offset: u64) -> Result<(), Problem> {
        if running.at > offset {
            *running = Running::default();
        }
        while running.at < offset {
            let left = usize::try_from(offset - running.at).unwrap_or(usize::MAX);
            let bytes = self.blobs.staged(upload, running.at, left.min(STEP)).await?;
            if bytes.is_empty() {
                return Err(Problem(Code::Unavailable));
            }
            *running = hash(std::mem::take(running), vec![bytes]).await?;
        }
        Ok(())
    }

    async fn write_steps(
        self: &Arc<Self>,
        piece: &mut Piece,
        running: Running,
        next: &mut watch::Receiver<u64>,
    ) -> Result<Running, Problem> {
        let mut work = tokio::spawn(std::future::ready(Ok(running)));
        loop {
            let gathered = gather(&mut piece.body, next).await;
            // Nobody else may write before this has.
            let running = work.await.map_err(|_| Problem(Code::Unavailable))??;
            let Some(bytes) = gathered? else { return Ok(running) };
            work = tokio::spawn(self.clone().write_step(piece.upload, running, bytes));
        }
    }

    async fn write_step(self: Arc<Self>, upload: UploadId, running: Running, bytes: Vec<Bytes>) -> Result<Running, Problem> {
        let written = self.blobs.write(upload, running.at, bytes.clone());
        let (written, hashed) = tokio::join!(written, hash(running, bytes));
        written?;
        hashed
    }
}

/// The next bytes of the body, about a step; `None` once all came and was what was signed.
async fn gather(body: &mut SignedBody, next: &mut watch::Receiver<u64>) -> Result<Option<Vec<Bytes>>, Problem> {
    let (mut gathered, mut length) = (Vec::new(), 0);
    while length < STEP {
        let bytes = tokio::select! {
            biased;
            _ = next.changed() => return Err(Problem(Code::Upload)),
            bytes = body.next() => bytes?,
        };
        let Some(bytes) = bytes else { break };
        length += bytes.len();
        gathered.push(bytes);
    }
    Ok(if gathered.is_empty() { None } else { Some(gathered) })
}

/// Hashes bytes where that does not keep others waiting.
async fn hash(mut running: Running, bytes: Vec<Bytes>) -> Result<Running, Problem> {
    let hashed = tokio::task::spawn_blocking(move || {
        for piece in &bytes {
            running.hasher.update(piece);
            running.at = running.at.saturating_add(piece.len() as u64);
        }
        running
    });
    hashed.await.map_err(|_| Problem(Code::Unavailable))
}
