//! Each target over its corpus and a number of mutations of it, and that none is without one.

use std::fs;
use std::path::{Path, PathBuf};

use super::TARGETS;
use super::world::Counter;
use casevault_crypto::invitation::Code;
use casevault_crypto::keystore::secret_name;
use casevault_crypto::random::{Random as _, draw};
use casevault_crypto::recovery::Share;
use casevault_sync::bulk::rows;
use casevault_wire::codec::decode;
use casevault_wire::hash::Hash;
use casevault_wire::id::PersonId;
use casevault_wire::limit;
use casevault_wire::log::SignedLogEntry;

use super::codes;

/// How many mutations one target is fed with, besides its corpus, and from which seed; a long run says more in the environment.
const MUTATIONS: u64 = 200;
const SEED: u64 = 1 << 32;

fn chosen(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |number| number.parse().expect("a number"))
}
/// The longest mutation, bytes.
const LONGEST: usize = 4096;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name)
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let Ok(files) = fs::read_dir(folder("corpus").join(target)) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("readable")).collect()
}

/// Another input, made of one or two of `corpus`.
fn mutation(corpus: &[Vec<u8>], random: &mut Counter) -> Vec<u8> {
    let number = |random: &mut Counter, below: usize| {
        usize::try_from(u32::from_be_bytes(draw(random).expect("a counter counts"))).expect("short") % below.max(1)
    };
    let mut input = corpus[number(random, corpus.len())].clone();
    for _ in 0..=number(random, 4) {
        let at = number(random, input.len() + 1);
        match number(random, 5) {
            0 => input.truncate(at),
            1 => {
                let other = &corpus[number(random, corpus.len())];
                let from = number(random, other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from.min(other.len())..]);
            }
            2 => {
                let mut bytes = vec![0; number(random, 16)];
                random.fill(&mut bytes).expect("a counter counts");
                input.splice(at..at, bytes);
            }
            3 => input.get_mut(at).into_iter().for_each(|byte| *byte = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xff][at % 8]),
            _ => {
                let bit = number(random, 8);
                input.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << bit);
            }
        }
    }
    input.truncate(LONGEST);
    input
}

/// Feeds the targets whose names begin so, each with its corpus and mutations of it.
fn feed(beginnings: &[&str]) {
    let only = std::env::var("CASEVAULT_FUZZ_TARGET").ok();
    let targets = TARGETS.iter().filter(|(name, _)| beginnings.iter().any(|beginning| name.starts_with(beginning)));
    let targets = targets.filter(|(name, _)| only.as_ref().is_none_or(|only| only == name));
    let mut failed = Vec::new();
    for (name, target) in targets {
        let (corpus, mut random) = (corpus(name), Counter(chosen("CASEVAULT_FUZZ_SEED", SEED)));
        assert!(!corpus.is_empty(), "{name} has a corpus");
        let mutations = (0..chosen("CASEVAULT_FUZZ_MUTATIONS", MUTATIONS)).map(|_| mutation(&corpus, &mut random));
        let fails = |input: &Vec<u8>| std::panic::catch_unwind(|| target(input)).is_err();
        let found = corpus.iter().cloned().chain(mutations).find(fails);
        failed.extend(found.map(|input| format!("{name}: {}", data_encoding::HEXLOWER.encode(&input))));
    }
    assert_eq!(failed, [""; 0], "inputs that end a program or break a property");
}

const AREAS: [&[&str]; 5] = [
    &["wire_", "log_"],
    &["seal_", "journal_", "event_", "head_", "document_", "keystore_", "invitation_", "share_", "evidence_", "statistics_"],
    &["mls_"],
    &["people_", "shown_", "typed_", "case_"],
    &["vault_", "keyserver_"],
];

// Plays G04.
#[test]
fn g04_no_bytes_of_the_wire_end_a_program_and_one_value_has_one_encoding() {
    feed(AREAS[0]);
}

// Plays G04.
#[test]
fn g04_nothing_sealed_or_typed_ends_a_program_whoever_sealed_it() {
    feed(AREAS[1]);
}

// Plays G04.
#[test]
fn g04_no_mls_message_ends_a_program_and_a_changed_one_counts_for_nothing() {
    feed(AREAS[2]);
}

// Plays G04 and G09.
#[test]
fn g09_nothing_that_people_bring_in_ends_a_program_or_is_passed_over_in_silence() {
    feed(AREAS[3]);
}

// Plays G04.
#[test]
fn g04_no_request_ends_in_a_fault_of_a_server() {
    feed(AREAS[4]);
}

/// What somebody brings in, by what it is.
fn brought() -> [(&'static str, String); 5] {
    [
        ("code", codes::code().text().expose().to_owned()),
        ("share", codes::share().words().expose().to_owned()),
        ("fingerprint", Hash([0xab; 32]).to_string()),
        ("person", PersonId([0xab; 16]).to_string()),
        ("people", "name,role,teams\nNadia,legal,North\n".to_owned()),
    ]
}

// Plays G09.
#[test]
fn g09_what_is_brought_in_is_taken_for_what_it_is_and_for_nothing_else() {
    for (kind, text) in brought() {
        let taken = [
            ("code", Code::parse(&text).is_ok()),
            ("share", Share::parse(&text).is_ok()),
            ("fingerprint", Hash::parse(&text).is_ok()),
            ("person", PersonId::parse(&text).is_ok()),
            ("people", rows(text.as_bytes()).1.is_empty()),
            ("keystore", secret_name(text.as_bytes()).is_ok()),
            ("log", decode::<SignedLogEntry>(text.as_bytes(), limit::LOG_ENTRY).is_ok()),
        ];
        let takers: Vec<_> = taken.iter().filter(|(_, taken)| *taken).map(|(door, _)| *door).collect();
        assert_eq!(takers, [kind]);
    }
}

#[test]
fn each_target_is_fed_here_and_is_a_binary_for_the_fuzzer() {
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("readable");
    for (name, _) in TARGETS {
        let areas = AREAS.iter().filter(|area| area.iter().any(|beginning| name.starts_with(beginning)));
        assert_eq!(areas.count(), 1, "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}
