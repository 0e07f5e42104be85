//! Reading records of which some may be damaged.

use std::collections::BTreeSet;

use casevault_service::store::StoreError;
use casevault_wire::codec::encode;
use casevault_wire::id::UploadId;
use data_encoding::HEXLOWER;
use tls_codec::Deserialize;

use super::{Check, Fault, FsckError};
use crate::pending::Pending;
use crate::record::{self, BlobKey, Walk, kind};
use crate::upload::Upload;

/// Keys that are read at once.
const STRIDE: usize = 64;

impl Check<'_> {
    /// Nothing is of a kind that is none.
    pub(super) async fn kinds(&mut self) -> Result<(), FsckError> {
        let mut from = Vec::new();
        for of in kind::ALL.into_iter().map(Some).chain([None]) {
            let (to, after) = of.map_or((vec![0xff; 256], Vec::new()), record::all);
            loop {
                let keys = match self.records.keys(&from, &to, STRIDE).await {
                    Err(StoreError::Corrupt) => {
                        break self.find(Fault::Form, &format_args!("before kind {}", HEXLOWER.encode(&to)));
                    }
                    keys => keys?,
                };
                let Some(last) = keys.last() else { break };
                from = [last.as_slice(), &[0]].concat();
                keys.iter().for_each(|key| self.find(Fault::Form, &format_args!("record {}", HEXLOWER.encode(key))));
            }
            from = after;
        }
        Ok(())
    }

    /// Does `each` with every record of a kind whose name and value can be read; the others are findings.
    pub(super) async fn visit<N: Deserialize, T: Deserialize>(
        &mut self,
        of: u8,
        mut each: impl FnMut(&mut Self, N, T),
    ) -> Result<(), FsckError> {
        let mut walk = Walk::of(of);
        loop {
            let found = match walk.next(self.records).await {
                // A page of the database itself: how far it went is not known.
                Err(StoreError::Corrupt) => {
                    self.find(Fault::Form, &format_args!("records of kind {of:02x} that cannot be told apart"));
                    return Ok(());
                }
                found => found?,
            };
            if found.is_empty() {
                return Ok(());
            }
            for found in &found {
                match record::visited(of, found) {
                    Ok((name, value)) => each(self, name, value),
                    Err(_) => self.find(Fault::Form, &format_args!("record {}", HEXLOWER.encode(&found.0))),
                }
            }
        }
    }

    /// Every record of a kind that can be read.
    pub(super) async fn all<N: Deserialize, T: Deserialize>(&mut self, of: u8) -> Result<Vec<(N, T)>, FsckError> {
        let mut all = Vec::new();
        self.visit(of, |_, name, value| all.push((name, value))).await?;
        Ok(all)
    }

    /// Blobs that were being stored: their files may be there without a record.
    pub(super) async fn pending(&mut self) -> Result<BTreeSet<BlobKey>, FsckError> {
        let pending = self.all::<[u8; 16], Pending>(kind::PENDING).await?;
        Ok(pending.iter().flat_map(|(_, pending)| pending.blobs().collect::<Vec<_>>()).collect())
    }

    /// Every upload; those that are open have a file as long as was acknowledged, the others the blob that they became.
    pub(super) async fn uploads(&mut self) -> Result<Vec<(UploadId, Upload)>, FsckError> {
        let uploads = self.all::<UploadId, Upload>(kind::UPLOAD).await?;
        for (id, upload) in &uploads {
            self.not_removed(&upload.journal);
            let there = match upload.kept {
                Some(digest) => {
                    let blob = record::blob(&BlobKey { journal: upload.journal, digest });
                    let length = self.records.read(&blob).await.ok().flatten();
                    length == Some(encode(&upload.length)) && upload.offset == upload.length
                }
                None => match upload.offset.checked_sub(1) {
                    Some(last) => self.blobs.staged(*id, last, 1).await.is_ok_and(|byte| byte.len() == 1),
                    None => true,
                },
            };
            if !there || upload.offset > upload.length {
                self.find(Fault::Upload, id);
            }
        }
        Ok(uploads)
    }
}
