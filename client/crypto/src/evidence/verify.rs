//! Verification of a bundle with nothing but itself (R-6.7-11). What is wrong in one place does not keep the others from being looked at.

use std::collections::{BTreeMap, BTreeSet};

use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::log::Organisation;

use super::bag::{
    BAG_INFO, BAGIT, BAGIT_TEXT, CHAIN, COVER, COVER_PDF, CUSTODY, EXPORT, LOG, LOG_RECIPIENT, MANIFESTS, PAYLOAD, STAMP,
    TAG_MANIFESTS, bag_info, is_document, is_known, manifest,
};
use super::chain::{next_entry, next_event, split_chain};
use super::custody::Custody;
use super::{Algorithm, Exhibit, Exported, Fault, Files, Found, History, Problem, Report, Roots, Stamp, StampError, Stamped};
use crate::event::{Body, EvidenceExported};

/// Problems that are listed. A bundle with more is none.
const PROBLEMS: usize = 1000;

/// What a bundle's files say, and what is wrong with them.
pub fn verify(files: &Files) -> Report {
    let mut report = Report { files: files.len() as u64, ..Report::default() };
    let mut verifier = Verifier { files, problems: Vec::new() };
    verifier.layout();
    verifier.manifests();
    verifier.same(BAGIT, BAGIT_TEXT.as_bytes());
    if let Some(organisation) = verifier.log(LOG) {
        report.fingerprint = Some(organisation.fingerprint());
        let guest = verifier.log(LOG_RECIPIENT);
        verifier.chain((&organisation, guest.as_ref()), &mut report);
    }
    report.stamp = verifier.stamp(report.exported.as_ref());
    report.problems = verifier.problems;
    report
}

/// Has `roots` vouch for the time stamp of the bundle of which `report` tells: there has to be one, and they have to.
pub fn vouch(report: &mut Report, files: &Files, roots: &Roots) {
    let Some(bytes) = files.get(STAMP).map(|found| found.content.as_deref().unwrap_or_default()) else {
        return report.problems.push(Problem::of(STAMP, Fault::Missing));
    };
    // Of one that is wrong in itself it was said already.
    let (Some(stamped), Ok(stamp)) = (&mut report.stamp, Stamp::decode(bytes)) else { return };
    match roots.vouch(&stamp) {
        Ok(()) => stamped.vouched = true,
        Err(error) => report.problems.push(Problem::of(STAMP, Fault::Stamp(error))),
    }
}

struct Verifier<'a> {
    files: &'a Files,
    problems: Vec<Problem>,
}

impl<'a> Verifier<'a> {
    fn wrong(&mut self, file: &str, fault: Fault) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(Problem::of(file, fault));
        }
    }

    fn content(&self, file: &str) -> Option<&'a [u8]> {
        self.files.get(file)?.content.as_deref()
    }

    fn layout(&mut self) {
        let needed = [BAGIT, BAG_INFO, EXPORT, COVER, COVER_PDF, CHAIN, CUSTODY, LOG];
        for file in needed.iter().chain(&MANIFESTS).chain(&TAG_MANIFESTS).filter(|file| !self.files.contains_key(**file)) {
            self.wrong(file, Fault::Missing);
        }
        for (file, found) in self.files {
            let limit = if is_known(file) { limit::EVIDENCE_FILE } else { limit::BLOB };
            if !is_known(file) && !is_document(file) {
                self.wrong(file, Fault::Unexpected);
            } else if found.length > limit {
                self.wrong(file, Fault::TooLong);
            }
        }
    }

    fn manifests(&mut self) {
        let payload = |file: &str| file.starts_with(PAYLOAD);
        let tags = |file: &str| [BAGIT, BAG_INFO, EXPORT, STAMP].contains(&file) || MANIFESTS.contains(&file);
        for (names, covers) in [(MANIFESTS, &payload as &dyn Fn(&str) -> bool), (TAG_MANIFESTS, &tags)] {
            for (name, algorithm) in names.into_iter().zip([Algorithm::Sha256, Algorithm::Sha512]) {
                self.manifest(name, algorithm, covers);
            }
        }
    }

    /// Compares a manifest with the files that it has to name.
    fn manifest(&mut self, name: &str, algorithm: Algorithm, covers: &dyn Fn(&str) -> bool) {
        let Some(bytes) = self.content(name) else { return };
        let Ok(text) = std::str::from_utf8(bytes) else { return self.wrong(name, Fault::Malformed) };
        let (files, before) = (self.files, self.problems.len());
        let listed: BTreeMap<_, _> =
            text.lines().filter_map(|line| line.split_once("  ")).map(|(said, file)| (file, said)).collect();
        let covered =
            || files.iter().filter(|(file, _)| covers(file)).map(|(file, found)| (file.as_str(), digest(found, algorithm)));
        for (file, digest) in covered() {
            match listed.get(file) {
                None => self.wrong(file, Fault::Unlisted(algorithm)),
                Some(said) if *said != data_encoding::HEXLOWER.encode(digest) => self.wrong(file, Fault::Digest(algorithm)),
                Some(_) => {}
            }
        }
        for file in listed.keys().filter(|file| !files.contains_key(**file)) {
            self.wrong(file, Fault::Listed(algorithm));
        }
        // Whatever else there is: lines that are there twice or belong elsewhere, another order, another end of a line.
        if self.problems.len() == before && text != manifest(covered()) {
            self.wrong(name, Fault::Line);
        }
    }

    /// What the time stamp says, if there is one: it is of exactly these files' export.
    fn stamp(&mut self, exported: Option<&Exported>) -> Option<Stamped> {
        let found = self.files.get(STAMP)?;
        let decoded = found.content.as_deref().ok_or(StampError::TooLong).and_then(Stamp::decode);
        let export = self.files.get(EXPORT).map(|export| export.sha256).unwrap_or_default();
        match decoded.and_then(|stamp| stamp.is_of(&export).map(|()| stamp)) {
            Ok(stamp) => Some(Stamped {
                time: stamp.time(),
                authority: stamp.authority().to_owned(),
                vouched: false,
                early: exported.is_some_and(|exported| stamp.latest() < exported.time),
            }),
            Err(error) => {
                self.wrong(STAMP, Fault::Stamp(error));
                None
            }
        }
    }

    /// That a file is exactly this text.
    fn same(&mut self, file: &str, bytes: &[u8]) {
        if self.content(file).is_some_and(|found| found != bytes) {
            self.wrong(file, Fault::Differs);
        }
    }

    /// An organisation as its log has it, up to what is wrong.
    fn log(&mut self, file: &str) -> Option<Organisation> {
        let mut rest = self.content(file)?;
        let mut organisation: Option<Organisation> = None;
        let mut sequence = 0;
        while let Some(entry) = next_entry(&mut rest) {
            let outcome = match (entry, &mut organisation) {
                (Err(_), _) => Err(Fault::Malformed),
                (Ok(entry), Some(organisation)) => organisation.apply(&entry).map_err(Fault::Log),
                (Ok(entry), none) => Organisation::found(&entry).map(|founded| *none = Some(founded)).map_err(Fault::Log),
            };
            if let Err(fault) = outcome {
                self.problems.push(Problem::at(file, sequence, fault));
                break;
            }
            sequence += 1;
        }
        if sequence == 0 && self.problems.last().is_none_or(|problem| problem.file != file) {
            self.wrong(file, Fault::Malformed);
        }
        organisation
    }

    /// Follows the chain, and compares with it what says the same in words.
    fn chain(&mut self, (organisation, guest): (&Organisation, Option<&Organisation>), report: &mut Report) {
        let Some(bytes) = self.content(CHAIN) else { return };
        let Ok((place, mut rest)) = split_chain(bytes) else { return self.wrong(CHAIN, Fault::Malformed) };
        report.place = Some(place);
        let mut history = History::new(organisation, guest, &place);
        if place.organisation != organisation.id() {
            return self.wrong(CHAIN, Fault::Differs);
        }
        let whole = self.follow(CHAIN, &mut rest, &mut history).is_some();
        self.documents(&history.exhibits, whole);
        report.documents.clone_from(&history.exhibits);
        report.signers.clone_from(&history.signers);
        let recipient = history.recipient().map(|(who, of)| (who, of.fingerprint()));
        report.recipient = recipient;
        let theirs = recipient.map(|(who, _)| who.organisation).filter(|id| *id != organisation.id());
        self.recipient_log(theirs, guest);
        if whole {
            if history.exhibits.is_empty() {
                self.wrong(CHAIN, Fault::NoDocuments);
            }
            for (file, bytes) in Custody::of(&history).files() {
                self.same(file, &bytes);
            }
            report.exported = self.export(&mut history);
        }
    }

    /// That there is a recipient's log exactly if another organisation than the dossier's has a part in it.
    fn recipient_log(&mut self, theirs: Option<OrganisationId>, guest: Option<&Organisation>) {
        match (theirs, self.files.contains_key(LOG_RECIPIENT)) {
            (Some(_), false) => self.wrong(LOG_RECIPIENT, Fault::Missing),
            (None, true) => self.wrong(LOG_RECIPIENT, Fault::Unexpected),
            (Some(id), true) if guest.is_some_and(|guest| guest.id() != id) => self.wrong(LOG_RECIPIENT, Fault::Differs),
            _ => {}
        }
    }

    /// Takes all events of a file over. What the last of them says, if none was wrong.
    fn follow(&mut self, file: &str, rest: &mut &[u8], history: &mut History<'_>) -> Option<Option<Body>> {
        let mut last = None;
        while let Some(event) = next_event(rest) {
            let next = history.lines.last().map_or(0, |line| line.sequence.saturating_add(1));
            let outcome = match event {
                Ok(event) => history.take(&event).map_err(|fault| (event.header.content.sequence, fault)),
                Err(_) => Err((next, Fault::Malformed)),
            };
            match outcome {
                Ok(body) => last = body,
                Err((sequence, fault)) => {
                    self.problems.push(Problem::at(file, sequence, fault));
                    return None;
                }
            }
        }
        Some(last)
    }

    /// That the documents are those that the chain has, and no others.
    fn documents(&mut self, exhibits: &[Exhibit], whole: bool) {
        let (files, mut signed) = (self.files, BTreeSet::new());
        for exhibit in exhibits {
            signed.insert(exhibit.file.as_str());
            match files.get(&exhibit.file) {
                None => self.wrong(&exhibit.file, Fault::Missing),
                Some(found) if (found.length, found.sha256) != (exhibit.bytes, exhibit.sha256.0) => {
                    self.wrong(&exhibit.file, Fault::Document);
                }
                Some(_) => {}
            }
        }
        let unsigned = files.keys().filter(|file| is_document(file) && !signed.contains(file.as_str()));
        for file in unsigned.filter(|_| whole) {
            self.wrong(file, Fault::Document);
        }
    }

    /// That a device of the team signed for exactly these files.
    fn export(&mut self, history: &mut History<'_>) -> Option<Exported> {
        let exhibits: Vec<_> = history.exhibits.iter().map(Exhibit::named).collect();
        let mut rest = self.content(EXPORT)?;
        let last = self.follow(EXPORT, &mut rest, history)?;
        let line = history.lines.last()?;
        let exported = Exported { time: line.time, guest: line.guest, person: line.person, device: line.device };
        if history.recipient().is_some() != line.guest {
            self.wrong(EXPORT, Fault::NotRecipient);
        }
        let Some(Body::EvidenceExported(EvidenceExported { documents, manifest })) = last else {
            self.wrong(EXPORT, Fault::NoExport);
            return None;
        };
        let [sha256, _] = MANIFESTS;
        if self.files.get(sha256).is_some_and(|found| found.sha256 != manifest.0) {
            self.wrong(EXPORT, Fault::OtherFiles);
        }
        if documents.as_slice() != exhibits.as_slice() || history.exhibits.len() != exhibits.len() {
            self.wrong(EXPORT, Fault::OtherDocuments);
        }
        let payload: Vec<_> = self.files.iter().filter(|(file, _)| file.starts_with(PAYLOAD)).collect();
        let bytes = payload.iter().fold(0, |bytes: u64, (_, found)| bytes.saturating_add(found.length));
        let fingerprint = history.organisation().fingerprint();
        self.same(BAG_INFO, bag_info(history.place(), &fingerprint, exported.time, (bytes, payload.len())).as_bytes());
        Some(exported)
    }
}

fn digest(found: &Found, algorithm: Algorithm) -> &[u8] {
    match algorithm {
        Algorithm::Sha256 => &found.sha256,
        Algorithm::Sha512 => &found.sha512,
    }
}
