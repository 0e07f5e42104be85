//! Checking every invariant of a data directory that no vault is using. Nothing is changed.

mod files;
mod finding;
mod journals;
mod teams;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use casevault_service::directory::{DataDirectory, DirectoryError};
use casevault_service::store::{Records, SledRecords, StoreError};
use casevault_wire::id::UploadId;

use crate::blob::{BlobError, Blobs, LocalBlobs};
use crate::journal::Standing;
use crate::pending::Pending;
use crate::record::{self, BlobKey, JournalKey, TeamKey, Walk, kind};
use crate::run::RECORDS;
use crate::upload::Upload;

pub use finding::{Fault, Finding};

/// Why a data directory cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum FsckError {
    /// There is none.
    #[error("there is no vault in this directory")]
    Absent,
    /// It cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Its records cannot be opened or read.
    #[error(transparent)]
    Records(#[from] StoreError),
    /// Its files cannot be listed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The operating system refuses.
    #[error("the operating system refuses")]
    Io(#[from] io::Error),
}

/// What is known so far.
struct Check<'a> {
    records: &'a dyn Records,
    blobs: &'a dyn Blobs,
    standings: BTreeMap<JournalKey, Standing>,
    stored: BTreeMap<TeamKey, u64>,
    findings: Vec<Finding>,
}

/// Checks the vault in `data`. Empty if all is well.
///
/// # Errors
/// [`FsckError`] if it cannot be checked, [`DirectoryError::InUse`] if a vault is running on it.
pub async fn fsck(data: &Path) -> Result<Vec<Finding>, FsckError> {
    if !data.join(RECORDS).is_dir() {
        return Err(FsckError::Absent);
    }
    let directory = DataDirectory::open(data)?;
    let records = SledRecords::open(&directory.path().join(RECORDS))?;
    let blobs = LocalBlobs::open(directory.path())?;
    check(&records, &blobs).await
}

/// Checks records and blobs of any backend.
///
/// # Errors
/// As [`fsck`].
pub async fn check(records: &dyn Records, blobs: &dyn Blobs) -> Result<Vec<Finding>, FsckError> {
    let mut check = Check { records, blobs, standings: BTreeMap::new(), stored: BTreeMap::new(), findings: Vec::new() };
    check.journals().await?;
    check.entries().await?;
    check.changes().await?;
    let uploads = check.uploads().await?;
    check.files().await?;
    check.teams(&uploads).await?;
    check.organisations().await?;
    Ok(check.findings)
}

impl Check<'_> {
    fn find(&mut self, fault: Fault, at: &dyn std::fmt::Display) {
        self.findings.push(Finding { fault, at: at.to_string() });
    }

    fn count(&mut self, team: TeamKey, bytes: u64) {
        let stored = self.stored.entry(team).or_default();
        *stored = stored.saturating_add(bytes);
    }

    /// Every record of a kind whose name and value can be read; the others are findings.
    async fn all<N, T>(&mut self, of: u8) -> Result<Vec<(N, T)>, FsckError>
    where
        N: tls_codec::Deserialize,
        T: tls_codec::Deserialize,
    {
        let (mut walk, mut all) = (Walk::of(of), Vec::new());
        loop {
            let found = walk.next(self.records).await?;
            if found.is_empty() {
                return Ok(all);
            }
            for found in &found {
                match record::visited(of, found) {
                    Ok(record) => all.push(record),
                    Err(_) => self.find(Fault::Unreadable, &format_args!("record of kind {of:02x}")),
                }
            }
        }
    }

    /// Blobs that were being stored: their files may be there without a record.
    async fn pending(&mut self) -> Result<BTreeSet<BlobKey>, FsckError> {
        let pending = self.all::<[u8; 16], Pending>(kind::PENDING).await?;
        Ok(pending.iter().flat_map(|(_, pending)| pending.blobs().collect::<Vec<_>>()).collect())
    }

    /// Every upload; those that are open have a file as long as was acknowledged.
    async fn uploads(&mut self) -> Result<Vec<(UploadId, Upload)>, FsckError> {
        let uploads = self.all::<UploadId, Upload>(kind::UPLOAD).await?;
        for (id, upload) in &uploads {
            if upload.offset > upload.length {
                self.find(Fault::Upload, id);
            }
            let Some(last) = upload.offset.checked_sub(1).filter(|_| upload.kept.is_none()) else { continue };
            let there = self.blobs.staged(*id, last, 1).await.is_ok_and(|byte| byte.len() == 1);
            if !there {
                self.find(Fault::Upload, id);
            }
        }
        Ok(uploads)
    }
}
