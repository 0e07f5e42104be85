//! The machine by itself: two members race, servers lose answers, and clients crash between any two steps.

use std::collections::BTreeSet;

use casevault_wire::hash::Hash;
use casevault_wire::id::RotationId;

use super::{Attempt, Effect, Event, Outcome, State, step};

const ROTATION: RotationId = RotationId([1; 16]);
const ATTEMPT: Attempt = Attempt { rotation: ROTATION, epoch: 4, generation: 3, commit: Hash([4; 32]) };

// Obeys R-8.3-20.
#[test]
fn a_change_goes_through_every_state_in_order() {
    let way = [
        (Event::Staged(ATTEMPT), State::Staged(ATTEMPT), vec![Effect::Send(ATTEMPT)]),
        (Event::Sending, State::Sent(ATTEMPT), vec![]),
        (Event::Ended(ATTEMPT.commit), State::Receipted(ATTEMPT), vec![Effect::Merge(ATTEMPT)]),
        (Event::Merged, State::Merged(ATTEMPT), vec![Effect::Acknowledge(4), Effect::AskVault]),
        (Event::Vault(2), State::Merged(ATTEMPT), vec![Effect::SwitchVault { from: 2, to: 3 }]),
        (Event::Vault(3), State::VaultSwitched(ATTEMPT), vec![Effect::AskSealingKey]),
        (Event::SealingKey(2), State::VaultSwitched(ATTEMPT), vec![Effect::StateSealingKey(3)]),
        (Event::SealingKey(3), State::Done(Outcome::Complete), vec![]),
    ];
    let mut state = State::Intent(ROTATION);
    for (event, next, effects) in way {
        assert_eq!(step(state, event), (next, effects), "{event:?}");
        state = next;
    }
}

// Obeys R-8.3-21.
#[test]
fn a_time_out_is_a_question_and_never_a_no() {
    for state in [State::Staged(ATTEMPT), State::Sent(ATTEMPT)] {
        assert_eq!(step(state, Event::Unanswered), (State::Sent(ATTEMPT), vec![Effect::Ask(4)]));
    }
    assert_eq!(step(State::Sent(ATTEMPT), Event::Open), (State::Staged(ATTEMPT), vec![Effect::Send(ATTEMPT)]));
}

#[test]
fn who_loses_the_race_processes_the_winner_and_plans_anew() {
    let (state, effects) = step(State::Sent(ATTEMPT), Event::Ended(Hash([9; 32])));
    assert_eq!((state, effects), (State::Lost(ROTATION), vec![Effect::ClearPending, Effect::Process]));
    assert_eq!(step(state, Event::Processed), (State::Intent(ROTATION), vec![Effect::Plan(ROTATION)]));
    assert_eq!(step(state, Event::Removed), (State::Done(Outcome::Removed), vec![]));
    assert_eq!(step(State::Intent(ROTATION), Event::NothingToDo).0, State::Done(Outcome::NothingToDo));
}

// Breaks R-8.3-21.
#[test]
fn a_void_is_followed_before_the_merge_and_alarmed_after_it() {
    for state in [State::Sent(ATTEMPT), State::Receipted(ATTEMPT)] {
        let again = vec![Effect::ClearPending, Effect::Plan(ROTATION)];
        assert_eq!(step(state, Event::Voided), (State::Intent(ROTATION), again));
    }
    for state in [State::Merged(ATTEMPT), State::VaultSwitched(ATTEMPT)] {
        assert_eq!(step(state, Event::Voided), (State::Done(Outcome::Voided), vec![Effect::Alarm]));
    }
}

#[test]
fn any_member_that_merged_a_commit_can_finish_it() {
    let receipt = casevault_wire::feed::Receipt {
        team: casevault_wire::id::TeamId::ZERO,
        epoch: 4,
        commit: ATTEMPT.commit,
        rotation: ROTATION,
        log_length: 9,
        generation: 3,
        access_key: casevault_wire::signature::PublicKey::ZERO,
        sealing_key: Hash::ZERO,
    };
    let state = State::adopt(&receipt);
    assert_eq!(step(state, Event::Resume), (State::Merged(ATTEMPT), vec![Effect::Acknowledge(4), Effect::AskVault]));
    let done = [Event::Vault(3), Event::SealingKey(3)].into_iter().fold(state, |state, event| step(state, event).0);
    assert_eq!(done, State::Done(Outcome::Complete), "what is done already is not done again");
}

#[test]
fn a_vault_that_is_generations_behind_is_led_through_each() {
    let mut vault = 0;
    let mut state = State::Merged(ATTEMPT);
    while let (same @ State::Merged(_), effects) = step(state, Event::Vault(vault)) {
        assert_eq!(effects, vec![Effect::SwitchVault { from: vault, to: vault + 1 }]);
        (state, vault) = (same, vault + 1);
    }
    assert_eq!(vault, ATTEMPT.generation);
}

/// Both servers and two members, each a state machine; every order of steps, lost answer and crash is tried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Model {
    members: [(State, BTreeSet<Effect>); 2],
    /// The group of each member: the commits it merged, by epoch.
    groups: [Vec<Hash>; 2],
    /// What the keyserver accepted, one per epoch.
    accepted: Vec<(Hash, u64)>,
    vault: u64,
    sealing: u64,
}

fn attempt(member: usize, epoch: u64, generation: u64) -> Attempt {
    let rotation = RotationId([u8::try_from(member).unwrap() + 1; 16]);
    let commit = Hash([u8::try_from(epoch).unwrap() * 16 + u8::try_from(member).unwrap(); 32]);
    Attempt { rotation, epoch, generation, commit }
}

impl Model {
    fn begin() -> Self {
        let member = |at| {
            let state = State::Intent(attempt(at, 1, 2).rotation);
            (state, step(state, Event::Resume).1.into_iter().collect())
        };
        Self { members: [member(0), member(1)], groups: [vec![], vec![]], accepted: vec![], vault: 1, sealing: 1 }
    }

    fn tell(&mut self, at: usize, event: Event) {
        let (state, effects) = step(self.members[at].0, event);
        self.members[at].0 = state;
        self.members[at].1.extend(effects);
        // Local effects happen in the transaction that stores the state.
        if self.members[at].1.remove(&Effect::ClearPending) {
            assert!(matches!(state, State::Lost(_) | State::Intent(_)));
        }
    }

    /// Every world that one more step of `at` leads to: the effect done and answered, done with the answer lost, or a crash.
    fn next(&self, at: usize) -> Vec<Self> {
        let mut worlds = Vec::new();
        for effect in &self.members[at].1 {
            let mut done = self.clone();
            done.members[at].1.remove(effect);
            let events = done.carry_out(at, *effect);
            for event in events {
                let mut answered = done.clone();
                answered.tell(at, event);
                worlds.push(answered);
            }
        }
        let mut crashed = self.clone();
        crashed.members[at].1.clear();
        crashed.tell(at, Event::Resume);
        worlds.push(crashed);
        worlds
    }

    fn carry_out(&mut self, at: usize, effect: Effect) -> Vec<Event> {
        match effect {
            Effect::Plan(_) => {
                // What is to be done is done by the first commit.
                let epoch = u64::try_from(self.groups[at].len()).unwrap() + 1;
                vec![if epoch > 1 { Event::NothingToDo } else { Event::Staged(attempt(at, epoch, 2)) }]
            }
            Effect::Send(attempt) => {
                self.tell(at, Event::Sending);
                let epoch = usize::try_from(attempt.epoch).unwrap();
                if self.accepted.len() < epoch {
                    self.accepted.push((attempt.commit, attempt.generation));
                }
                vec![Event::Ended(self.accepted[epoch - 1].0), Event::Unanswered]
            }
            Effect::Ask(epoch) => {
                let ended = self.accepted.get(usize::try_from(epoch).unwrap() - 1);
                vec![ended.map_or(Event::Open, |(commit, _)| Event::Ended(*commit)), Event::Unanswered]
            }
            Effect::Merge(attempt) => {
                self.groups[at].push(attempt.commit);
                vec![Event::Merged]
            }
            Effect::Process => {
                self.groups[at] = self.accepted.iter().map(|(commit, _)| *commit).collect();
                vec![Event::Processed]
            }
            Effect::AskVault => vec![Event::Vault(self.vault), Event::Unanswered],
            Effect::SwitchVault { from, to } => {
                let receipted = self.accepted.iter().any(|(_, generation)| *generation == to);
                if self.vault == from && receipted {
                    self.vault = to;
                }
                vec![Event::Vault(self.vault), Event::Unanswered]
            }
            Effect::AskSealingKey => vec![Event::SealingKey(self.sealing), Event::Unanswered],
            Effect::StateSealingKey(generation) => {
                self.sealing = self.sealing.max(generation);
                vec![Event::SealingKey(self.sealing), Event::Unanswered]
            }
            Effect::Acknowledge(_) | Effect::Alarm | Effect::ClearPending => vec![Event::Unanswered],
        }
    }
}

#[test]
fn every_order_of_steps_losses_and_crashes_ends_with_one_commit_everywhere() {
    let (mut seen, mut open) = (BTreeSet::new(), vec![Model::begin()]);
    let mut finished = 0;
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        assert!(world.accepted.len() <= 1, "one commit does what is to be done");
        for group in &world.groups {
            assert!(
                world.accepted.iter().map(|(commit, _)| commit).take(group.len()).eq(group),
                "merged what was accepted, once"
            );
        }
        let outcomes = world.members.clone().map(|(state, _)| state);
        if outcomes.iter().all(|state| matches!(state, State::Done(_))) {
            let complete = outcomes.iter().filter(|state| **state == State::Done(Outcome::Complete)).count();
            assert_eq!((complete, world.vault, world.sealing), (1, 2, 2));
            finished += 1;
        }
        open.extend((0..2).flat_map(|at| world.next(at)));
    }
    assert!(finished > 0 && seen.len() > 100, "{} worlds", seen.len());
}
