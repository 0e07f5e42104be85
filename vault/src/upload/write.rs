//! Writing a piece of an upload: hashed and written while the next part of it arrives, durable before it is acknowledged.

use std::sync::Arc;

use bytes::Bytes;
use casevault_service::auth::SignedBody;
use casevault_service::http::problem::Problem;
use casevault_service::store::Write;
use casevault_wire::id::UploadId;
use casevault_wire::problem::Code;
use tokio::sync::watch;

use super::Upload;
use super::active::Running;
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
    /// Which.
    pub upload: UploadId,
    /// Where the piece begins.
    pub offset: u64,
    /// Its bytes.
    pub body: SignedBody,
}

impl Vault {
    /// Writes a piece; the offset after it, up to which the upload is durable. A piece that is not what was signed changes
    /// nothing. Whoever was writing to the same upload is cut off: its client has come back on another connection.
    ///
    /// # Errors
    /// `upload` if the piece does not begin at the upload's offset, goes beyond its length, or is cut off; `malformed`, `full`.
    pub async fn write_piece(self: Arc<Self>, mut piece: Piece) -> Result<u64, Problem> {
        let slot = self.active.slot(piece.upload);
        let mut next = slot.take_over();
        let mut running = slot.running.lock().await;
        let (record, upload) = self.versioned_upload(&piece.team, piece.upload).await?;
        let end = piece.offset.checked_add(piece.body.remaining()).filter(|end| *end <= upload.length);
        let end = end.filter(|_| upload.kept.is_none() && upload.offset == piece.offset).ok_or(Problem(Code::Upload))?;
        self.catch_up(&mut running, piece.upload, upload.offset).await?;
        let after = self.write_steps(&mut piece, running.clone(), &mut next).await?;
        self.blobs.flush(piece.upload, end).await?;
        let mut write = Write::default();
        record.replace(&mut write, &Upload { offset: end, touched: self.now(), ..upload });
        self.write(write).await?.ok_or(OUTRUN)?;
        *running = after;
        Ok(end)
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
