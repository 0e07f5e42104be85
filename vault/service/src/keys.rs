//! The key that signs what a server says: made at first start, kept in its data directory.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use casevault_fault::step as fault;
use casevault_wire::codec::encode;
use casevault_wire::hash::Hash;
use casevault_wire::label::Label;
use casevault_wire::request::Request;
use casevault_wire::server::server_id;
use casevault_wire::signature::{PublicKey, Signable, Signature, Signed, signed_content};
use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use crate::random;

/// The file's name in the data directory.
const FILE: &str = "server.key";

/// Why the server's key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file is gone, and records are there.
    #[error("the key file `server.key` is gone: without it this server is another one; restore it from a backup")]
    Gone,
    /// The key file is not one.
    #[error("the key file `server.key` is damaged")]
    Damaged,
    /// Others than its owner may read the key file.
    #[error("the key file `server.key` is open to others: make it private with `chmod 600`")]
    Permissions,
    /// It cannot be read or written.
    #[error("the key file `server.key` cannot be used")]
    Io(#[from] io::Error),
    /// No key could be drawn.
    #[error(transparent)]
    Random(#[from] random::NoRandomness),
}

/// A server's signing key. Wiped when dropped; never printed.
pub struct ServerKey {
    signing: SigningKey,
    public: PublicKey,
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

impl ServerKey {
    /// Reads the key of `directory`, or makes it if there is none.
    ///
    /// # Errors
    /// [`KeyError`]; an existing file is never replaced.
    pub fn open(directory: &Path) -> Result<Self, KeyError> {
        match File::open(directory.join(FILE)) {
            Ok(file) => Ok(Self::from_seed(&*read(file)?)),
            // Records without their key are what somebody lost it of: another key would be another server.
            Err(error) if error.kind() == io::ErrorKind::NotFound && directory.join("records").exists() => Err(KeyError::Gone),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let seed = Zeroizing::new(random::bytes::<32>()?);
                Self::keep(directory, &seed)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A key from its seed, for tests.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(seed);
        let public = PublicKey(signing.verifying_key().to_bytes());
        Self { signing, public }
    }

    /// Makes the key file of a directory that has none.
    pub(crate) fn keep(directory: &Path, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let unfinished = directory.join("server.key.new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        fault("key.write", || file.write_all(seed))?;
        fault("key.sync", || file.sync_all())?;
        fault("key.rename", || std::fs::rename(&unfinished, directory.join(FILE)))?;
        fault("key.named", || File::open(directory)?.sync_all())?;
        Ok(Self::from_seed(seed))
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The server's id in signed requests.
    pub fn id(&self) -> Hash {
        server_id(&self.public)
    }

    /// Signs `content` under its label.
    pub fn sign<T>(&self, content: T) -> Signed<T>
    where
        T: Signable + tls_codec::Deserialize + tls_codec::Size + std::fmt::Debug,
    {
        let signature = self.sign_content(T::LABEL, &content);
        Signed { content, signature }
    }

    /// Signs a request to the other server.
    pub fn sign_request(&self, request: &Request) -> Signature {
        self.sign_content(Label::ServerRequest, request)
    }

    /// What this server alone draws from `content`, and draws again each time: 32 bytes that look random to everybody else.
    pub fn mac<T: tls_codec::Serialize>(&self, label: Label, content: &T) -> Zeroizing<[u8; 32]> {
        let mut mac = blake3::Hasher::new_keyed(self.signing.as_bytes());
        mac.update(&label.code().to_be_bytes()).update(&encode(content));
        Zeroizing::new(*mac.finalize().as_bytes())
    }

    fn sign_content<T: tls_codec::Serialize>(&self, label: Label, content: &T) -> Signature {
        Signature(self.signing.sign(&signed_content(label, content)).to_bytes())
    }
}

/// What the key of `directory` is made from, for a backup.
pub(crate) fn seed(directory: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    read(File::open(directory.join(FILE))?)
}

fn read(mut file: File) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let metadata = file.metadata()?;
    if metadata.mode() & 0o077 != 0 {
        return Err(KeyError::Permissions);
    }
    if metadata.len() != 32 {
        return Err(KeyError::Damaged);
    }
    let mut seed = Zeroizing::new([0; 32]);
    file.read_exact(&mut *seed)?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_stays_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let first = *ServerKey::open(directory.path()).unwrap().public();
        let path = directory.path().join(FILE);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(*ServerKey::open(directory.path()).unwrap().public(), first);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(ServerKey::open(directory.path()), Err(KeyError::Permissions)));
    }

    #[test]
    fn a_damaged_key_file_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        drop(ServerKey::open(directory.path()).unwrap());
        let path = directory.path().join(FILE);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(31).unwrap();
        assert!(matches!(ServerKey::open(directory.path()), Err(KeyError::Damaged)));
        assert_eq!(path.metadata().unwrap().len(), 31);
    }

    #[test]
    fn a_key_that_is_gone_is_not_replaced_where_there_are_records() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("records")).unwrap();
        assert!(matches!(ServerKey::open(directory.path()), Err(KeyError::Gone)));
        assert!(!directory.path().join(FILE).exists());
    }

    #[test]
    fn the_key_does_not_print() {
        assert_eq!(format!("{:?}", ServerKey::from_seed(&[7; 32])), "ServerKey(…)");
    }
}
