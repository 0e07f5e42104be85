//! Every document of a case into a directory. What is there already is left; one document that fails keeps none of the others from
//! being written.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use bytes::Buf;
use casevault_crypto::content::{PlaintextHasher, sealed_length};
use casevault_crypto::event::{DocumentVersion, export_name};
use casevault_crypto::journal::Place;
use casevault_wire::codec::List;
use casevault_wire::limit;
use casevault_wire::vault::Fetch;
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;
use zeroize::Zeroize;

use super::again::sha256;
use super::fetch::{PIECES, Pieces, fetched, open};
use super::output::{Folder, Target};
use super::steady::{LONG, Settler};
use super::{is_small, newest_versions};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::http::Reading;
use crate::vault::BATCH_BYTES;
use crate::view::{ExportedDocument, FetchedDocument, OnProgress, Progress};

/// Openings in one event.
const OPENED: usize = limit::OPENED;
/// Groups of documents that are fetched at once.
const AHEAD: usize = 3;

/// A version, and the file that it goes to.
type Job = (DocumentVersion, Target);

impl Client {
    /// Writes every document of a case into the directory `out`, small ones many at a time. What became of each is in its outcome; a
    /// file that is there with the same content is left as it is.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `case` names none or several.
    pub async fn get_documents(&self, case: &str, out: &Path, progress: OnProgress) -> Result<Vec<ExportedDocument>> {
        let _turn = self.turn.lock().await;
        self.check_at_home()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let versions: Vec<_> =
            self.profile.store.read(|db| newest_versions(db, &place))?.into_iter().map(|kept| kept.1).collect();
        let folder = Folder::make(out)?;
        let targets = folder.clone();
        let (mut exported, jobs) =
            tokio::task::spawn_blocking(move || plan(versions, &targets)).await.map_err(|_| ClientError::Damaged)?;
        let mut opening = i64::MAX;
        for jobs in jobs.chunks(OPENED) {
            let opened: Vec<_> = jobs.iter().map(|(version, _)| version.clone()).collect();
            opening = opening.min(self.record_opening(&place, &opened)?);
        }
        let total = jobs.iter().fold(0, |total: u64, (version, _)| total.saturating_add(version.seal.length));
        let mut state = Progress { total, all: jobs.len() as u64, ..Progress::default() };
        let settler = Settler::begin()?;
        let mut groups = stream::iter(groups(jobs)).map(|jobs| self.fetch_group(&place, jobs, settler.files())).buffered(AHEAD);
        while let Some(group) = groups.next().await {
            let done = group.iter().filter_map(|document| document.outcome.as_ref().ok());
            state.bytes += done.map(|document| document.bytes).sum::<u64>();
            state.items += group.len() as u64;
            progress(state);
            exported.extend(group);
        }
        drop(groups);
        tokio::task::spawn_blocking(|| settler.finish()).await.map_err(|_| ClientError::Damaged)??;
        folder.settle()?;
        self.deliver(opening).await?;
        Ok(exported)
    }

    /// Writes the documents of a group. Those that a request for all of them did not bring are fetched singly.
    async fn fetch_group(&self, place: &Place, mut jobs: Vec<Job>, written: SyncSender<File>) -> Vec<ExportedDocument> {
        let mut exported = Vec::with_capacity(jobs.len());
        if jobs.len() > 1 {
            let together = self.fetch_together(place, &jobs, written).await.unwrap_or_default();
            exported.extend(together.into_iter().map(|done| ExportedDocument { path: done.path.clone(), outcome: Ok(done) }));
            jobs.drain(..exported.len().min(jobs.len()));
        }
        let mut online = true;
        for (version, target) in jobs {
            let path = target.path();
            let outcome = if online { self.fetch_alone(place, &version, target).await } else { Err(ClientError::Unreachable) };
            online = !matches!(outcome, Err(ClientError::Unreachable));
            exported.push(ExportedDocument { path, outcome });
        }
        exported
    }

    async fn fetch_alone(&self, place: &Place, version: &DocumentVersion, target: Target) -> Result<FetchedDocument> {
        let path = self.fetch_one(place, version, target.begin()?, Arc::new(|_| {})).await?;
        Ok(fetched(version, path))
    }

    /// Writes the documents of one answer, up to the first that fails.
    async fn fetch_together(&self, place: &Place, jobs: &[Job], written: SyncSender<File>) -> Result<Vec<FetchedDocument>> {
        let digests = jobs.iter().map(|(version, _)| version.seal.digest).collect();
        let fetch = Fetch { digests: List::new(digests).map_err(|_| ClientError::Text)? };
        let mut answer = Reading::new(self.team_vault(&place.team)?.fetch(&place.journal, &fetch).await?);
        let (pieces, received) = mpsc::channel(PIECES);
        let (place, jobs) = (*place, jobs.to_vec());
        let opening = tokio::task::spawn_blocking(move || open_group(&place, jobs, &written, Pieces::from(received)));
        // After a cut, or once opening failed, what is missing is asked for singly.
        while let Ok(Some(piece)) = answer.next().await {
            if pieces.send(piece).await.is_err() {
                break;
            }
        }
        drop(pieces);
        opening.await.map_err(|_| ClientError::Damaged)
    }
}

/// What `directory` has already, and where everything else goes.
fn plan(versions: Vec<DocumentVersion>, folder: &Arc<Folder>) -> (Vec<ExportedDocument>, Vec<Job>) {
    let (mut there, mut jobs) = (Vec::new(), Vec::new());
    let mut names = HashSet::new();
    for version in versions {
        let target = Target::new(folder, unique(&mut names, &version));
        let path = target.path();
        let same = path.symlink_metadata().is_ok_and(|file| file.is_file() && file.len() == version.seal.length)
            && sha256(&path).is_ok_and(|found| found == version.seal.sha256.0);
        if same {
            let outcome = Ok(FetchedDocument { new: false, ..fetched(&version, path.clone()) });
            there.push(ExportedDocument { path, outcome });
        } else {
            jobs.push((version, target));
        }
    }
    (there, jobs)
}

/// Documents that travel together: many small ones, or one that is not.
fn groups(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut groups: Vec<Vec<Job>> = Vec::new();
    let mut bytes = u64::MAX;
    for job in jobs {
        let length = sealed_length(job.0.seal.length).filter(|_| is_small(job.0.seal.length));
        let together = length.map_or(u64::MAX, |length| bytes.saturating_add(length));
        match groups.last_mut() {
            Some(group) if together <= BATCH_BYTES as u64 && group.len() < limit::BATCH_BLOBS => {
                bytes = together;
                group.push(job);
            }
            _ => {
                bytes = length.unwrap_or(u64::MAX);
                groups.push(vec![job]);
            }
        }
    }
    groups
}

/// A name for a version's file that no other file of this export has, the same whenever the case is exported.
fn unique(names: &mut HashSet<String>, version: &DocumentVersion) -> String {
    let plain = export_name(version.name.as_str(), None);
    let numbered = |number: u64| export_name(&format!("{number}-{plain}"), Some(&version.document));
    let with_id = std::iter::once_with(|| export_name(version.name.as_str(), Some(&version.document)));
    let mut names_to_try = std::iter::once(plain.clone()).chain(with_id).chain((2..).map(numbered));
    names_to_try.find(|name| names.insert(name.clone())).unwrap_or_default()
}

/// Opens whole blobs, each after its length, and writes them, up to the first that fails. Runs on a thread of its own.
fn open_group(place: &Place, jobs: Vec<Job>, written: &SyncSender<File>, mut pieces: Pieces) -> Vec<FetchedDocument> {
    let mut done = Vec::with_capacity(jobs.len());
    for (version, target) in jobs {
        let Ok(document) = open_next(place, &version, target, (written, &mut pieces)) else { break };
        done.push(document);
    }
    done
}

fn open_next(
    place: &Place,
    version: &DocumentVersion,
    target: Target,
    (written, pieces): (&SyncSender<File>, &mut Pieces),
) -> Result<FetchedDocument> {
    if Some(pieces.take(8)?.get_u64()) != sealed_length(version.seal.length) {
        return Err(ClientError::Verification);
    }
    let mut output = target.begin()?;
    let mut hasher = PlaintextHasher::new();
    open(place, version, pieces, |mut chunk| {
        hasher.update(&chunk);
        output.file.write_all(&chunk)?;
        chunk.zeroize();
        Ok(())
    })?;
    hasher.finish().verify(&version.seal).map_err(|_| ClientError::Verification)?;
    if version.seal.length >= LONG {
        // Nobody takes it if the disk failed: the end says so.
        let _ = written.send(output.file.try_clone()?);
    }
    Ok(fetched(version, output.publish()?))
}
