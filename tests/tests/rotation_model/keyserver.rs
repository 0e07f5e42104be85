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

/// Whether these items confirm `attempt`: one item confirms its commit and all before it.
pub fn is_confirmed(feed: &[Item], attempt: Attempt) -> bool {
    let receipt = feed.iter().rposition(|item| *item == Item::Receipt(attempt));
    let later = |item: &Item| matches!(item, Item::Confirmed(confirmed) if confirmed.epoch >= attempt.epoch);
    receipt.is_some_and(|at| feed[at..].iter().any(later))
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

    /// Says `item`, and forgets the votes that it ends. Whoever had merged a void commit is where it was before.
    fn say(&mut self, item: Item) {
        self.feed.push(item);
        match item {
            Item::Receipt(_) => {}
            Item::Void(void) => {
                self.refusals.retain(|(attempt, _)| attempt.epoch < void.epoch);
                let last = self.chain().last().copied().filter(|last| !is_confirmed(&self.feed, *last));
                let back = |(attempt, who): (Attempt, Who)| {
                    if attempt.epoch < void.epoch { Some((attempt, who)) } else { Some((last?, who)) }
                };
                self.merged = std::mem::take(&mut self.merged).into_iter().filter_map(back).collect();
            }
            Item::Confirmed(confirmed) => {
                self.refusals.retain(|(attempt, _)| attempt.epoch > confirmed.epoch);
                self.merged.retain(|(attempt, _)| attempt.epoch > confirmed.epoch);
            }
        }
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

    /// A commit can be void until it is confirmed, and what was built on it with it.
    fn open_to_judgement(&self, attempt: Attempt, rules: &Rules) -> bool {
        let chain = self.chain();
        let newest = rules.only_newest_judged && chain.last() != Some(&attempt);
        let open = !rules.confirmed_stays || !is_confirmed(&self.feed, attempt);
        chain.contains(&attempt) && !newest && open
    }

    /// Says that the newest commits down to `attempt` are void, one after the other.
    fn take_back(&mut self, attempt: Attempt) {
        for void in self.chain().into_iter().skip(usize::from(attempt.epoch) - 1).rev() {
            self.say(Item::Void(void));
        }
    }

    /// Counts a refusal. More than half of several others make the commit void.
    pub fn refuse(&mut self, attempt: Attempt, who: Who, rules: &Rules) {
        let others = self.others(attempt, rules);
        if !self.open_to_judgement(attempt, rules) || !others.contains(&who) || self.has_merged(attempt, who) {
            return;
        }
        self.refusals.insert((attempt, who));
        let refusals = others.iter().filter(|who| self.refusals.contains(&(attempt, **who))).count();
        if others.len() > 1 && 2 * refusals > others.len() {
            self.take_back(attempt);
        }
    }

    /// An administrator's statement.
    pub fn void(&mut self, attempt: Attempt, rules: &Rules) {
        if self.open_to_judgement(attempt, rules) {
            self.take_back(attempt);
        }
    }

    /// Whoever merged a commit has merged those before it.
    fn has_merged(&self, attempt: Attempt, who: Who) -> bool {
        self.merged.iter().any(|(merged, by)| *by == who && merged.epoch >= attempt.epoch)
    }

    /// Counts an acknowledgement; it withdraws refusals.
    pub fn merged(&mut self, attempt: Attempt, who: Who, rules: &Rules) {
        if !self.chain().contains(&attempt) || is_confirmed(&self.feed, attempt) || who == EVIL && self.evil_out {
            return;
        }
        self.refusals.retain(|(refused, by)| *by != who || refused.epoch > attempt.epoch);
        self.merged.retain(|(merged, by)| *by != who || merged.epoch > attempt.epoch);
        if !self.has_merged(attempt, who) {
            self.merged.insert((attempt, who));
        }
        let open: Vec<_> = self.chain().into_iter().filter(|one| !is_confirmed(&self.feed, *one)).collect();
        if let Some(last) = open.into_iter().take_while(|one| self.is_settled(*one, rules)).last() {
            self.say(Item::Confirmed(last));
        }
    }

    /// More than half of the others have merged; where there are none, anybody.
    fn is_settled(&self, attempt: Attempt, rules: &Rules) -> bool {
        let others = self.others(attempt, rules);
        let merged = others.iter().filter(|who| self.has_merged(attempt, **who)).count();
        let anybody = (0..rules.honest).any(|who| self.has_merged(attempt, who));
        match others.len() {
            0 => anybody,
            _ if !rules.confirms_when_settled => merged > 0,
            others => 2 * merged > others,
        }
    }
}
