//! What documents say besides what is seen of them: looked for when they are added, shown, and asked about before they leave the team
//! (SPEC §6.9).

use std::collections::HashMap;
use std::io::Read as _;

use casevault_crypto::content::{DocumentSeal, PlaintextHasher};
use casevault_crypto::event::{
    Body, CopyMade, DocumentVersion, Examined, Found, MetadataFound, MetadataKept, MetadataKind, VersionOf, class,
};
use casevault_crypto::journal::Place;
use casevault_crypto::secret::SecretBytes;
use casevault_wire::codec::{List, Text};
use casevault_wire::limit;

use super::source::Source;
use crate::cases::queued_bodies;
use crate::client::Client;
use crate::error::{ClientError, Result, Telling};
use crate::metadata::{BYTES, Metadata, START, examine, is_examined};
use crate::store::sql::{Connection, params};
use crate::view::{Delivery, DocumentView};

/// What is found in the file that was sealed; nothing is known if it changed since, or cannot be read.
pub(super) fn examine_source(source: &Source, seal: &DocumentSeal) -> Option<Found> {
    let unknown = Some(Found::default().with(MetadataKind::Unknown));
    if seal.length > BYTES {
        return unknown;
    }
    let mut file = source.open().ok()?;
    let length = usize::try_from(seal.length).ok()?;
    let mut bytes = SecretBytes::from(vec![0; length]);
    let (start, rest) = bytes.as_mut().split_at_mut(length.min(START));
    file.read_exact(start).ok()?;
    if !is_examined(start) {
        return unknown;
    }
    file.read_exact(rest).ok()?;
    let mut hasher = PlaintextHasher::new();
    hasher.update(&bytes);
    if hasher.finish().sha256 == seal.sha256 { Some(examine(bytes).found) } else { None }
}

/// What the events of a case say of its versions.
#[derive(Default)]
pub(super) struct Said {
    found: HashMap<VersionOf, Found>,
    copies: HashMap<VersionOf, CopyMade>,
}

impl Said {
    fn take(&mut self, body: &Body) {
        match body {
            Body::MetadataFound(found) => {
                for Examined { of, found } in found.documents.as_slice() {
                    self.found.entry(*of).or_default().0 |= found.0;
                }
            }
            Body::CopyMade(made) if made.is_sound() => {
                let of = VersionOf { document: made.copy.document, digest: made.copy.digest };
                self.copies.entry(of).or_insert_with(|| made.clone());
            }
            _ => {}
        }
    }

    /// Puts it into what is shown of a version.
    pub fn about(&self, view: &mut DocumentView) {
        let of = VersionOf { document: view.document, digest: view.digest };
        view.metadata = self.found.get(&of).copied();
        view.original = self.copies.get(&of).map(|made| (made.original.document, made.how));
    }
}

/// What a case says of its versions, what waits to be sent included.
pub(super) fn said(db: &Connection, place: &Place) -> Result<Said> {
    let sql = "SELECT class, body FROM entries WHERE team = ?1 AND journal = ?2 AND class IN (?3, ?4) ORDER BY sequence";
    let mut statement = db.prepare_cached(sql)?;
    let classes = (class::COPY_MADE, class::METADATA_FOUND);
    let mut rows = statement.query(params![place.team.0, place.journal.0, classes.0, classes.1])?;
    let mut said = Said::default();
    while let Some(row) = rows.next()? {
        said.take(&Body::decode(row.get(0)?, &row.get::<_, Vec<u8>>(1)?));
    }
    queued_bodies(db, place)?.iter().for_each(|(_, body)| said.take(body));
    Ok(said)
}

fn named(version: &DocumentVersion) -> VersionOf {
    VersionOf { document: version.document, digest: version.seal.digest }
}

impl Client {
    /// What a document, in its newest version, says besides what is seen of it. That it was opened is on record before anything is shown; what
    /// was found, too.
    ///
    /// # Errors
    /// As [`Client::get_document`].
    pub async fn document_metadata(&self, case: &str, document: &str) -> Result<(DocumentView, Metadata)> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let (place, version) = self.version_named(case, document, None).await?;
        let opening = self.record_opening(&place, std::slice::from_ref(&version))?;
        let metadata = self.examine_version(&place, &version).await?;
        let known = self.profile.store.read(|db| said(db, &place))?.found.get(&named(&version)).copied();
        if known.is_none_or(|known| known.0 | metadata.found.0 != known.0) {
            self.queue(&place, &[found(vec![Examined { of: named(&version), found: metadata.found }])?])?;
        }
        self.deliver(opening).await?;
        let mut view = super::view(&version, Delivery::Sent);
        self.profile.store.read(|db| said(db, &place))?.about(&mut view);
        Ok((view, metadata))
    }

    /// Those of `documents`, in their newest versions, that say more than is seen of them, or that nobody examined.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a name names none or several.
    pub async fn telling(&self, case: &str, documents: &[String]) -> Result<Vec<DocumentView>> {
        let _turn = self.turn.lock().await;
        let place = self.case_place(case).await?;
        let ids = documents.iter().map(|text| self.find_any_document(&place, text)).collect::<Result<Vec<_>>>()?;
        let mut views = self.document_views(&place)?;
        views.retain(|view| ids.contains(&view.document) && view.metadata.is_none_or(|found| !found.is_nothing()));
        Ok(views)
    }

    /// That these versions may leave the team (R-6.9-6): nothing was found in them, or `keep` says why they leave as they are, on record.
    ///
    /// # Errors
    /// [`ClientError::Metadata`] with those that may not; [`ClientError::Text`] if `keep` says nothing.
    pub(crate) async fn check_metadata(&self, place: &Place, versions: &[DocumentVersion], keep: Option<&str>) -> Result<()> {
        if keep.is_some_and(|reason| reason.trim().is_empty()) {
            return Err(ClientError::Text);
        }
        let mut known = self.profile.store.read(|db| said(db, place))?.found;
        let mut fresh = Vec::new();
        for version in versions.iter().filter(|version| !known.contains_key(&named(version))) {
            fresh.push(Examined { of: named(version), found: self.examine_version(place, version).await?.found });
        }
        known.extend(fresh.iter().map(|examined| (examined.of, examined.found)));
        let bodies = fresh.chunks(limit::COVERED).map(|some| found(some.to_vec())).collect::<Result<Vec<_>>>()?;
        self.settled_events(place, &bodies).await?;
        let found_in = |version: &DocumentVersion| known.get(&named(version)).copied().unwrap_or_default();
        let telling: Vec<_> = versions.iter().filter(|version| !found_in(version).is_nothing()).collect();
        let Some(reason) = keep.filter(|_| !telling.is_empty()) else {
            let tell = |version: &&DocumentVersion| Telling {
                document: version.document,
                name: version.name.as_str().to_owned(),
                found: found_in(version),
            };
            return if telling.is_empty() { Ok(()) } else { Err(ClientError::Metadata(telling.iter().map(tell).collect())) };
        };
        let reason = Text::new(reason.trim()).map_err(|_| ClientError::Text)?;
        let kept = |some: &[&DocumentVersion]| {
            let documents = List::new(some.iter().map(|version| named(version)).collect()).map_err(|_| ClientError::Text)?;
            Ok(MetadataKept { documents, reason: reason.clone() }.into())
        };
        let bodies = telling.chunks(limit::COVERED).map(kept).collect::<Result<Vec<Body>>>()?;
        self.settled_events(place, &bodies).await
    }

    /// Puts events on record at the vault.
    async fn settled_events(&self, place: &Place, bodies: &[Body]) -> Result<()> {
        if bodies.is_empty() {
            return Ok(());
        }
        let first = self.queue(place, bodies)?;
        if self.deliver(first).await? == Delivery::Queued { Err(ClientError::Unreachable) } else { Ok(()) }
    }

    async fn examine_version(&self, place: &Place, version: &DocumentVersion) -> Result<Metadata> {
        if version.seal.length > BYTES {
            return Ok(Metadata::unknown());
        }
        let bytes = self.bytes_of(place, version).await?;
        tokio::task::spawn_blocking(move || examine(bytes)).await.map_err(|_| ClientError::Damaged)
    }
}

fn found(documents: Vec<Examined>) -> Result<Body> {
    Ok(MetadataFound { documents: List::new(documents).map_err(|_| ClientError::Text)? }.into())
}
