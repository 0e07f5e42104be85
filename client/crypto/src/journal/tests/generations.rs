//! Keys change when somebody leaves, and nothing new is accepted under an old one.

use casevault_wire::journal::Entry;
use casevault_wire::log::Statement;
use casevault_wire::time::Time;

use super::forgeries::Forger;
use super::world::{AMAL, BELA, World, note, notes};
use crate::event::{Body, KeyGeneration, class};
use crate::journal::{ChainState, JournalError, Reader, WriteError, Writer};
use crate::keys::CaseKey;
use crate::secret::Secret;

/// Bela wrote, was removed, and the team has a new key.
fn after_removal() -> (World, ChainState, crate::journal::Author, crate::journal::Author) {
    let mut world = World::new();
    let (amal, bela) = (world.author(AMAL), world.author(BELA));
    let mut state = ChainState::new(world.place());
    let entries = world.write(&bela, &state, &["before"]);
    world.accept_all(&mut state, &entries);
    world.state(Statement::RemoveFromTeam(world.team, BELA));
    (world, state, amal, bela)
}

// Obeys R-6.3-17.
#[test]
fn the_next_writer_after_a_removal_begins_a_generation() {
    let (mut world, mut state, amal, _) = after_removal();
    let writer = Writer { author: &amal, keys: &world.keys, team_generation: 2, log: world.organisation.position() };
    let early = writer.append(&state, &[note("x")], Time(1), &mut world.random);
    assert_eq!(early.err(), Some(WriteError::KeyNeeded));
    assert_eq!(world.keys.due(2), Some(2));
    world.give(2, 2);
    let entries = world.write(&amal, &state, &["after"]);
    let events = world.accept_all(&mut state, &entries);
    let classes: Vec<_> = events.iter().map(|event| event.class()).collect();
    assert_eq!(classes, [class::AUTHOR_CERTIFICATE, class::KEY_GENERATION, class::NOTE]);
    assert!(events.iter().all(|event| (event.generation, event.team_generation) == (2, 2)));
    let more = world.write(&amal, &state, &["and again"]);
    assert_eq!(more.len(), 1, "a generation begins once");
    assert_eq!(notes(&world.accept_all(&mut state, &more)).len(), 1);
}

#[test]
fn nothing_is_accepted_under_an_old_key_once_the_new_one_is_in_use() {
    let (mut world, mut state, amal, bela) = after_removal();
    let stale = world.keys.clone();
    let log = casevault_wire::log::LogPosition {
        length: world.organisation.position().length - 1,
        hash: world.organisation.hash_at(world.organisation.position().length - 1).unwrap(),
    };
    // The removed member writes as though it were before the removal, at once; a vault that plays along takes it.
    let writer = Writer { author: &bela, keys: &stale, team_generation: 1, log };
    world.give(2, 2);
    let entries = world.write(&amal, &state, &["after"]);
    world.accept_all(&mut state, &entries);
    let mut forged = state.clone();
    (forged.generation, forged.begun, forged.team_generation, forged.log_length) = (1, 1, 1, 0);
    let late = writer.append(&forged, &[note("late")], Time(1), &mut world.random).unwrap().entries.remove(0);
    assert_eq!(world.accept(&mut state.clone(), &late), Err(JournalError::GenerationFell));
    assert_eq!(writer.append(&state, &[note("late")], Time(1), &mut world.random).err(), Some(WriteError::Behind));
}

#[test]
fn nothing_is_accepted_late_once_the_journal_was_read_to_its_end() {
    // Nobody wrote since the removal, so the chain itself does not show that the old generation has ended.
    let (mut world, mut state, _, bela) = after_removal();
    let log = casevault_wire::log::LogPosition {
        length: world.organisation.position().length - 1,
        hash: world.organisation.hash_at(world.organisation.position().length - 1).unwrap(),
    };
    let writer = Writer { author: &bela, keys: &world.keys, team_generation: 1, log };
    let late = writer.append(&state, &[note("late")], Time(1), &mut world.random).unwrap().entries.remove(0);
    assert!(world.accept(&mut state.clone(), &late).is_ok(), "it cannot be told from one that was written in time");
    state.settle(2);
    assert_eq!(world.accept(&mut state.clone(), &late), Err(JournalError::Late));
    state.settle(1);
    assert_eq!(world.accept(&mut state.clone(), &late), Err(JournalError::Late), "settling does not go back");
}

// Plays D08.
#[test]
fn d08_who_refuses_a_late_entry_and_who_accepts_it_go_on_together() {
    let (mut world, mut settled, amal, bela) = after_removal();
    let mut elsewhere = settled.clone();
    let length = world.organisation.position().length - 1;
    let log = casevault_wire::log::LogPosition { length, hash: world.organisation.hash_at(length).unwrap() };
    let writer = Writer { author: &bela, keys: &world.keys, team_generation: 1, log };
    let late = writer.append(&settled, &[note("late")], Time(1), &mut world.random).unwrap().entries.remove(0);
    settled.settle(2);
    assert_eq!(world.accept(&mut settled, &late), Err(JournalError::Late));
    let reader = Reader { organisation: &world.organisation, keys: &world.keys };
    assert_eq!(reader.chain_late(&mut settled, &late), Ok(()));
    assert!(world.accept(&mut elsewhere, &late).is_ok());
    world.give(2, 2);
    for text in ["of whoever refused it", "and the other way round"] {
        let entries = world.write(&amal, &settled, &[text]);
        for state in [&mut settled, &mut elsewhere] {
            assert_eq!(notes(&world.accept_all(state, &entries)).len(), 1, "both read on");
        }
        std::mem::swap(&mut settled, &mut elsewhere);
    }
}

// Plays D08.
#[test]
fn an_old_key_serves_no_new_team_generation() {
    let mut forger = Forger::new();
    forger.world.give(2, 5);
    let key = forger.author.key().clone();
    let renewed = forger.forge(&key, &note("x"), |header| header.team_generation = 5);
    assert_eq!(forger.refused(&renewed), JournalError::KeyOfOtherGeneration, "a stale client's");
    forger.generation = 2;
    let reused = forger.forge(&key, &note("x"), |_| {});
    assert_eq!(forger.refused(&reused), JournalError::KeyOfOtherGeneration);
    let unannounced = forger.forge(&key, &note("x"), |header| header.team_generation = 5);
    assert_eq!(forger.refused(&unannounced), JournalError::KeyGeneration);
    let unknown = Entry { generation: 3, ..unannounced };
    let error = forger.refused(&unknown);
    assert_eq!(error, JournalError::KeyMissing { generation: 3 });
    assert!(error.is_waiting());
}

// Plays D08.
#[test]
fn a_key_generation_says_the_truth_where_it_is_due() {
    let mut forger = Forger::new();
    forger.world.give(2, 5);
    let key = forger.author.key().clone();
    let right = CaseKey::new(Secret::new([0x41; 32]));
    let begin = |generation, previous: &CaseKey| Body::KeyGeneration(KeyGeneration { generation, previous: previous.clone() });
    let out_of_place = forger.forge(&key, &begin(1, &right), |_| {});
    assert_eq!(forger.refused(&out_of_place), JournalError::KeyGeneration);
    forger.generation = 2;
    let wrong = CaseKey::new(Secret::new([0x99; 32]));
    for body in [begin(2, &wrong), begin(3, &right), begin(1, &right)] {
        let entry = forger.forge(&key, &body, |header| header.team_generation = 5);
        assert_eq!(forger.refused(&entry), JournalError::KeyGeneration);
    }
    let entry = forger.forge(&key, &begin(2, &right), |header| header.team_generation = 5);
    forger.world.accept(&mut forger.state, &entry).unwrap();
    let twice = forger.forge(&key, &begin(2, &right), |header| header.team_generation = 5);
    assert_eq!(forger.refused(&twice), JournalError::KeyGeneration);
    forger.generation = 1;
    let back = forger.forge(&key, &note("x"), |_| {});
    assert_eq!(forger.refused(&back), JournalError::GenerationFell);
}

/// A member with every key claims any numbers at all.
// Plays D08.
#[test]
fn d08_of_all_numbers_that_an_entry_may_have_those_that_come_next_are_accepted() {
    let mut forger = Forger::new();
    forger.world.give(2, 5);
    forger.world.give(3, 7);
    let (key, next) = (forger.author.key().clone(), forger.state.length());
    let sequences = [0, 1, next, next + 1, u64::MAX];
    let mut accepted = Vec::new();
    for generation in 1..=3 {
        forger.generation = generation;
        for (outer, inner) in sequences.iter().flat_map(|outer| sequences.map(|inner| (*outer, inner))) {
            for team_generation in [0, 1, 2, 5, 6, 7, u64::MAX] {
                let entry = forger.forge(&key, &note("x"), |header| {
                    (header.sequence, header.team_generation) = (inner, team_generation);
                });
                let entry = Entry { sequence: outer, ..entry };
                if forger.world.accept(&mut forger.state.clone(), &entry).is_ok() {
                    accepted.push((generation, outer, inner, team_generation));
                }
            }
        }
    }
    assert_eq!(accepted, [(1, next, next, 1)], "a later generation begins by saying so");
    let one = forger.honest.last().unwrap().clone();
    assert_eq!(forger.refused(&one), JournalError::Chain, "nor is a number used twice");
}

// Plays D08.
#[test]
fn a_team_generation_does_not_fall() {
    let mut forger = Forger::new();
    let key = forger.author.key().clone();
    forger.state.team_generation = 2;
    let entry = forger.forge(&key, &note("x"), |_| {});
    assert_eq!(forger.refused(&entry), JournalError::TeamGenerationFell);
}
