//! All of it together.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use super::device::{Device, Step};
use super::properties;

/// The sender's team, and the recipient's, where people leave.
pub const SENDER: usize = 0;
pub const RECIPIENT: usize = 1;

/// A key of the dossier, as the case has it: how many had left each team when it was drawn, as its author knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub generation: u8,
    pub left: [u8; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    Key(Key),
    Ended,
}

/// A key in the inbox, and how many had left the recipient's team before the key that it is sealed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Envelope {
    pub generation: u8,
    pub sealed: u8,
}

/// A request that arrives after its sender gave it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Late {
    Grant(u8),
    Envelope(Envelope),
    Close,
}

/// Which rules of the protocol are kept, and how much happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many messages may be lost or late, and programs killed.
    pub faults: u8,
    /// How many may leave either team.
    pub leavers: u8,
    /// The vault replaces a grant's key by later ones alone (R-7.4-21).
    pub later_keys_alone: bool,
    /// What came while a device settled a share is settled, too (R-6.8-11).
    pub looks_again: bool,
    /// A new key is given once the one before was told (R-6.8-4).
    pub tells_each: bool,
    /// Nothing is sealed to a key of a team that somebody has left since (R-8.8-8).
    pub fresh_keys_alone: bool,
}

impl Rules {
    pub const PROTOCOL: Self =
        Self { faults: 1, leavers: 2, later_keys_alone: true, looks_again: true, tells_each: true, fresh_keys_alone: true };
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World {
    pub case: Vec<Event>,
    /// How many have left each team, by the log.
    pub left: [u8; 2],
    /// How many had left the recipient's team when it changed its key last.
    pub rotated: u8,
    pub devices: [Device; 2],
    /// The generation that the vault's grant has.
    pub grant: Option<u8>,
    pub closed: bool,
    /// Whether the vault ever had a key that was drawn after somebody left, of each team.
    pub shut: [bool; 2],
    pub inbox: BTreeSet<Envelope>,
    /// The generations that the recipient took.
    pub ring: BTreeSet<u8>,
    /// The generation that the dossier is written under.
    pub written: u8,
    /// What everybody who ever left learned: generations from the case, and from envelopes.
    pub learned: [BTreeSet<u8>; 2],
    pub late: BTreeSet<Late>,
    pub faults: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    Done,
    Lost,
    Late,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody leaves a team.
    Leave(usize),
    /// The recipient's team changes its key.
    Rotate,
    /// A device reads log and case.
    Sync(usize),
    /// A device goes on with what it is at, or begins what follows from what it has read.
    Step(usize, Fate),
    /// Somebody takes the share back.
    End(usize),
    Kill(usize),
    Arrive(Late),
    /// The recipient looks into its inbox.
    Take,
}

impl World {
    pub fn new(rules: &Rules) -> Self {
        let first = Key { generation: 1, left: [0; 2] };
        let mut world = Self {
            case: vec![Event::Key(first)],
            left: [0; 2],
            rotated: 0,
            devices: [Device { read: 1, ..Device::default() }, Device::default()],
            grant: None,
            closed: false,
            shut: [false; 2],
            inbox: BTreeSet::new(),
            ring: BTreeSet::new(),
            written: 0,
            learned: Default::default(),
            late: BTreeSet::new(),
            faults: rules.faults,
        };
        world.learn();
        world
    }

    /// Whoever is in a team still, and leaves later, knows what the team knows.
    fn learn(&mut self) {
        let keys = self.case.iter().filter_map(|event| match event {
            Event::Key(key) if key.left[SENDER] == 0 => Some(key.generation),
            _ => None,
        });
        // Who leaves first keeps what was there by then; the model's leaver is whoever leaves first.
        if self.left[SENDER] == 0 {
            self.learned[SENDER] = keys.collect();
        }
        let sealed = self.inbox.iter().filter(|envelope| envelope.sealed == 0).map(|envelope| envelope.generation);
        self.learned[RECIPIENT].extend(sealed);
    }

    /// Whether somebody who left reads at the vault.
    pub fn reads(&self, team: usize) -> bool {
        let known = self.grant.is_some_and(|generation| self.learned[team].contains(&generation));
        self.left[team] > 0 && !self.closed && known
    }

    /// Whether the grant's key was drawn by somebody who knew that this team was left.
    fn is_drawn_after(&self, team: usize) -> bool {
        self.case.iter().any(|event| matches!(event, Event::Key(key) if Some(key.generation) == self.grant && key.left[team] > 0))
    }

    /// The recipient takes what it can follow.
    pub fn take(&mut self) {
        loop {
            let newest = self.ring.last().copied();
            let next = |envelope: &Envelope| newest.is_none_or(|newest| envelope.generation == newest + 1);
            let Some(found) = self.inbox.iter().copied().find(next) else { break };
            self.inbox.remove(&found);
            self.ring.insert(found.generation);
        }
        let newest = self.ring.last().copied().unwrap_or_default();
        self.inbox.retain(|envelope| envelope.generation > newest);
    }

    fn grant(&mut self, generation: u8, rules: &Rules) -> bool {
        let later = self.grant.is_none_or(|before| before <= generation);
        if later || !rules.later_keys_alone {
            self.grant = Some(generation);
        }
        later || !rules.later_keys_alone
    }

    /// A device's own part of a step, and the request that it sends.
    pub fn step(&mut self, who: usize, fate: Fate, rules: &Rules) {
        let device = &mut self.devices[who];
        let Some(step) = device.next else { return self.begin(who, rules) };
        if fate != Fate::Done {
            self.faults -= 1;
            device.next = None;
            if let (Fate::Late, Some(late)) = (fate, self.as_late(step, rules)) {
                self.late.insert(late);
            }
            return;
        }
        match step {
            Step::Grant(generation) => {
                let taken = self.grant(generation, rules);
                self.devices[who].next = taken.then_some(Step::Look(generation));
                if !taken {
                    self.devices[who].read_on(&self.case);
                }
            }
            Step::Look(generation) => {
                device.read_on(&self.case);
                device.next = Some(if device.has_ended(&self.case) { Step::Close } else { Step::Tell(generation) });
            }
            Step::Tell(generation) => match self.sealed(rules) {
                Some(sealed) => {
                    self.inbox.insert(Envelope { generation, sealed });
                    self.devices[who].next = Some(Step::Write(generation));
                }
                None => self.devices[who].next = None,
            },
            Step::Write(generation) => {
                self.written = self.written.max(generation);
                self.devices[who].done(generation, &self.case, rules);
            }
            Step::Close => {
                self.closed = true;
                self.devices[who].next = Some(Step::End);
            }
            Step::End => {
                if !self.case.contains(&Event::Ended) {
                    self.case.push(Event::Ended);
                }
                let device = &mut self.devices[who];
                device.read_on(&self.case);
                (device.next, device.settled) = (None, true);
            }
        }
    }

    /// What a team is sealed to: the newest key that it has, if nobody has left it since.
    fn sealed(&self, rules: &Rules) -> Option<u8> {
        (self.rotated == self.left[RECIPIENT] || !rules.fresh_keys_alone).then_some(self.rotated)
    }

    fn as_late(&self, step: Step, rules: &Rules) -> Option<Late> {
        match step {
            Step::Grant(generation) => Some(Late::Grant(generation)),
            Step::Tell(generation) => self.sealed(rules).map(|sealed| Late::Envelope(Envelope { generation, sealed })),
            Step::Close => Some(Late::Close),
            Step::Look(_) | Step::Write(_) | Step::End => None,
        }
    }

    /// What follows from what a device has read: a share to settle, or a key to give because somebody left.
    fn begin(&mut self, who: usize, rules: &Rules) {
        let device = &mut self.devices[who];
        if !device.settled {
            return device.begin(&self.case);
        }
        let before = device.newest(&self.case).copied();
        let news = |key: &Key| key.left.iter().zip(device.left).any(|(known, now)| *known < now);
        let Some(known) = before.filter(|key| news(key) && !device.has_ended(&self.case)) else { return };
        device.read_on(&self.case);
        let Some(newest) = device.newest(&self.case).copied() else { return };
        if device.has_ended(&self.case) || (rules.tells_each && newest != known) {
            return device.begin(&self.case);
        }
        let left = [SENDER, RECIPIENT].map(|team| newest.left[team].max(device.left[team]));
        let key = Key { generation: newest.generation + 1, left };
        self.case.push(Event::Key(key));
        let device = &mut self.devices[who];
        device.read_on(&self.case);
        device.begin(&self.case);
    }

    fn arrive(&mut self, late: Late, rules: &Rules) {
        match late {
            Late::Grant(generation) => {
                self.grant(generation, rules);
            }
            Late::Envelope(envelope) => {
                self.inbox.insert(envelope);
            }
            Late::Close => self.closed = true,
        }
    }
}

impl Model for Rules {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.left.iter().sum::<u8>() < self.leavers {
            actions.extend([SENDER, RECIPIENT].map(Action::Leave));
        }
        actions.extend([Action::Rotate, Action::Take]);
        actions.extend(world.late.iter().copied().map(Action::Arrive));
        for (who, device) in world.devices.iter().enumerate() {
            actions.push(Action::Step(who, Fate::Done));
            if device.next.is_none() {
                actions.extend([Action::Sync(who), Action::End(who)]);
            } else if world.faults > 0 {
                actions.extend([Action::Step(who, Fate::Lost), Action::Step(who, Fate::Late), Action::Kill(who)]);
            }
        }
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut world = before.clone();
        match action {
            Action::Leave(team) => world.left[team] += 1,
            Action::Rotate => world.rotated = world.left[RECIPIENT],
            Action::Sync(who) => {
                world.devices[who].left = world.left;
                world.devices[who].read_on(&before.case);
            }
            Action::Step(who, fate) => world.step(who, fate, self),
            Action::End(who) => world.devices[who].next = Some(Step::Close),
            Action::Kill(who) => {
                world.devices[who].next = None;
                world.faults -= 1;
            }
            Action::Arrive(late) => {
                world.late.remove(&late);
                world.arrive(late, self);
            }
            Action::Take => world.take(),
        }
        world.learn();
        for team in [SENDER, RECIPIENT] {
            world.shut[team] |= world.is_drawn_after(team);
        }
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
