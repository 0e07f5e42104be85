//! A case is given to another team to go on with (SPEC §6.8): events of the case, of the one that goes on, and of the dossier between them.

use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::{FieldNames, Recipient};

/// Body of `handover offered`: the recipient of a share may go on with the case.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HandoverOffered {
    /// The dossier of the share.
    pub dossier: JournalId,
    /// The fields of which the sender is told what becomes.
    pub fields: FieldNames,
}

/// Body of `case handed over`: the recipient goes on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CaseHandedOver {
    /// The dossier of the share.
    pub dossier: JournalId,
    /// The header hash of the answer that says so.
    pub answered: Hash,
}

/// Body of `case taken over`, in the case that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CaseTakenOver {
    /// Whose case it was.
    pub from: Recipient,
    /// The dossier.
    pub dossier: JournalId,
    /// The header hash of the offer in it.
    pub offered: Hash,
}

/// Body of `takeover offered`, in the dossier.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TakeoverOffered {
    /// The fields of which the sender is told what becomes.
    pub fields: FieldNames,
}
