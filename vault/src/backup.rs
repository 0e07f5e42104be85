//! Backups of a vault that does not run: its key, records, blobs, and open uploads as far as they were acknowledged.

use std::path::Path;

use bytes::Bytes;
use casevault_service::backup::{self, Backup, BackupError, Contents, Frame, Fresh, Writer, records_into, tag};
use casevault_service::directory::DataDirectory;
use casevault_service::random;
use casevault_service::store::{Records, SledRecords};
use casevault_wire::codec::{decode, encode};
use casevault_wire::id::UploadId;
use casevault_wire::server::ServerKind;

use crate::blob::{BlobError, Blobs, LocalBlobs, Part};
use crate::fsck::{Finding, FsckError, check};
use crate::record::{BlobKey, Walk, kind, visited};
use crate::run::RECORDS;
use crate::upload::Upload;

/// Bytes of a blob that are read at once; what is longer is restored as an upload is.
const STEP: usize = 4 << 20;

/// How a backup or its restoring ended, or what is wrong with what was to be kept: then nothing was done.
pub type Outcome = Result<Contents, Vec<Finding>>;

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// What is kept cannot be checked.
    #[error(transparent)]
    Fsck(#[from] FsckError),
    /// A blob cannot be read or written.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

macro_rules! of_backup {
    ($($from:ty),+) => {
        $(impl From<$from> for Failure {
            fn from(error: $from) -> Self {
                Self::Backup(error.into())
            }
        })+
    };
}
of_backup!(std::io::Error, casevault_service::store::StoreError, casevault_service::directory::DirectoryError);

/// Writes a backup of the vault in `data` to `file`, which must not be there.
///
/// # Errors
/// [`Failure`]; there is no such file then.
pub async fn backup(data: &Path, file: &Path) -> Result<Outcome, Failure> {
    if !data.join(RECORDS).is_dir() {
        return Err(FsckError::Absent.into());
    }
    let directory = DataDirectory::open(data)?;
    let records = SledRecords::open(&directory.path().join(RECORDS))?;
    let blobs = LocalBlobs::open(directory.path())?;
    let findings = check(&records, &blobs).await?;
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    let mut writer = backup::begin(file, (ServerKind::Vault, directory.path()), &records).await?;
    let mut walk = Walk::of(kind::BLOB);
    for (key, length) in all::<BlobKey, u64>(&mut walk, &records, kind::BLOB).await? {
        write_blob(&mut writer, &blobs, (key, length)).await?;
    }
    let mut walk = Walk::of(kind::UPLOAD);
    for (id, upload) in all::<UploadId, Upload>(&mut walk, &records, kind::UPLOAD).await? {
        if upload.kept.is_none() {
            write_upload(&mut writer, &blobs, (id, upload.offset)).await?;
        }
    }
    Ok(Ok(writer.finish()?))
}

async fn all<N, T>(walk: &mut Walk, records: &dyn Records, of: u8) -> Result<Vec<(N, T)>, Failure>
where
    N: tls_codec::Deserialize,
    T: tls_codec::Deserialize,
{
    let mut all = Vec::new();
    loop {
        let found = walk.next(records).await?;
        if found.is_empty() {
            return Ok(all);
        }
        for record in &found {
            all.push(visited(of, record)?);
        }
    }
}

/// A blob is checked against its digest as it is read.
async fn write_blob(writer: &mut Writer, blobs: &dyn Blobs, (key, length): (BlobKey, u64)) -> Result<(), Failure> {
    writer.head(tag::BLOB, &encode(&key), length)?;
    let mut hasher = blake3::Hasher::new();
    let mut offset = 0;
    while offset < length {
        let size = usize::try_from(length - offset).map_or(STEP, |left| left.min(STEP));
        let read = blobs.read(vec![Part { key, offset, length: size }]).await?;
        let bytes = read.into_iter().next().filter(|bytes| bytes.len() == size).ok_or(BlobError::Missing)?;
        hasher.update(&bytes);
        writer.bytes(&bytes)?;
        offset += size as u64;
    }
    let whole = hasher.finalize().as_bytes() == key.digest.as_bytes();
    if whole { Ok(()) } else { Err(BlobError::Unavailable.into()) }
}

async fn write_upload(writer: &mut Writer, blobs: &dyn Blobs, (id, length): (UploadId, u64)) -> Result<(), Failure> {
    writer.head(tag::UPLOAD, &encode(&id), length)?;
    let mut offset = 0;
    while offset < length {
        let size = usize::try_from(length - offset).map_or(STEP, |left| left.min(STEP));
        let bytes = blobs.staged(id, offset, size).await?;
        if bytes.len() != size {
            return Err(BlobError::Missing.into());
        }
        writer.bytes(&bytes)?;
        offset += size as u64;
    }
    Ok(())
}

/// Restores the backup in `file` into the directory `data`, which must be empty or not there, and checks it.
///
/// # Errors
/// [`Failure`]; the directory is as it was then.
pub async fn restore(file: &Path, data: &Path) -> Result<Outcome, Failure> {
    let mut backup = Backup::open(file, ServerKind::Vault)?;
    let fresh = Fresh::begin(data)?;
    let findings = {
        let records = SledRecords::open(&fresh.path().join(RECORDS))?;
        let blobs = LocalBlobs::open(fresh.path())?;
        let mut frame = records_into(fresh.path(), &records, &mut backup).await?;
        while let Some(next) = frame {
            read_file(&mut backup, &blobs, &next).await?;
            frame = backup.next_frame()?;
        }
        check(&records, &blobs).await?
    };
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    fresh.finish()?;
    Ok(Ok(backup.contents()))
}

async fn read_file(backup: &mut Backup, blobs: &dyn Blobs, frame: &Frame) -> Result<(), Failure> {
    let damaged = |_| BackupError::Damaged;
    match frame.tag {
        tag::BLOB => {
            let key: BlobKey = decode(&frame.name, frame.name.len()).map_err(damaged)?;
            if frame.length <= STEP as u64 {
                let bytes = Bytes::from(backup.whole()?);
                return Ok(blobs.put(key.journal, vec![(key, bytes)]).await?);
            }
            let upload = UploadId(random::bytes().map_err(|_| BlobError::Unavailable)?);
            read_upload(backup, blobs, (upload, frame.length)).await?;
            blobs.keep(upload, key).await?;
            Ok(blobs.discard(upload).await?)
        }
        tag::UPLOAD => {
            let id = decode(&frame.name, frame.name.len()).map_err(damaged)?;
            read_upload(backup, blobs, (id, frame.length)).await
        }
        _ => Err(BackupError::Damaged.into()),
    }
}

async fn read_upload(backup: &mut Backup, blobs: &dyn Blobs, (id, length): (UploadId, u64)) -> Result<(), Failure> {
    blobs.begin(id).await?;
    let mut offset = 0;
    while offset < length {
        let piece = Bytes::from(backup.piece(STEP)?);
        let size = piece.len() as u64;
        blobs.write(id, offset, vec![piece]).await?;
        offset += size;
    }
    Ok(blobs.flush(id, length).await?)
}
