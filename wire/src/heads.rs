//! Heads over the other service (SPEC §8.6): the keyserver keeps, per team, sealed records of how the vault's journals stand.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Opaque;
use crate::hash::{Hash, hash};
use crate::label::Label;
use crate::limit;

/// A record as the keyserver keeps it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadRecord {
    /// Position, from 0.
    pub sequence: u64,
    /// The hash of the record before; zero for the first.
    pub previous: Hash,
    /// The generation of the team key that it is sealed under.
    pub generation: u64,
    /// 1 if it holds the heads of all journals, 0 if only of those that changed.
    pub checkpoint: u8,
    /// The seal, padded.
    pub sealed: Opaque<{ limit::HEAD_RECORD }>,
}

/// The hash that the next record names.
pub fn record_hash(record: &HeadRecord) -> Hash {
    hash(Label::HeadRecordHash, record)
}
