//! Documents: sealed and sent, fetched and opened (SPEC §6.4). No unverified byte reaches the disk, and memory does not grow with
//! a file's size.

mod add;
mod again;
mod export;
mod fetch;
mod large;
pub(crate) mod output;
mod seal;
mod steady;

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::content::sealed_length;
use casevault_crypto::event::{DocumentVersion, class};
use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::context::Context;
use casevault_wire::id::{DocumentId, JournalId};
use casevault_wire::label::Label;
use casevault_wire::limit;

use crate::cases::queued_bodies;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::store::{column, count};
use crate::view::{Delivery, DocumentView};

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

/// Whether the blob of a document of `length` bytes travels with others.
fn is_small(length: u64) -> bool {
    sealed_length(length).is_some_and(|sealed| sealed <= limit::SMALL_BLOB as u64)
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

    /// Every version of every document of a case, in the journal's order.
    ///
    /// # Errors
    /// As [`Client::documents`].
    pub async fn document_versions(&self, case: &str) -> Result<Vec<DocumentView>> {
        let _turn = self.turn.lock().await;
        let (case, team) = self.case_and_team(case)?;
        self.refresh_case(&case, team).await?;
        self.profile.store.read(|db| with_queued(db, &case, all_versions(db, &case)?))
    }

    pub(crate) fn document_views(&self, case: &JournalId) -> Result<Vec<DocumentView>> {
        self.profile.store.read(|db| with_queued(db, case, newest_versions(db, case)?))
    }

    /// The newest version of a document, or the one that entry `entry` of the journal added.
    fn one_version(&self, case: &JournalId, document: &DocumentId, entry: Option<u64>) -> Result<DocumentVersion> {
        self.profile.store.read(|db| {
            let sql = "SELECT seal FROM documents WHERE journal = ?1 AND document = ?2 AND (?3 IS NULL OR sequence = ?3)
                ORDER BY sequence DESC LIMIT 1";
            let parameters = params![case.0, document.0, entry.map(column)];
            let kept: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
            let queued = || queued_versions(db, case).map(|queued| queued.into_iter().find(|v| v.document == *document));
            match kept {
                Some(bytes) => decode_version(bytes),
                None if entry.is_none() => queued()?.ok_or(ClientError::Unknown(What::Document)),
                None => Err(ClientError::Unknown(What::Document)),
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

/// A version that the vault has, and the entry that added it.
pub(crate) type KeptVersion = (u64, DocumentVersion);

/// Every version of every document of a case that is at the vault, in the journal's order (R-6.5-2).
pub(crate) fn all_versions(db: &Connection, case: &JournalId) -> Result<Vec<KeptVersion>> {
    kept_versions(db, case, "")
}

/// The current version of every document: the last in the journal, whatever number it has (R-6.5-2).
pub(crate) fn newest_versions(db: &Connection, case: &JournalId) -> Result<Vec<KeptVersion>> {
    kept_versions(
        db,
        case,
        "AND sequence = (SELECT max(sequence) FROM documents WHERE journal = kept.journal AND document = kept.document)",
    )
}

fn kept_versions(db: &Connection, case: &JournalId, which: &str) -> Result<Vec<KeptVersion>> {
    let sql = format!("SELECT sequence, seal FROM documents AS kept WHERE journal = ?1 {which} ORDER BY sequence");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([case.0])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push((count(row, 0)?, decode_version(row.get(1)?)?));
    }
    Ok(versions)
}

/// Whether two events add a document of one id: no client does that (R-6.5-7).
pub(crate) fn added_twice(db: &Connection, case: &JournalId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM documents JOIN entries USING (journal, sequence) WHERE journal = ?1 AND class = ?2
        GROUP BY document HAVING count(*) > 1)";
    Ok(db.prepare_cached(sql)?.query_row(params![case.0, class::DOCUMENT_ADDED], |row| row.get(0))?)
}

fn decode_version(bytes: Vec<u8>) -> Result<DocumentVersion> {
    decode(&SecretBytes::from(bytes), 8192).map_err(|_| ClientError::Damaged)
}

fn with_queued(db: &Connection, case: &JournalId, kept: Vec<KeptVersion>) -> Result<Vec<DocumentView>> {
    let sent = kept.iter().map(|(entry, version)| DocumentView { entry: Some(*entry), ..view(version, Delivery::Sent) });
    Ok(sent.chain(queued_versions(db, case)?.iter().map(|version| view(version, Delivery::Queued))).collect())
}

fn queued_versions(db: &Connection, case: &JournalId) -> Result<Vec<DocumentVersion>> {
    Ok(queued_bodies(db, case)?.iter().filter_map(|(_, body)| body.version().cloned()).collect())
}

fn view(version: &DocumentVersion, delivery: Delivery) -> DocumentView {
    DocumentView {
        document: version.document,
        name: version.name.as_str().to_owned(),
        version: version.version,
        entry: None,
        bytes: version.seal.length,
        sha256: version.seal.sha256.0,
        delivery,
    }
}
