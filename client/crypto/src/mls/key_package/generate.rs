//! Making key packages. The private halves go into the storage.

use casevault_wire::codec::Opaque;
use casevault_wire::keyserver;
use casevault_wire::time::Time;
use openmls::prelude::{Extensions, KeyPackage};
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use tls_codec::Serialize as _;

use super::Lifespan;
use crate::mls::{DeviceSigner, Provider, SUITE, config};

/// A key package could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The storage failed, or there is no randomness.
    #[error("the key package could not be made or stored")]
    Storage,
}

/// A single-use key package, whose private half is deleted when a Welcome uses it.
///
/// # Errors
/// [`GenerateError`] if it cannot be stored.
pub fn generate<S: StorageProvider<CURRENT_VERSION>>(
    provider: &Provider<'_, S>,
    signer: &DeviceSigner,
    now: Time,
) -> Result<keyserver::KeyPackage, GenerateError> {
    build(provider, signer, now, false)
}

/// The key package that the keyserver hands out when no single-use one is left. Its private half stays until it is replaced.
///
/// # Errors
/// [`GenerateError`] if it cannot be stored.
pub fn generate_last_resort<S: StorageProvider<CURRENT_VERSION>>(
    provider: &Provider<'_, S>,
    signer: &DeviceSigner,
    now: Time,
) -> Result<keyserver::KeyPackage, GenerateError> {
    build(provider, signer, now, true)
}

fn build<S: StorageProvider<CURRENT_VERSION>>(
    provider: &Provider<'_, S>,
    signer: &DeviceSigner,
    now: Time,
    last_resort: bool,
) -> Result<keyserver::KeyPackage, GenerateError> {
    let lifespan = Extensions::single(Lifespan::begin(now).to_extension()).map_err(|_| GenerateError::Storage)?;
    let mut builder = KeyPackage::builder()
        .key_package_lifetime(config::lifetime())
        .leaf_node_capabilities(config::capabilities())
        .key_package_extensions(lifespan);
    if last_resort {
        builder = builder.mark_as_last_resort();
    }
    let bundle = builder.build(SUITE, provider, signer, signer.credential()).map_err(|_| GenerateError::Storage)?;
    let bytes = bundle.key_package().tls_serialize_detached().map_err(|_| GenerateError::Storage)?;
    Opaque::new(bytes).map_err(|_| GenerateError::Storage)
}
