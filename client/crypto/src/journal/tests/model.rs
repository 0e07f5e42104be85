//! A journal against a model: two members write from wherever they have read to, keys are replaced, and a vault serves any entry that
//! was ever written, in any order, again or changed. What comes next on the reader's own branch, unchanged, is taken, and nothing else.

use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::journal::{Entry, entry_hash};
use proptest::prelude::*;
use proptest::sample::Index;

use super::world::{AMAL, BELA, World};
use crate::journal::{Author, ChainState};

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    /// One of the two writes notes after a state that somebody once had.
    Write { amal: bool, from: Index, notes: usize },
    /// The team has a new key, and the case with it.
    Rotate,
    /// The vault serves an entry, with a bit flipped or not.
    Serve { entry: Index, flip: Option<Index> },
    /// The vault serves what the reader waits for, if there is such an entry.
    ServeNext,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<bool>(), any::<Index>(), 1usize..3).prop_map(|(amal, from, notes)| Step::Write { amal, from, notes }),
        1 => Just(Step::Rotate),
        3 => (any::<Index>(), proptest::option::weighted(0.3, any::<Index>())).prop_map(|(entry, flip)| Step::Serve { entry, flip }),
        4 => Just(Step::ServeNext),
    ]
}

struct Model {
    world: World,
    authors: [Author; 2],
    /// Every state that somebody had, and every entry that somebody wrote.
    states: Vec<ChainState>,
    written: Vec<Entry>,
    reader: ChainState,
    /// The hashes of what the reader took.
    taken: Vec<Hash>,
}

impl Model {
    fn new() -> Self {
        let mut world = World::new();
        let authors = [AMAL, BELA].map(|person| world.author(person));
        let reader = ChainState::new(world.place());
        Self { world, authors, states: vec![reader.clone()], written: Vec::new(), reader, taken: Vec::new() }
    }

    fn write(&mut self, amal: bool, from: Index, notes: usize) {
        let mut state = from.get(&self.states).clone();
        let entries = self.world.write(&self.authors[usize::from(amal)], &state, &["a", "b", "c"][..notes]);
        for entry in &entries {
            self.world.accept(&mut state, entry).expect("a writer's own");
            self.states.push(state.clone());
        }
        self.written.extend(entries);
    }

    fn continues(&self, entry: &Entry) -> bool {
        let last = self.taken.last().copied().unwrap_or(Hash::ZERO);
        entry.sequence == self.taken.len() as u64 && entry.previous == last
    }

    /// Serves an entry, and sees that the reader does as the model.
    fn serve(&mut self, entry: &Entry) {
        let next = self.continues(entry) && self.written.contains(entry);
        let taken = self.world.accept(&mut self.reader, entry);
        assert_eq!(taken.is_ok(), next, "{taken:?}");
        if next {
            self.taken.push(entry_hash(entry));
        }
        assert_eq!(self.reader.length(), self.taken.len() as u64);
        assert_eq!(self.reader.head().hash, self.taken.last().copied().unwrap_or(Hash::ZERO));
    }

    fn take(&mut self, step: Step, rotations: &mut u64) {
        match step {
            Step::Write { amal, from, notes } => self.write(amal, from, notes),
            Step::Rotate => {
                *rotations += 1;
                self.world.give(1 + *rotations, 1 + *rotations);
            }
            Step::Serve { entry, flip } if !self.written.is_empty() => {
                let entry = entry.get(&self.written).clone();
                self.serve(&flip.map_or(entry.clone(), |bit| flipped(&entry, bit)));
            }
            Step::ServeNext => {
                let next = self.written.iter().find(|entry| self.continues(entry)).cloned();
                next.iter().for_each(|entry| self.serve(entry));
            }
            Step::Serve { .. } => {}
        }
    }
}

fn flipped(entry: &Entry, bit: Index) -> Entry {
    let mut sealed = entry.sealed.as_slice().to_vec();
    let bit = bit.index(sealed.len() * 8);
    sealed[bit / 8] ^= 1 << (bit % 8);
    Entry { sealed: Opaque::new(sealed).unwrap(), ..entry.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reader_takes_what_comes_next_on_its_branch_and_nothing_else(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut model, mut rotations) = (Model::new(), 0);
        steps.into_iter().for_each(|step| model.take(step, &mut rotations));
    }
}
