//! Documents: sealed and sent, fetched and opened (SPEC §6.4). No unverified byte reaches the disk, and memory does not grow with
//! a file's size.

mod add;
mod again;
mod copy;
mod examine;
mod export;
mod fetch;
mod incoming;
mod large;
pub(crate) mod output;
mod preview;
mod seal;
mod source;
mod steady;

pub(crate) use copy::in_memory;
pub use incoming::{Come, Incoming};
pub(crate) use output::Target;
pub(crate) use preview::check_size;
pub use source::Stop;

use crate::store::sql::{Connection, OptionalExtension, params};
use casevault_crypto::content::sealed_length;
use casevault_crypto::event::{DocumentVersion, class};
use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::decode;
use casevault_wire::id::DocumentId;
use casevault_wire::limit;

use crate::cases::queued_bodies;
use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::journal::key;
use crate::store::{column, count};
use crate::view::{Delivery, DocumentView};

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
        let (_turn, place) = self.look_at_case(case).await?;
        self.document_views(&place)
    }

    /// Every version of every document of a case, in the journal's order.
    ///
    /// # Errors
    /// As [`Client::documents`].
    pub async fn document_versions(&self, case: &str) -> Result<Vec<DocumentView>> {
        let (_turn, place) = self.look_at_case(case).await?;
        self.profile.store.read(|db| with_queued(db, &place, all_versions(db, &place)?))
    }

    pub(crate) fn document_views(&self, place: &Place) -> Result<Vec<DocumentView>> {
        self.profile.store.read(|db| with_queued(db, place, newest_versions(db, place)?))
    }

    /// The newest version of a document, or the one that entry `entry` of the journal added.
    pub(crate) fn one_version(&self, place: &Place, document: &DocumentId, entry: Option<u64>) -> Result<DocumentVersion> {
        self.profile.store.read(|db| {
            let sql =
                "SELECT seal FROM documents WHERE team = ?1 AND journal = ?2 AND document = ?3 AND (?4 IS NULL OR sequence = ?4)
                ORDER BY sequence DESC LIMIT 1";
            let parameters = params![place.team.0, place.journal.0, document.0, entry.map(column)];
            let kept: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
            let queued = || queued_versions(db, place).map(|queued| queued.into_iter().find(|v| v.document == *document));
            match kept {
                Some(bytes) => decode_version(bytes),
                None if entry.is_none() => queued()?.ok_or(ClientError::Unknown(What::Document)),
                None => Err(ClientError::Unknown(What::Document)),
            }
        })
    }

    /// Every version of every document of a case, in the journal's order, and what waits to be sent after them.
    pub(crate) fn versions_here(&self, place: &Place) -> Result<Vec<DocumentVersion>> {
        self.profile.store.read(|db| {
            let sent = all_versions(db, place)?.into_iter().map(|(_, version)| version);
            Ok(sent.chain(queued_versions(db, place)?).collect())
        })
    }

    /// The document that `text` names, one that waits to be sent included.
    pub(crate) fn find_any_document(&self, place: &Place, text: &str) -> Result<DocumentId> {
        match self.find_document(place, text) {
            Err(ClientError::Unknown(What::Document)) => {
                let queued = self.profile.store.read(|db| queued_versions(db, place))?;
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
pub(crate) fn all_versions(db: &Connection, place: &Place) -> Result<Vec<KeptVersion>> {
    kept_versions(db, place, "")
}

/// The current version of every document: the last in the journal, whatever number it has (R-6.5-2).
pub(crate) fn newest_versions(db: &Connection, place: &Place) -> Result<Vec<KeptVersion>> {
    kept_versions(
        db,
        place,
        "AND sequence = (SELECT max(sequence) FROM documents
            WHERE team = kept.team AND journal = kept.journal AND document = kept.document)",
    )
}

fn kept_versions(db: &Connection, place: &Place, which: &str) -> Result<Vec<KeptVersion>> {
    let sql = format!("SELECT sequence, seal FROM documents AS kept WHERE team = ?1 AND journal = ?2 {which} ORDER BY sequence");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(key(place))?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push((count(row, 0)?, decode_version(row.get(1)?)?));
    }
    Ok(versions)
}

/// Whether two events add a document of one id: no client does that (R-6.5-7).
pub(crate) fn added_twice(db: &Connection, place: &Place) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM documents JOIN entries USING (team, journal, sequence) WHERE team = ?1 AND journal = ?2 AND class = ?3
        GROUP BY document HAVING count(*) > 1)";
    Ok(db.prepare_cached(sql)?.query_row(params![place.team.0, place.journal.0, class::DOCUMENT_ADDED], |row| row.get(0))?)
}

fn decode_version(bytes: Vec<u8>) -> Result<DocumentVersion> {
    decode(&SecretBytes::from(bytes), 8192).map_err(|_| ClientError::Damaged)
}

fn with_queued(db: &Connection, place: &Place, kept: Vec<KeptVersion>) -> Result<Vec<DocumentView>> {
    let sent = kept.iter().map(|(entry, version)| DocumentView { entry: Some(*entry), ..view(version, Delivery::Sent) });
    let mut views: Vec<_> =
        sent.chain(queued_versions(db, place)?.iter().map(|version| view(version, Delivery::Queued))).collect();
    let said = examine::said(db, place)?;
    views.iter_mut().for_each(|view| said.about(view));
    Ok(views)
}

fn queued_versions(db: &Connection, place: &Place) -> Result<Vec<DocumentVersion>> {
    Ok(queued_bodies(db, place)?.iter().filter_map(|(_, body)| body.version().cloned()).collect())
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
        digest: version.seal.digest,
        metadata: None,
        original: None,
    }
}
