//! A journal is one register with compare-and-set: what many devices see of it at once, some of whom give up waiting, is what some
//! order of their requests explains (linearisability; Herlihy and Wing 1990).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use casevault_wire::hash::Hash;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Entry, Head, entry_hash};
use casevault_wire::problem::Code;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

use crate::member::{Member, batch, empty, entries};
use crate::world::World;

const CASE: JournalId = JournalId([7; 16]);
const DEVICES: u64 = 4;
const REQUESTS: u64 = 6;

/// The hashes of a journal's entries.
#[derive(Clone, Debug, Default)]
struct Register(Vec<Hash>);

#[derive(Clone, Debug)]
enum Asked {
    Append { sequence: u64, previous: Hash, hash: Hash },
    Read,
}

#[derive(Clone, Debug, PartialEq)]
enum Answered {
    /// How long it is, and its last entry's hash.
    At(u64, Hash),
    Conflict,
}

impl Register {
    fn at(&self) -> (u64, Hash) {
        (self.0.len() as u64, self.0.last().copied().unwrap_or(Hash::ZERO))
    }
}

impl SequentialSpec for Register {
    type Op = Asked;
    type Ret = Answered;

    fn invoke(&mut self, asked: &Asked) -> Answered {
        let (length, last) = self.at();
        match *asked {
            Asked::Read => Answered::At(length, last),
            Asked::Append { hash, .. } if last == hash => Answered::At(length, last),
            Asked::Append { sequence, previous, hash } if (sequence, previous) == (length, last) => {
                self.0.push(hash);
                Answered::At(length + 1, hash)
            }
            Asked::Append { .. } => Answered::Conflict,
        }
    }
}

type History = Arc<Mutex<LinearizabilityTester<(u64, u64), Register>>>;

/// Numbers that look random and are the same again for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// A device that appends to what it last saw, asks again, reads, and sometimes gives up waiting for an answer. Whoever gave up counts
/// as somebody new from then on: what it asked may still be done.
async fn device(member: Member, history: History, (number, seed): (u64, u64)) {
    let mut dice = Dice(seed.wrapping_mul(1000) + number);
    let (mut head, mut life, mut last): (Head, u64, Option<Entry>) = (empty(CASE), 0, None);
    for request in 0..REQUESTS {
        let append = dice.roll(3) > 0;
        let again = last.clone().filter(|_| dice.roll(4) == 0);
        let fresh = || entries(&head, 1, &[&[number as u8, request as u8, seed as u8]]).remove(0);
        let entry = append.then(|| again.unwrap_or_else(fresh));
        let asked = entry.as_ref().map_or(Asked::Read, |entry| Asked::Append {
            sequence: entry.sequence,
            previous: entry.previous,
            hash: entry_hash(entry),
        });
        history.lock().unwrap().on_invoke((number, life), asked).unwrap();
        let patience = if dice.roll(5) == 0 { Duration::from_micros(dice.roll(4000)) } else { Duration::from_secs(60) };
        match tokio::time::timeout(patience, ask(&member, entry.clone())).await {
            Ok(answered) => {
                history.lock().unwrap().on_return((number, life), answered.clone()).unwrap();
                if let Answered::At(length, hash) = answered {
                    head = Head { length, hash, ..head };
                }
            }
            Err(_) => life += 1,
        }
        last = entry.or(last);
    }
}

async fn ask(member: &Member, entry: Option<Entry>) -> Answered {
    let Some(entry) = entry else {
        return match member.entries(CASE, 0).await {
            Ok(page) => Answered::At(page.length, page.entries.as_slice().last().map_or(Hash::ZERO, entry_hash)),
            Err(Code::Refused) => Answered::At(0, Hash::ZERO), // nobody has written yet
            Err(other) => panic!("{other:?}"),
        };
    };
    match member.append(CASE, batch(&[], vec![entry])).await {
        Ok(state) => Answered::At(state.content.head.length, state.content.head.hash),
        Err(Code::Conflict) => Answered::Conflict,
        Err(other) => panic!("{other:?}"),
    }
}

// Plays D08.
#[tokio::test(flavor = "multi_thread")]
async fn d08_what_many_devices_see_of_a_journal_at_once_has_one_order() {
    for seed in 1..=12 {
        let mut world = World::new().await;
        let member = world.team(1, 1).await;
        let history = History::new(Mutex::new(LinearizabilityTester::new(Register::default())));
        let devices: Vec<_> =
            (0..DEVICES).map(|number| tokio::spawn(device(member.clone(), history.clone(), (number, seed)))).collect();
        for device in devices {
            device.await.unwrap();
        }
        let history = history.lock().unwrap().clone();
        assert!(history.is_consistent(), "seed {seed}: no order explains {history:?}");
        assert_eq!(world.fsck().await, []);
    }
}

#[test]
fn a_history_that_no_order_explains_is_found() {
    let append = |hash| Asked::Append { sequence: 0, previous: Hash::ZERO, hash: Hash([hash; 32]) };
    let mut history = LinearizabilityTester::new(Register::default());
    history.on_invoke(1, append(1)).unwrap().on_invoke(2, append(2)).unwrap();
    history.on_return(1, Answered::At(1, Hash([1; 32]))).unwrap();
    assert!(history.is_consistent());
    history.on_return(2, Answered::At(1, Hash([2; 32]))).unwrap();
    assert!(!history.is_consistent(), "two devices both were the first");
}
