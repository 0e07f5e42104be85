//! Blobs and their files.

use std::collections::BTreeMap;

use super::{Check, Fault, FsckError};
use crate::blob::{BlobError, Listing, Part};
use crate::record::{BlobKey, kind};
use crate::team::cost;

/// Bytes of a blob that are read at once.
const STEP: u64 = 4 * 1024 * 1024;

impl Check<'_> {
    /// Every blob has its file, whole, in a journal that has its team; every file has its blob.
    pub(super) async fn files(&mut self) -> Result<(), FsckError> {
        let pending = self.pending().await?;
        let Listing { kept, others } = self.blobs.list().await?;
        let mut files: BTreeMap<_, _> = kept.into_iter().collect();
        for (key, length) in self.all::<BlobKey, u64>(kind::BLOB).await? {
            self.count(key.journal.team, cost(length));
            self.owned(&key.journal);
            self.not_removed(&key.journal);
            let fault = match files.remove(&key) {
                None => Some(Fault::File),
                Some(there) if there != length => Some(Fault::Length),
                Some(_) if !self.digests(&key, length).await.unwrap_or(false) => Some(Fault::Digest),
                Some(_) => None,
            };
            if let Some(fault) = fault {
                self.find(fault, &key.digest);
            }
        }
        for key in files.into_keys().filter(|key| !pending.contains(key)) {
            self.find(Fault::Orphan, &key.digest);
        }
        others.iter().for_each(|path| self.find(Fault::Orphan, path));
        Ok(())
    }

    /// Whether the file of a blob has its digest.
    async fn digests(&self, key: &BlobKey, length: u64) -> Result<bool, BlobError> {
        let (mut hasher, mut offset) = (blake3::Hasher::new(), 0);
        while offset < length {
            let step = STEP.min(length - offset);
            let part = Part { key: *key, offset, length: usize::try_from(step).unwrap_or(0) };
            let read = self.blobs.read(vec![part]).await?;
            let bytes = read.first().filter(|bytes| !bytes.is_empty()).ok_or(BlobError::Missing)?;
            hasher.update(bytes);
            offset = offset.saturating_add(bytes.len() as u64);
        }
        Ok(hasher.finalize().as_bytes() == key.digest.as_bytes())
    }
}
