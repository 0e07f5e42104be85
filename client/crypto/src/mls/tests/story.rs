//! What honest members see.

use std::collections::HashMap;

use casevault_wire::log::Statement;
use serde_json::Value;

use super::world::{World, person};
use crate::mls::{GroupError, Plan, StageError};
use crate::team::History;

// Obeys R-8.3-11, R-8.3-13, R-8.3-14, R-8.3-19.
#[test]
fn a_team_gathers_loses_a_member_and_goes_on() {
    let mut world = World::together(4);
    assert!(world.agree());
    assert_eq!(world.load(0).devices().len(), 4);
    let removed = world.devices[3].id();
    world.state(Statement::RemoveFromTeam(world.team, person(3)));
    let plan = world.plan(1);
    assert_eq!(plan, Plan { add: vec![], remove: vec![removed], rotate: true, cut: false }, "any member can commit it");
    let accepted = world.commit(1);
    let before = world.devices[3].ring.newest().unwrap().0;
    world.receive(&accepted);
    assert!(world.agree());
    assert!(!world.load(0).devices().contains(&removed));
    assert_eq!(world.devices[0].ring.newest(), world.devices[2].ring.newest());
    assert_eq!(world.devices[0].ring.newest().unwrap().0, before + 1);
    assert!(world.devices[3].state.is_none(), "the removed device has deleted its group");
    assert_eq!(world.devices[3].ring.newest().unwrap().0, before, "and no new key");
    let provider = world.provider(3);
    assert!(crate::mls::Group::load(&provider, world.organisation.id(), world.team).unwrap().is_none());
    assert!(world.plan(0).is_empty());
}

#[test]
fn a_removed_member_opens_neither_bundle_nor_link_of_what_follows() {
    let mut world = World::together(3);
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    let kept = world.snapshot(2); // a copy of the profile from before
    let state = world.devices[2].state.clone();
    let accepted = world.commit(0);
    world.receive(&accepted);
    world.restore(2, kept);
    world.devices[2].state = state;
    assert_eq!(world.process(2, &accepted.record), Ok(false), "the copy learns that it was removed, and nothing else");
    let mut ring = world.devices[2].ring.clone();
    assert_eq!(ring.open_links(&world.links), Ok(History::Complete), "the link does not lead forward");
    assert!(ring.key(2).is_none());
}

// Obeys R-8.3-16, R-8.3-17.
#[test]
fn a_joiner_opens_all_history() {
    let mut world = World::new(4, 3);
    world.gather();
    for _ in 0..3 {
        world.state(Statement::RotateTeam(world.team));
        let accepted = world.commit(1);
        world.receive(&accepted);
    }
    world.state(Statement::AddToTeam(world.team, person(3)));
    let accepted = world.commit(2);
    world.receive(&accepted);
    assert!(world.agree());
    let links = world.links.clone();
    let joiner = &mut world.devices[3];
    assert_eq!(joiner.ring.newest().unwrap().0, 4);
    assert_eq!(joiner.ring.open_links(&links), Ok(History::Complete));
    assert!(world.devices[3].ring.iter().eq(world.devices[0].ring.iter()));
}

#[test]
fn a_member_that_was_offline_for_fifty_commits_processes_them_in_order() {
    let mut world = World::together(3);
    let mut missed = Vec::new();
    for round in 0..50 {
        if round % 5 == 0 {
            world.state(Statement::RotateTeam(world.team));
        }
        let by = round % 2;
        let accepted = world.commit(by);
        world.process(1 - by, &accepted.record).unwrap();
        missed.push(accepted);
    }
    assert!(!world.agree());
    for accepted in &missed {
        assert_eq!(world.process(2, &accepted.record), Ok(true));
    }
    assert!(world.agree());
    assert!(world.devices[2].ring.iter().eq(world.devices[0].ring.iter()));
}

// Plays B10.
#[test]
fn b10_of_all_commits_that_there_are_the_next_alone_is_taken_whatever_was_delivered_before() {
    let mut world = World::together(3);
    let mut all = Vec::new();
    for round in 0..5 {
        let accepted = world.commit(round % 2);
        world.process(1 - round % 2, &accepted.record).unwrap();
        all.push(accepted.record);
    }
    for next in 0..all.len() {
        for other in (0..all.len()).filter(|other| *other != next) {
            let before = (world.snapshot(2), world.devices[2].state.clone());
            assert_eq!(world.process(2, &all[other]), Err(crate::mls::VerifyError::Epoch), "{other} where {next} comes");
            assert!((world.snapshot(2), world.devices[2].state.clone()) == before, "and nothing has changed");
        }
        assert_eq!(world.process(2, &all[next]), Ok(true));
        assert_eq!(world.process(2, &all[next]), Err(crate::mls::VerifyError::Epoch), "nor twice");
    }
    assert!(world.agree());
}

#[test]
fn a_commit_that_waits_is_not_replaced_and_gives_way_to_the_one_that_won() {
    let mut world = World::together(3);
    let winner = world.commit(1);
    let previous = world.devices[0].state.clone().unwrap();
    let keys = world.keys(0, false);
    let data = world.data(&keys, previous.epoch);
    let basis = crate::mls::Basis { organisation: &world.organisation, previous: &previous, ring: &world.devices[0].ring };
    let change = crate::mls::Change { add: vec![], remove: vec![], data, now: super::world::NOW };
    let signer = &world.devices[0].signer;
    let (group, _) = world.load(0).stage(&world.provider(0), signer, &basis, &change).unwrap();
    assert_eq!(group.pending().unwrap().epoch, previous.epoch + 1);
    let again = world.load(0).stage(&world.provider(0), signer, &basis, &change);
    assert_eq!(again.map(|_| ()).unwrap_err(), StageError::Pending);
    let group = world.load(0).clear_pending(&world.provider(0)).unwrap();
    assert!(group.pending().is_none());
    assert_eq!(group.merge_pending(&world.provider(0)).map(|_| ()).unwrap_err(), GroupError::NothingPending);
    world.receive(&winner);
    assert!(world.agree());
}

#[test]
fn a_member_processes_the_winner_while_its_own_commit_waits() {
    let mut world = World::together(3);
    let winner = world.commit(1);
    let before = world.snapshot(0);
    let state = world.devices[0].state.clone();
    let loser = world.commit(0);
    world.restore(0, before);
    world.devices[0].state = state;
    world.receive(&winner);
    assert!(world.agree());
    assert_eq!(world.process(2, &loser.record), Err(crate::mls::VerifyError::Epoch), "the keyserver keeps one per epoch");
}

#[test]
fn a_revoked_device_is_removed_and_its_persons_new_one_added() {
    let mut world = World::new(2, 2);
    world.gather();
    let lost = world.devices[1].id();
    world.state(Statement::RevokeDevice(lost));
    let new = world.enrol(person(1));
    let plan = world.plan(0);
    assert_eq!(plan, Plan { add: vec![world.devices[new].id()], remove: vec![lost], rotate: true, cut: false });
    let accepted = world.commit(0);
    let kept = world.devices[1].keys.clone();
    assert_eq!(world.process(1, &accepted.record), Ok(false));
    assert_eq!(world.devices[1].keys, kept);
    world.join(new, &accepted.delivery.unwrap()).unwrap();
    assert!(world.agree());
    assert_eq!(world.devices[new].keys, world.devices[0].keys);
}

#[test]
fn a_group_made_anew_goes_on_where_the_old_one_ended() {
    let mut world = World::together(3);
    let last = world.devices[0].state.as_ref().unwrap().epoch;
    (0..3).for_each(|at| world.forget(at));
    world.make_anew(2, last + 40);
    assert_eq!((world.load(2).epoch(), world.load(2).devices().len()), (last + 41, 1));
    world.gather_by(2);
    assert!(world.agree());
    let states: Vec<_> = world.devices.iter().map(|device| device.state.as_ref().unwrap()).collect();
    assert!(states.iter().all(|state| (state.epoch, state.generation) == (last + 42, 2)));
}

/// Every run of 32 bytes that a store keeps as a secret of the epoch it is in, as it is written there.
fn epoch_secrets(store: &HashMap<Vec<u8>, Vec<u8>>) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(items) if items.len() == 32 && items.iter().all(Value::is_u64) => found.push(value.to_string()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for label in ["MessageSecrets", "EpochSecrets"] {
        let (_, kept) = store.iter().find(|(key, _)| key.starts_with(label.as_bytes())).unwrap();
        collect(&serde_json::from_slice(kept).unwrap(), &mut found);
        assert!(found.len() >= 3, "{label} are where they were looked for");
    }
    found
}

// Plays E08: whoever takes a store finds no secret of an epoch that it has left.
#[test]
fn a_store_keeps_no_secret_of_an_epoch_that_it_has_left() {
    let mut world = World::together(3);
    let mut left = Vec::new();
    for by in [0, 1, 2, 0] {
        left.push((0..3).map(|at| epoch_secrets(&world.snapshot(at))).collect::<Vec<_>>().concat());
        let accepted = world.commit(by);
        world.receive(&accepted);
    }
    for (at, secret) in (0..3).flat_map(|at| left.iter().flatten().map(move |secret| (at, secret))) {
        let store = world.snapshot(at);
        // The library keeps resumption PSKs where it made a group. They open no message, and no PSK is ever accepted (R-8.3-2).
        let mut kept = store.iter().filter(|(label, _)| !label.starts_with(b"ResumptionPsk"));
        assert!(!kept.any(|(_, kept)| String::from_utf8_lossy(kept).contains(secret.as_str())), "device {at}");
    }
}
