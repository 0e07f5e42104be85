//! A device of the sender's team, and what it does next.

use super::world::{Event, Key, Rules};

/// What is left of bringing a share to where its case says it is, for the key of this generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The vault lets whoever has the key read.
    Grant(u8),
    /// The case is read to its end.
    Look(u8),
    /// The recipient's inbox gets the key.
    Tell(u8),
    /// The dossier is written under it.
    Write(u8),
    /// The vault lets nobody read any more.
    Close,
    /// The case says that it is over.
    End,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Device {
    /// How much of the case it has read.
    pub read: usize,
    /// How many it knows to have left each team.
    pub left: [u8; 2],
    pub next: Option<Step>,
    /// Whether all that follows from what it has read was done, as far as it knows.
    pub settled: bool,
}

impl Device {
    /// What the case says, as far as it was read.
    pub fn case<'a>(&self, case: &'a [Event]) -> &'a [Event] {
        case.get(..self.read).unwrap_or(case)
    }

    pub fn newest<'a>(&self, case: &'a [Event]) -> Option<&'a Key> {
        self.case(case).iter().rev().find_map(|event| match event {
            Event::Key(key) => Some(key),
            Event::Ended => None,
        })
    }

    pub fn has_ended(&self, case: &[Event]) -> bool {
        self.case(case).contains(&Event::Ended)
    }

    /// Reads the case to its end: what is new has to be settled.
    pub fn read_on(&mut self, case: &[Event]) {
        if self.read < case.len() {
            self.read = case.len();
            self.settled = false;
        }
    }

    /// Begins to settle what it has read.
    pub fn begin(&mut self, case: &[Event]) {
        self.next = match self.newest(case) {
            _ if self.has_ended(case) => Some(Step::Close),
            Some(key) => Some(Step::Grant(key.generation)),
            None => None,
        };
    }

    /// Nothing is left of it. Whoever takes no second look takes what came meanwhile for done.
    pub fn done(&mut self, generation: u8, case: &[Event], rules: &Rules) {
        self.next = None;
        let same = self.newest(case).is_some_and(|key| key.generation == generation) && !self.has_ended(case);
        self.settled = same || !rules.looks_again;
    }
}
