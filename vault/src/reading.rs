//! Streaming blobs from their files, a piece at a time, the next one read while this one is sent.

use std::ops::Range;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use casevault_service::budget::Share;
use casevault_service::http::problem::Problem;
use casevault_wire::hash::BlobDigest;
use casevault_wire::problem::Code;
use futures_util::{Stream, StreamExt};

use crate::blob::{BlobError, Blobs, Part};
use crate::grant::By;
use crate::record::{self, BlobKey, JournalKey};
use crate::vault::Vault;

/// Bytes that are read at once.
pub const PIECE: usize = 256 * 1024;
/// Pieces under way.
const AHEAD: usize = 2;
/// What a stream takes: the pieces under way and the one being sent.
pub const MEMORY: u64 = (AHEAD as u64 + 1) * PIECE as u64;

/// A range of a blob that is to be sent, after its length if that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The blob.
    pub key: BlobKey,
    /// What of it.
    pub range: Range<u64>,
    /// A number to send before it.
    pub prefix: Option<u64>,
}

impl Vault {
    /// The lengths of blobs of a journal, or of its grant.
    ///
    /// # Errors
    /// `refused` if the team has no such journal, or the journal or grant lacks one of them.
    pub async fn lengths(&self, visit: (&JournalKey, By), digests: &[BlobDigest]) -> Result<Vec<(BlobKey, u64)>, Problem> {
        self.owned(visit.0).await?;
        let mut lengths = Vec::with_capacity(digests.len());
        for digest in digests {
            let key = self.placed(visit, *digest).await?;
            let length: Option<u64> = record::load(&*self.records, &record::blob(&key)).await?;
            lengths.push((key, length.ok_or(Problem(Code::Refused))?));
        }
        Ok(lengths)
    }
}

/// One after the other, everything that is wanted. Holds `share` until it ends.
pub fn stream(
    blobs: Arc<dyn Blobs>,
    wanted: Vec<Wanted>,
    share: Arc<Share>,
) -> impl Stream<Item = Result<Bytes, BlobError>> + Send {
    futures_util::stream::iter(Pieces { wanted: wanted.into_iter(), rest: None })
        .map(move |piece| {
            let (blobs, _held) = (blobs.clone(), &share);
            async move { read(&*blobs, piece).await }
        })
        .buffered(AHEAD)
        .inspect(|read| {
            if let Err(error) = read {
                tracing::error!(%error, "a blob that is recorded cannot be read");
                metrics::counter!("casevault_blob_read_failures_total").increment(1);
            }
        })
}

/// Why an answer ends before its end.
#[derive(Debug, thiserror::Error)]
pub enum Cut {
    /// Whoever asked may read no more.
    #[error("the grant is over")]
    Over,
    /// A blob cannot be read.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// `pieces` of what is read of a journal, for as long as whoever asked may read it: looked at again before each is sent.
pub fn guarded(
    vault: Arc<Vault>,
    (journal, by): (JournalKey, By),
    pieces: impl Stream<Item = Result<Bytes, BlobError>> + Send,
) -> impl Stream<Item = Result<Bytes, Cut>> + Send {
    pieces.then(move |piece| {
        let vault = vault.clone();
        async move {
            vault.still(&journal, by).await.map_err(|_| Cut::Over)?;
            Ok(piece?)
        }
    })
}

/// What is read at once: numbers to send, each with the part after it.
type Piece = Vec<(Option<u64>, Part)>;

/// Cuts what is wanted into pieces.
struct Pieces {
    wanted: std::vec::IntoIter<Wanted>,
    rest: Option<Wanted>,
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let (mut piece, mut room) = (Vec::new(), PIECE);
        while room > 0 {
            let Some(mut wanted) = self.rest.take().or_else(|| self.wanted.next()) else { break };
            let left = wanted.range.end.saturating_sub(wanted.range.start);
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(room);
            piece.push((wanted.prefix.take(), Part { key: wanted.key, offset: wanted.range.start, length }));
            room -= length;
            wanted.range.start = wanted.range.start.saturating_add(length as u64);
            if wanted.range.start < wanted.range.end {
                self.rest = Some(wanted);
            }
        }
        if piece.is_empty() { None } else { Some(piece) }
    }
}

async fn read(blobs: &dyn Blobs, piece: Piece) -> Result<Bytes, BlobError> {
    let (prefixes, parts): (Vec<_>, Vec<_>) = piece.into_iter().unzip();
    let mut read = blobs.read(parts).await?;
    if let ([None], [_]) = (prefixes.as_slice(), read.as_slice()) {
        return read.pop().ok_or(BlobError::Missing);
    }
    let mut bytes = BytesMut::with_capacity(read.iter().map(|part| part.len() + 8).sum());
    for (prefix, part) in prefixes.into_iter().zip(read) {
        if let Some(number) = prefix {
            bytes.put_u64(number);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}
