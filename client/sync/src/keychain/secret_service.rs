//! The Secret Service of the freedesktop.org (GNOME Keyring, KWallet, KeePassXC), over the person's session bus.

use std::collections::HashMap;

use casevault_crypto::keys::SystemSecret;
use casevault_crypto::secret::{Secret, SecretBytes};
use secret_service::blocking::{Collection, SecretService as Service};
use secret_service::{EncryptionType, Error};

use super::Keychain;
use crate::error::{ClientError, Result};

/// The default collection of the person's Secret Service.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecretService;

impl Keychain for SecretService {
    fn keep(&self, name: &str, secret: &SystemSecret) -> Result<()> {
        with_collection(|collection| {
            let bytes = secret.secret().expose();
            collection
                .create_item("Casevault: a device's secret", attributes(name), bytes, true, "application/octet-stream")
                .map(|_| ())
        })
    }

    fn find(&self, name: &str) -> Result<Option<SystemSecret>> {
        let found = with_collection(|collection| match collection.search_items(attributes(name))?.first() {
            Some(item) => item.get_secret().map(SecretBytes::from).map(Some),
            None => Ok(None),
        })?;
        let Some(bytes) = found else { return Ok(None) };
        let bytes = <[u8; 32]>::try_from(&*bytes).map_err(|_| ClientError::Damaged)?;
        Ok(Some(SystemSecret::new(Secret::new(bytes))))
    }

    fn forget(&self, name: &str) -> Result<()> {
        with_collection(|collection| collection.search_items(attributes(name))?.iter().try_for_each(|item| item.delete()))
    }
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "casevault"), ("keystore", name)])
}

/// Works with the unlocked collection, on a thread of its own: the bus has a runtime, which may not start within another.
fn with_collection<T: Send>(work: impl FnOnce(&Collection<'_>) -> std::result::Result<T, Error> + Send) -> Result<T> {
    let working = || {
        let service = Service::connect(EncryptionType::Dh)?;
        let collection = service.get_default_collection()?;
        collection.ensure_unlocked().or_else(|_| collection.unlock())?;
        work(&collection)
    };
    let outcome = std::thread::scope(|scope| scope.spawn(working).join());
    outcome.map_err(|_| ClientError::NoKeychain)?.map_err(|error| match error {
        Error::Locked | Error::Prompt => ClientError::KeychainLocked,
        _ => ClientError::NoKeychain,
    })
}
