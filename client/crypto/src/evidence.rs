//! Evidence bundles (SPEC §6.7): documents of a case and the signed record of who did what with them, for somebody who has no account, no
//! server and no key. Here is what stands in a bundle and what a verifier makes of it; files and archives are elsewhere.
//!
//! A [`History`] is the one reading of a chain: an exporter writes from it what people read, and a verifier compares that with it.

mod bag;
mod chain;
mod cover;
mod custody;
mod disclose;
mod history;
mod pdf;
mod time_stamp;
mod verify;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, PersonId};
use casevault_wire::log::LogError;
use casevault_wire::time::Time;

use crate::event::Recipient;
use crate::journal::{JournalError, Place};

pub use bag::{
    BAG_INFO, BAGIT, BAGIT_TEXT, CHAIN, COVER, COVER_PDF, CUSTODY, EXPORT, LOG, LOG_RECIPIENT, MANIFESTS, PAYLOAD, STAMP,
    TAG_MANIFESTS, bag_info, document_path, is_document, is_known, manifest,
};
pub use chain::{ShownEvent, encode_chain, encode_events, encode_log};
pub use cover::escape;
pub use custody::{Custody, instant, side};
pub use disclose::{DiscloseError, Selection};
pub use history::{Copied, Exhibit, History, Line, Named};
pub use time_stamp::{NONCE, Roots, RootsError, Stamp, StampError, request};
pub use verify::{verify, vouch};

/// A digest that a bundle has of each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What was found of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many bytes.
    pub length: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// Their SHA-512.
    pub sha512: [u8; 64],
    /// The bytes; of a document none.
    pub content: Option<Vec<u8>>,
}

/// The files of a bundle by their paths in it, with `/` between names.
pub type Files = BTreeMap<String, Found>;

/// A device that wrote events of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Whether it is of the team that a dossier is for.
    pub guest: bool,
    /// Whose device it is.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
    /// How many events it wrote.
    pub events: u64,
}

/// Who exported a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// When, by the device's clock.
    pub time: Time,
    /// Whether it is of the team that a dossier is for.
    pub guest: bool,
    /// Whose device it was.
    pub person: PersonId,
    /// The device.
    pub device: DeviceId,
}

/// What a time stamp of a bundle says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// When it was stamped, as it says.
    pub time: Time,
    /// What its certificate calls the authority.
    pub authority: String,
    /// Whether a certificate that the verifier gave vouches for it. Else anybody may have made it, at any time.
    pub vouched: bool,
    /// Whether it says a time before that of the export, which one of the two clocks has wrong.
    pub early: bool,
}

/// What a verifier found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Of which organisation, team and case the bundle is, if it says so.
    pub place: Option<Place>,
    /// The fingerprint of the root that its log is from: to be compared with one from elsewhere.
    pub fingerprint: Option<Hash>,
    /// Whom it is for, if it is of a dossier, with the fingerprint of their organisation.
    pub recipient: Option<(Recipient, Hash)>,
    /// How many files there are.
    pub files: u64,
    /// The documents, as far as the chain could be read.
    pub documents: Vec<Exhibit>,
    /// Who wrote the chain, as far as it could be read.
    pub signers: Vec<Signer>,
    /// Who exported the bundle.
    pub exported: Option<Exported>,
    /// Its time stamp, if there is one and it is of this bundle.
    pub stamp: Option<Stamped>,
    /// What is wrong. Empty if nothing is.
    pub problems: Vec<Problem>,
}

/// Something that is wrong with a bundle, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The event or log entry in it.
    pub sequence: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

impl Problem {
    /// Something wrong with a file as a whole.
    pub fn of(file: impl Into<String>, fault: Fault) -> Self {
        Self { file: file.into(), sequence: None, fault }
    }

    fn at(file: &str, sequence: u64, fault: Fault) -> Self {
        Self { file: file.to_owned(), sequence: Some(sequence), fault }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not there.
    #[error("is missing")]
    Missing,
    /// A bundle has no such file.
    #[error("does not belong into a bundle")]
    Unexpected,
    /// It is no ordinary file: a link, a directory where none belongs, or a device.
    #[error("is not an ordinary file")]
    NotAFile,
    /// It has a name that leads elsewhere, or is none.
    #[error("has a name that no file of a bundle has")]
    Name,
    /// There are two of that name.
    #[error("is there twice")]
    Twice,
    /// It is longer than it may be.
    #[error("is longer than it may be")]
    TooLong,
    /// It is no archive, or one that holds bytes which are in no file, or in two.
    #[error("is no zip, or holds bytes that are in none of its files or in several")]
    Archive,
    /// It is compressed or encrypted.
    #[error("is compressed or encrypted")]
    Packed,
    /// A manifest does not name the file.
    #[error("is not in the {}", .0.manifest())]
    Unlisted(Algorithm),
    /// A manifest names the file, and it is not there.
    #[error("is in the {}, and is not there", .0.manifest())]
    Listed(Algorithm),
    /// A manifest has another digest of the file.
    #[error("is not what the {} says", .0.manifest())]
    Digest(Algorithm),
    /// A manifest has a line that is none.
    #[error("has a line that a manifest does not have")]
    Line,
    /// The content is not encoded as the format says.
    #[error("is not what the format says")]
    Malformed,
    /// The content does not follow from the signed chain.
    #[error("does not say what the signed chain says")]
    Differs,
    /// The organisation is not the one that was asked for.
    #[error("is the log of an organisation with another root fingerprint")]
    Fingerprint,
    /// An entry of the organisation log is not valid.
    #[error("{0}")]
    Log(LogError),
    /// An event does not continue the chain, or its author might not write it.
    #[error("{0}")]
    Event(JournalError),
    /// A body is not the one that its header commits to.
    #[error("the body is not what the header commits to")]
    Commitment,
    /// A dossier is for another team than its sender's.
    #[error("is a dossier for its own team")]
    OwnDossier,
    /// The recipient of a dossier adds no documents to it.
    #[error("is a document that the recipient's side added")]
    RecipientsDocument,
    /// There is no document.
    #[error("has no documents")]
    NoDocuments,
    /// The recipient's team exports what was shared with it, and nobody else does.
    #[error("the export is not by the team that it was shared with")]
    NotRecipient,
    /// A body that a verifier needs is not shown.
    #[error("a body that has to be shown is not")]
    Withheld,
    /// A body that holds a key of the case is shown.
    #[error("a body that must not be shown is")]
    Exposed,
    /// The document is not the one that an event of the chain added.
    #[error("is not the document that was signed")]
    Document,
    /// The last event is no export.
    #[error("the last event is not the export of a bundle")]
    NoExport,
    /// The export was of another manifest.
    #[error("the export that was signed is of other files")]
    OtherFiles,
    /// The export was of other documents.
    #[error("the export that was signed is of other documents")]
    OtherDocuments,
    /// The time stamp is none of this bundle, or nobody vouches for it who was asked to.
    #[error("{0}")]
    Stamp(StampError),
}

impl Algorithm {
    fn manifest(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256 manifest",
            Self::Sha512 => "SHA-512 manifest",
        }
    }
}
