//! What a server says of itself (SPEC §7.1).

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Text;
use crate::hash::{Hash, hash};
use crate::label::Label;
use crate::limit;
use crate::signature::PublicKey;

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum ServerKind {
    /// Keeps the log and delivers MLS messages.
    Keyserver = 1,
    /// Keeps ciphertext.
    Vault = 2,
}

/// `GET /v1/server`: the server's kind and signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ServerInfo {
    /// Version of the protocol, 1.
    pub version: u16,
    /// The kind.
    pub kind: ServerKind,
    /// The key that signs what the server says.
    pub key: PublicKey,
}

/// A server as the organisation log names it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ServerEntry {
    /// Its address: `https://host[:port]`, or `http` on the loopback address.
    pub address: Text<{ limit::ADDRESS }>,
    /// The key that signs what it says.
    pub key: PublicKey,
}

/// The id of a server in signed requests: the hash of its public key.
pub fn server_id(key: &PublicKey) -> Hash {
    hash(Label::ServerKeyHash, key)
}
