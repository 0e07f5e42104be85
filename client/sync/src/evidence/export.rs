//! A bundle of a case or a dossier. That its documents were opened is on record before a byte of them is written, and that they were exported before the
//! bundle has a name.

use std::fs::File;

use casevault_crypto::content::Sha256;
use casevault_crypto::event::{DocumentVersion, EvidenceExported};
use casevault_crypto::evidence::{
    BAG_INFO, BAGIT, BAGIT_TEXT, CHAIN, Custody, DiscloseError, EXPORT, Exhibit, Files, History, LOG, LOG_RECIPIENT, MANIFESTS,
    PAYLOAD, STAMP, Selection, ShownEvent, TAG_MANIFESTS, bag_info, encode_chain, encode_events, encode_log, manifest, verify,
};
use casevault_crypto::journal::{AcceptedEvent, Place};
use casevault_wire::codec::List;
use casevault_wire::hash::Hash;

use super::EvidenceExport;
use super::pack::Pack;
use super::recipients::Destination;
use super::source::{Logs, Source};
use super::stamp::stamp;
use crate::client::Client;
use crate::document::{KeptVersion, check_size};
use crate::error::{ClientError, Result};
use crate::http::Authority;
use crate::view::{AlarmKind, OnProgress, Progress};

/// What a bundle shows, as it was when the documents had been opened.
struct Shown {
    source: Source,
    selection: Selection,
    events: Vec<ShownEvent>,
    logs: Logs,
}

impl Shown {
    /// Its chain, followed as anybody would.
    fn history(&self) -> Result<History<'_>> {
        let guest = self.logs.guest.as_ref().map(|(organisation, _)| organisation.as_ref());
        let mut history = History::new(&self.logs.owner.0, guest, &self.source.place());
        history.take_all(&self.events).map_err(|_| ClientError::Verification)?;
        Ok(history)
    }
}

impl Client {
    /// Makes an evidence bundle of a case, or of a dossier that one of this device's teams was given, where `to` says, which must not exist: of
    /// the named documents, or of all, each in its newest version.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a name names none or several, or there is no document;
    /// [`ClientError::Metadata`] if a document of a case says more than is seen of it and `keep_metadata` does not say why it shall;
    /// [`ClientError::Server`] with `refused` once a dossier was ended; [`ClientError::Verification`] if what the vault serves is not what was
    /// signed: nothing is written then. [`ClientError::Conflict`] if a log grew meanwhile. [`ClientError::TimeStamp`] if it was to be stamped and is
    /// not: that it was exported is on record then, and it was not made.
    pub async fn export_evidence(
        &self,
        of: &str,
        (documents, keep_metadata): (&[String], Option<&str>),
        to: &Destination,
        progress: OnProgress,
    ) -> Result<EvidenceExport> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let source = self.evidence_source(of).await?;
        let chosen = self.chosen(&source, documents, keep_metadata).await?;
        let (pack, documents, fingerprints) =
            self.bundle(source, chosen, (Pack::begin_for(to, &self.outbox())?, to.authority(), progress)).await?;
        let files = pack.files().len() as u64;
        let path = tokio::task::spawn_blocking(move || pack.publish()).await.map_err(|_| ClientError::Damaged)??;
        let _ = self.tell_heads().await;
        Ok(EvidenceExport { path, files, documents, fingerprints })
    }

    /// The same as a zip that is in memory alone, for a caller who saves it where `to` says.
    ///
    /// # Errors
    /// As [`Client::export_evidence`]; [`ClientError::LargerThanMemory`] if its documents are.
    pub async fn evidence_in_memory(
        &self,
        of: &str,
        (documents, keep_metadata): (&[String], Option<&str>),
        to: &Destination,
        progress: OnProgress,
    ) -> Result<(EvidenceExport, File)> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let source = self.evidence_source(of).await?;
        let chosen = self.chosen(&source, documents, keep_metadata).await?;
        check_size(chosen.iter().map(|(_, version)| version))?;
        let (pack, documents, fingerprints) =
            self.bundle(source, chosen, (Pack::in_memory_for(to, &self.outbox())?, to.authority(), progress)).await?;
        let files = pack.files().len() as u64;
        let file = pack.finish()?;
        let _ = self.tell_heads().await;
        Ok((EvidenceExport { path: to.path().into(), files, documents, fingerprints }, file))
    }

    /// Puts all of a bundle into `pack`, and verifies it as anybody would.
    async fn bundle(
        &self,
        source: Source,
        chosen: Vec<KeptVersion>,
        (mut pack, authority, progress): (Pack, Option<&Authority>, OnProgress),
    ) -> Result<(Pack, Vec<Exhibit>, Vec<Hash>)> {
        let mut shown = self.show(source, &chosen).await?;
        let (exhibits, custody, fingerprints) = {
            let history = shown.history()?;
            (history.exhibits.clone(), Custody::of(&history), fingerprints(&history))
        };
        let versions: Vec<_> = chosen.into_iter().map(|(_, version)| version).collect();
        pack = self.put_documents(&shown.source.place(), pack, (&exhibits, &versions), &progress).await?;
        let chain = encode_chain(&shown.source.place(), &shown.events);
        pack = pack.elsewhere(move |pack| pack.put(CHAIN, &chain)).await?;
        put_custody(&mut pack, &custody, &shown.logs)?;
        let exported = self.sign_for(&mut shown, &exhibits, pack.files()).await?;
        let export = encode_events(&shown.selection.show(&exported).map_err(|_| ClientError::Damaged)?);
        let stamp = match authority {
            None => None,
            Some(authority) => Some(stamp(authority, &export).await?),
        };
        put_tags(&mut pack, &shown, (&exported, &export, stamp.as_deref()))?;
        if verify(pack.files()).problems.is_empty() { Ok((pack, exhibits, fingerprints)) } else { Err(ClientError::Damaged) }
    }

    /// Puts on record that the documents are opened, and reads the chain up to there as it was signed.
    async fn show(&self, mut source: Source, chosen: &[KeptVersion]) -> Result<Shown> {
        let versions: Vec<_> = chosen.iter().map(|(_, version)| version.clone()).collect();
        self.say_opened(&source, &versions).await?;
        let events = self.events_since(&mut source).await?;
        let sequences = chosen.iter().map(|(sequence, _)| *sequence).collect();
        let place = source.place();
        let choice = Selection::choose(&events, &sequences, &self.held(&source)?);
        let selection = choice.map_err(|error| self.not_shown(&place, error))?;
        let events = selection.show(&events).map_err(|error| self.not_shown(&place, error))?;
        let logs = self.logs_of(&source)?;
        Ok(Shown { source, selection, events, logs })
    }

    /// Whoever wrote a key of the case or the team into the place of a document's would have it shown.
    fn not_shown(&self, place: &Place, error: DiscloseError) -> ClientError {
        match error {
            DiscloseError::SharedKey => self.journal_alarm(place, AlarmKind::Document),
            DiscloseError::Commitment => ClientError::Damaged,
        }
    }

    async fn put_documents(
        &self,
        place: &Place,
        mut pack: Pack,
        (exhibits, versions): (&[Exhibit], &[DocumentVersion]),
        progress: &OnProgress,
    ) -> Result<Pack> {
        let total = versions.iter().fold(0, |total: u64, version| total.saturating_add(version.seal.length));
        let mut state = Progress { total, all: versions.len() as u64, ..Progress::default() };
        for (exhibit, version) in exhibits.iter().zip(versions) {
            let (file, bytes) = (exhibit.file.clone(), exhibit.bytes);
            pack = pack.elsewhere(move |pack| pack.open(&file, bytes)).await?;
            pack = self.read_version(place, version, pack).await?;
            pack.close()?;
            state.bytes += version.seal.length;
            state.items += 1;
            progress(state);
        }
        Ok(pack)
    }

    /// Signs for the files, as an event of the chain. The events from its end up to that, as the bundle shows them.
    async fn sign_for(&self, shown: &mut Shown, exhibits: &[Exhibit], files: &Files) -> Result<Vec<AcceptedEvent>> {
        let [sha256, _] = MANIFESTS;
        let manifest = files.get(sha256).map(|found| Sha256(found.sha256)).ok_or(ClientError::Damaged)?;
        let documents = List::new(exhibits.iter().map(Exhibit::named).collect()).map_err(|_| ClientError::Text)?;
        self.say(&shown.source, EvidenceExported { documents, manifest }.into()).await?;
        let events = self.events_since(&mut shown.source).await?;
        // What came after it is no part of the bundle.
        let last = events.iter().rposition(|event| event.device == self.device()).ok_or(ClientError::Conflict)?;
        let events: Vec<_> = events.into_iter().take(last + 1).collect();
        let grew = events.iter().any(|event| event.header.content.log.length > shown.logs.length(event));
        if grew { Err(ClientError::Conflict) } else { Ok(events) }
    }
}

/// The root fingerprints of the organisations that have a part in it: first of the one whose journal it is.
fn fingerprints(history: &History<'_>) -> Vec<Hash> {
    let own = history.organisation().fingerprint();
    let theirs = history.recipient().map(|(_, organisation)| organisation.fingerprint()).filter(|other| *other != own);
    [own].into_iter().chain(theirs).collect()
}

/// What all evidence but the documents and the chain is, and the manifests of it.
fn put_custody(pack: &mut Pack, custody: &Custody, logs: &Logs) -> Result<()> {
    pack.put(LOG, &encode_log(&logs.owner.1))?;
    if let Some((_, entries)) = &logs.guest {
        pack.put(LOG_RECIPIENT, &encode_log(entries))?;
    }
    custody.files().iter().try_for_each(|(path, bytes)| pack.put(path, bytes))?;
    put_manifests(pack, MANIFESTS, |path| path.starts_with(PAYLOAD))
}

/// What is about the evidence.
fn put_tags(pack: &mut Pack, shown: &Shown, (events, export, stamp): (&[AcceptedEvent], &[u8], Option<&[u8]>)) -> Result<()> {
    let payload: Vec<_> =
        pack.files().iter().filter(|(path, _)| path.starts_with(PAYLOAD)).map(|(_, found)| found.length).collect();
    let exported = events.last().ok_or(ClientError::Damaged)?;
    let oxum = (payload.iter().sum(), payload.len());
    let info = bag_info(&shown.source.place(), &shown.logs.owner.0.fingerprint(), exported.time, oxum);
    pack.put(EXPORT, export)?;
    if let Some(stamp) = stamp {
        pack.put(STAMP, stamp)?;
    }
    pack.put(BAGIT, BAGIT_TEXT.as_bytes())?;
    pack.put(BAG_INFO, info.as_bytes())?;
    put_manifests(pack, TAG_MANIFESTS, |path| !path.starts_with(PAYLOAD))
}

/// A manifest of the files so far that `covers` covers, by each algorithm.
fn put_manifests(pack: &mut Pack, [sha256, sha512]: [&str; 2], covers: fn(&str) -> bool) -> Result<()> {
    let covered = || pack.files().iter().filter(|(path, _)| covers(path));
    let first = manifest(covered().map(|(path, found)| (path.as_str(), found.sha256.as_slice())));
    let second = manifest(covered().map(|(path, found)| (path.as_str(), found.sha512.as_slice())));
    pack.put(sha256, first.as_bytes())?;
    pack.put(sha512, second.as_bytes())
}
