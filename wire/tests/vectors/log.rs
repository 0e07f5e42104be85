//! The organisation log: entries that may follow, and entries that may not. The files are what the cases encode to.

use std::fs;

use casevault_wire::codec::{decode, encode};
use casevault_wire::limit;
use casevault_wire::log::{LogError, LogPosition, Organisation, SignedLogEntry, Statement, VerifiedPosition, log_entry_hash};
use data_encoding::HEXLOWER;

use super::log_cases::{Case, all};
use super::organisation::{device, sign, working};
use super::vector::{Vector, bytes, folder, read};

const KIND: &str = "log, judged by its last entry";

/// Applies all entries but the last, which must be good, and judges the last.
fn judge(entries: &[SignedLogEntry]) -> Result<Organisation, LogError> {
    let [first, rest @ ..] = entries else { panic!("a log has an entry") };
    let Some((last, middle)) = rest.split_last() else { return Organisation::found(first) };
    let mut organisation = Organisation::found(first).unwrap();
    for entry in middle {
        organisation.apply(entry).unwrap();
    }
    let before = organisation.clone();
    match organisation.apply(last) {
        Ok(()) => Ok(organisation),
        Err(error) => {
            assert_eq!(organisation, before, "what is refused changes nothing");
            Err(error)
        }
    }
}

// Plays D02, D14.
#[test]
fn entries_follow_as_the_rules_say_and_others_are_refused() {
    for (name, vector) in read::<Vec<String>>("log") {
        let entries: Vec<SignedLogEntry> =
            vector.hex.iter().map(|hex| decode(&bytes(hex), limit::LOG_ENTRY).unwrap_or_else(|_| panic!("{name}"))).collect();
        assert_eq!(judge(&entries).is_ok(), vector.valid, "{name}: {} ({})", vector.comment, vector.rule);
    }
}

fn vector(case: &Case) -> Vector<Vec<String>> {
    Vector {
        rule: case.rule.into(),
        comment: case.comment.clone(),
        valid: case.valid,
        kind: KIND.into(),
        hex: case.log.entries.iter().map(|entry| HEXLOWER.encode(&encode(entry))).collect(),
    }
}

/// Writes the files anew with `CASEVAULT_WRITE_VECTORS=1`, after a change of the protocol that is meant.
#[test]
fn the_files_are_the_cases() {
    let mut cases = all();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    if std::env::var_os("CASEVAULT_WRITE_VECTORS").is_some() {
        for case in &cases {
            let text = serde_json::to_string_pretty(&vector(case)).unwrap();
            fs::write(folder("log").join(format!("{}.json", case.name)), text + "\n").unwrap();
        }
    }
    let files = read::<Vec<String>>("log");
    let names: Vec<_> = files.iter().map(|(name, _)| name).collect();
    assert_eq!(names, cases.iter().map(|case| &case.name).collect::<Vec<_>>());
    for ((name, file), case) in files.iter().zip(&cases) {
        assert!(*file == vector(case), "{name} is not what its case encodes to");
    }
}

fn folded(entries: &[SignedLogEntry]) -> Organisation {
    let (first, rest) = entries.split_first().unwrap();
    let mut organisation = Organisation::found(first).unwrap();
    rest.iter().for_each(|entry| organisation.apply(entry).unwrap());
    organisation
}

// Obeys R-8.1-9.
// Breaks R-8.1-9.
#[test]
fn a_replay_of_what_was_verified_is_the_same_and_of_anything_else_is_refused() {
    for case in all().into_iter().filter(|case| case.valid) {
        let entries = &case.log.entries;
        let organisation = folded(entries);
        assert_eq!(Organisation::replay(entries, &organisation.verified()), Ok(organisation), "{}", case.name);
    }
    let entries = working().log.with("admin", Statement::RevokeDevice(device("worker"))).entries;
    let verified = folded(&entries).verified();
    for at in 0..entries.len() {
        let mut left_out = entries.clone();
        left_out.remove(at);
        assert!(Organisation::replay(&left_out, &verified).is_err(), "without entry {at}");
        let mut resigned = entries.clone();
        resigned[at].signature.0[0] ^= 1;
        assert!(Organisation::replay(&resigned, &verified).is_err(), "entry {at} with another signature");
        let mut altered = entries.clone();
        altered[at].content.time.0 += 1;
        assert!(Organisation::replay(&altered, &verified).is_err(), "entry {at} with another time");
    }
    // A server's own history, each entry chained to the one before, but the administrator never signed the last.
    let mut forged = entries[..entries.len() - 1].to_vec();
    forged.push(sign("worker", working().log.next("admin", Statement::RevokeDevice(device("admin")))));
    assert_eq!(Organisation::replay(&forged, &verified).err(), Some(LogError::State), "the last administrator's");
    forged.pop();
    forged.push(sign("worker", working().log.next("admin", Statement::RevokeDevice(device("other")))));
    assert_eq!(Organisation::replay(&forged, &verified), Err(LogError::Pinned));
}

#[test]
fn a_log_is_led_up_to_one_that_is_ahead_by_the_same_entries_alone() {
    let entries = working().log.with("admin", Statement::RevokeDevice(device("worker"))).entries;
    let (ahead, before) = (folded(&entries), entries.len() - 2);
    let mut behind = folded(&entries[..before]);
    behind.follow_to(&ahead, &entries[before..]).unwrap();
    assert_eq!(behind, ahead);
    for wrong in [&entries[before..before + 1], &entries[before + 1..], &[]] {
        assert!(folded(&entries[..before]).follow_to(&ahead, wrong).is_err(), "{} entries", wrong.len());
    }
    let mut resigned = entries[before..].to_vec();
    resigned[1].signature.0[0] ^= 1;
    assert_eq!(folded(&entries[..before]).follow_to(&ahead, &resigned), Err(LogError::Pinned), "another signature");
}

#[test]
fn a_replay_looks_at_no_signature() {
    let mut entries = working().log.entries;
    let last = entries.pop().unwrap();
    entries.push(sign("stranger", last.content));
    let position = LogPosition { length: entries.len() as u64, hash: log_entry_hash(entries.last().unwrap()) };
    assert_eq!(judge(&entries), Err(LogError::Signature), "what arrives is verified");
    assert!(Organisation::replay(&entries, &VerifiedPosition::from_own_store(position)).is_ok(), "what is kept is not, again");
}
