//! Checking every invariant of a data directory that no vault is using. Nothing is changed. What is damaged is named, and the rest is
//! checked all the same.

mod deletions;
mod files;
mod finding;
mod grants;
mod journals;
mod organisations;
mod records;
mod statistics;
mod teams;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use casevault_service::directory::{DataDirectory, DirectoryError};
use casevault_service::store::{Records, SledRecords, StoreError};
use casevault_wire::id::{JournalId, OrganisationId, TeamId};

use crate::blob::{BlobError, Blobs, LocalBlobs};
use crate::journal::Standing;
use crate::record::{JournalKey, TeamKey};
use crate::run::RECORDS;

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
    owners: BTreeMap<(OrganisationId, JournalId), TeamId>,
    /// The owners of journals that have something.
    used: BTreeSet<(OrganisationId, JournalId)>,
    standings: BTreeMap<JournalKey, Standing>,
    /// The journals that were removed, and of which that goes on.
    removed: BTreeMap<JournalKey, bool>,
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
    let (owners, used, standings, removed, stored, findings) = Default::default();
    let mut check = Check { records, blobs, owners, used, standings, removed, stored, findings };
    check.kinds().await?;
    check.journals().await?;
    check.deletions().await?;
    check.entries().await?;
    check.changes().await?;
    let uploads = check.uploads().await?;
    check.files().await?;
    check.grants().await?;
    check.nobodys();
    let keyservers = check.foundings().await?;
    check.statistics(&keyservers).await?;
    check.teams(&uploads, &keyservers).await?;
    check.feeds(&keyservers).await?;
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
}
