//! The operating system's key store: where it keeps a secret, a copy of the disk and the passphrase together open nothing.

mod secret_service;

use casevault_crypto::keys::SystemSecret;

use crate::error::Result;

pub use secret_service::SecretService;

/// A key store of the operating system.
pub trait Keychain: Send + Sync {
    /// Keeps `secret` under `name`, durably.
    ///
    /// # Errors
    /// [`ClientError::NoKeychain`](crate::ClientError::NoKeychain) or
    /// [`ClientError::KeychainLocked`](crate::ClientError::KeychainLocked).
    fn keep(&self, name: &str, secret: &SystemSecret) -> Result<()>;

    /// What is kept under `name`, if anything is.
    ///
    /// # Errors
    /// As [`Self::keep`].
    fn find(&self, name: &str) -> Result<Option<SystemSecret>>;

    /// Forgets what is kept under `name`.
    ///
    /// # Errors
    /// As [`Self::keep`].
    fn forget(&self, name: &str) -> Result<()>;
}
