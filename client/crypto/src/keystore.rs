//! The keystore file (SPEC §6.6): a device's store key, sealed under its passphrase. Parameters come from the file or from this
//! program, never from a server, and are bounded before anything is hashed.

mod parameters;
mod stretch;
#[cfg(test)]
mod tests;

use casevault_wire::codec::{decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::{hash, hash_bytes};
use casevault_wire::id::OrganisationId;
use casevault_wire::label::Label;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::keys::StoreKey;
use crate::random::{Random, RandomError, draw};
use crate::seal;
use crate::secret::{Secret, SecretBytes};
use parameters::Bounds;

pub use parameters::Parameters;

const MAGIC: [u8; 8] = *b"CASEVKEY";
const VERSION: u16 = 1;
const HEADER: usize = 8 + 2 + 3 * 4 + 32;
const SEALED: usize = seal::OVERHEAD + 32;
const CHECKSUM: usize = 8;

/// The length of every keystore file.
pub const LENGTH: usize = HEADER + SEALED + CHECKSUM;

/// Why a keystore does not open or was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// The file is whole, and the passphrase is not its passphrase (or somebody changed the file on purpose).
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// Not a keystore file, or not all of one.
    #[error("the keystore file is damaged")]
    Damaged,
    /// The parameters are weaker or costlier than this program allows.
    #[error("the keystore's parameters are not allowed")]
    Parameters,
    /// Made by a later version.
    #[error("the keystore is of a version that this program does not know")]
    Version,
    /// The memory that the parameters ask for cannot be had.
    #[error("not enough memory to stretch the passphrase")]
    Memory,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// What stands before the seal. Every byte of it is authenticated by the seal's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
struct Header {
    magic: [u8; 8],
    version: u16,
    parameters: Parameters,
    salt: [u8; 32],
}

/// Draws a store key and seals it under `passphrase`: the file, and the key.
///
/// # Errors
/// [`KeystoreError::Parameters`], [`KeystoreError::Memory`] or [`KeystoreError::Random`].
pub fn create(
    passphrase: &SecretBytes,
    parameters: Parameters,
    random: &mut dyn Random,
) -> Result<(Vec<u8>, StoreKey), KeystoreError> {
    let key = StoreKey::generate(random)?;
    Ok((wrap(&key, passphrase, parameters, random)?, key))
}

/// Opens the keystore in `file`.
///
/// # Errors
/// Any [`KeystoreError`] but [`KeystoreError::Random`]. Only [`KeystoreError::WrongPassphrase`] and
/// [`KeystoreError::Memory`] come after hashing.
pub fn unlock(file: &[u8], passphrase: &SecretBytes) -> Result<StoreKey, KeystoreError> {
    unlock_within(&Bounds::COMPILED, file, passphrase)
}

/// Seals the same store key under another passphrase and this program's default parameters, or the file's where those cost
/// more: the new file. Files outside need no change.
///
/// # Errors
/// As [`unlock`] with the old passphrase, and as [`create`].
pub fn rewrap(file: &[u8], old: &SecretBytes, new: &SecretBytes, random: &mut dyn Random) -> Result<Vec<u8>, KeystoreError> {
    let key = unlock(file, old)?;
    let parameters = parse(&Bounds::COMPILED, file)?.0.parameters.at_least(Parameters::DEFAULT);
    wrap(&key, new, parameters, random)
}

/// Seals `key` under `passphrase`: the file.
///
/// # Errors
/// As [`create`].
pub fn wrap(
    key: &StoreKey,
    passphrase: &SecretBytes,
    parameters: Parameters,
    random: &mut dyn Random,
) -> Result<Vec<u8>, KeystoreError> {
    Bounds::COMPILED.check(parameters)?;
    wrap_unchecked(key, passphrase, parameters, random)
}

fn wrap_unchecked(
    key: &StoreKey,
    passphrase: &SecretBytes,
    parameters: Parameters,
    random: &mut dyn Random,
) -> Result<Vec<u8>, KeystoreError> {
    let header = Header { magic: MAGIC, version: VERSION, parameters, salt: draw(random)? };
    let wrapping = stretch::stretch(passphrase, &header.salt, parameters)?;
    let mut file = encode(&header);
    file.extend(seal::seal(&wrapping, &context(&header), key.secret().expose(), random)?);
    file.extend(checksum(&file));
    Ok(file)
}

fn unlock_within(bounds: &Bounds, file: &[u8], passphrase: &SecretBytes) -> Result<StoreKey, KeystoreError> {
    let (header, sealed) = parse(bounds, file)?;
    let wrapping = stretch::stretch(passphrase, &header.salt, header.parameters)?;
    let plaintext = seal::open(&wrapping, &context(&header), sealed).map_err(|_| KeystoreError::WrongPassphrase)?;
    decode::<Secret>(&plaintext, 32).map(StoreKey::new).map_err(|_| KeystoreError::Damaged)
}

/// Everything that can be known without the passphrase, cheapest first.
fn parse<'a>(bounds: &Bounds, file: &'a [u8]) -> Result<(Header, &'a [u8]), KeystoreError> {
    let (header, sealed) = file.split_at_checked(HEADER).ok_or(KeystoreError::Damaged)?;
    let header: Header = decode(header, HEADER).map_err(|_| KeystoreError::Damaged)?;
    if header.magic != MAGIC {
        return Err(KeystoreError::Damaged);
    }
    if header.version != VERSION {
        return Err(KeystoreError::Version);
    }
    let (sealed, _) = sealed.split_last_chunk::<CHECKSUM>().ok_or(KeystoreError::Damaged)?;
    let (content, expected) = file.split_last_chunk::<CHECKSUM>().ok_or(KeystoreError::Damaged)?;
    if sealed.len() != SEALED || checksum(content) != *expected {
        return Err(KeystoreError::Damaged);
    }
    bounds.check(header.parameters)?;
    Ok((header, sealed))
}

fn context(header: &Header) -> Context {
    let binding = hash(Label::KeystoreHeaderHash, header);
    Context { binding, ..Context::new(Label::SealKeystore, OrganisationId::ZERO) }
}

/// Tells damage from a wrong passphrase. It is no secret and proves nothing.
fn checksum(content: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, e, f, g, h, ..] = hash_bytes(Label::KeystoreChecksum, content).0;
    [a, b, c, d, e, f, g, h]
}
