//! Argon2id (RFC 9106), version 0x13, whose memory is wiped afterwards.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::{KeystoreError, Parameters};
use crate::secret::{Secret, SecretBytes};

/// The key of `passphrase`.
pub(super) fn stretch(passphrase: &SecretBytes, salt: &[u8; 32], parameters: Parameters) -> Result<Secret, KeystoreError> {
    let Parameters { memory, passes, lanes } = parameters;
    let params = Params::new(memory, passes, lanes, Some(32)).map_err(|_| KeystoreError::Parameters)?;
    let mut blocks = memory_of(params.block_count())?;
    let mut out = Zeroizing::new([0; 32]);
    let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        passphrase,
        salt,
        out.as_mut_slice(),
        blocks.as_mut_slice(),
    );
    blocks.iter_mut().for_each(Zeroize::zeroize);
    stretched.map_err(|_| KeystoreError::Parameters)?;
    Ok(Secret::new(*out))
}

fn memory_of(count: usize) -> Result<Vec<Block>, KeystoreError> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| KeystoreError::Memory)?;
    blocks.resize_with(count, Block::new);
    Ok(blocks)
}
