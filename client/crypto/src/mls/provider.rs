//! What the MLS library is given to work with: our guarded cryptography and the caller's storage, usually one transaction.

use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

use super::Crypto;

/// Cryptography and storage, both borrowed. Nothing is stored but through `storage`, so whoever rolls it back undoes everything.
#[derive(Debug)]
pub struct Provider<'a, S> {
    crypto: &'a Crypto,
    storage: &'a S,
}

impl<'a, S: StorageProvider<CURRENT_VERSION>> Provider<'a, S> {
    /// Puts both together.
    pub fn new(crypto: &'a Crypto, storage: &'a S) -> Self {
        Self { crypto, storage }
    }
}

impl<S: StorageProvider<CURRENT_VERSION>> OpenMlsProvider for Provider<'_, S> {
    type CryptoProvider = Crypto;
    type RandProvider = Crypto;
    type StorageProvider = S;

    fn storage(&self) -> &S {
        self.storage
    }

    fn crypto(&self) -> &Crypto {
        self.crypto
    }

    fn rand(&self) -> &Crypto {
        self.crypto
    }
}
