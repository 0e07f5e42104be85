//! `fsck` is silent on what the server wrote, and names what it did not write.

use std::ops::Range;

use casevault_keyserver::Arguments;
use casevault_keyserver::fsck::{Fault, check};
use casevault_service::fsck::{Invariant as _, help};
use casevault_service::keys::ServerKey;
use casevault_service::store::{MemoryRecords, SledRecords};
use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::keyserver::KeyPackages;
use casevault_wire::log::{Statement, TeamKind, VoidStatement};
use casevault_wire::mls::commit_hash;
use casevault_wire::signature::PublicKey;
use casevault_wire::standing::Step;
use clap::CommandFactory as _;

use crate::invitations::{holder, invitation, join, join_path};
use crate::recovery::{announce, escrow, leave, policy};
use crate::voids::refuse;
use crate::world::{Ngo, Team, World};

/// Every kind of record.
const KINDS: std::ops::RangeInclusive<u8> = 1..=21;

/// What a server keeps that has at least one record of each kind.
async fn filled() -> MemoryRecords {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team_of(&world, TeamKind::RecoverableCases, 5).await;
    team.grown(&world, &ngo, 4).await;
    ngo.state(&world, 1, vec![Statement::RecoveryPolicy(policy())]).await.unwrap();
    leave(&world, &ngo, team, (2, escrow(1))).await.unwrap();
    announce(&world, &mut ngo, team, 4).await;
    let rotated = Team::upload(&team.data(&ngo, 2, 2), &[5], 7, true);
    team.commit(&world, &ngo, 3, &rotated).await.done().unwrap();
    refuse(&world, &ngo, &team, 4, (2, commit_hash(rotated.commit.as_slice()))).await.done().unwrap();
    let cut = Team::upload(&team.data(&ngo, 3, 3), &[], 9, false);
    team.commit(&world, &ngo, 3, &cut).await.done().unwrap();
    let bad = Team::upload(&team.data(&ngo, 4, 3), &[], 8, false);
    team.commit(&world, &ngo, 2, &bad).await.done().unwrap();
    let void = VoidStatement { team: team.id, epoch: 4, commit: commit_hash(bad.commit.as_slice()) };
    ngo.state(&world, 1, vec![Statement::VoidCommit(void)]).await.unwrap();
    let single_use = (0..3).map(|n| Opaque::new(vec![n; 100]).unwrap()).collect();
    let packages = KeyPackages { single_use: List::new(single_use).unwrap(), last_resort: None, instead: 0 };
    world.post(&ngo.device(2), "/key-packages", &packages).await.done().unwrap();
    let mut previous = Hash::ZERO;
    for sequence in 0..2 {
        let sealed = Opaque::new(vec![1; 50]).unwrap();
        let record = HeadRecord { sequence, previous, generation: 1, checkpoint: 1, sealed };
        world.post(&ngo.device(2), &team.path("/heads"), &record).await.done().unwrap();
        previous = casevault_wire::heads::record_hash(&record);
    }
    world.post(&ngo.device(2), "/standing", &Step { from: Default::default(), next: [1; 16] }).await.done().unwrap();
    world.post(&ngo.device(1), "/invitations", &invitation(60)).await.done().unwrap();
    world.post(&holder(&ngo, 60), &join_path(60), &join(60, 70)).await.done().unwrap();
    for number in 0..2 {
        crate::inbox::leave(&world, &ngo.device(2), team, number).await.unwrap();
    }
    let directory = world.stop().await;
    let records = MemoryRecords::copy(&SledRecords::open(&directory.path().join("records")).unwrap()).await.unwrap();
    assert_eq!(faults(&records).await, [], "nothing is wrong yet");
    records
}

fn key() -> PublicKey {
    *ServerKey::from_seed(&[0xaa; 32]).public()
}

async fn faults(records: &MemoryRecords) -> Vec<Fault> {
    let mut faults: Vec<_> = check(records, &key()).await.unwrap().faults.iter().map(|finding| finding.fault).collect();
    faults.sort();
    faults.dedup();
    faults
}

/// Changes the first record of `kind`.
fn edit(records: &MemoryRecords, kind: u8, edit: impl FnOnce(&mut Vec<u8>)) {
    let (key, mut value) = records.all(&[kind]).remove(0);
    edit(&mut value);
    records.replace(&key, Some(value));
}

/// Takes the last record of `kind` away; what it was.
fn take(records: &MemoryRecords, kind: u8) -> (Vec<u8>, Vec<u8>) {
    let (key, value) = records.all(&[kind]).pop().unwrap();
    records.replace(&key, None);
    (key, value)
}

/// Has the last record of `kind` again, for somebody or something that nobody knows.
fn add_for_nobody(records: &MemoryRecords, kind: u8) {
    let (mut key, value) = records.all(&[kind]).pop().unwrap();
    *key.last_mut().unwrap() ^= 0x55;
    records.replace(&key, Some(value));
}

fn flip_last(value: &mut [u8]) {
    *value.last_mut().unwrap() ^= 1;
}

/// Breaks one invariant and no other. There is a way for each: this does not compile without.
fn plant(records: &MemoryRecords, fault: Fault) {
    match fault {
        Fault::Form => edit(records, 5, |value| value.truncate(7)),
        Fault::Stray => drop(records.replace(&[99], Some(Vec::new()))),
        Fault::Log => {
            let (key, _) = records.all(&[2]).remove(5);
            records.replace(&key, None);
        }
        Fault::Feed => {
            // The signature of the first.
            edit(records, 3, |value| flip_last(value));
        }
        Fault::Heads => drop(take(records, 2)),
        Fault::Group => edit(records, 7, |value| value[..32].copy_from_slice(&[9; 32])),
        Fault::Commit => {
            let (key, _) = records.all(&[8]).remove(0);
            records.replace(&key, None);
        }
        Fault::Membership => add_for_nobody(records, 10),
        Fault::Welcome => drop(take(records, 9)),
        Fault::Link => drop(take(records, 11)),
        Fault::Void => drop(take(records, 13)),
        Fault::Refusal => edit(records, 12, |value| flip_last(value)),
        Fault::Packages => drop(take(records, 5)),
        Fault::Records => drop(take(records, 14)),
        Fault::Invitation => edit(records, 4, |value| flip_last(value)),
        Fault::Escrow => add_for_nobody(records, 16),
        Fault::Arrival => drop(take(records, 17)),
        Fault::Inbox => drop(take(records, 20)),
        Fault::Standing => add_for_nobody(records, 18),
    }
}

// Obeys R-8.7-6.
// Breaks R-8.4-2, R-8.7-6.
#[tokio::test]
async fn each_invariant_that_is_broken_is_named_and_no_other() {
    let sound = filled().await;
    for fault in Fault::ALL {
        let records = MemoryRecords::copy(&sound).await.unwrap();
        plant(&records, *fault);
        assert_eq!(faults(&records).await, [*fault], "{}", fault.name());
    }
}

#[test]
fn each_invariant_is_told_by_its_name() {
    let told = help::<Fault>();
    for fault in Fault::ALL {
        assert_eq!(Fault::ALL.iter().filter(|other| other.name() == fault.name()).count(), 1, "{}", fault.name());
        assert!(told.contains(&format!("  {}", fault.holds())), "{}", fault.name());
    }
    let shown = Arguments::command().find_subcommand("fsck").unwrap().clone().render_help().to_string();
    assert!(shown.contains(&told), "{shown}");
}

// Plays X10.
// Breaks R-8.7-6.
#[tokio::test]
async fn x10_every_damaged_record_of_a_keyserver_is_named() {
    let mut records = filled().await;
    // The log says who there is: what hangs on it cannot be checked without.
    let all: Vec<_> = records.all(&[]).into_iter().filter(|(key, _)| key[0] > 2).collect();
    all.iter().for_each(|(key, _)| records.damage(key.clone()));
    let report = check(&records, &key()).await.unwrap();
    let named = report.faults.iter().filter(|finding| finding.fault == Fault::Form).map(|finding| finding.at.clone());
    let places = KINDS.skip(2).flat_map(|kind| {
        let count = all.iter().filter(|(key, _)| key[0] == kind).count();
        assert!(count > 0, "there is a record of kind {kind}");
        (0..count).map(move |number| format!("record {number} of kind {kind}"))
    });
    assert_eq!(named.collect::<Vec<_>>(), places.collect::<Vec<_>>());
}

/// The bytes of a value that no invariant is about: R-8.7-6 says who sees to them.
fn unseen(kind: u8, value: &[u8]) -> Range<usize> {
    match kind {
        // What only devices can judge: the invitation's seal, packages, memberships' epochs, bundles, Welcomes, escrows, times.
        4..=6 | 8..=10 | 16..=18 => 0..value.len(),
        // The next number, as long as it is above all that wait, and when and from which organisation each came.
        19 => 0..value.len(),
        _ => 0..0,
    }
}

// Breaks R-8.7-6.
#[tokio::test]
async fn a_bit_that_flips_in_any_byte_of_what_a_keyserver_signed_or_chained_is_found() {
    let records = filled().await;
    for kind in KINDS {
        for (key, value) in records.all(&[kind]) {
            let unseen = unseen(kind, &value);
            for at in (0..value.len()).step_by(value.len().div_ceil(64)) {
                let mut flipped = value.clone();
                flipped[at] ^= 1 << (at % 8);
                records.replace(&key, Some(flipped));
                let found = !faults(&records).await.is_empty();
                assert!(found || unseen.contains(&at), "byte {at} of {} of a record of kind {kind}", value.len());
            }
            records.replace(&key, Some(value));
        }
    }
}

#[tokio::test]
async fn another_servers_feed_is_a_fault() {
    let records = filled().await;
    let other = *ServerKey::from_seed(&[0xbb; 32]).public();
    let report = check(&records, &other).await.unwrap();
    assert!(report.faults.iter().any(|finding| finding.fault == Fault::Feed && finding.at == "organisation 0, item 0"));
}
