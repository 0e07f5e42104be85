//! Backups of a keyserver that does not run: its key and its records.

use std::path::Path;

use casevault_service::backup::{self, Backup, BackupError, Contents, Fresh, records_into};
use casevault_service::directory::DataDirectory;
use casevault_service::keys::ServerKey;
use casevault_service::store::{Records, SledRecords};
use casevault_wire::server::ServerKind;

use crate::fsck::{self, Finding};

/// Where records are, below the data directory.
pub(crate) const RECORDS: &str = "records";

/// How a backup or its restoring ended, or what is wrong with what was to be kept: then nothing was done.
pub type Outcome = Result<Contents, Vec<Finding>>;

/// Writes a backup of the keyserver in `data` to `file`, which must not be there.
///
/// # Errors
/// [`BackupError`]; there is no such file then.
pub async fn backup(data: &Path, file: &Path) -> Result<Outcome, BackupError> {
    let directory = DataDirectory::open(data)?;
    let records = SledRecords::open(&directory.path().join(RECORDS))?;
    if let Some(faults) = faults(directory.path(), &records).await? {
        return Ok(Err(faults));
    }
    let writer = backup::begin(file, (ServerKind::Keyserver, directory.path()), &records).await?;
    Ok(Ok(writer.finish()?))
}

/// Restores the backup in `file` into the directory `data`, which must be empty or not there, and checks it.
///
/// # Errors
/// [`BackupError`]; the directory is as it was then.
pub async fn restore(file: &Path, data: &Path) -> Result<Outcome, BackupError> {
    let mut backup = Backup::open(file, ServerKind::Keyserver)?;
    let fresh = Fresh::begin(data)?;
    let faults = {
        let records = SledRecords::open(&fresh.path().join(RECORDS))?;
        if records_into(fresh.path(), &records, &mut backup).await?.is_some() {
            return Err(BackupError::Damaged);
        }
        faults(fresh.path(), &records).await?
    };
    if let Some(faults) = faults {
        return Ok(Err(faults));
    }
    fresh.finish()?;
    Ok(Ok(backup.contents()))
}

async fn faults(data: &Path, records: &dyn Records) -> Result<Option<Vec<Finding>>, BackupError> {
    let key = ServerKey::open(data)?;
    let report = fsck::check(records, key.public()).await?;
    Ok(Some(report.faults).filter(|faults| !faults.is_empty()))
}
