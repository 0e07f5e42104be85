//! A profile: the directory of one person's device (design §9). One process at a time, closed to other users of the machine.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use casevault_crypto::derive;
use casevault_crypto::keystore::{self, KeystoreError, Parameters};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;

use crate::error::{ClientError, Result};
use crate::store::Store;

const KEYSTORE: &str = "keystore";
const DATABASE: &str = "store";
const LOCK: &str = "lock";
const OUTBOX: &str = "outbox";

/// An unlocked profile, held by this process alone.
pub struct Profile {
    directory: PathBuf,
    /// The open store.
    pub store: Store,
    _lock: File,
}

impl Profile {
    /// Makes a profile in `directory`, which is made too, or must be empty of one.
    ///
    /// # Errors
    /// [`ClientError::ProfileExists`] if there is one.
    pub fn create(directory: &Path, passphrase: &SecretBytes) -> Result<Self> {
        match fs::metadata(directory) {
            Ok(_) => check_mode(directory)?,
            Err(_) => DirBuilder::new().recursive(true).mode(0o700).create(directory)?,
        }
        let lock = lock(directory)?;
        if directory.join(KEYSTORE).exists() {
            return Err(ClientError::ProfileExists);
        }
        let (file, key) =
            keystore::create(passphrase, Parameters::DEFAULT, &mut SystemRandom).map_err(|_| ClientError::Randomness)?;
        // The database first: a profile exists once its keystore does, and opens from then on.
        let _ = fs::remove_file(directory.join(DATABASE));
        let store = Store::open(&directory.join(DATABASE), derive::database_key(&key).secret().expose())?;
        make_private_directory(&directory.join(OUTBOX))?;
        write_durably(&directory.join(KEYSTORE), &file)?;
        Ok(Self { directory: directory.to_path_buf(), store, _lock: lock })
    }

    /// Unlocks the profile in `directory`.
    ///
    /// # Errors
    /// [`ClientError::NoProfile`], [`ClientError::InUse`], [`ClientError::WrongPassphrase`], [`ClientError::Permissions`] or
    /// [`ClientError::Damaged`].
    pub fn open(directory: &Path, passphrase: &SecretBytes) -> Result<Self> {
        let file = fs::read(directory.join(KEYSTORE)).map_err(|_| ClientError::NoProfile)?;
        check_mode(directory)?;
        let lock = lock(directory)?;
        let key = keystore::unlock(&file, passphrase).map_err(|error| match error {
            KeystoreError::WrongPassphrase => ClientError::WrongPassphrase,
            _ => ClientError::Damaged,
        })?;
        let store = Store::open(&directory.join(DATABASE), derive::database_key(&key).secret().expose())?;
        Ok(Self { directory: directory.to_path_buf(), store, _lock: lock })
    }

    /// Whether there is a profile in `directory`.
    pub fn exists(directory: &Path) -> bool {
        directory.join(KEYSTORE).exists()
    }

    /// Where sealed blobs wait to be sent.
    pub fn outbox(&self) -> PathBuf {
        self.directory.join(OUTBOX)
    }

    /// Destroys the profile in `directory`: the keystore first, without which nothing else opens.
    ///
    /// # Errors
    /// [`ClientError::NoProfile`] if there is none, [`ClientError::File`] if something could not be removed.
    pub fn wipe(directory: &Path) -> Result<()> {
        let path = directory.join(KEYSTORE);
        let length = fs::metadata(&path).map_err(|_| ClientError::NoProfile)?.len();
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.write_all(&vec![0; usize::try_from(length).unwrap_or(0)])?;
        file.sync_all()?;
        fs::remove_file(&path)?;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let removed =
                if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
            removed?;
        }
        Ok(())
    }
}

/// Writes a small file so that after a crash there is all of it or nothing.
fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    if let Some(parent) = path.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

fn make_private_directory(path: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?),
    }
}

fn check_mode(directory: &Path) -> Result<()> {
    let metadata = fs::metadata(directory)?;
    if !metadata.is_dir() || metadata.mode() & 0o077 != 0 { Err(ClientError::Permissions) } else { Ok(()) }
}

fn lock(directory: &Path) -> Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(directory.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClientError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Keeps secrets out of core dumps and away from debuggers of the same user.
pub fn harden() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    // Where the system refuses, the process goes on: these are second lines of defence.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
