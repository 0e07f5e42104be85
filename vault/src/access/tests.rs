use casevault_wire::hash::Hash;
use casevault_wire::id::{RotationId, TeamId};

use super::*;

/// What a step does to the keys, as the feed and members see it.
#[derive(Clone, Copy, Debug)]
enum Step {
    Receipt(Receipt, u64),
    Void(u64, u64),
    Confirmed(u64, u64),
    /// A switch to a key, signed by the key of a generation.
    Switch(Key, u64),
}

fn receipt(generation: u64, epoch: u64, key: u8) -> Receipt {
    Receipt {
        team: TeamId([9; 32]),
        epoch,
        commit: Hash([key; 32]),
        rotation: RotationId([key; 16]),
        log_length: 3,
        generation,
        access_key: PublicKey([key; 32]),
        sealing_key: Hash::ZERO,
    }
}

fn key(generation: u64, epoch: u64, key: u8, sequence: u64) -> Key {
    Key::of(&receipt(generation, epoch, key), sequence)
}

/// A team that began with key 1, whose receipt is item 0 of the feed.
fn begun() -> Access {
    let mut access = Access::default();
    access.receipt(&receipt(1, 0, 1), 0);
    assert_eq!(access.switch(&key(1, 0, 1, 0), 1, 1), Ok(true));
    access
}

fn apply(access: &mut Access, step: Step, followed: u64) {
    match step {
        Step::Receipt(receipt, sequence) => access.receipt(&receipt, sequence),
        Step::Void(epoch, sequence) => {
            access.void(epoch, sequence);
        }
        Step::Confirmed(generation, sequence) => access.confirmed(generation, sequence),
        Step::Switch(key, signer) => {
            // Refused switches are part of the story.
            let _ = access.switch(&key, signer, followed);
        }
    }
}

fn current(access: &Access) -> PublicKey {
    access.current().unwrap().key
}

#[test]
fn a_receipt_freezes_the_generation_before_until_the_switch() {
    let mut access = begun();
    assert_eq!(access.key(1), Some((PublicKey([1; 32]), Power::Current)));
    access.receipt(&receipt(1, 1, 1), 1);
    assert!(!access.superseded(), "a commit that only adds members supersedes nothing");
    access.receipt(&receipt(2, 2, 2), 2);
    assert_eq!(access.key(1), Some((PublicKey([1; 32]), Power::Superseded)));
    assert_eq!(access.key(2), None, "the new key is nothing before the switch");
    assert_eq!(access.switch(&key(2, 2, 2, 2), 1, 3), Ok(true));
    assert_eq!(access.key(1), Some((PublicKey([1; 32]), Power::Retired)));
    assert_eq!(access.key(2), Some((PublicKey([2; 32]), Power::Current)));
}

#[test]
fn a_switch_may_come_before_the_feed_and_comes_twice_without_harm() {
    let mut access = begun();
    assert_eq!(access.switch(&key(2, 1, 2, 1), 1, 1), Ok(true));
    assert_eq!(access.switch(&key(2, 1, 2, 1), 1, 1), Ok(false));
    access.receipt(&receipt(2, 1, 2), 1);
    assert!(!access.superseded());
    assert_eq!(access.switch(&key(2, 1, 2, 1), 2, 2), Ok(false));
}

#[test]
fn generations_are_switched_one_by_one() {
    let mut access = begun();
    access.receipt(&receipt(2, 1, 2), 1);
    access.receipt(&receipt(3, 2, 3), 2);
    assert_eq!(access.switch(&key(3, 2, 3, 2), 1, 3), Err(SwitchError::Receipt));
    assert_eq!(access.switch(&key(2, 1, 2, 1), 1, 3), Ok(true));
    assert!(access.superseded(), "a newer receipt waits");
    assert_eq!(access.switch(&key(3, 2, 3, 2), 1, 3), Err(SwitchError::Signer), "the key before must sign, no older one");
    assert_eq!(access.switch(&key(3, 2, 3, 2), 2, 3), Ok(true));
    assert!(!access.superseded());
}

#[test]
fn a_void_receipt_is_undone_and_never_accepted_again() {
    let mut access = begun();
    access.receipt(&receipt(2, 1, 66), 1);
    assert_eq!(access.switch(&key(2, 1, 66, 1), 1, 2), Ok(true));
    assert_eq!(access.void(1, 2), Undone::Unconfirmed);
    assert_eq!(current(&access), PublicKey([1; 32]), "the key before is in force again");
    assert_eq!(access.key(2), None, "the void key is nobody's");
    assert_eq!(access.switch(&key(2, 1, 66, 1), 1, 3), Err(SwitchError::Receipt), "its receipt is behind the feed");
    access.receipt(&receipt(2, 1, 2), 3);
    assert_eq!(access.switch(&key(2, 1, 2, 3), 1, 4), Ok(true), "the commit that took its place counts");
}

#[test]
fn a_void_does_not_touch_the_commit_that_took_its_place() {
    let mut access = begun();
    access.receipt(&receipt(2, 1, 66), 1);
    assert_eq!(access.switch(&key(2, 1, 2, 3), 1, 2), Ok(true), "ahead of the feed");
    assert_eq!(access.void(1, 2), Undone::Nothing);
    assert_eq!(current(&access), PublicKey([2; 32]));
}

#[test]
fn a_later_receipt_of_the_same_key_is_as_good_and_its_void_takes_nothing_away() {
    for feed_first in [true, false] {
        let mut access = begun();
        // Commit 1 makes key 2; commit 2 keeps it, and a joiner knows only that one.
        if feed_first {
            access.receipt(&receipt(2, 1, 2), 1);
        }
        assert_eq!(access.switch(&key(2, 2, 2, 2), 1, if feed_first { 2 } else { 1 }), Ok(true));
        if !feed_first {
            access.receipt(&receipt(2, 1, 2), 1);
        }
        access.receipt(&receipt(2, 2, 2), 2);
        assert_eq!(access.switch(&key(2, 1, 2, 1), 1, 3), Ok(false), "already there");
        assert_eq!(access.void(2, 3), Undone::Nothing);
        assert_eq!(current(&access), PublicKey([2; 32]), "commit 1 stands, and its key with it");
        access.receipt(&receipt(3, 2, 3), 4);
        assert_eq!(access.switch(&key(3, 2, 3, 4), 2, 5), Ok(true), "and the team goes on");
    }
}

#[test]
fn what_was_confirmed_stays_whatever_the_keyserver_says_later() {
    for confirmed_first in [true, false] {
        let mut access = begun();
        access.receipt(&receipt(2, 1, 2), 1);
        if confirmed_first {
            access.confirmed(2, 2);
        }
        access.switch(&key(2, 1, 2, 1), 1, 3).unwrap();
        if !confirmed_first {
            access.confirmed(2, 2);
        }
        assert_eq!(access.void(1, 3), Undone::Confirmed);
        assert_eq!(current(&access), PublicKey([2; 32]));
        access.receipt(&receipt(3, 2, 3), 4);
        assert_eq!(access.switch(&key(3, 2, 3, 4), 2, 5), Ok(true), "the team goes on");
        assert!(access.sane());
    }
}

/// A device that merged a void commit went on from it, and asked the vault before it had followed the feed.
#[test]
fn a_void_key_is_not_returned_to_from_one_that_was_built_on_it() {
    let mut access = begun();
    assert_eq!(access.switch(&key(2, 1, 66, 1), 1, 1), Ok(true));
    assert_eq!(access.switch(&key(3, 2, 67, 4), 2, 1), Ok(true), "ahead of the feed");
    access.receipt(&receipt(2, 1, 66), 1);
    assert_eq!(access.void(1, 2), Undone::Nothing);
    access.receipt(&receipt(2, 1, 2), 3);
    access.receipt(&receipt(3, 2, 67), 4);
    assert!(access.sane());
    assert_eq!(access.void(2, 5), Undone::Unconfirmed);
    assert_eq!(current(&access), PublicKey([1; 32]));
    assert!(access.superseded(), "what took the void commit's place was not forgotten");
    assert_eq!(access.switch(&key(2, 1, 2, 3), 1, 6), Ok(true), "and the team goes on");
}

#[test]
fn a_void_returns_over_any_number_of_keys_to_the_last_confirmed_one() {
    let mut access = begun();
    for generation in 2..=200u8 {
        let number = u64::from(generation);
        access.receipt(&receipt(number, number - 1, generation), number);
        if generation == 20 {
            access.confirmed(20, number);
        }
        assert_eq!(access.switch(&key(number, number - 1, generation, number), number - 1, number + 1), Ok(true));
    }
    access.confirmed(20, 201);
    for epoch in (20..200).rev() {
        assert_eq!(access.void(epoch, 500 - epoch), Undone::Unconfirmed);
    }
    assert_eq!(current(&access), PublicKey([20; 32]));
    assert!(access.sane());
}

#[test]
fn a_team_begins_once_and_late_beginnings_are_superseded() {
    let mut access = Access::default();
    assert_eq!(access.switch(&key(2, 1, 2, 1), 2, 0), Err(SwitchError::Receipt), "only epoch 0 begins a team");
    access.receipt(&receipt(1, 0, 1), 0);
    access.receipt(&receipt(2, 1, 2), 1);
    assert_eq!(access.switch(&key(1, 0, 66, 0), 1, 2), Err(SwitchError::Receipt), "another receipt than the feed's");
    assert_eq!(access.switch(&key(1, 0, 1, 0), 1, 2), Ok(true));
    assert!(access.superseded(), "the rotation before the beginning was not forgotten");
    assert_eq!(access.switch(&key(1, 0, 66, 9), 1, 2), Err(SwitchError::Receipt), "a team begins once");
}

// Plays C01.
/// Who has the old key, and no receipt for an evil key, tries at every moment of an honest rotation, with every receipt
/// of the feed bent to the evil key. The evil key is never in force, in any interleaving.
#[test]
fn c01_the_old_key_alone_never_brings_in_another() {
    let honest = [
        Step::Receipt(receipt(2, 1, 2), 1),
        Step::Switch(key(2, 1, 2, 1), 1),
        Step::Confirmed(2, 2),
        Step::Receipt(receipt(3, 2, 3), 3),
        Step::Switch(key(3, 2, 3, 3), 2),
    ];
    // The keyserver's signature is what an evil key lacks; were it forged behind the feed, the feed itself would tell.
    let evil = [Step::Switch(key(2, 1, 66, 1), 1), Step::Switch(key(2, 1, 66, 0), 1), Step::Switch(key(3, 2, 66, 1), 2)];
    for attempt in evil {
        for moment in 0..=honest.len() {
            let (mut access, mut followed) = (begun(), 1);
            for (index, step) in honest.iter().enumerate() {
                if index == moment && behind_feed(attempt, followed) {
                    apply(&mut access, attempt, followed);
                }
                if let Step::Receipt(_, sequence) | Step::Confirmed(_, sequence) = step {
                    followed = sequence + 1;
                }
                apply(&mut access, *step, followed);
                assert_ne!(current(&access), PublicKey([66; 32]), "{attempt:?} at {moment}");
                assert!(access.sane());
            }
            assert_eq!(current(&access), PublicKey([3; 32]), "the honest rotation comes through");
        }
    }
}

/// Whether an attempt's receipt is one that the feed has passed; others need the keyserver's signature, checked before.
fn behind_feed(attempt: Step, followed: u64) -> bool {
    matches!(attempt, Step::Switch(key, _) if key.sequence < followed)
}

#[test]
fn every_interleaving_of_feed_and_switches_stays_sane() {
    let feed = [
        Step::Receipt(receipt(2, 1, 2), 1),
        Step::Void(1, 2),
        Step::Receipt(receipt(2, 1, 3), 3),
        Step::Confirmed(2, 4),
        Step::Receipt(receipt(3, 2, 4), 5),
    ];
    let switches = [Step::Switch(key(2, 1, 2, 1), 1), Step::Switch(key(2, 1, 3, 3), 1), Step::Switch(key(3, 2, 4, 5), 2)];
    // Each switch comes before one of the items of the feed, or after all.
    let moments = feed.len() + 1;
    for number in 0..moments.pow(3) {
        let at = [number % moments, number / moments % moments, number / moments.pow(2)];
        let mut access = begun();
        for now in 0..moments {
            for (moment, switch) in at.iter().zip(switches) {
                if *moment == now {
                    apply(&mut access, switch, now as u64 + 1);
                    assert!(access.sane(), "{at:?}");
                }
            }
            if let Some(step) = feed.get(now) {
                apply(&mut access, *step, now as u64 + 2);
                assert!(access.sane(), "{at:?}");
            }
            let void_is_known = now >= 1;
            assert!(!(void_is_known && current(&access) == PublicKey([2; 32])), "{at:?}: a void key is in force");
        }
        // Whatever came too early or too late is simply asked for again.
        for switch in switches {
            apply(&mut access, switch, moments as u64);
        }
        assert_eq!(current(&access), PublicKey([4; 32]), "{at:?}: the honest keys come through");
    }
}
