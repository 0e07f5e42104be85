//! A bundle of a case. That its documents were opened is on record before a byte of them is written, and that they were exported before the
//! bundle has a name.

use std::collections::BTreeSet;
use std::path::Path;

use casevault_crypto::content::Sha256;
use casevault_crypto::event::{DocumentVersion, EvidenceExported};
use casevault_crypto::evidence::{
    BAG_INFO, BAGIT, BAGIT_TEXT, CHAIN, COVER, CUSTODY, Custody, DiscloseError, EXPORT, Exhibit, Files, History, LOG, MANIFESTS,
    PAYLOAD, Selection, ShownEvent, TAG_MANIFESTS, bag_info, encode_chain, encode_events, encode_log, manifest, verify,
};
use casevault_crypto::journal::{AcceptedEvent, ChainState, Place};
use casevault_crypto::secret::Secret;
use casevault_wire::codec::List;
use casevault_wire::log::{Organisation, SignedLogEntry};

use super::EvidenceExport;
use super::pack::Pack;
use crate::client::Client;
use crate::document::{KeptVersion, newest_versions};
use crate::error::{ClientError, Result, What};
use crate::journal::{Item, ring_of, team_place};
use crate::store::log::{Whose, entries};
use crate::view::{AlarmKind, Delivery, OnProgress, Progress};

/// A case as a bundle shows it: its chain when the documents had been opened.
struct Shown {
    place: Place,
    selection: Selection,
    events: Vec<ShownEvent>,
    log: Vec<SignedLogEntry>,
    state: ChainState,
}

impl Client {
    /// Makes an evidence bundle of a case at `out`, which must not exist: of the named documents, or of all, each in its newest version.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if a name names none or several, or there is no document;
    /// [`ClientError::Metadata`] if a document says more than is seen of it and `keep_metadata` does not say why it shall;
    /// [`ClientError::Verification`] if what the vault serves is not the case: nothing is written then. [`ClientError::Conflict`] if the log
    /// grew meanwhile.
    pub async fn export_evidence(
        &self,
        case: &str,
        (documents, keep_metadata): (&[String], Option<&str>),
        out: &Path,
        progress: OnProgress,
    ) -> Result<EvidenceExport> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let chosen = self.chosen(&place, documents)?;
        let versions: Vec<_> = chosen.iter().map(|(_, version)| version.clone()).collect();
        self.check_metadata(&place, &versions, keep_metadata).await?;
        let mut pack = Pack::begin(out)?;
        let mut shown = self.show(&place, &chosen, &versions).await?;
        let organisation = self.organisation()?;
        let mut history = History::new(&organisation, &shown.place);
        history.take_all(&shown.events).map_err(|_| ClientError::Verification)?;
        pack = self.put_documents(&shown.place, pack, (&history.exhibits, &versions), &progress).await?;
        put_custody(&mut pack, &history, &shown)?;
        let exported = self.sign_for(&mut shown, &history.exhibits, pack.files()).await?;
        put_tags(&mut pack, (&shown, &exported), &organisation)?;
        self.publish_bundle(pack, history.exhibits).await
    }

    /// The newest versions of the documents of a case that `named` names, or of all.
    fn chosen(&self, place: &Place, named: &[String]) -> Result<Vec<KeptVersion>> {
        let wanted = named.iter().map(|text| self.find_document(place, text)).collect::<Result<BTreeSet<_>>>()?;
        let mut versions = self.profile.store.read(|db| newest_versions(db, place))?;
        versions.retain(|(_, version)| wanted.is_empty() || wanted.contains(&version.document));
        if versions.is_empty() { Err(ClientError::Unknown(What::Document)) } else { Ok(versions) }
    }

    /// Puts on record that the documents are opened, and reads the chain up to there as it was signed.
    async fn show(&self, place: &Place, chosen: &[KeptVersion], versions: &[DocumentVersion]) -> Result<Shown> {
        let opening = self.record_opening(place, versions)?;
        if self.deliver(opening).await? == Delivery::Queued {
            return Err(ClientError::Unreachable);
        }
        let mut state = ChainState::new(*place);
        let events = self.read_again(place, &mut state).await?;
        let sequences = chosen.iter().map(|(sequence, _)| *sequence).collect();
        let choice = Selection::choose(&events, &sequences, &self.held(place)?);
        let selection = choice.map_err(|error| self.not_shown(place, error))?;
        let shown = selection.show(&events).map_err(|error| self.not_shown(place, error))?;
        Ok(Shown { place: *place, selection, events: shown, log: entries(&self.profile.store, Whose::Own)?, state })
    }

    /// Whoever wrote a key of the case or the team into the place of a document's would have it shown.
    fn not_shown(&self, place: &Place, error: DiscloseError) -> ClientError {
        match error {
            DiscloseError::SharedKey => self.journal_alarm(place, AlarmKind::Document),
            DiscloseError::Commitment => ClientError::Damaged,
        }
    }

    /// Every key that this device has of a case and its team.
    fn held(&self, place: &Place) -> Result<Vec<Secret>> {
        let ring = self.ring(&place.team)?;
        let team = ring.iter().map(|(_, key)| key.secret().clone());
        self.profile.store.read(|db| {
            let (case, journal) = (ring_of(db, place)?, ring_of(db, &team_place(db, self.me.organisation, place.team)?)?);
            let sealing = case.0.into_values().chain(journal.0.into_values()).map(|key| key.secret);
            Ok(team.chain(sealing).collect())
        })
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
            pack.open(&exhibit.file, exhibit.bytes)?;
            pack = self.read_version(place, version, pack).await?;
            pack.close()?;
            state.bytes += version.seal.length;
            state.items += 1;
            progress(state);
        }
        Ok(pack)
    }

    /// Signs for the files, as an event of the case. The events from the chain's end up to it, as the bundle shows them.
    async fn sign_for(&self, shown: &mut Shown, exhibits: &[Exhibit], files: &Files) -> Result<Vec<AcceptedEvent>> {
        let [sha256, _] = MANIFESTS;
        let manifest = files.get(sha256).map(|found| Sha256(found.sha256)).ok_or(ClientError::Damaged)?;
        let documents = List::new(exhibits.iter().map(Exhibit::named).collect()).map_err(|_| ClientError::Text)?;
        let place = shown.place;
        self.push(&place, vec![Item::event(EvidenceExported { documents, manifest }.into())]).await?;
        let events = self.read_again(&place, &mut shown.state).await?;
        // What came after it is no part of the bundle.
        let last = events.iter().rposition(|event| event.device == self.device()).ok_or(ClientError::Conflict)?;
        let events: Vec<_> = events.into_iter().take(last + 1).collect();
        let known = shown.log.len() as u64;
        let grew = events.last().is_none_or(|event| event.header.content.log.length > known);
        if grew { Err(ClientError::Conflict) } else { Ok(events) }
    }

    /// Verifies the bundle as anybody would, and gives it its name.
    async fn publish_bundle(&self, pack: Pack, documents: Vec<Exhibit>) -> Result<EvidenceExport> {
        if !verify(pack.files()).problems.is_empty() {
            return Err(ClientError::Damaged);
        }
        let files = pack.files().len() as u64;
        let path = tokio::task::spawn_blocking(move || pack.publish()).await.map_err(|_| ClientError::Damaged)??;
        let _ = self.tell_heads().await;
        Ok(EvidenceExport { path, files, documents })
    }
}

/// What all evidence but the documents is, and the manifests of it.
fn put_custody(pack: &mut Pack, history: &History<'_>, shown: &Shown) -> Result<()> {
    let custody = Custody::of(history);
    pack.put(CHAIN, &encode_chain(&shown.place, &shown.events))?;
    pack.put(LOG, &encode_log(&shown.log))?;
    pack.put(CUSTODY, custody.to_json().as_bytes())?;
    pack.put(COVER, custody.to_html().as_bytes())?;
    put_manifests(pack, MANIFESTS, |path| path.starts_with(PAYLOAD))
}

/// What is about the evidence.
fn put_tags(pack: &mut Pack, (shown, events): (&Shown, &[AcceptedEvent]), organisation: &Organisation) -> Result<()> {
    let payload: Vec<_> =
        pack.files().iter().filter(|(path, _)| path.starts_with(PAYLOAD)).map(|(_, found)| found.length).collect();
    let exported = events.last().ok_or(ClientError::Damaged)?;
    let oxum = (payload.iter().sum(), payload.len());
    let info = bag_info(&shown.place, &organisation.fingerprint(), exported.time, oxum);
    let shown = shown.selection.show(events).map_err(|_| ClientError::Damaged)?;
    pack.put(EXPORT, &encode_events(&shown))?;
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
