//! Blobs that are being stored: written down before their files are, so that a crash leaves no file that nobody knows of.

use bytes::Bytes;
use casevault_service::http::problem::Problem;
use casevault_service::random;
use casevault_service::store::Write;
use casevault_wire::codec::{List, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::blob::{BlobError, Kept};
use crate::record::{self, BlobKey, JournalKey, Walk, kind};
use crate::vault::Vault;

/// Blobs whose files may be there before their records are.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Pending {
    /// Their journal.
    pub journal: JournalKey,
    /// Their digests.
    pub digests: List<BlobDigest, { limit::BATCH_BLOBS }>,
}

impl Pending {
    /// The blobs.
    pub fn blobs(&self) -> impl Iterator<Item = BlobKey> {
        self.digests.as_slice().iter().map(|digest| BlobKey { journal: self.journal, digest: *digest })
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        Self(match error {
            BlobError::Full => Code::Full,
            BlobError::Missing | BlobError::Unavailable => Code::Unavailable,
        })
    }
}

impl Vault {
    /// Those of `blobs` that have no record yet, each once.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn new_blobs(&self, journal: &JournalKey, blobs: Vec<(BlobKey, Bytes)>) -> Result<Vec<(BlobKey, Bytes)>, Problem> {
        let mut new = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (key, bytes) in blobs {
            debug_assert_eq!(key.journal, *journal);
            if seen.insert(key) && self.records.read(&record::blob(&key)).await?.is_none() {
                new.push((key, bytes));
            }
        }
        Ok(new)
    }

    /// Writes down that `blobs` are about to be stored; the key of that record, which the write that records them deletes.
    ///
    /// # Errors
    /// `unavailable`, `full`.
    pub async fn announce(&self, journal: JournalKey, blobs: &[Kept]) -> Result<Option<Vec<u8>>, Problem> {
        if blobs.is_empty() {
            return Ok(None);
        }
        let digests = List::new(blobs.iter().map(|(key, _)| key.digest).collect()).map_err(|_| Problem(Code::TooLarge))?;
        let id = random::bytes().map_err(|_| Problem(Code::Unavailable))?;
        let key = record::pending(&id);
        let mut write = Write::default();
        write.put(key.clone(), encode(&Pending { journal, digests }));
        self.records.write(write).await?;
        Ok(Some(key))
    }

    /// Keeps the files of blobs.
    ///
    /// # Errors
    /// `full`, `unavailable`.
    pub async fn store(&self, journal: JournalKey, blobs: Vec<(BlobKey, Bytes)>) -> Result<(), Problem> {
        if blobs.is_empty() { Ok(()) } else { Ok(self.blobs.put(journal, blobs).await?) }
    }

    /// Removes what an attempt that ended in `problem` left behind: files of announced blobs that have no record. Waits until nobody
    /// stores blobs of the journal. What cannot be removed now is when the vault is started next; so is everything when it is not
    /// known whether the records were written.
    pub async fn abandon(&self, journal: &JournalKey, problem: Problem, pending: &[u8]) {
        let _turn = self.turns.remove(journal).await;
        if problem == Problem(Code::Unavailable) || self.try_abandon(pending).await.is_err() {
            tracing::warn!("files of blobs that were not stored stay until the next start");
        }
    }

    /// Removes the files of blobs of which nobody stores any more and that have no record.
    pub(crate) async fn remove_files(&self, pending: &[u8]) {
        if self.try_abandon(pending).await.is_err() {
            tracing::warn!("files of blobs that were removed stay until the next start");
        }
    }

    async fn try_abandon(&self, key: &[u8]) -> Result<(), Problem> {
        let Some(pending) = record::load::<Pending>(&*self.records, key).await? else { return Ok(()) };
        for blob in pending.blobs() {
            if self.records.read(&record::blob(&blob)).await?.is_none() {
                self.blobs.delete(blob).await?;
            }
        }
        let mut write = Write::default();
        write.delete(key.to_vec());
        Ok(self.records.write(write).await?)
    }

    /// Removes what attempts before a crash left behind. To be called before anything is served. What cannot be removed now is at the
    /// next start.
    ///
    /// # Errors
    /// `unavailable` if nothing can be read.
    pub async fn recover_pending(&self) -> Result<(), Problem> {
        let mut walk = Walk::of(kind::PENDING);
        loop {
            let found = walk.next(&*self.records).await?;
            if found.is_empty() {
                return Ok(());
            }
            for (key, _) in found {
                if let Err(problem) = self.try_abandon(&key).await {
                    tracing::warn!(%problem, "what an attempt left behind stays until the next start");
                }
            }
        }
    }
}
