//! Events of a team's own journal.

use casevault_wire::id::JournalId;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::{Name, Status};
use crate::keys::CaseKey;

/// Body of `case key given`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CaseKeyGiven {
    /// The case.
    pub case: JournalId,
    /// `g`, from 1: one more than the newest that the team's journal has.
    pub generation: u64,
    /// The generation of the team key in which it was made: that of the event's own header.
    pub team_generation: u64,
    /// `C[g]`.
    pub key: CaseKey,
}

/// Body of `case summary`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CaseSummary {
    /// The case.
    pub case: JournalId,
    /// Its title.
    pub title: Name,
    /// Its status.
    pub status: Status,
}
