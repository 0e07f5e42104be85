//! The committing seal (SPEC §6.1): the one construction for small records. A sealed record opens under one key and in one
//! context only; every failure is the same error.

use casevault_wire::codec::encode;
use casevault_wire::context::Context;
use casevault_wire::limit;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use subtle::ConstantTimeEq;

use crate::derive;
use crate::random::{Random, RandomError, draw};
use crate::secret::{Secret, SecretBytes};

const SUITE: usize = 2;
const NONCE: usize = 24;
const COMMITMENT: usize = 32;
const TAG: usize = 16;

/// Bytes that a record grows by when it is sealed.
pub const OVERHEAD: usize = SUITE + NONCE + COMMITMENT + TAG;

/// A sealed record that does not open. Never says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not open")]
pub struct OpenError;

/// Seals `plaintext` under `key` in `context`: `suite ‖ nonce ‖ commitment ‖ ciphertext`.
///
/// # Errors
/// [`RandomError`] if no nonce can be drawn.
pub fn seal(key: &Secret, context: &Context, plaintext: &[u8], random: &mut dyn Random) -> Result<Vec<u8>, RandomError> {
    Ok(seal_with(key, context, plaintext, &draw(random)?))
}

/// Opens what [`seal`] sealed under the same key and in the same context.
///
/// # Errors
/// [`OpenError`], whatever was wrong.
pub fn open(key: &Secret, context: &Context, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let (suite, rest) = sealed.split_first_chunk::<SUITE>().ok_or(OpenError)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(OpenError)?;
    let (commitment, rest) = rest.split_first_chunk::<COMMITMENT>().ok_or(OpenError)?;
    if context.suite != limit::SUITE || *suite != limit::SUITE.to_be_bytes() {
        return Err(OpenError);
    }
    let derived = derive::seal(key, nonce, context);
    if !bool::from(derived.commitment.ct_eq(commitment)) {
        return Err(OpenError);
    }
    decrypt(&derived.key, nonce, &encode(context), rest)
}

fn decrypt(key: &Secret, nonce: &[u8; NONCE], aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG>().ok_or(OpenError)?;
    let mut plaintext = SecretBytes::from(ciphertext.to_vec());
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(&XNonce::from(*nonce), aad, plaintext.as_mut().into(), &Tag::from(*tag))
        .map_err(|_| OpenError)?;
    Ok(plaintext)
}

#[expect(clippy::expect_used, reason = "XChaCha20-Poly1305 seals up to 256 GiB, more than memory holds")]
fn seal_with(key: &Secret, context: &Context, plaintext: &[u8], nonce: &[u8; NONCE]) -> Vec<u8> {
    let derived = derive::seal(key, nonce, context);
    let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
    sealed.extend_from_slice(&context.suite.to_be_bytes());
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(&derived.commitment);
    let header = sealed.len();
    sealed.extend_from_slice(plaintext);
    let (_, body) = sealed.split_at_mut(header);
    let tag = XChaCha20Poly1305::new(derived.key.expose().into())
        .encrypt_inout_detached(&XNonce::from(*nonce), &encode(context), body.into())
        .expect("a record is shorter than 256 GiB");
    sealed.extend_from_slice(&tag);
    sealed
}

#[cfg(test)]
mod tests;
