//! Events: what the bodies of journal entries say (SPEC §6.5).
//!
//! Names, titles, notes and values are data: any UTF-8 within its limit. They are made harmless where they are shown
//! ([`display_name`]) or become file names ([`export_name`]), never before.

mod assistance;
mod case;
mod consent;
mod copy;
mod directory;
mod document;
mod handover;
mod name;
mod team;

use casevault_wire::codec::{CodecError, decode, encode};
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::envelope::SignedEnvelope;
use crate::journal::SignedCertificate;
use crate::keys::CaseKey;
use crate::secret::SecretBytes;

pub use assistance::{Date, Goal, PlanApproved, PlanMade, RecordId, RecordKind, RecordSet};
pub use case::{CaseOpened, FieldSet, FieldValue, LegalHold, Note, Retention, Status, StatusChanged, TitleChanged};
pub use consent::{
    Answer, ConsentBy, ConsentConfirmed, ConsentGiven, ConsentId, ConsentWithdrawn, DossierAnswered, DossierEnded,
    DossierKeyGiven, DossierMade, Ending, FieldNames, Language, OverrideApproved, OverrideAsked, Purpose, Recipient, ShareEnded,
    ShareMade, Shared, VersionOf,
};
pub use copy::{CopyMade, Examined, Found, How, MetadataFound, MetadataKept, MetadataKind, PageBox, VersionNamed};
pub use directory::{DeviceName, PersonName, TeamName};
pub use document::{DataGiven, DocumentVersion, DocumentsOpened, EvidenceExported, MediaType, OpenedVersion};
pub use handover::{CaseHandedOver, CaseTakenOver, HandoverOffered, TakeoverOffered};
pub use name::{Name, display_line, display_name, export_name, is_plain};
pub use team::{
    CaseKeyGiven, CaseSummary, ErasureAsked, ErasureConfirmed, ErasureTakenBack, KeptCase, KeptKey, KeysForgotten, RingKept,
};

/// Makes `C[g]` the key of a case; the last event that every holder of `C[g-1]` alone could have written came before it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeyGeneration {
    /// `g`, which this event is the first to be sealed under.
    pub generation: u64,
    /// `C[g-1]`, so that whoever has the newest key can read the whole journal.
    pub previous: CaseKey,
}

/// Declares the registry of events: name, class code and body of each.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $constant:ident $code:literal, $name:literal;)*) => {
        /// The class codes. A code is never used again for something else.
        pub mod class {
            $($(#[$doc])* pub const $constant: u16 = $code;)*

            /// Every code with its name, in order.
            pub const ALL: &[(u16, &str)] = &[$(($code, $name),)*];
        }

        /// The body of an event.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Body {
            $($(#[$doc])* $variant($body),)*
            /// An event of a class that this version does not know, or whose body it cannot read. Kept and shown, never dropped.
            Unknown {
                /// Its class.
                class: u16,
                /// Its body.
                bytes: SecretBytes,
            },
        }

        impl Body {
            /// The class code.
            pub fn class(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $code,)*
                    Self::Unknown { class, .. } => *class,
                }
            }

            /// The bytes of the body. They may hold keys: they belong into a seal, and are wiped after.
            pub fn encode(&self) -> Vec<u8> {
                match self {
                    $(Self::$variant(body) => encode(body),)*
                    Self::Unknown { bytes, .. } => bytes.to_vec(),
                }
            }

            /// The body of `class` that `bytes` are. What cannot be read is [`Self::Unknown`].
            pub fn decode(class: u16, bytes: &[u8]) -> Self {
                let known = || -> Result<Self, CodecError> {
                    match class {
                        $($code => decode(bytes, limit::EVENT_BODY).map(Self::$variant),)*
                        _ => Err(CodecError::Malformed),
                    }
                };
                known().unwrap_or_else(|_| Self::Unknown { class, bytes: SecretBytes::from(bytes.to_vec()) })
            }
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$variant(body)
            }
        })*
    };
}

/// A new document, version 1.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DocumentAdded(pub DocumentVersion);

/// A new version of a document.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DocumentReplaced(pub DocumentVersion);

events! {
    /// An author's certificate; its first event.
    AuthorCertificate(SignedCertificate) = AUTHOR_CERTIFICATE 0x0001, "author certificate";
    /// A case's new key.
    KeyGeneration(KeyGeneration) = KEY_GENERATION 0x0002, "key generation";

    /// A case begins.
    CaseOpened(CaseOpened) = CASE_OPENED 0x0101, "case opened";
    /// A case has another title.
    TitleChanged(TitleChanged) = TITLE_CHANGED 0x0102, "title changed";
    /// A case has another status.
    StatusChanged(StatusChanged) = STATUS_CHANGED 0x0103, "status changed";
    /// Fields have new values.
    FieldSet(FieldSet) = FIELD_SET 0x0104, "fields set";
    /// A document was added.
    DocumentAdded(DocumentAdded) = DOCUMENT_ADDED 0x0105, "document added";
    /// A document has a new version.
    DocumentReplaced(DocumentReplaced) = DOCUMENT_REPLACED 0x0106, "document replaced";
    /// Somebody read documents.
    DocumentsOpened(DocumentsOpened) = DOCUMENTS_OPENED 0x0107, "documents opened";
    /// A note was written.
    Note(Note) = NOTE 0x0108, "note";
    /// Documents left the team, in an evidence bundle.
    EvidenceExported(EvidenceExported) = EVIDENCE_EXPORTED 0x0120, "evidence exported";
    /// A copy of a document that says less.
    CopyMade(CopyMade) = COPY_MADE 0x0121, "copy made";
    /// The person whom a case is about got a copy of it.
    DataGiven(DataGiven) = DATA_GIVEN 0x0124, "data given";
    /// Documents were examined for metadata.
    MetadataFound(MetadataFound) = METADATA_FOUND 0x0122, "metadata found";
    /// Documents leave the team with their metadata.
    MetadataKept(MetadataKept) = METADATA_KEPT 0x0123, "metadata kept";

    /// Somebody consented to what may be shared.
    ConsentGiven(ConsentGiven) = CONSENT_GIVEN 0x0110, "consent given";
    /// A consent was withdrawn.
    ConsentWithdrawn(ConsentWithdrawn) = CONSENT_WITHDRAWN 0x0111, "consent withdrawn";
    /// Something is shared with another team.
    ShareMade(ShareMade) = SHARE_MADE 0x0112, "share made";
    /// It is no longer.
    ShareEnded(ShareEnded) = SHARE_ENDED 0x0113, "share ended";
    /// A dossier's key, for the team of its case.
    DossierKeyGiven(DossierKeyGiven) = DOSSIER_KEY_GIVEN 0x0114, "dossier key given";
    /// Somebody asks to share what no consent covers.
    OverrideAsked(OverrideAsked) = OVERRIDE_ASKED 0x0115, "override asked";
    /// A second person approves that.
    OverrideApproved(OverrideApproved) = OVERRIDE_APPROVED 0x0116, "override approved";
    /// A second person stands for a consent.
    ConsentConfirmed(ConsentConfirmed) = CONSENT_CONFIRMED 0x0117, "consent confirmed";
    /// Another team may go on with a case.
    HandoverOffered(HandoverOffered) = HANDOVER_OFFERED 0x0118, "handover offered";
    /// It does.
    CaseHandedOver(CaseHandedOver) = CASE_HANDED_OVER 0x0119, "case handed over";
    /// A case goes on that was another team's.
    CaseTakenOver(CaseTakenOver) = CASE_TAKEN_OVER 0x011a, "case taken over";
    /// A service, a movement, a follow-up or a goal has new values.
    RecordSet(RecordSet) = RECORD_SET 0x0130, "record set";
    /// What shall be reached with a person.
    PlanMade(PlanMade) = PLAN_MADE 0x0131, "plan made";
    /// A supervisor approves that.
    PlanApproved(PlanApproved) = PLAN_APPROVED 0x0132, "plan approved";
    /// A case is held for the law, or no longer.
    LegalHold(LegalHold) = LEGAL_HOLD 0x0140, "legal hold";
    /// Until when a case is to be kept.
    Retention(Retention) = RETENTION 0x0141, "retention";
    /// A case's key is given to the team.
    CaseKeyGiven(CaseKeyGiven) = CASE_KEY_GIVEN 0x0201, "case key given";
    /// What a list of cases shows of one.
    CaseSummary(CaseSummary) = CASE_SUMMARY 0x0202, "case summary";

    /// Another team shares a dossier with this one.
    DossierReceived(SignedEnvelope) = DOSSIER_RECEIVED 0x0203, "dossier received";
    /// Somebody asks for a case to be erased.
    ErasureAsked(ErasureAsked) = ERASURE_ASKED 0x0204, "erasure asked";
    /// A second person confirms that.
    ErasureConfirmed(ErasureConfirmed) = ERASURE_CONFIRMED 0x0205, "erasure confirmed";
    /// It is not to be, after all.
    ErasureTakenBack(ErasureTakenBack) = ERASURE_TAKEN_BACK 0x0206, "erasure taken back";
    /// What a team keeps as its history is cut.
    RingKept(RingKept) = RING_KEPT 0x0207, "ring kept";
    /// A device has nothing from before that.
    KeysForgotten(KeysForgotten) = KEYS_FORGOTTEN 0x0208, "keys forgotten";
    /// A person is called this.
    PersonName(PersonName) = PERSON_NAME 0x0301, "person name";
    /// A device is called this.
    DeviceName(DeviceName) = DEVICE_NAME 0x0302, "device name";
    /// A team is called this.
    TeamName(TeamName) = TEAM_NAME 0x0303, "team name";
    /// A dossier begins.
    DossierMade(DossierMade) = DOSSIER_MADE 0x0401, "dossier made";
    /// Its recipient answers.
    DossierAnswered(DossierAnswered) = DOSSIER_ANSWERED 0x0402, "dossier answered";
    /// Its sender ends it.
    DossierEnded(DossierEnded) = DOSSIER_ENDED 0x0403, "dossier ended";
    /// Its recipient may go on with the case.
    TakeoverOffered(TakeoverOffered) = TAKEOVER_OFFERED 0x0404, "takeover offered";
}

impl Body {
    /// The document version that this adds, if it adds one.
    pub fn version(&self) -> Option<&DocumentVersion> {
        match self {
            Self::DocumentAdded(DocumentAdded(version)) | Self::DocumentReplaced(DocumentReplaced(version)) => Some(version),
            _ => None,
        }
    }

    /// The document versions that this names.
    pub fn documents(&self) -> Vec<OpenedVersion> {
        match self {
            Self::DocumentsOpened(opened) => opened.documents.as_slice().to_vec(),
            Self::EvidenceExported(exported) => exported.documents.as_slice().to_vec(),
            Self::DataGiven(given) => given.documents.as_slice().to_vec(),
            Self::CopyMade(made) => vec![made.copy.opened(), made.original.opened()],
            _ => self.version().map(DocumentVersion::named).into_iter().collect(),
        }
    }

    /// The documents that this names, of whichever version.
    pub fn document_ids(&self) -> Vec<DocumentId> {
        match self {
            Self::MetadataFound(found) => found.documents.as_slice().iter().map(|examined| examined.of.document).collect(),
            Self::MetadataKept(kept) => kept.documents.as_slice().iter().map(|of| of.document).collect(),
            _ => self.documents().iter().map(|named| named.document).collect(),
        }
    }
}

/// The name of an event's class; `unknown` for one that this version does not know.
pub fn class_name(class: u16) -> &'static str {
    class::ALL.iter().find(|(code, _)| *code == class).map_or("unknown", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn classes_are_unique() {
        let codes: BTreeSet<_> = class::ALL.iter().map(|(code, _)| code).collect();
        let names: BTreeSet<_> = class::ALL.iter().map(|(_, name)| name).collect();
        assert_eq!((codes.len(), names.len()), (class::ALL.len(), class::ALL.len()));
        assert_eq!(class_name(class::NOTE), "note");
        assert_eq!(class_name(0xffff), "unknown");
    }

    #[test]
    fn a_body_that_cannot_be_read_is_kept() {
        let note = Body::from(Note { text: casevault_wire::codec::Text::new("seen today").unwrap() });
        assert_eq!(Body::decode(class::NOTE, &note.encode()), note);
        for (class, bytes) in [(0x7fff, &b"what comes later"[..]), (class::NOTE, &b"\xff"[..]), (class::NOTE, &[1, b'x', 0][..])]
        {
            let kept = Body::decode(class, bytes);
            assert_eq!(kept, Body::Unknown { class, bytes: SecretBytes::from(bytes.to_vec()) });
            assert_eq!((kept.class(), kept.encode()), (class, bytes.to_vec()));
        }
    }
}
