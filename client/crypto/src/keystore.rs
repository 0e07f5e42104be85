//! The keystore file (SPEC §6.6): a device's store key, sealed under its passphrase. Parameters come from the file or from this
//! program, never from a server, and are bounded before anything is hashed.

mod parameters;
mod stretch;
#[cfg(test)]
pub(crate) mod tests;

use casevault_wire::codec::{decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::{hash, hash_bytes};
use casevault_wire::id::OrganisationId;
use casevault_wire::label::Label;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::derive;
use crate::keys::{StoreKey, SystemSecret};
use crate::random::{Random, RandomError, draw};
use crate::seal;
use crate::secret::{Secret, SecretBytes};
use parameters::Bounds;

pub use parameters::Parameters;

const MAGIC: [u8; 8] = *b"CASEVKEY";
/// A passphrase opens it.
const VERSION: u16 = 1;
/// A passphrase and a secret of the operating system's key store open it together.
const VERSION_SYSTEM: u16 = 2;
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
    /// It opens only with a secret of the operating system's key store, which was not given.
    #[error("the secret in the operating system's key store is missing")]
    SystemSecret,
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

/// What opens a keystore.
#[derive(Clone, Copy, Debug)]
pub struct Factors<'a> {
    /// The passphrase.
    pub passphrase: &'a SecretBytes,
    /// The secret in the operating system's key store; a new keystore asks for it if it is given.
    pub system: Option<&'a SystemSecret>,
}

impl<'a> From<&'a SecretBytes> for Factors<'a> {
    fn from(passphrase: &'a SecretBytes) -> Self {
        Self { passphrase, system: None }
    }
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
pub fn unlock<'a>(file: &[u8], factors: impl Into<Factors<'a>>) -> Result<StoreKey, KeystoreError> {
    unlock_within(&Bounds::COMPILED, file, factors.into())
}

/// Under which name the operating system's key store has this keystore's secret, if it has one.
///
/// # Errors
/// Those [`KeystoreError`] that need no passphrase.
pub fn secret_name(file: &[u8]) -> Result<Option<String>, KeystoreError> {
    let header = parse(&Bounds::COMPILED, file)?.0;
    let [name @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash_bytes(Label::KeystoreSecretName, &header.salt).0;
    Ok((header.version == VERSION_SYSTEM).then(|| data_encoding::HEXLOWER.encode(&name)))
}

/// Seals the same store key under other factors and this program's default parameters, or the file's where those cost
/// more: the new file. Files outside need no change.
///
/// # Errors
/// As [`unlock`] with the old factors, and as [`create`].
pub fn rewrap<'a>(
    file: &[u8],
    old: impl Into<Factors<'a>>,
    new: impl Into<Factors<'a>>,
    random: &mut dyn Random,
) -> Result<Vec<u8>, KeystoreError> {
    let key = unlock(file, old)?;
    let parameters = parse(&Bounds::COMPILED, file)?.0.parameters.at_least(Parameters::DEFAULT);
    wrap(&key, new, parameters, random)
}

/// Seals `key` under `factors`: the file.
///
/// # Errors
/// As [`create`].
pub fn wrap<'a>(
    key: &StoreKey,
    factors: impl Into<Factors<'a>>,
    parameters: Parameters,
    random: &mut dyn Random,
) -> Result<Vec<u8>, KeystoreError> {
    Bounds::COMPILED.check(parameters)?;
    wrap_unchecked(key, factors.into(), parameters, random)
}

fn wrap_unchecked(
    key: &StoreKey,
    factors: Factors<'_>,
    parameters: Parameters,
    random: &mut dyn Random,
) -> Result<Vec<u8>, KeystoreError> {
    let version = if factors.system.is_some() { VERSION_SYSTEM } else { VERSION };
    let header = Header { magic: MAGIC, version, parameters, salt: draw(random)? };
    let wrapping = wrapping(&header, factors)?;
    let mut file = encode(&header);
    file.extend(seal::seal(&wrapping, &context(&header), key.secret().expose(), random)?);
    file.extend(checksum(&file));
    Ok(file)
}

fn unlock_within(bounds: &Bounds, file: &[u8], factors: Factors<'_>) -> Result<StoreKey, KeystoreError> {
    let (header, sealed) = parse(bounds, file)?;
    let wrapping = wrapping(&header, factors)?;
    let plaintext = seal::open(&wrapping, &context(&header), sealed).map_err(|_| KeystoreError::WrongPassphrase)?;
    decode::<Secret>(&plaintext, 32).map(StoreKey::new).map_err(|_| KeystoreError::Damaged)
}

/// What the store key is sealed under.
fn wrapping(header: &Header, factors: Factors<'_>) -> Result<Secret, KeystoreError> {
    let system = match header.version {
        VERSION => None,
        _ => Some(factors.system.ok_or(KeystoreError::SystemSecret)?),
    };
    let stretched = stretch::stretch(factors.passphrase, &header.salt, header.parameters)?;
    Ok(system.map_or(stretched.clone(), |system| derive::keystore_key(&stretched, system)))
}

/// Everything that can be known without the passphrase, cheapest first.
fn parse<'a>(bounds: &Bounds, file: &'a [u8]) -> Result<(Header, &'a [u8]), KeystoreError> {
    let (header, sealed) = file.split_at_checked(HEADER).ok_or(KeystoreError::Damaged)?;
    let header: Header = decode(header, HEADER).map_err(|_| KeystoreError::Damaged)?;
    if header.magic != MAGIC {
        return Err(KeystoreError::Damaged);
    }
    if ![VERSION, VERSION_SYSTEM].contains(&header.version) {
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
