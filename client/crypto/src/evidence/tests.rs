//! A bundle made of a chain in memory, and what of it is shown, signed for and noticed.

use std::collections::{BTreeMap, BTreeSet};

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::DocumentId;
use casevault_wire::limit;
use casevault_wire::time::Time;

use super::cover::TEMPLATE;
use super::*;
use crate::content::{DocumentSeal, Sha256};
use crate::event::{Body, CaseOpened, DocumentAdded, DocumentVersion, DocumentsOpened, EvidenceExported, class};
use crate::journal::tests::world::{AMAL, World, note};
use crate::journal::{AcceptedEvent, Author, ChainState, Writer};
use crate::keys::ContentKey;
use crate::secret::{Secret, SecretBytes};

const SHOWN: DocumentId = DocumentId([0xd1; 16]);
const KEPT: DocumentId = DocumentId([0xd2; 16]);
const VERIFIER: &str = include_str!("../../../../wire/vectors/verify_bundle.py");

fn sha256(content: &[u8]) -> [u8; 32] {
    ring::digest::digest(&ring::digest::SHA256, content).as_ref().try_into().unwrap()
}

fn found(content: &[u8], kept: bool) -> Found {
    let sha512 = ring::digest::digest(&ring::digest::SHA512, content).as_ref().try_into().unwrap();
    Found { length: content.len() as u64, sha256: sha256(content), sha512, content: kept.then(|| content.to_vec()) }
}

fn added(document: DocumentId, name: &str, content: &[u8]) -> Body {
    let seal = DocumentSeal {
        length: content.len() as u64,
        chunks: 1,
        sha256: Sha256(sha256(content)),
        commitment: [3; 32],
        digest: BlobDigest([4; 32]),
    };
    let key = ContentKey::new(Secret::new([document.0[0]; 32]));
    let (name, media_type) = (Text::new(name).unwrap(), Text::new("text/plain").unwrap());
    DocumentAdded(DocumentVersion { document, version: 1, name, media_type, seal, key }).into()
}

fn opened(document: DocumentId) -> Body {
    let documents = List::new(vec![crate::event::OpenedVersion { document, version: 1 }]).unwrap();
    DocumentsOpened { documents }.into()
}

/// A case of Amal's.
struct Case {
    world: World,
    author: Author,
    state: ChainState,
    events: Vec<AcceptedEvent>,
}

impl Case {
    fn new(bodies: &[Body]) -> Self {
        let mut world = World::new();
        let (author, state) = (world.author(AMAL), ChainState::new(world.place()));
        let mut case = Self { world, author, state, events: Vec::new() };
        case.write(bodies);
        case
    }

    /// A document that is exported, one that is not, who opened them, and a note.
    fn usual() -> Self {
        let name = Text::new("Case of Mira").unwrap();
        Self::new(&[
            CaseOpened { title: name }.into(),
            added(SHOWN, "../ملف <b>.pdf", b"shown"),
            added(KEPT, "letter.txt", b"kept"),
            opened(SHOWN),
            opened(KEPT),
            note("she is afraid"),
            Body::Unknown { class: 0x0110, bytes: SecretBytes::from(b"consent of a later version".to_vec()) },
        ])
    }

    fn write(&mut self, bodies: &[Body]) {
        let log = self.world.organisation.position();
        let writer = Writer { author: &self.author, keys: &self.world.keys, team_generation: 1, log };
        let appended = writer.append(&self.state, bodies, Time(1_793_000_000_123), &mut self.world.random).unwrap();
        self.events.extend(self.world.accept_all(&mut self.state, &appended.entries));
    }

    fn choose(&self, held: &[Secret]) -> Result<Selection, DiscloseError> {
        let chosen: BTreeSet<_> = self.events.iter().filter(|event| names(event, SHOWN)).map(|event| event.sequence).collect();
        Selection::choose(&self.events, &chosen, held)
    }

    /// The bytes of a bundle's files.
    fn bundle(&mut self) -> BTreeMap<String, Vec<u8>> {
        let selection = self.choose(&[]).unwrap();
        let shown = selection.show(&self.events).unwrap();
        let place = self.world.place();
        let mut files = BTreeMap::new();
        let mut put = |path: &str, content: &[u8]| drop(files.insert(path.to_owned(), content.to_vec()));
        let organisation = self.world.organisation.clone();
        let mut history = History::new(&organisation, None, &place);
        history.take_all(&shown).unwrap();
        put(&history.exhibits[0].file, b"shown");
        put(CHAIN, &encode_chain(&place, &shown));
        put(LOG, &encode_log(&self.world.log));
        Custody::of(&history).files().iter().for_each(|(path, bytes)| put(path, bytes));
        let [manifest, _] = MANIFESTS;
        list(&mut files);
        let documents = List::new(history.exhibits.iter().map(Exhibit::named).collect()).unwrap();
        let manifest = Sha256(sha256(&files[manifest]));
        let before = self.events.len();
        self.write(&[EvidenceExported { documents, manifest }.into()]);
        files.insert(EXPORT.to_owned(), encode_events(&selection.show(&self.events[before..]).unwrap()));
        files.insert(BAGIT.to_owned(), BAGIT_TEXT.as_bytes().to_vec());
        let payload: Vec<_> =
            files.iter().filter(|(path, _)| path.starts_with(PAYLOAD)).map(|(_, content)| content.len() as u64).collect();
        let oxum = (payload.iter().sum(), payload.len());
        let info = bag_info(&place, &organisation.fingerprint(), self.events[before].time, oxum);
        files.insert(BAG_INFO.to_owned(), info.into_bytes());
        list(&mut files);
        files
    }
}

fn names(event: &AcceptedEvent, document: DocumentId) -> bool {
    event.body.version().is_some_and(|version| version.document == document)
}

/// Makes all manifests anew.
fn list(files: &mut BTreeMap<String, Vec<u8>>) {
    let payload = |path: &str| path.starts_with(PAYLOAD);
    let tags = |path: &str| !path.starts_with(PAYLOAD) && !TAG_MANIFESTS.contains(&path);
    for (names, covers) in [(MANIFESTS, &payload as &dyn Fn(&str) -> bool), (TAG_MANIFESTS, &tags)] {
        let covered: Vec<_> =
            files.iter().filter(|(path, _)| covers(path)).map(|(path, content)| (path.clone(), found(content, false))).collect();
        let first = manifest(covered.iter().map(|(path, found)| (path.as_str(), found.sha256.as_slice())));
        let second = manifest(covered.iter().map(|(path, found)| (path.as_str(), found.sha512.as_slice())));
        let [sha256, sha512] = names;
        files.extend([(sha256.to_owned(), first.into_bytes()), (sha512.to_owned(), second.into_bytes())]);
    }
}

fn said(files: &BTreeMap<String, Vec<u8>>) -> Report {
    verify(&files.iter().map(|(path, content)| (path.clone(), found(content, is_known(path)))).collect())
}

#[test]
fn a_bundle_says_what_was_in_the_case_and_who_did_what() {
    let mut case = Case::usual();
    let report = said(&case.bundle());
    assert_eq!(report.problems, []);
    assert_eq!((report.place, report.fingerprint), (Some(case.world.place()), Some(case.world.organisation.fingerprint())));
    assert_eq!(report.signers, [Signer { guest: false, person: AMAL, device: case.world.device(AMAL), events: 8 }]);
    let files: Vec<_> = report.documents.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["data/documents/001-_____b_.pdf"]);
    assert_eq!(report.exported.map(|one| (one.person, one.time)), Some((AMAL, Time(1_793_000_000_123))));
}

#[test]
fn bodies_are_shown_as_the_table_says_and_what_nobody_can_read_is_not() {
    let case = Case::usual();
    let shown = case.choose(&[]).unwrap().show(&case.events).unwrap();
    let classes = |open: bool| {
        let some = shown.iter().filter(|event| event.opening.is_some() == open);
        some.map(|event| event.header.content.class).collect::<Vec<_>>()
    };
    assert_eq!(classes(true), [class::AUTHOR_CERTIFICATE, class::DOCUMENT_ADDED, class::DOCUMENTS_OPENED]);
    let closed = [class::CASE_OPENED, class::DOCUMENT_ADDED, class::DOCUMENTS_OPENED, class::NOTE, 0x0110];
    assert_eq!(classes(false), closed);
}

// Breaks R-6.7-5.
#[test]
fn a_key_that_opens_something_else_is_not_given_away_as_a_documents() {
    let case = Case::usual();
    let key = |byte: u8| Secret::new([byte; 32]);
    assert!(case.choose(&[key(1)]).is_ok());
    assert_eq!(case.choose(&[key(1), key(SHOWN.0[0])]), Err(DiscloseError::SharedKey), "a key of the case or the team");
    let Body::DocumentAdded(DocumentAdded(mut version)) = added(KEPT, "letter.txt", b"kept") else { unreachable!() };
    version.key = ContentKey::new(key(SHOWN.0[0]));
    let case = Case::new(&[added(SHOWN, "a", b"shown"), DocumentAdded(version).into()]);
    assert_eq!(case.choose(&[]), Err(DiscloseError::SharedKey), "the key of a document that stays");
}

#[test]
fn keys_of_a_case_are_refused_where_somebody_shows_them() {
    let mut case = Case::usual();
    let files = case.bundle();
    let mut shown = case.choose(&[]).unwrap().show(&case.events[..case.events.len() - 1]).unwrap();
    let (last, note) = (shown.len() - 1, shown.len() - 2);
    let opening = shown[0].opening.clone();
    for at in [note, last] {
        shown[at].opening.clone_from(&opening);
        let mut changed = files.clone();
        changed.insert(CHAIN.to_owned(), encode_chain(&case.world.place(), &shown));
        list(&mut changed);
        let fault = if at == note { Fault::Exposed } else { Fault::Commitment };
        let sequence = shown[at].header.content.sequence;
        assert!(said(&changed).problems.contains(&Problem::at(CHAIN, sequence, fault)));
        shown[at].opening = None;
    }
}

#[test]
fn a_chain_of_which_less_is_shown_is_not_what_was_signed_for() {
    let mut case = Case::usual();
    let files = case.bundle();
    let shown = case.choose(&[]).unwrap().show(&case.events[..case.events.len() - 1]).unwrap();
    let withheld = |events: &mut Vec<ShownEvent>| {
        let at = events.iter().position(|event| event.header.content.class == class::DOCUMENTS_OPENED).unwrap();
        events[at].opening = None;
    };
    let cut = |events: &mut Vec<ShownEvent>| drop(events.pop());
    for (change, fault) in
        [(&withheld as &dyn Fn(&mut Vec<ShownEvent>), Fault::OtherFiles), (&cut, Fault::Event(JournalError::Header))]
    {
        let (mut events, mut changed) = (shown.clone(), files.clone());
        change(&mut events);
        let mut history = History::new(&case.world.organisation, None, &case.world.place());
        history.take_all(&events).unwrap();
        changed.insert(CHAIN.to_owned(), encode_chain(&case.world.place(), &events));
        changed.extend(Custody::of(&history).files().map(|(path, bytes)| (path.to_owned(), bytes)));
        list(&mut changed);
        let problems = said(&changed).problems;
        assert_eq!(
            problems.iter().map(|problem| (problem.file.as_str(), problem.fault)).collect::<Vec<_>>()[..1],
            [(EXPORT, fault)]
        );
    }
}

#[test]
fn no_byte_of_a_bundle_is_free() {
    let files = Case::usual().bundle();
    let mut tried = 0;
    for (path, content) in files.iter().filter(|(path, _)| !path.contains("manifest")) {
        for at in (0..content.len()).step_by(content.len() / 40 + 1) {
            let mut changed = files.clone();
            changed.get_mut(path).unwrap()[at] ^= 1;
            list(&mut changed);
            let problems = said(&changed).problems;
            assert!(problems.iter().any(|problem| problem.file == *path), "{path} {at}: {problems:?}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn a_file_that_is_longer_than_it_may_be_is_in_no_bundle() {
    let mut files: Files =
        Case::usual().bundle().iter().map(|(path, content)| (path.clone(), found(content, is_known(path)))).collect();
    for (path, limit) in [(CUSTODY, limit::EVIDENCE_FILE), ("data/documents/001-_____b_.pdf", limit::BLOB)] {
        let file = files.get_mut(path).unwrap();
        let before = std::mem::replace(&mut file.length, limit + 1);
        assert!(verify(&files).problems.contains(&Problem::of(path, Fault::TooLong)), "{path}");
        files.get_mut(path).unwrap().length = before;
    }
    assert_eq!(verify(&files).problems, []);
}

#[test]
fn files_have_names_that_every_file_system_keeps() {
    let long = format!("{}.pdf", "x".repeat(200));
    let kept = format!("data/documents/1000-{}.pdf", "x".repeat(96));
    for (number, name, path) in [
        (1, "passport.pdf", "data/documents/001-passport.pdf"),
        (12, "../../etc/passwd", "data/documents/012-passwd"),
        (3, "C:\\scans\\ملف ۱.jpg", "data/documents/003-_____.jpg"),
        (4, "..", "data/documents/004-document"),
        (5, "a/", "data/documents/005-document"),
        (1000, long.as_str(), kept.as_str()),
    ] {
        assert_eq!(document_path(number, name), path, "{name}");
        assert!(is_document(path) && !is_known(path), "{path}");
    }
    for path in [
        "data/documents/1-a",
        "data/documents/000-a",
        "data/documents/0001-a",
        "data/documents/001-a.",
        "data/documents/001-a/b",
        "documents/001-a",
    ] {
        assert!(!is_document(path), "{path}");
    }
}

#[test]
fn names_on_the_cover_are_text_and_times_have_one_form() {
    let mut case = Case::new(&[added(SHOWN, "<script>&\"'\u{202e}\n", b"shown")]);
    let cover = String::from_utf8(case.bundle()[COVER].clone()).unwrap();
    assert!(cover.contains("<bdi>&lt;script&gt;&amp;&quot;&#x27;[U+202E][U+000A]</bdi>") && !cover.contains("<script"));
    assert_eq!(TEMPLATE.matches('@').count(), 18);
    assert_eq!(custody::instant(Time(0)), "1970-01-01T00:00:00.000Z");
    assert_eq!(custody::instant(Time(1_793_000_000_123)), "2026-10-26T07:33:20.123Z");
    assert_eq!(custody::instant(Time(u64::MAX)), "9999-12-31T23:59:59.999Z");
}

#[test]
fn the_other_verifier_is_short_and_knows_every_event_of_a_case() {
    assert!(VERIFIER.lines().count() < 200);
    let names: Vec<_> = VERIFIER.split_whitespace().map(|word| word.trim_matches('"')).collect();
    let of_cases = class::ALL.iter().filter(|(code, _)| *code < 0x0200).map(|(_, name)| name.replace(' ', "-"));
    let unknown: Vec<_> = of_cases.filter(|name| !names.iter().any(|word| word.split("\"").any(|part| part == name))).collect();
    assert_eq!(unknown, [""; 0]);
}
