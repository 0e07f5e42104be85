//! The keyserver: one commit per epoch, refusals, voids, confirmations, and the feed that tells of them.

use std::collections::BTreeSet;

use super::attempt::{Attempt, EVIL, Rules, Who};

/// An item of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    Receipt(Attempt),
    /// This commit is void; it was the newest.
    Void(Attempt),
    Confirmed(Attempt),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Keyserver {
    pub feed: Vec<Item>,
    /// The log says that the evil device is out.
    pub evil_out: bool,
    refusals: BTreeSet<(Attempt, Who)>,
    merged: BTreeSet<(Attempt, Who)>,
}

/// The commits that stand after these items, in order of their epochs.
pub fn standing(feed: &[Item]) -> Vec<Attempt> {
    let mut chain: Vec<Attempt> = Vec::new();
    for item in feed {
        match item {
            Item::Receipt(attempt) => chain.push(*attempt),
            Item::Void(attempt) => chain.truncate(usize::from(attempt.epoch) - 1),
            Item::Confirmed(_) => {}
        }
    }
    chain
}

/// Whether these items say that `attempt` was accepted and is void.
pub fn is_void(feed: &[Item], attempt: Attempt) -> bool {
    feed.contains(&Item::Receipt(attempt)) && !standing(feed).contains(&attempt)
}

impl Item {
    fn renamed(self, names: &[Who]) -> Self {
        match self {
            Self::Receipt(attempt) => Self::Receipt(attempt.renamed(names)),
            Self::Void(attempt) => Self::Void(attempt.renamed(names)),
            Self::Confirmed(attempt) => Self::Confirmed(attempt.renamed(names)),
        }
    }
}

impl Keyserver {
    pub fn renamed(&self, names: &[Who]) -> Self {
        let rename =
            |(attempt, who): &(Attempt, Who)| (attempt.renamed(names), names.get(usize::from(*who)).copied().unwrap_or(*who));
        Self {
            feed: self.feed.iter().map(|item| item.renamed(names)).collect(),
            evil_out: self.evil_out,
            refusals: self.refusals.iter().map(rename).collect(),
            merged: self.merged.iter().map(rename).collect(),
        }
    }

    /// Says `item`, and forgets the votes that it ends.
    fn say(&mut self, item: Item) {
        self.feed.push(item);
        let judged = |attempt: &Attempt| match item {
            Item::Receipt(_) => false,
            Item::Void(void) => void.epoch <= attempt.epoch,
            Item::Confirmed(confirmed) => confirmed == *attempt,
        };
        self.refusals.retain(|(attempt, _)| !judged(attempt));
        self.merged.retain(|(attempt, _)| !judged(attempt));
    }

    pub fn chain(&self) -> Vec<Attempt> {
        standing(&self.feed)
    }

    /// Takes the first commit of an epoch. True if `attempt` is, or already was, the one.
    pub fn commit(&mut self, attempt: Attempt) -> bool {
        let chain = self.chain();
        if chain.contains(&attempt) {
            return true;
        }
        let next = usize::from(attempt.epoch) == chain.len() + 1;
        let member = attempt.by != EVIL || !self.evil_out && !chain.iter().any(|one| one.removes);
        let accepted = next && member && !self.feed.contains(&Item::Receipt(attempt));
        if accepted {
            self.say(Item::Receipt(attempt));
        }
        accepted
    }

    /// The devices besides the committer that the log has in the team.
    fn others(&self, attempt: Attempt, rules: &Rules) -> BTreeSet<Who> {
        let evil = (!self.evil_out).then_some(EVIL);
        (0..rules.honest).chain(evil).filter(|who| *who != attempt.by).collect()
    }

    /// Only the newest commit can be void, and only until it is confirmed.
    fn open_to_judgement(&self, attempt: Attempt, rules: &Rules) -> bool {
        let open = !rules.confirmed_stays || !self.feed.contains(&Item::Confirmed(attempt));
        self.chain().last() == Some(&attempt) && open
    }

    /// Counts a refusal. More than half of the others make the commit void.
    pub fn refuse(&mut self, attempt: Attempt, who: Who, rules: &Rules) {
        let others = self.others(attempt, rules);
        if !self.open_to_judgement(attempt, rules) || !others.contains(&who) || self.merged.contains(&(attempt, who)) {
            return;
        }
        self.refusals.insert((attempt, who));
        let refusals = others.iter().filter(|who| self.refusals.contains(&(attempt, **who))).count();
        if 2 * refusals > others.len() {
            self.say(Item::Void(attempt));
        }
    }

    /// An administrator's statement.
    pub fn void(&mut self, attempt: Attempt, rules: &Rules) {
        if self.open_to_judgement(attempt, rules) {
            self.say(Item::Void(attempt));
        }
    }

    /// Counts an acknowledgement.
    pub fn merged(&mut self, attempt: Attempt, who: Who, rules: &Rules) {
        let others = self.others(attempt, rules);
        let newest_or_below = self.chain().contains(&attempt) && !self.feed.contains(&Item::Confirmed(attempt));
        if !newest_or_below || !others.contains(&who) || self.refusals.contains(&(attempt, who)) {
            return;
        }
        self.merged.insert((attempt, who));
        let merged = others.iter().filter(|who| self.merged.contains(&(attempt, **who))).count();
        if !rules.confirms_when_settled || 2 * merged >= others.len() {
            self.say(Item::Confirmed(attempt));
        }
    }
}
