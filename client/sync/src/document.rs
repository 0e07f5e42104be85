//! Documents: sealed and sent, fetched and opened (SPEC §6.4). No unverified byte reaches the disk, and memory does not grow with
//! a file's size.

mod add;
mod again;
mod fetch;
mod large;
mod output;
mod seal;
mod steady;

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::event::{Body, DocumentVersion};
use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::context::Context;
use casevault_wire::id::{DocumentId, JournalId};
use casevault_wire::label::Label;

use crate::cases::queued_bodies;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::store::{array, count};
use crate::view::{Delivery, DocumentView};

/// The rows of the documents of a case, each in its newest version: the last in the journal, whatever its number says (R-6.5-2). In the
/// order in which the documents were added.
const NEWEST: &str = "FROM documents d WHERE journal = ?1
    AND sequence = (SELECT max(sequence) FROM documents WHERE journal = d.journal AND document = d.document)
    ORDER BY (SELECT min(sequence) FROM documents WHERE journal = d.journal AND document = d.document)";

/// The context that a document version is sealed in.
pub(crate) fn context(place: &Place, document: DocumentId, version: u64) -> Context {
    Context {
        team: place.team,
        journal: place.journal,
        document,
        version,
        ..Context::new(Label::DeriveContent, place.organisation)
    }
}

impl Client {
    /// The documents of a case, each in its newest version.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several.
    pub async fn documents(&self, case: &str) -> Result<Vec<DocumentView>> {
        let _turn = self.turn.lock().await;
        let (case, team) = self.case_and_team(case)?;
        self.refresh_case(&case, team).await?;
        self.document_views(&case)
    }

    pub(crate) fn document_views(&self, case: &JournalId) -> Result<Vec<DocumentView>> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached(&format!("SELECT document, name, version, bytes, sha256 {NEWEST}"))?;
            let rows = statement.query_map([case.0], |row| {
                Ok(DocumentView {
                    document: DocumentId(array(row, 0)?),
                    name: row.get(1)?,
                    version: count(row, 2)?,
                    bytes: count(row, 3)?,
                    sha256: array(row, 4)?,
                    delivery: Delivery::Sent,
                })
            })?;
            let mut views = rows.map(|row| row.map_err(ClientError::from)).collect::<Result<Vec<_>>>()?;
            views.extend(queued_versions(db, case)?.iter().map(|version| view(version, Delivery::Queued)));
            Ok(views)
        })
    }

    /// Every version of every document of a case that is at the vault.
    pub(crate) fn all_versions(&self, case: &JournalId) -> Result<Vec<DocumentVersion>> {
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT seal FROM documents WHERE journal = ?1 ORDER BY sequence")?;
            let rows = statement.query_map([case.0], |row| row.get::<_, Vec<u8>>(0))?;
            rows.map(|row| decode_version(row?)).collect()
        })
    }

    /// The newest version of a document, and whether it is at the vault.
    fn newest_version(&self, case: &JournalId, document: &DocumentId) -> Result<DocumentVersion> {
        self.profile.store.read(|db| {
            let sql = "SELECT seal FROM documents WHERE journal = ?1 AND document = ?2 ORDER BY sequence DESC LIMIT 1";
            let kept: Option<Vec<u8>> =
                db.prepare_cached(sql)?.query_row(params![case.0, document.0], |row| row.get(0)).optional()?;
            match kept {
                Some(bytes) => decode_version(bytes),
                None => queued_versions(db, case)?
                    .into_iter()
                    .find(|v| v.document == *document)
                    .ok_or(ClientError::Unknown(What::Document)),
            }
        })
    }

    /// The document that `text` names, one that waits to be sent included.
    fn find_any_document(&self, case: &JournalId, text: &str) -> Result<DocumentId> {
        match self.find_document(case, text) {
            Err(ClientError::Unknown(What::Document)) => {
                let queued = self.profile.store.read(|db| queued_versions(db, case))?;
                let named = |v: &&DocumentVersion| v.document.to_string() == text || v.name.as_str() == text;
                let mut found = queued.iter().filter(named);
                match (found.next(), found.next()) {
                    (Some(one), None) => Ok(one.document),
                    (Some(_), Some(_)) => {
                        Err(ClientError::Ambiguous(What::Document, queued.iter().map(|v| v.document.to_string()).collect()))
                    }
                    _ => Err(ClientError::Unknown(What::Document)),
                }
            }
            other => other,
        }
    }
}

fn decode_version(bytes: Vec<u8>) -> Result<DocumentVersion> {
    decode(&SecretBytes::from(bytes), 8192).map_err(|_| ClientError::Damaged)
}

fn queued_versions(db: &Connection, case: &JournalId) -> Result<Vec<DocumentVersion>> {
    let version = |body| match body {
        Body::DocumentAdded(added) => Some(added.0),
        Body::DocumentReplaced(replaced) => Some(replaced.0),
        _ => None,
    };
    Ok(queued_bodies(db, case)?.into_iter().filter_map(version).collect())
}

fn view(version: &DocumentVersion, delivery: Delivery) -> DocumentView {
    DocumentView {
        document: version.document,
        name: version.name.as_str().to_owned(),
        version: version.version,
        bytes: version.seal.length,
        sha256: version.seal.sha256.0,
        delivery,
    }
}
