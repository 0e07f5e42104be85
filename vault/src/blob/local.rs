//! Blobs as files: `blobs/<organisation>/<team>/<journal>/<digest>`, staged in `staging/` and renamed into place once durable.

mod durable;
mod tree;

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use casevault_fault::step as fault;
use casevault_service::disk::{self, Disk, SystemDisk};
use casevault_wire::id::UploadId;
use futures_util::FutureExt;

use super::{Answer, BlobError, Blobs, Listing, Part};
use crate::record::{BlobKey, JournalKey};
use crate::team::OVERHEAD;
use durable::{leave, make_directories, sync_directory, write_durably};

/// How names of files that are not whole yet begin.
const UNFINISHED: &str = "batch-";

/// Blobs in a directory of the local file system.
#[derive(Debug, Clone)]
pub struct LocalBlobs(Arc<Paths>);

/// Where things are.
#[derive(Debug)]
struct Paths {
    blobs: PathBuf,
    staging: PathBuf,
    unnamed: AtomicU64,
    /// The directory of blobs, whose disk has as much room as is said.
    root: File,
    disk: Arc<dyn Disk>,
    /// Bytes that are about to be stored.
    coming: AtomicU64,
    /// Directories of journals that this process has seen to be durable, with all above them.
    made: Mutex<HashSet<JournalKey>>,
}

impl Paths {
    fn journal(&self, journal: &JournalKey) -> PathBuf {
        let mut path = self.blobs.clone();
        path.push(journal.team.organisation.to_string());
        path.push(journal.team.team.to_string());
        path.push(journal.journal.to_string());
        path
    }

    fn blob(&self, key: &BlobKey) -> PathBuf {
        self.journal(&key.journal).join(key.digest.to_string())
    }

    fn upload(&self, upload: UploadId) -> PathBuf {
        self.staging.join(upload.to_string())
    }

    /// The directory of a journal, there and durable. That it is there is not enough: whoever made it may not be that far yet, or have
    /// been killed before it was.
    fn make_journal(&self, journal: &JournalKey) -> io::Result<PathBuf> {
        let directory = self.journal(journal);
        if !self.made.lock().unwrap_or_else(PoisonError::into_inner).contains(journal) {
            fault("blob.directory", || make_directories(&self.blobs, &directory))?;
            self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(*journal);
        }
        Ok(directory)
    }

    /// Room for `bytes` of `files` until they are stored, if that leaves what is kept for records.
    fn take(&self, files: usize, bytes: u64) -> io::Result<Taken<'_>> {
        let bytes = OVERHEAD.saturating_mul(files as u64).saturating_add(bytes);
        let taken = Taken { coming: &self.coming, bytes };
        let coming = self.coming.fetch_add(bytes, Ordering::SeqCst).saturating_add(bytes);
        if self.disk.free(&self.root) < disk::BLOBS.saturating_add(coming) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(taken)
    }

    /// A name in the staging directory that no upload has.
    fn unnamed(&self) -> PathBuf {
        self.staging.join(format!("{UNFINISHED}{}", self.unnamed.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Room on the disk for what is about to be stored.
struct Taken<'a> {
    coming: &'a AtomicU64,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.coming.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

impl LocalBlobs {
    /// Opens or makes the directories in `data`.
    ///
    /// # Errors
    /// The operating system's.
    pub fn open(data: &Path) -> io::Result<Self> {
        Self::open_on(data, Arc::new(SystemDisk))
    }

    /// As [`Self::open`], on a disk that has as much room as `disk` says.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(data: &Path, disk: Arc<dyn Disk>) -> io::Result<Self> {
        let (blobs, staging) = (data.join("blobs"), data.join("staging"));
        make_directories(data, &blobs)?;
        make_directories(data, &staging)?;
        let root = File::open(&blobs)?;
        let (unnamed, coming, made) = Default::default();
        let paths = Paths { blobs, staging, unnamed, root, disk, coming, made };
        Ok(Self(Arc::new(paths)))
    }

    /// Removes what batches left unfinished. To be called before any is begun.
    ///
    /// # Errors
    /// The operating system's.
    pub fn sweep(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.0.staging)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Runs `work`, which waits for the disk, where waiting is allowed.
    fn run<T: Send + 'static>(&self, work: impl FnOnce(&Paths) -> io::Result<T> + Send + 'static) -> Answer<'static, T> {
        let paths = self.0.clone();
        tokio::task::spawn_blocking(move || work(&paths).map_err(BlobError::from))
            .map(|done| done.unwrap_or(Err(BlobError::Unavailable)))
            .boxed()
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => Self::Missing,
            kind => {
                tracing::error!(?kind, "blob files cannot be used");
                Self::Unavailable
            }
        }
    }
}

impl Blobs for LocalBlobs {
    fn put(&self, journal: JournalKey, blobs: Vec<(BlobKey, Bytes)>) -> Answer<'_, ()> {
        let paths = self.0.clone();
        async move {
            let bytes = blobs.iter().map(|(_, bytes)| bytes.len() as u64).sum();
            let _room = paths.take(blobs.len(), bytes)?;
            let files = blobs.into_iter().map(|(key, bytes)| (paths.unnamed(), paths.blob(&key), bytes)).collect();
            self.run(move |paths| paths.make_journal(&journal)).await?;
            write_durably(files).await?;
            self.run(move |paths| fault("blob.named", || sync_directory(&paths.journal(&journal)))).await
        }
        .boxed()
    }

    fn read(&self, parts: Vec<Part>) -> Answer<'_, Vec<Bytes>> {
        self.run(move |paths| parts.iter().map(|part| read_at(&paths.blob(&part.key), part.offset, part.length, true)).collect())
    }

    fn delete(&self, key: BlobKey) -> Answer<'_, ()> {
        self.run(move |paths| {
            fault("blob.remove", || remove(&paths.blob(&key)))?;
            match sync_directory(&paths.journal(&key.journal)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                synced => synced,
            }
        })
    }

    fn list(&self) -> Answer<'_, Listing> {
        self.run(|paths| Ok(tree::list(&paths.blobs)))
    }

    fn begin(&self, upload: UploadId) -> Answer<'_, ()> {
        self.run(move |paths| {
            let _room = paths.take(1, 0)?;
            let create = || OpenOptions::new().create_new(true).write(true).mode(0o600).open(paths.upload(upload));
            fault("upload.create", create)?;
            fault("upload.named", || sync_directory(&paths.staging))
        })
    }

    fn write(&self, upload: UploadId, offset: u64, piece: Vec<Bytes>) -> Answer<'_, ()> {
        self.run(move |paths| {
            let _room = paths.take(0, piece.iter().map(|bytes| bytes.len() as u64).sum())?;
            let file = OpenOptions::new().write(true).open(paths.upload(upload))?;
            let mut at = offset;
            for bytes in &piece {
                fault("upload.write", || file.write_all_at(bytes, at))?;
                at += bytes.len() as u64;
            }
            Ok(())
        })
    }

    fn flush(&self, upload: UploadId, length: u64) -> Answer<'_, ()> {
        self.run(move |paths| {
            let file = OpenOptions::new().write(true).open(paths.upload(upload))?;
            if file.metadata()?.len() < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            fault("upload.sync", || file.sync_data())?;
            leave(&file, 0, 0);
            Ok(())
        })
    }

    fn staged(&self, upload: UploadId, offset: u64, length: usize) -> Answer<'_, Bytes> {
        self.run(move |paths| read_at(&paths.upload(upload), offset, length, false))
    }

    fn keep(&self, upload: UploadId, key: BlobKey) -> Answer<'_, ()> {
        self.run(move |paths| {
            let directory = paths.make_journal(&key.journal)?;
            // A second name rather than another one: should the record of the blob not be written, the upload is still there.
            match fault("upload.link", || std::fs::hard_link(paths.upload(upload), paths.blob(&key))) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                linked => linked?,
            }
            fault("upload.linked", || sync_directory(&directory))
        })
    }

    fn discard(&self, upload: UploadId) -> Answer<'_, ()> {
        self.run(move |paths| {
            fault("upload.remove", || remove(&paths.upload(upload)))?;
            sync_directory(&paths.staging)
        })
    }

    fn uploads(&self) -> Answer<'_, Vec<UploadId>> {
        self.run(|paths| {
            let entries = std::fs::read_dir(&paths.staging)?.collect::<io::Result<Vec<_>>>()?;
            Ok(entries.iter().filter_map(|entry| UploadId::parse(&entry.file_name().to_string_lossy()).ok()).collect())
        })
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// `length` bytes from `offset`; fewer only if the file ends and `exact` is not asked for.
fn read_at(path: &Path, offset: u64, length: usize, exact: bool) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let at = offset.saturating_add(bytes.len() as u64);
        match rustix::io::pread(&file, rustix::buffer::spare_capacity(&mut bytes), at) {
            Ok(0) if exact => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => break,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if bytes.len() >= durable::LONG {
        leave(&file, offset, bytes.len() as u64);
    }
    // The allocation may be larger than what was asked for.
    bytes.truncate(length);
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use casevault_service::disk::ManualDisk;

    use super::*;
    use crate::blob::conformance;

    #[tokio::test]
    async fn local_files_keep_the_rules_of_blobs() {
        let directory = tempfile::tempdir().unwrap();
        conformance::blobs(|| Arc::new(LocalBlobs::open(directory.path()).unwrap())).await;
    }

    /// What is on its way counts as what is stored: however many come at once, what is kept stays.
    // Plays X09.
    #[test]
    fn x09_blobs_stop_before_the_room_that_is_kept_however_many_come_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let manual = Arc::new(ManualDisk::with(disk::BLOBS + 10_000));
        let blobs = LocalBlobs::open_on(directory.path(), manual.clone()).unwrap();
        let first = blobs.0.take(1, 3_000).unwrap();
        assert!(blobs.0.take(1, 3_000).is_err());
        let second = blobs.0.take(0, 2_904).unwrap();
        assert!(blobs.0.take(0, 1).is_err());
        drop((first, second));
        assert!(blobs.0.take(2, 1_808).is_ok(), "and what was not stored takes nothing");
        manual.leave(disk::BLOBS - 1);
        assert!(blobs.0.take(0, 0).is_err());
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        for errno in [rustix::io::Errno::NOSPC, rustix::io::Errno::DQUOT, rustix::io::Errno::FBIG] {
            assert_eq!(BlobError::from(io::Error::from(errno)), BlobError::Full);
        }
        assert_eq!(BlobError::from(io::Error::from(rustix::io::Errno::IO)), BlobError::Unavailable);
    }
}
