//! What of a chain is shown. Every header is; of the bodies those that the table names, and no key but those of the documents that are in
//! the bundle in clear.

use std::collections::BTreeSet;

use casevault_wire::codec::Opaque;
use casevault_wire::id::DocumentId;

use super::ShownEvent;
use crate::event::{Body, class};
use crate::journal::{AcceptedEvent, Opening};
use crate::secret::Secret;

/// Which events of a class have their bodies shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// All.
    Always,
    /// Those that add a version which is in the bundle.
    Exhibit,
    /// Those that name a document of which a version is in the bundle.
    Naming,
    /// None.
    Never,
}

/// The table of R-6.7-4.
pub(super) fn rule(class: u16) -> Rule {
    match class {
        class::AUTHOR_CERTIFICATE => Rule::Always,
        class::DOCUMENT_ADDED | class::DOCUMENT_REPLACED => Rule::Exhibit,
        class::DOCUMENTS_OPENED | class::EVIDENCE_EXPORTED | class::COPY_MADE | class::DATA_GIVEN => Rule::Naming,
        class::CONSENT_GIVEN | class::CONSENT_WITHDRAWN | class::CONSENT_CONFIRMED | class::DOSSIER_MADE => Rule::Always,
        _ => Rule::Never,
    }
}

/// Why nothing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiscloseError {
    /// The key that a document's event names opens something else, or may.
    #[error("the key of a document opens something else")]
    SharedKey,
    /// An event is not encoded as it was signed.
    #[error("an event is not what its header commits to")]
    Commitment,
}

/// The document versions that are in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    events: BTreeSet<u64>,
    documents: BTreeSet<DocumentId>,
}

impl Selection {
    /// Of `events` those that add the versions which are in the bundle: those whose sequences are `chosen`. `held` are all keys that
    /// the exporter has of the case and its team: none of them may be shown as the key of a document.
    ///
    /// # Errors
    /// [`DiscloseError::SharedKey`] if a document's key is one of them, or another version's too.
    pub fn choose(events: &[AcceptedEvent], chosen: &BTreeSet<u64>, held: &[Secret]) -> Result<Self, DiscloseError> {
        let versions: Vec<_> = events.iter().filter_map(|event| Some((event.sequence, event.body.version()?))).collect();
        let mut selection = Self::default();
        for (sequence, version) in versions.iter().filter(|(sequence, _)| chosen.contains(sequence)) {
            let key = version.key.secret();
            let shared = versions.iter().any(|(other, of)| other != sequence && of.key.secret() == key);
            if shared || held.contains(key) {
                return Err(DiscloseError::SharedKey);
            }
            selection.events.insert(*sequence);
            selection.documents.insert(version.document);
        }
        Ok(selection)
    }

    /// The events as the bundle shows them.
    ///
    /// # Errors
    /// [`DiscloseError::Commitment`] if what would be shown is not what was signed.
    pub fn show(&self, events: &[AcceptedEvent]) -> Result<Vec<ShownEvent>, DiscloseError> {
        events.iter().map(|event| self.show_one(event)).collect()
    }

    fn show_one(&self, event: &AcceptedEvent) -> Result<ShownEvent, DiscloseError> {
        if !self.discloses(event) {
            return Ok(ShownEvent { header: event.header.clone(), opening: None });
        }
        let body = Opaque::new(event.body.encode()).map_err(|_| DiscloseError::Commitment)?;
        let opening = Opening { salt: event.salt, body };
        if opening.commitment() != event.header.content.commitment {
            return Err(DiscloseError::Commitment);
        }
        Ok(ShownEvent { header: event.header.clone(), opening: Some(opening) })
    }

    /// A body that this version cannot read may hold anything, keys too.
    fn discloses(&self, event: &AcceptedEvent) -> bool {
        let readable = !matches!(event.body, Body::Unknown { .. });
        readable
            && match rule(event.class()) {
                Rule::Always => true,
                Rule::Exhibit => self.events.contains(&event.sequence),
                Rule::Naming => event.body.documents().iter().any(|named| self.documents.contains(&named.document)),
                Rule::Never => false,
            }
    }
}
