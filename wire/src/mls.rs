//! The framing of an MLS PrivateMessage (RFC 9420 §6.3): as much as a server can read, so that it can order commits.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{CodecError, Opaque, decode, encode};
use crate::commit::CommitData;
use crate::hash::{Hash, hash_bytes};
use crate::label::Label;
use crate::limit;

/// `mls10`.
const VERSION: u16 = 1;
/// `mls_private_message`.
const PRIVATE_MESSAGE: u16 = 2;
/// `commit`.
const COMMIT: u8 = 3;

/// An `MLSMessage` that is a PrivateMessage.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
struct PrivateMessage {
    version: u16,
    wire_format: u16,
    group_id: Opaque<32>,
    epoch: u64,
    content_type: u8,
    authenticated_data: Opaque<{ limit::COMMIT_DATA }>,
    encrypted_sender_data: Opaque<256>,
    ciphertext: Opaque<{ limit::COMMIT }>,
}

/// Reads the commit data of a commit message and checks that the framing agrees with it: group id and team, epoch and the
/// epoch before.
///
/// # Errors
/// [`CodecError`] unless `message` is one PrivateMessage that carries a commit with consistent data.
pub fn commit_data(message: &[u8]) -> Result<CommitData, CodecError> {
    let framing: PrivateMessage = decode(message, limit::COMMIT)?;
    let data: CommitData = decode(framing.authenticated_data.as_slice(), limit::COMMIT_DATA)?;
    let consistent = framing.version == VERSION
        && framing.wire_format == PRIVATE_MESSAGE
        && framing.content_type == COMMIT
        && framing.group_id.as_slice() == data.team.as_bytes()
        && framing.epoch.checked_add(1) == Some(data.epoch)
        && data.sealing_key.as_slice().len() == limit::SEALING_KEY;
    if consistent { Ok(data) } else { Err(CodecError::Malformed) }
}

/// A message framed as a commit with `data`, whose encrypted parts are `ciphertext` and nothing that MLS would accept: what a server
/// can check of a commit, for tests of servers.
///
/// # Errors
/// [`CodecError::TooLong`] if `data` or `ciphertext` is over its limit.
pub fn commit_message(data: &CommitData, ciphertext: Vec<u8>) -> Result<Vec<u8>, CodecError> {
    Ok(encode(&PrivateMessage {
        version: VERSION,
        wire_format: PRIVATE_MESSAGE,
        group_id: Opaque::new(data.team.as_bytes().to_vec())?,
        epoch: data.epoch.wrapping_sub(1),
        content_type: COMMIT,
        authenticated_data: Opaque::new(encode(data))?,
        encrypted_sender_data: Opaque::new(vec![0; 64])?,
        ciphertext: Opaque::new(ciphertext)?,
    }))
}

/// The hash that names a commit message in receipts and refusals.
pub fn commit_hash(message: &[u8]) -> Hash {
    hash_bytes(Label::CommitHash, message)
}
