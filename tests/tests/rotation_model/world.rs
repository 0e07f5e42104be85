//! All of it together, with a network that loses and delays, programs that die, and an adversary with every old key.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use super::attempt::{Attempt, EVIL, Key, Rules, Who};
use super::keyserver::{Item, Keyserver, is_confirmed, is_void};
use super::member::{Effect, Event, Member};
use super::properties;
use super::vault::Vault;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World {
    pub keyserver: Keyserver,
    pub vault: Vault,
    pub members: Vec<Member>,
    /// What honest devices wrote into journals, by author and key: each writes wherever it can. What was
    /// confirmed is left out, since it stays.
    pub written: BTreeSet<(Who, Key)>,
    late: BTreeSet<(Who, Effect)>,
    faults: u8,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    Answered,
    RequestLost,
    AnswerLost,
    /// Taken for lost, but it arrives some time later.
    Late,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// An administrator states in the log that the evil device is out.
    StateRemoval,
    /// An administrator states that a commit is void that holds a device up.
    StateVoid(Attempt),
    /// A device asks how things stand.
    Ask(Who),
    /// A device sends what is next.
    Send(Who, Fate),
    /// A device's program is killed: what it had not sent is forgotten.
    Kill(Who),
    /// A late request arrives.
    Arrive(Who, Effect),
    /// The vault follows the feed by one item.
    Follow,
    EvilCommit(u8),
    EvilRefuse(Attempt),
    EvilAcknowledge(Attempt),
    EvilSwitch(Key, Key),
}

impl World {
    fn member(&mut self, who: Who) -> &mut Member {
        &mut self.members[usize::from(who)]
    }

    /// Asks the keyserver on behalf of `who`.
    pub fn ask(&mut self, who: Who, rules: &Rules) {
        let (feed, evil_out) = (self.keyserver.feed.clone(), self.keyserver.evil_out);
        self.member(who).step(&Event::Heard { feed: &feed, evil_out }, rules);
    }

    /// The first commit that holds an honest device up: what an administrator would void.
    pub fn refused(&self) -> Option<Attempt> {
        let chain = self.keyserver.chain();
        let refused = self.members.iter().filter_map(|member| member.refuses).filter(|attempt| chain.contains(attempt));
        refused.min_by_key(|attempt| attempt.epoch)
    }

    /// A server executes a device's request.
    fn execute(&mut self, who: Who, effect: Effect, rules: &Rules) -> Event<'static> {
        match effect {
            Effect::Commit(attempt) if self.keyserver.commit(attempt) => Event::Accepted(attempt),
            Effect::Commit(_) => Event::NotAccepted,
            Effect::Acknowledge(attempt) => {
                self.keyserver.merged(attempt, who, rules);
                Event::Acknowledged(attempt)
            }
            Effect::Refuse(attempt) => {
                self.keyserver.refuse(attempt, who, rules);
                Event::NotAccepted
            }
            Effect::Switch(attempt) => self.switch(who, attempt, rules),
        }
    }

    /// One generation after the other, each signed by the key before.
    fn switch(&mut self, who: Who, attempt: Attempt, rules: &Rules) -> Event<'static> {
        let member = &self.members[usize::from(who)];
        loop {
            let current = self.vault.current();
            if current == Key::Of(attempt) {
                return Event::Switched(attempt);
            }
            let next = member.chain.get(usize::from(current.generation(Key::First)) - 1).copied().map(Key::Of);
            let Some(next) = next.filter(|_| member.has(current)) else { return Event::NotSwitched };
            if !self.vault.switch(current, next, &self.keyserver.feed, rules) {
                return Event::NotSwitched;
            }
        }
    }

    /// Sends what `who` sends next.
    pub fn send(&mut self, who: Who, fate: Fate, rules: &Rules) {
        let Some(effect) = self.member(who).pending.pop_front() else { return };
        let heard = match fate {
            Fate::Answered => self.execute(who, effect, rules),
            Fate::RequestLost => Event::Silence,
            Fate::AnswerLost => {
                let _ = self.execute(who, effect, rules);
                Event::Silence
            }
            Fate::Late => {
                self.late.insert((who, effect));
                Event::Silence
            }
        };
        if fate != Fate::Answered {
            self.faults -= 1;
        }
        self.member(who).step(&heard, rules);
    }

    /// Whoever can write does.
    fn write(&mut self) {
        for member in self.members.iter().filter(|member| !member.alarmed) {
            if self.vault.serves(member.tip(), &self.keyserver.feed) {
                self.written.insert((member.who, member.tip()));
            }
        }
        let feed = &self.keyserver.feed;
        self.written.retain(|(_, key)| matches!(key, Key::Of(attempt) if !is_confirmed(feed, *attempt)));
    }

    fn renamed(&self, names: &[Who]) -> Self {
        let mut members: Vec<_> = self.members.iter().map(|member| member.renamed(names)).collect();
        members.sort_by_key(|member| member.who);
        Self {
            keyserver: self.keyserver.renamed(names),
            vault: self.vault.renamed(names),
            members,
            written: self.written.iter().map(|(who, key)| (names[usize::from(*who)], key.renamed(names))).collect(),
            late: self.late.iter().map(|(who, effect)| (names[usize::from(*who)], effect.renamed(names))).collect(),
            faults: self.faults,
        }
    }

    /// The one of all worlds that differ from this in the names of honest devices alone.
    fn canonical(self, rules: &Rules) -> Self {
        let orders: &[[Who; 3]] = match (rules.honest, rules.faulty) {
            _ if rules.shipped => &[],
            (3, None) => &[[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]],
            (3, Some(0)) => &[[0, 2, 1]],
            (2, None) => &[[1, 0, 2]],
            _ => &[],
        };
        orders.iter().map(|names| self.renamed(names)).chain([self.clone()]).min().unwrap_or(self)
    }

    /// The keys that the evil device has: the first, its own, and those of commits that did not remove it.
    pub fn evil_keys(&self) -> BTreeSet<Key> {
        let accepted = self.keyserver.feed.iter().filter_map(|item| match item {
            Item::Receipt(attempt) if !attempt.removes => Some(Key::Of(*attempt)),
            _ => None,
        });
        [Key::First, Key::Forged].into_iter().chain(accepted).collect()
    }

    fn evil_actions(&self, actions: &mut Vec<Action>, rules: &Rules) {
        let chain = self.keyserver.chain();
        actions.extend((1..=rules.insider).map(Action::EvilCommit));
        if rules.judges {
            actions.extend(chain.iter().copied().map(Action::EvilRefuse));
            actions.extend(chain.iter().copied().map(Action::EvilAcknowledge));
        }
        let keys = self.evil_keys();
        let current = self.vault.current();
        if keys.contains(&current) {
            actions.extend(keys.into_iter().filter(|key| *key != current).map(|key| Action::EvilSwitch(current, key)));
        }
    }

    fn member_actions(&self, member: &Member, actions: &mut Vec<Action>) {
        let who = member.who;
        if member.alarmed {
            return;
        }
        if member.pending.is_empty() {
            actions.push(Action::Ask(who));
        } else {
            actions.push(Action::Send(who, Fate::Answered));
            if self.faults > 0 {
                actions.extend([Fate::RequestLost, Fate::AnswerLost, Fate::Late].map(|fate| Action::Send(who, fate)));
                actions.push(Action::Kill(who));
            }
        }
    }
}

impl Model for Rules {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            keyserver: Keyserver::default(),
            vault: Vault::new(self),
            members: (0..self.honest).map(Member::new).collect(),
            written: BTreeSet::new(),
            late: BTreeSet::new(),
            faults: self.faults,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !world.keyserver.evil_out {
            actions.push(Action::StateRemoval);
        }
        actions.extend(world.refused().map(Action::StateVoid));
        for member in &world.members {
            world.member_actions(member, actions);
        }
        actions.extend(world.late.iter().map(|(who, effect)| Action::Arrive(*who, *effect)));
        actions.push(Action::Follow);
        world.evil_actions(actions, self);
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut world = before.clone();
        match action {
            Action::StateRemoval => world.keyserver.evil_out = true,
            Action::StateVoid(attempt) => world.keyserver.void(attempt, self),
            Action::Ask(who) => world.ask(who, self),
            Action::Send(who, fate) => world.send(who, fate, self),
            Action::Kill(who) => {
                world.member(who).pending.clear();
                world.member(who).interrupted(self);
                world.faults -= 1;
            }
            Action::Arrive(who, effect) => {
                world.late.remove(&(who, effect));
                let _ = world.execute(who, effect, self);
            }
            Action::Follow => world.vault.follow(&world.keyserver.feed),
            Action::EvilCommit(epoch) => {
                world.keyserver.commit(Attempt { by: EVIL, epoch, removes: false });
            }
            Action::EvilRefuse(attempt) => world.keyserver.refuse(attempt, EVIL, self),
            Action::EvilAcknowledge(attempt) => world.keyserver.merged(attempt, EVIL, self),
            Action::EvilSwitch(signer, new) => {
                world.vault.switch(signer, new, &world.keyserver.feed, self);
            }
        }
        world.write();
        (world != *before).then(|| world.canonical(self))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl World {
    /// Whether the keyserver and the vault agree that `key`'s commit is void.
    pub fn vault_knows_void(&self, key: Key) -> bool {
        matches!(key, Key::Of(attempt) if is_void(&self.keyserver.feed[..self.vault.cursor], attempt))
    }
}
