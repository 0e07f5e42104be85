//! A profile: the directory of one person's device (design §9). One process at a time, closed to other users of the machine.

mod attempts;
mod file;
mod harden;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use casevault_crypto::derive;
use casevault_crypto::keys::SystemSecret;
use casevault_crypto::keystore::{self, Factors, Parameters};
use casevault_crypto::random::SystemRandom;
use casevault_crypto::secret::SecretBytes;

use crate::client::Options;
use crate::error::{ClientError, Result};
use crate::store::Store;
use file::{destroy, make_directory, replace, temporary, write_durably};

pub use harden::harden;

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
            Err(_) => make_directory(directory)?,
        }
        let lock = lock(directory)?;
        if directory.join(KEYSTORE).exists() {
            return Err(ClientError::ProfileExists);
        }
        let (file, key) =
            keystore::create(passphrase, Parameters::DEFAULT, &mut SystemRandom).map_err(|_| ClientError::Randomness)?;
        // The database first: a profile exists once its keystore does, and opens from then on.
        let _ = fs::remove_file(directory.join(DATABASE));
        let store = Store::create(&directory.join(DATABASE), derive::database_key(&key).secret().expose())?;
        make_private_directory(&directory.join(OUTBOX))?;
        attempts::create(directory)?;
        write_durably(&directory.join(KEYSTORE), &file)?;
        Ok(Self { directory: directory.to_path_buf(), store, _lock: lock })
    }

    /// Unlocks the profile in `directory`.
    ///
    /// # Errors
    /// [`ClientError::NoProfile`], [`ClientError::InUse`], [`ClientError::WrongPassphrase`], [`ClientError::Permissions`],
    /// [`ClientError::Wait`], [`ClientError::Wiped`] or [`ClientError::Damaged`]; [`ClientError::DiskFull`] or [`ClientError::File`] if
    /// wrong passphrases destroy it and they cannot be counted, or forgotten.
    pub fn open(directory: &Path, passphrase: &SecretBytes, options: &Options) -> Result<Self> {
        let (lock, key) = attempt(directory, options, |file| {
            let system = system_secret(file, options)?;
            Ok(keystore::unlock(file, Factors { passphrase, system: system.as_ref() })?)
        })?;
        let store = Store::open(&directory.join(DATABASE), derive::database_key(&key).secret().expose())?;
        make_private_directory(&directory.join(OUTBOX))?; // a copy of a profile may have left it out
        Ok(Self { directory: directory.to_path_buf(), store, _lock: lock })
    }

    /// Seals the profile's key under another passphrase. Nothing else changes. The old keystore is overwritten; whoever copied it
    /// can still try the old passphrase on the copy.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn change_passphrase(directory: &Path, old: &SecretBytes, new: &SecretBytes, options: &Options) -> Result<()> {
        let wanted = keystore::secret_name(&read_keystore(directory)?)?.is_some();
        reseal(directory, (old, new), wanted, options)
    }

    /// Has the profile open only together with a secret in the operating system's key store, or without one again.
    ///
    /// # Errors
    /// As [`Self::open`]; [`ClientError::NoKeychain`] or [`ClientError::KeychainLocked`] if the key store cannot be used.
    pub fn set_system_secret(directory: &Path, passphrase: &SecretBytes, wanted: bool, options: &Options) -> Result<()> {
        reseal(directory, (passphrase, passphrase), wanted, options)
    }

    /// Whether the profile opens only together with a secret in the operating system's key store.
    ///
    /// # Errors
    /// [`ClientError::Damaged`] if the keystore is.
    pub fn has_system_secret(&self) -> Result<bool> {
        Ok(keystore::secret_name(&read_keystore(&self.directory)?)?.is_some())
    }

    /// How many wrong passphrases destroy this profile, if any number does.
    pub fn wipe_after(&self) -> Option<u32> {
        attempts::current(&self.directory).wipe_after()
    }

    /// Sets how many wrong passphrases destroy this profile.
    ///
    /// # Errors
    /// [`ClientError::TooFew`] if they are so few that a person may mistype as often.
    pub fn set_wipe_after(&self, after: Option<u32>) -> Result<()> {
        if after.is_some_and(|after| after < attempts::FEWEST) {
            return Err(ClientError::TooFew(attempts::FEWEST));
        }
        attempts::set_wipe_after(&self.directory, after)
    }

    /// Whether there is a profile in `directory`.
    pub fn exists(directory: &Path) -> bool {
        directory.join(KEYSTORE).exists()
    }

    /// Whether somebody holds the profile in `directory`: another process, or this one.
    pub fn is_in_use(directory: &Path) -> bool {
        matches!(lock(directory), Err(ClientError::InUse))
    }

    /// Where sealed blobs wait to be sent.
    pub fn outbox(&self) -> PathBuf {
        self.directory.join(OUTBOX)
    }

    /// Destroys the profile in `directory`: the keystore first, without which nothing else opens. What cannot be removed or overwritten
    /// keeps nothing else from going. What was cut is done to its end when it is called again.
    ///
    /// # Errors
    /// [`ClientError::NoProfile`] if there is none; what was wrong first, if something could not be removed or overwritten.
    pub fn wipe(directory: &Path, options: &Options) -> Result<()> {
        if ![KEYSTORE, DATABASE, OUTBOX].iter().any(|name| directory.join(name).exists()) {
            return Err(ClientError::NoProfile);
        }
        let keystore = directory.join(KEYSTORE);
        let secret = read_keystore(directory).and_then(|file| Ok(keystore::secret_name(&file)?));
        let mut outcome = destroy(&keystore).and(destroy(&temporary(&keystore)));
        for entry in fs::read_dir(directory)? {
            outcome = outcome.and(remove(&entry?));
        }
        if let Ok(Some(name)) = secret {
            // Last, since a person may be asked; what is left over there opens nothing any more.
            let _ = options.keychain.forget(&name);
        }
        outcome
    }
}

/// What somebody else removes meanwhile is gone as well: SQLite's own files go as whoever worked lets go of the database.
fn remove(entry: &fs::DirEntry) -> Result<()> {
    let is_directory = entry.file_type()?.is_dir();
    match if is_directory { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) } {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => Ok(done?),
    }
}

/// Tries a passphrase on the keystore, as often as that may be tried.
fn attempt<T>(directory: &Path, options: &Options, work: impl FnOnce(&[u8]) -> Result<T>) -> Result<(File, T)> {
    let file = read_keystore(directory)?;
    check_mode(directory)?;
    let lock = lock(directory)?;
    let outcome = attempts::begin(directory, options.clock.now()).and_then(|attempts| match work(&file) {
        Ok(done) => {
            attempts::succeeded(directory, attempts)?;
            Ok(done)
        }
        // The wait begins with the answer, however long the passphrase took to try.
        Err(ClientError::WrongPassphrase) => Err(attempts::failed(directory, attempts, options.clock.now())),
        Err(error) => Err(error),
    });
    if matches!(outcome, Err(ClientError::Wiped)) {
        Profile::wipe(directory, options)?;
    }
    // A change of passphrase that was cut has left its file.
    let _ = destroy(&temporary(&directory.join(KEYSTORE)));
    outcome.map(|done| (lock, done))
}

fn read_keystore(directory: &Path) -> Result<Vec<u8>> {
    fs::read(directory.join(KEYSTORE)).map_err(|_| ClientError::NoProfile)
}

/// The secret of the operating system's key store that `file` asks for, if it asks for one.
fn system_secret(file: &[u8], options: &Options) -> Result<Option<SystemSecret>> {
    match keystore::secret_name(file)? {
        Some(name) => options.keychain.find(&name)?.ok_or(ClientError::SystemSecret).map(Some),
        None => Ok(None),
    }
}

/// Puts a new keystore in the place of the old one, with a secret of its own in the operating system's key store if that is wanted.
/// The key store holds the new secret before the file asks for it, and the old one until nothing does.
fn reseal(directory: &Path, (old, new): (&SecretBytes, &SecretBytes), wanted: bool, options: &Options) -> Result<()> {
    let fresh = wanted.then(|| SystemSecret::generate(&mut SystemRandom)).transpose().map_err(|_| ClientError::Randomness)?;
    let (_lock, (file, before)) = attempt(directory, options, |file| {
        let system = system_secret(file, options)?;
        let (old, new) =
            (Factors { passphrase: old, system: system.as_ref() }, Factors { passphrase: new, system: fresh.as_ref() });
        Ok((keystore::rewrap(file, old, new, &mut SystemRandom)?, keystore::secret_name(file)?))
    })?;
    if let (Some(name), Some(fresh)) = (keystore::secret_name(&file)?, &fresh) {
        options.keychain.keep(&name, fresh)?;
        if options.keychain.find(&name)?.as_ref() != Some(fresh) {
            return Err(ClientError::NoKeychain);
        }
    }
    replace(&directory.join(KEYSTORE), &file)?;
    // What is left over there opens nothing any more.
    before.map_or(Ok(()), |name| options.keychain.forget(&name)).or(Ok(()))
}

fn make_private_directory(path: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o700))?),
    }
}

fn check_mode(directory: &Path) -> Result<()> {
    let metadata = fs::metadata(directory)?;
    let private = metadata.mode() & 0o077 == 0 && metadata.uid() == rustix::process::geteuid().as_raw();
    if metadata.is_dir() && private { Ok(()) } else { Err(ClientError::Permissions) }
}

fn lock(directory: &Path) -> Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(directory.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClientError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
