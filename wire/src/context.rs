//! The context of a seal (SPEC §6.1): what a ciphertext is, where it belongs and for whom, zero where a field does not apply.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::hash::Hash;
use crate::id::{DocumentId, JournalId, OrganisationId, TeamId};
use crate::label::Label;
use crate::limit;

/// Authenticated with every sealed record, and part of every derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Context {
    /// What is sealed.
    pub label: Label,
    /// The suite.
    pub suite: u16,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The team it belongs to.
    pub team: TeamId,
    /// The journal or case it belongs to.
    pub journal: JournalId,
    /// The document it belongs to.
    pub document: DocumentId,
    /// The document's version, or the record's sequence number.
    pub version: u64,
    /// The generation of the key it is sealed under.
    pub generation: u64,
    /// What comes before it: a predecessor's hash, or a recipient's key hash.
    pub binding: Hash,
}

impl Context {
    /// A context with this label and organisation and nothing else.
    pub fn new(label: Label, organisation: OrganisationId) -> Self {
        Self {
            label,
            suite: limit::SUITE,
            organisation,
            team: TeamId::ZERO,
            journal: JournalId::ZERO,
            document: DocumentId::ZERO,
            version: 0,
            generation: 0,
            binding: Hash::ZERO,
        }
    }
}
