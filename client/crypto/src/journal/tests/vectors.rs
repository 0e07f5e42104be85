//! Makes the vectors of `wire/vectors/journal` and compares; with `CASEVAULT_WRITE_VECTORS` set, writes them.
//!
//! In every vector all entries but the last are accepted, and the last is accepted if and only if the vector is valid.

use std::collections::BTreeMap;

use casevault_wire::codec::encode;
use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::Entry;
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Statement};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::forgeries::{Forger, opening};
use super::world::{AMAL, BELA, CHIDI, note};
use crate::event::{Body, KeyGeneration, class};
use crate::identity::sign;
use crate::journal::plaintext::encode_padded;
use crate::journal::{Author, Header};
use crate::keys::CaseKey;
use crate::secret::Secret;

#[derive(Default)]
struct Vectors(BTreeMap<u8, Vec<Value>>);

impl Vectors {
    /// A vector of rule `R-6.3-rule`: the forger's chain, and `last`.
    fn add(&mut self, (rule, valid, comment): (u8, bool, &str), forger: &Forger, last: &Entry) {
        let world = &forger.world;
        let place = world.place();
        let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
        let key = |(generation, given): (u64, &crate::team_journal::GivenKey)| json!({ "generation": generation, "created": given.created, "key": hex(given.key.secret().expose()) });
        let entries: Vec<_> = forger.honest.iter().chain([last]).map(|entry| hex(&encode(entry))).collect();
        let mut state = crate::journal::ChainState::new(place);
        world.accept_all(&mut state, &forger.honest);
        state.settle(forger.state.settled);
        let accepted = world.accept(&mut state, last);
        assert_eq!(accepted.is_ok(), valid, "R-6.3-{rule}: {comment}: {accepted:?}");
        self.0.entry(rule).or_default().push(json!({
            "rule": format!("R-6.3-{rule}"),
            "comment": comment,
            "valid": valid,
            "inputs": {
                "log": world.log.iter().map(|entry| hex(&encode(entry))).collect::<Vec<_>>(),
                "organisation": place.organisation.to_string(),
                "team": place.team.to_string(),
                "journal": place.journal.to_string(),
                "case_keys": world.keys.iter().map(key).collect::<Vec<_>>(),
                "settled": forger.state.settled,
                "entries": entries,
            },
            "expected": accepted.err().map_or("accepted".to_owned(), |error| format!("{error:?}")),
        }));
    }

    /// A note whose header is changed by `change`, signed by the author whom it then names or by Amal.
    fn header(&mut self, rule: u8, valid: bool, comment: &str, change: impl FnOnce(&mut Header)) {
        let mut forger = Forger::new();
        let key = forger.author.key().clone();
        let entry = forger.forge(&key, &note("vector"), change);
        self.add((rule, valid, comment), &forger, &entry);
    }

    /// An honest note, its outer entry changed by `change`.
    fn outer(&mut self, rule: u8, valid: bool, comment: &str, change: impl FnOnce(&mut Entry)) {
        let mut forger = Forger::new();
        let key = forger.author.key().clone();
        let mut entry = forger.forge(&key, &note("vector"), |_| {});
        change(&mut entry);
        self.add((rule, valid, comment), &forger, &entry);
    }

    /// A plaintext made by `make` from an honest one.
    fn plaintext(&mut self, rule: u8, valid: bool, comment: &str, make: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let mut forger = Forger::new();
        let opening = opening(&note("vector"));
        let header = sign(forger.author.key(), forger.header(&opening, class::NOTE));
        let plaintext = make(encode_padded(&header, &opening).to_vec());
        let entry = forger.seal(&plaintext);
        self.add((rule, valid, comment), &forger, &entry);
    }

    /// A certificate of `person`'s device, changed by `change`.
    fn certificate(
        &mut self,
        valid: bool,
        comment: &str,
        person: casevault_wire::id::PersonId,
        change: fn(&mut super::super::Certificate),
    ) {
        let mut forger = Forger::new();
        let (place, log) = (forger.world.place(), forger.world.organisation.position());
        let device = forger.world.devices[&person].clone();
        let author = Author::generate(&place, &device, log, &mut forger.world.random).unwrap();
        let mut certificate = author.certificate().content;
        change(&mut certificate);
        let body = Body::AuthorCertificate(sign(&device.signing, certificate));
        let entry = forger.forge(author.key(), &body, |header| header.author = author.public());
        self.add((8, valid, comment), &forger, &entry);
    }
}

fn outer_rules(vectors: &mut Vectors) {
    vectors.outer(1, true, "sealed in the context of its place", |_| {});
    vectors.outer(1, false, "names another journal", |entry| entry.journal = JournalId([1; 16]));
    vectors.outer(1, false, "one bit of the ciphertext flipped", |entry| {
        let mut sealed = entry.sealed.as_slice().to_vec();
        sealed[100] ^= 1;
        entry.sealed = casevault_wire::codec::Opaque::new(sealed).unwrap();
    });
    vectors.outer(2, true, "sequence and previous hash continue the chain", |_| {});
    vectors.outer(2, false, "skips a sequence number", |entry| entry.sequence += 1);
    vectors.outer(2, false, "repeats a sequence number", |entry| entry.sequence -= 1);
    vectors.outer(2, false, "names another entry as the one before", |entry| entry.previous = Hash([1; 32]));
    vectors.outer(3, true, "under the generation of the entry before", |_| {});
    vectors.outer(3, false, "names an older generation", |entry| entry.generation = 0);
    vectors.outer(3, false, "names a generation without a key", |entry| entry.generation = 2);
    vectors.plaintext(4, true, "padded with zeros to its length class", |plaintext| plaintext);
    vectors.plaintext(4, false, "padding is not zero", |mut plaintext| {
        *plaintext.last_mut().unwrap() = 1;
        plaintext
    });
    vectors.plaintext(4, false, "one byte short of its length class", |mut plaintext| {
        plaintext.pop();
        plaintext
    });
    vectors.plaintext(4, false, "padded to a longer class", |plaintext| [plaintext, vec![0; 32]].concat());
    vectors.plaintext(4, false, "no event at all", |_| b"junk".to_vec());
}

fn header_rules(vectors: &mut Vectors) {
    vectors.header(5, true, "commits to salt and body", |_| {});
    vectors.header(5, false, "commits to something else", |header| header.commitment = Hash([1; 32]));
    vectors.header(6, true, "continues the chain of headers", |_| {});
    vectors.header(6, false, "names another journal", |header| header.journal = JournalId([1; 16]));
    vectors.header(6, false, "has another sequence number than its entry", |header| header.sequence += 1);
    vectors.header(6, false, "names another header as the one before", |header| header.previous = Hash([1; 32]));
    vectors.header(7, true, "signed by its author", |_| {});
    let mut forger = Forger::new();
    let bela = forger.world.author(BELA);
    let entry = forger.forge(bela.key(), &note("vector"), |_| {});
    vectors.add((7, false, "signed by another author"), &forger, &entry);
    let mut forger = Forger::new();
    let opening = opening(&note("vector"));
    let mut signed = sign(forger.author.key(), forger.header(&opening, class::NOTE));
    signed.content.time.0 += 1;
    let entry = forger.seal(&encode_padded(&signed, &opening));
    vectors.add((7, false, "changed after it was signed"), &forger, &entry);
    vectors.header(14, true, "of a known class, with a readable body", |_| {});
    vectors.header(14, true, "of a class that nobody knows: kept", |header| header.class = 0x0fff);
    vectors.header(14, true, "of a known class, with a body that is none: kept", |header| header.class = class::CASE_SUMMARY);
    vectors
        .header(14, false, "of a class without which the chain cannot be checked", |header| header.class = class::KEY_GENERATION);
}

fn author_rules(vectors: &mut Vectors) {
    vectors.certificate(true, "of a device of the team, for this journal", BELA, |_| {});
    vectors.certificate(false, "for another journal", BELA, |certificate| certificate.journal = JournalId([1; 16]));
    vectors.certificate(false, "for another author key", BELA, |certificate| certificate.author.0 = [1; 32]);
    vectors.certificate(false, "of a device that the log does not have", BELA, |certificate| certificate.device.0 = [1; 16]);
    vectors.certificate(false, "of a device whose person is not in the team", CHIDI, |_| {});
    let mut forger = Forger::new();
    let bela = forger.world.author(BELA);
    let entry = forger.forge(bela.key(), &note("vector"), |header| header.author = bela.public());
    vectors.add((8, false, "an author without a certificate"), &forger, &entry);
    let mut forger = Forger::new();
    let certify = |forger: &mut Forger| {
        let author = forger.world.author(AMAL);
        forger.world.write(&author, &forger.state, &[]).remove(0)
    };
    for _ in 1..limit::AUTHORS {
        let entry = certify(&mut forger);
        forger.world.accept_all(&mut forger.state, std::slice::from_ref(&entry));
        forger.honest.push(entry);
    }
    let entry = certify(&mut forger);
    vectors.add((8, false, "the seventeenth author of one device"), &forger, &entry);

    vectors.header(9, true, "its person is in the team at its log position", |_| {});
    let mut forger = Forger::new();
    forger.world.state(Statement::RemoveFromTeam(forger.world.team, AMAL));
    let key = forger.author.key().clone();
    let entry = forger.forge(&key, &note("vector"), |_| {});
    vectors.add((9, false, "its person has left the team"), &forger, &entry);
    let mut forger = Forger::new();
    forger.world.state(Statement::RevokeDevice(forger.world.device(AMAL)));
    let entry = forger.forge(&key, &note("vector"), |_| {});
    vectors.add((9, false, "its device is revoked"), &forger, &entry);

    let earlier = LogPosition { length: 4, hash: Forger::new().world.organisation.hash_at(4).unwrap() };
    vectors.header(10, true, "names the log as it is", |_| {});
    vectors.header(10, false, "names an older log than an event before it", move |header| header.log = earlier);
    vectors.header(10, false, "names a log with another hash", |header| header.log.hash = Hash([1; 32]));
    vectors.header(10, false, "names more of the log than there is", |header| header.log.length += 1);
}

/// A chain whose team has a second key, made in team generation 5.
fn renewed() -> (Forger, crate::keys::SigningKey) {
    let mut forger = Forger::new();
    forger.world.give(2, 5);
    let key = forger.author.key().clone();
    (forger, key)
}

fn begin(generation: u64, previous: u8) -> Body {
    Body::KeyGeneration(KeyGeneration { generation, previous: CaseKey::new(Secret::new([previous; 32])) })
}

fn generation_rules(vectors: &mut Vectors) {
    let (mut forger, key) = renewed();
    let entry = forger.forge(&key, &note("vector"), |_| {});
    vectors.add((11, true, "under the key of the team generation it names"), &forger, &entry);
    let entry = forger.forge(&key, &note("vector"), |header| header.team_generation = 5);
    vectors.add((11, false, "written after the rotation under the key from before it"), &forger, &entry);
    forger.generation = 2;
    let entry = forger.forge(&key, &begin(2, 0x41), |_| {});
    vectors.add((11, false, "names a team generation before its key was made"), &forger, &entry);

    let mut forger = Forger::new();
    let entry = forger.forge(&key, &note("vector"), |_| {});
    forger.state.settle(1);
    vectors.add((12, true, "appears while its team generation lasts"), &forger, &entry);
    forger.state.settle(2);
    vectors.add((12, false, "appears after the journal was read to its end in a later one"), &forger, &entry);

    let (mut forger, key) = renewed();
    forger.generation = 2;
    let in_five = |header: &mut Header| header.team_generation = 5;
    let entry = forger.forge(&key, &begin(2, 0x41), in_five);
    vectors.add((13, true, "the first event of a generation passes on the key before"), &forger, &entry);
    let entry = forger.forge(&key, &note("vector"), in_five);
    vectors.add((13, false, "a generation begins without saying so"), &forger, &entry);
    let entry = forger.forge(&key, &begin(2, 0x99), in_five);
    vectors.add((13, false, "passes on a key that is not the one before"), &forger, &entry);
    let entry = forger.forge(&key, &begin(3, 0x41), in_five);
    vectors.add((13, false, "begins another generation than it is sealed under"), &forger, &entry);
    forger.generation = 1;
    let entry = forger.forge(&key, &begin(1, 0x41), |_| {});
    vectors.add((13, false, "begins the first generation, which needs no beginning"), &forger, &entry);
}

#[test]
fn the_vectors_are_those_of_the_rules() {
    let mut vectors = Vectors::default();
    outer_rules(&mut vectors);
    header_rules(&mut vectors);
    author_rules(&mut vectors);
    generation_rules(&mut vectors);
    for (rule, vectors) in &vectors.0 {
        let valid = |wanted| vectors.iter().filter(|vector| vector["valid"] == wanted).count();
        assert!(valid(true) > 0 && valid(false) > 0, "R-6.3-{rule} has a vector that obeys it and one that breaks it");
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wire/vectors/journal");
    let write = std::env::var_os("CASEVAULT_WRITE_VECTORS").is_some();
    let mut files = BTreeMap::new();
    for mut vector in vectors.0.into_values().flatten() {
        vector.sort_all_objects(); // whatever else the library was built with
        let name = format!("{} {}.json", vector["rule"].as_str().unwrap(), vector["comment"].as_str().unwrap());
        let name = name.replace([' ', ':', ','], "-").replace("--", "-");
        assert!(files.insert(name, format!("{vector:#}\n")).is_none(), "names are unique");
    }
    if write {
        std::fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
    }
    let stored: BTreeMap<_, _> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    assert_eq!(stored.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    assert!(stored == files, "the vectors on disk are those that the code makes");
}
