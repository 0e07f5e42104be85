//! Consent, and what is shared under it (SPEC §6.8): events of a case.

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DocumentId, JournalId, OrganisationId, TeamId};
use casevault_wire::limit;
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::keys::CaseKey;

/// What a consent or a share is for.
pub type Purpose = Text<{ limit::PURPOSE }>;
/// Names of case fields.
pub type FieldNames = List<Text<{ limit::FIELD }>, { limit::FIELDS }>;
/// A language, BCP 47.
pub type Language = Text<35>;

/// A consent's id: random, of 16 bytes.
pub type ConsentId = [u8; 16];

/// Who consented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum ConsentBy {
    /// The survivor.
    Survivor = 1,
    /// Her guardian.
    Guardian = 2,
    /// A minor, who assents.
    Assent = 3,
    /// Nobody: the law allows it.
    LegalBasis = 4,
}

impl ConsentBy {
    /// Everybody who may.
    pub const ALL: [Self; 4] = [Self::Survivor, Self::Guardian, Self::Assent, Self::LegalBasis];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Survivor => "survivor",
            Self::Guardian => "guardian",
            Self::Assent => "assent",
            Self::LegalBasis => "legal-basis",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

/// A team, of this organisation or of a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Recipient {
    /// Its organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
}

/// One version of a document, by its blob: what was added offline has no other name yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VersionOf {
    /// The document.
    pub document: DocumentId,
    /// BLAKE3 of its blob.
    pub digest: BlobDigest,
}

/// Body of `consent given`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ConsentGiven {
    /// Its id.
    pub consent: ConsentId,
    /// Who consented.
    pub by: ConsentBy,
    /// Who the guardian is, or what the legal basis is.
    pub basis: Purpose,
    /// What it is for.
    pub purpose: Purpose,
    /// Who may receive.
    pub recipients: List<Recipient, { limit::RECIPIENTS }>,
    /// Exactly these versions.
    pub documents: List<VersionOf, { limit::COVERED }>,
    /// These fields.
    pub fields: FieldNames,
    /// Until when.
    pub until: Time,
    /// The signed form, as a document of the case.
    pub form: Option<VersionOf>,
    /// The language in which the script was read out; empty if none was.
    pub language: Language,
    /// Which script that was; 0 if none was.
    pub script: u16,
}

/// Body of `consent withdrawn`. It needs no reason.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ConsentWithdrawn {
    /// The consent.
    pub consent: ConsentId,
    /// What was said, if anything.
    pub reason: Text<{ limit::NOTE }>,
}

/// Body of `consent confirmed`: a second person stands for a consent that follows a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ConsentConfirmed {
    /// The header hash of the event that gave it.
    pub given: Hash,
}

/// A version that a dossier has under an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Shared {
    /// The version in the case.
    pub of: VersionOf,
    /// The document in the dossier.
    pub shown_as: DocumentId,
}

/// Body of `share made`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ShareMade {
    /// The dossier's journal.
    pub dossier: JournalId,
    /// The consent that covers it.
    pub consent: ConsentId,
    /// The header hash of the event that gave it.
    pub given: Hash,
    /// Who receives.
    pub to: Recipient,
    /// What for.
    pub purpose: Purpose,
    /// Until when.
    pub until: Time,
    /// The versions.
    pub documents: List<Shared, { limit::COVERED }>,
    /// The fields.
    pub fields: FieldNames,
    /// The header hash of the event that approved an override, where the consent does not cover it.
    pub overridden: Option<Hash>,
}

/// Why a share ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Ending {
    /// The consent was withdrawn.
    Withdrawn = 1,
    /// Its time is over.
    Expired = 2,
    /// The sender took it back.
    Revoked = 3,
}

impl Ending {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Body of `share ended`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct ShareEnded {
    /// The dossier.
    pub dossier: JournalId,
    /// Why.
    pub why: Ending,
}

/// Body of `dossier key given`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DossierKeyGiven {
    /// The dossier.
    pub dossier: JournalId,
    /// The generation.
    pub generation: u64,
    /// How much of the log of the recipient's organisation the writer had verified.
    pub recipient_log: u64,
    /// The key.
    pub key: CaseKey,
}

/// Body of `override asked`: what shall be shared although no consent covers it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct OverrideAsked {
    /// Who shall receive.
    pub to: Recipient,
    /// What for.
    pub purpose: Purpose,
    /// The versions.
    pub documents: List<VersionOf, { limit::COVERED }>,
    /// The fields.
    pub fields: FieldNames,
    /// Until when.
    pub until: Time,
    /// The consent that does not cover it; zero if there is none.
    pub consent: ConsentId,
    /// Why all the same.
    pub reason: Text<{ limit::NOTE }>,
}

/// Body of `override approved`, by a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct OverrideApproved {
    /// The header hash of the event that asked.
    pub asked: Hash,
}

/// Body of `dossier made`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DossierMade {
    /// The header hash of the consent in the sender's case.
    pub consent: Hash,
    /// Who receives.
    pub to: Recipient,
    /// What for.
    pub purpose: Purpose,
    /// Until when.
    pub until: Time,
}

/// What a recipient answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Answer {
    /// They take it on.
    Accepted = 1,
    /// They do not.
    Rejected = 2,
    /// What was asked for is done.
    Done = 3,
    /// They go on with the case.
    TakenOver = 4,
}

impl Answer {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Done => "done",
            Self::TakenOver => "taken-over",
        }
    }
}

/// Body of `dossier answered`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DossierAnswered {
    /// The answer.
    pub answer: Answer,
    /// The reason, or what was done.
    pub text: Text<{ limit::NOTE }>,
}

/// Body of `dossier ended`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DossierEnded {
    /// Why.
    pub why: Ending,
}
