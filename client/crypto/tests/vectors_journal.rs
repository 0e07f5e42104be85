//! The rules of journals (SPEC §6.3), each by vectors that obey it and vectors that break it. A vector is a log, the keys of a case and
//! a chain of entries: all but the last are accepted, and the last is accepted if and only if the vector is valid.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::Path;

use casevault_crypto::journal::{ChainState, Place, Reader};
use casevault_crypto::keys::CaseKey;
use casevault_crypto::secret::Secret;
use casevault_crypto::team_journal::{CaseKeys, GivenKey};
use casevault_wire::codec::decode;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::journal::Entry;
use casevault_wire::log::{Organisation, SignedLogEntry};
use data_encoding::HEXLOWER;
use serde_json::Value;

/// `R-6.3-1` to this one have vectors.
const RULES: u8 = 14;

fn vectors() -> impl Iterator<Item = Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wire/vectors/journal");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn organisation(log: &Value) -> Organisation {
    let mut entries = list(log).map(|entry| decode::<SignedLogEntry>(&bytes(entry), 1 << 16).unwrap());
    let mut organisation = Organisation::found(&entries.next().unwrap()).unwrap();
    entries.for_each(|entry| organisation.apply(&entry).unwrap());
    organisation
}

fn case_keys(keys: &Value) -> CaseKeys {
    let mut ring = CaseKeys::default();
    for key in list(keys) {
        let secret = Secret::new(bytes(&key["key"]).try_into().unwrap());
        let given = GivenKey { key: CaseKey::new(secret), created: key["created"].as_u64().unwrap() };
        assert!(ring.give(key["generation"].as_u64().unwrap(), given));
    }
    ring
}

/// What becomes of the last entry; the others must be accepted.
fn outcome(inputs: &Value) -> String {
    let organisation = organisation(&inputs["log"]);
    let keys = case_keys(&inputs["case_keys"]);
    let text = |name: &str| inputs[name].as_str().unwrap();
    let mut state = ChainState::new(Place {
        organisation: OrganisationId::parse(text("organisation")).unwrap(),
        team: TeamId::parse(text("team")).unwrap(),
        journal: JournalId::parse(text("journal")).unwrap(),
    });
    let reader = Reader { organisation: &organisation, keys: &keys };
    let entries: Vec<Entry> = list(&inputs["entries"]).map(|entry| decode(&bytes(entry), 1 << 20).unwrap()).collect();
    let (last, before) = entries.split_last().unwrap();
    for entry in before {
        reader.accept(&mut state, entry).unwrap();
    }
    state.settle(inputs["settled"].as_u64().unwrap());
    reader.accept(&mut state, last).err().map_or("accepted".to_owned(), |error| format!("{error:?}"))
}

#[test]
fn every_rule_of_journals_holds() {
    let mut seen = BTreeSet::new();
    for vector in vectors() {
        let valid = vector["valid"].as_bool().unwrap();
        let outcome = outcome(&vector["inputs"]);
        assert_eq!(outcome == "accepted", valid, "{}: {}", vector["rule"], vector["comment"]);
        assert_eq!(vector["expected"], *outcome, "{}: {}", vector["rule"], vector["comment"]);
        seen.insert((vector["rule"].as_str().unwrap().to_owned(), valid));
    }
    for rule in 1..=RULES {
        for valid in [true, false] {
            assert!(seen.contains(&(format!("R-6.3-{rule}"), valid)), "R-6.3-{rule} lacks a vector that is {valid}");
        }
    }
}
