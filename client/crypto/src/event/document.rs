//! Documents: everything needed to fetch, open and check one version.

use casevault_wire::codec::{List, Text};
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Name;
use crate::content::{DocumentSeal, Sha256};
use crate::keys::ContentKey;

/// A media type as the author's system saw it. Shown, never acted upon.
pub type MediaType = Text<{ limit::MEDIA_TYPE }>;

/// One version of a document.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DocumentVersion {
    /// The document.
    pub document: DocumentId,
    /// The version, from 1. Two that were made at once have the same; the later in the journal is the newer.
    pub version: u64,
    /// The file's name, as data.
    pub name: Name,
    /// The media type.
    pub media_type: MediaType,
    /// What its bytes are, in clear and sealed.
    pub seal: DocumentSeal,
    /// What opens it.
    pub key: ContentKey,
}

impl DocumentVersion {
    /// What names it.
    pub fn named(&self) -> OpenedVersion {
        OpenedVersion { document: self.document, version: self.version }
    }
}

/// Names a version of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct OpenedVersion {
    /// The document.
    pub document: DocumentId,
    /// The version.
    pub version: u64,
}

/// Body of `documents opened`: custody.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DocumentsOpened {
    /// What was read.
    pub documents: List<OpenedVersion, { limit::OPENED }>,
}

/// Body of `evidence exported`: custody, and the exporting device's word for every byte of the bundle (SPEC §6.7).
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct EvidenceExported {
    /// What is in the bundle, in its order.
    pub documents: List<OpenedVersion, { limit::OPENED }>,
    /// SHA-256 of the bundle's `manifest-sha256.txt`.
    pub manifest: Sha256,
}

/// Body of `data given`: custody of what the person whom a case is about got.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DataGiven {
    /// The documents in it.
    pub documents: List<OpenedVersion, { limit::OPENED }>,
}
