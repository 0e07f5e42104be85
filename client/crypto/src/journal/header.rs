//! The signed header of an event: all that a reader of evidence needs of those events that are not opened to them.

use casevault_wire::hash::{Hash, hash};
use casevault_wire::id::JournalId;
use casevault_wire::label::Label;
use casevault_wire::log::LogPosition;
use casevault_wire::signature::{PublicKey, Signable, Signed};
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// What an author signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Header {
    /// The journal.
    pub journal: JournalId,
    /// Position, from 0; the outer entry's.
    pub sequence: u64,
    /// The hash of the signed header before; zero for the first.
    pub previous: Hash,
    /// When, by the author's clock.
    pub time: Time,
    /// What kind of event the body is.
    pub class: u16,
    /// Who signs.
    pub author: PublicKey,
    /// How much of the organisation's log the author had verified.
    pub log: LogPosition,
    /// The newest generation of the team key that the author had.
    pub team_generation: u64,
    /// The hash of salt and body.
    pub commitment: Hash,
}

impl Signable for Header {
    const LABEL: Label = Label::JournalHeader;
}

/// A [`Header`] as its author signed it.
pub type SignedHeader = Signed<Header>;

/// The hash that the next header names.
pub fn header_hash(header: &SignedHeader) -> Hash {
    hash(Label::JournalHeaderHash, header)
}
