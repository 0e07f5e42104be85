//! The rules of journals (SPEC §6.3), each by vectors that obey it and vectors that break it. A vector is a log, the keys of a case and
//! a chain of entries: all but the last are accepted, and the last is accepted if and only if the vector is valid.

use std::path::{Path, PathBuf};

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

const RULES: usize = 14;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wire/vectors");
    let journals = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("journal_"));
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(journals).collect()
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

/// Whether the last entry is accepted; the others must be.
fn is_accepted(inputs: &Value) -> bool {
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
    reader.accept(&mut state, last).is_ok()
}

#[test]
fn every_rule_of_journals_holds() {
    let files = files();
    assert_eq!(files.len(), RULES);
    for file in files {
        let vectors: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let mut seen = [false; 2];
        for vector in list(&vectors) {
            let valid = vector["valid"].as_bool().unwrap();
            assert_eq!(is_accepted(&vector["inputs"]), valid, "{}: {}", vector["rule"], vector["comment"]);
            seen[usize::from(valid)] = true;
        }
        assert_eq!(seen, [true; 2], "{}", file.display());
    }
}
