//! An honest device: a pure step from what it knows and hears to what it knows and does next.

use std::collections::VecDeque;

use super::attempt::{Attempt, EVIL, Key, Rules, Who};
use super::keyserver::{Item, is_void, standing};

/// What a device sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    Commit(Attempt),
    Acknowledge(Attempt),
    Refuse(Attempt),
    Switch(Attempt),
}

impl Effect {
    pub fn renamed(self, names: &[Who]) -> Self {
        match self {
            Self::Commit(attempt) => Self::Commit(attempt.renamed(names)),
            Self::Acknowledge(attempt) => Self::Acknowledge(attempt.renamed(names)),
            Self::Refuse(attempt) => Self::Refuse(attempt.renamed(names)),
            Self::Switch(attempt) => Self::Switch(attempt.renamed(names)),
        }
    }
}

/// What a device hears.
pub enum Event<'a> {
    /// The feed and the log, asked for at any time, after a start above all.
    Heard { feed: &'a [Item], evil_out: bool },
    /// The keyserver took the commit, or had taken it.
    Accepted(Attempt),
    /// The keyserver has another commit for that epoch.
    NotAccepted,
    /// The keyserver knows that this device merged.
    Acknowledged(Attempt),
    /// The vault has the key of this commit.
    Switched(Attempt),
    /// The vault is elsewhere: later.
    NotSwitched,
    /// No answer.
    Silence,
}

/// All but `pending` is durable before anything in `pending` is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    pub who: Who,
    pub chain: Vec<Attempt>,
    pub alarmed: bool,
    pub pending: VecDeque<Effect>,
    /// The standing commit that this device does not follow, and has told its person of.
    pub refuses: Option<Attempt>,
    staged: Option<Attempt>,
    acknowledged: usize,
    switched: usize,
}

impl Member {
    pub fn new(who: Who) -> Self {
        Self { who, ..Self::default() }
    }

    /// The same, under other names.
    pub fn renamed(&self, names: &[Who]) -> Self {
        Self {
            who: names[usize::from(self.who)],
            chain: self.chain.iter().map(|attempt| attempt.renamed(names)).collect(),
            pending: self.pending.iter().map(|effect| effect.renamed(names)).collect(),
            refuses: self.refuses.map(|attempt| attempt.renamed(names)),
            staged: self.staged.map(|attempt| attempt.renamed(names)),
            ..*self
        }
    }

    /// Whether the device can make requests signed by `key`.
    pub fn has(&self, key: Key) -> bool {
        match key {
            Key::First => true,
            Key::Of(attempt) => self.chain.contains(&attempt),
            Key::Forged => false,
        }
    }

    pub fn tip(&self) -> Key {
        self.chain.last().map_or(Key::First, |attempt| Key::Of(*attempt))
    }

    /// Whether nothing is left to do for the commits that this device has merged.
    pub fn settled(&self) -> bool {
        self.pending.is_empty() && self.acknowledged == self.chain.len() && self.switched == self.chain.len()
    }

    pub fn step(&mut self, event: &Event, rules: &Rules) {
        if self.alarmed {
            return;
        }
        match event {
            Event::Heard { feed, evil_out } => self.heard(feed, *evil_out, rules),
            Event::Accepted(attempt) if self.staged == Some(*attempt) => self.merge(*attempt),
            Event::Acknowledged(attempt) => self.acknowledged = self.acknowledged.max(usize::from(attempt.epoch)),
            Event::Switched(attempt) => self.switched = self.switched.max(usize::from(attempt.epoch)),
            Event::Accepted(_) | Event::NotAccepted | Event::NotSwitched => {}
            Event::Silence => self.interrupted(rules),
        }
    }

    /// The program was killed, or an answer did not come. Silence is not a no: what was staged stays.
    pub fn interrupted(&mut self, rules: &Rules) {
        if !rules.stages_durably {
            self.staged = None;
        }
    }

    fn heard(&mut self, feed: &[Item], evil_out: bool, rules: &Rules) {
        if let Some(at) = self.chain.iter().position(|attempt| is_void(feed, *attempt)) {
            if rules.alarms_on_void {
                self.alarmed = true;
                self.pending.clear();
                return;
            }
            self.chain.truncate(at);
        }
        let standing = standing(feed);
        self.refuses = None;
        match standing.get(self.chain.len()).copied() {
            Some(next) if self.is_sound(next, rules) => self.merge(next),
            Some(next) => self.refuse(next),
            None => self.commit_if_due(evil_out, rules.due),
        }
    }

    /// Whether this device may merge the commit, having checked it against the log. Its own it can merge only as it staged it.
    fn is_sound(&self, attempt: Attempt, rules: &Rules) -> bool {
        self.staged == Some(attempt) || attempt.by != self.who && attempt.by != EVIL && Some(attempt.by) != rules.faulty
    }

    fn merge(&mut self, attempt: Attempt) {
        if usize::from(attempt.epoch) == self.chain.len() + 1 {
            self.chain.push(attempt);
            self.staged = None;
            self.tell();
        }
    }

    /// Tells both servers of the newest commit, as often as it takes.
    fn tell(&mut self) {
        self.pending.clear();
        let Some(tip) = self.chain.last() else { return };
        if self.acknowledged < self.chain.len() {
            self.pending.push_back(Effect::Acknowledge(*tip));
        }
        if self.switched < self.chain.len() {
            self.pending.push_back(Effect::Switch(*tip));
        }
    }

    fn refuse(&mut self, attempt: Attempt) {
        self.refuses = Some(attempt);
        self.pending = VecDeque::from([Effect::Refuse(attempt)]);
    }

    fn commit_if_due(&mut self, evil_out: bool, due: bool) {
        let due = due && self.chain.is_empty() || evil_out && !self.chain.iter().any(|attempt| attempt.removes);
        if !due {
            return self.tell();
        }
        let epoch = u8::try_from(self.chain.len()).unwrap() + 1;
        let staged = *self.staged.get_or_insert(Attempt { by: self.who, epoch, removes: evil_out });
        self.pending = VecDeque::from([Effect::Commit(staged)]);
    }
}
