//! Events of a team's own journal.

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::limit;
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

/// Body of `erasure asked`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ErasureAsked {
    /// The case.
    pub case: JournalId,
    /// Why.
    pub reason: Text<{ limit::NOTE }>,
}

/// Body of `erasure confirmed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ErasureConfirmed {
    /// The hash of the header of `erasure asked`.
    pub asked: Hash,
}

/// Body of `erasure taken back`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ErasureTakenBack {
    /// The hash of the header of `erasure asked`.
    pub asked: Hash,
}

/// A key of a case, and the generation of the team key in which it was made.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeptKey {
    /// The team key's generation.
    pub team_generation: u64,
    /// The key.
    pub key: CaseKey,
}

/// A case that is kept as history is cut.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeptCase {
    /// The case.
    pub case: JournalId,
    /// `C[1]` to `C[g]`.
    pub keys: List<KeptKey, { limit::CASE_KEYS }>,
    /// Its title.
    pub title: Name,
    /// Its status.
    pub status: Status,
}

/// Body of `ring kept`.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RingKept {
    /// What is kept.
    pub cases: List<KeptCase, { limit::KEPT }>,
    /// Cases that were erased.
    pub erased: List<JournalId, { limit::KEPT }>,
    /// Dossiers of these.
    pub dossiers: List<JournalId, { limit::KEPT }>,
}

/// Body of `keys forgotten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeysForgotten {
    /// The device has no team key from before this generation any more, and nothing of what was erased then.
    pub since: u64,
}
