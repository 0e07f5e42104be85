//! The vault: which access key is in force, and which would be again.

use super::attempt::{Key, Rules, Who};
use super::keyserver::{Item, is_confirmed, is_void, standing};
use super::shipped::Shipped;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vault {
    /// How far the feed was followed.
    pub cursor: usize,
    /// The keys in force since the last confirmed one; the last is the current one.
    keys: Vec<Key>,
    /// The machine that the vault is shipped with, beside; see [`Rules::shipped`].
    shipped: Option<Shipped>,
}

impl Vault {
    pub fn new(rules: &Rules) -> Self {
        Self { cursor: 0, keys: vec![Key::First], shipped: rules.shipped.then(Shipped::new) }
    }

    /// Whether the shipped machine, where there is one, would serve the same.
    pub fn agrees_with_shipped(&self, feed: &[Item]) -> bool {
        let serves = self.serves(self.current(), feed);
        self.shipped.as_ref().is_none_or(|shipped| shipped.current() == (self.current(), serves))
    }

    pub fn renamed(&self, names: &[Who]) -> Self {
        let keys = self.keys.iter().map(|key| key.renamed(names)).collect();
        Self { cursor: self.cursor, keys, shipped: self.shipped.clone() }
    }

    pub fn current(&self) -> Key {
        *self.keys.last().unwrap()
    }

    /// Whether requests signed by `key` are executed: it is current, and the feed tells of no newer generation.
    pub fn serves(&self, key: Key, feed: &[Item]) -> bool {
        let newest = standing(&feed[..self.cursor]).last().map_or(1, |attempt| attempt.epoch + 1);
        key == self.current() && key.generation(Key::First) >= newest
    }

    /// Takes one more item of the feed.
    pub fn follow(&mut self, feed: &[Item]) {
        let Some(item) = feed.get(self.cursor) else { return };
        self.cursor += 1;
        if let Some(shipped) = &mut self.shipped {
            shipped.follow(*item, self.cursor);
        }
        match item {
            Item::Receipt(_) => {}
            Item::Confirmed(attempt) => {
                let settled = |key: &Key| matches!(key, Key::Of(made) if made.epoch <= attempt.epoch);
                if let Some(at) = self.keys.iter().rposition(settled) {
                    self.keys.drain(..at);
                }
            }
            Item::Void(_) => self.drop_void(&feed[..self.cursor]),
        }
    }

    fn drop_void(&mut self, feed: &[Item]) {
        let void = |key: &Key| matches!(key, Key::Of(attempt) if is_void(feed, *attempt));
        if !self.keys.iter().all(void) {
            self.keys.retain(|key| !void(key));
        }
    }

    /// A request to take `new`, signed by `signer`, with whatever receipt there is for `new`.
    pub fn switch(&mut self, signer: Key, new: Key, feed: &[Item], rules: &Rules) -> bool {
        if let Some(shipped) = &mut self.shipped {
            shipped.switch(signer, new, feed, self.cursor);
        }
        let current = self.current();
        let newer = new.generation(current) == current.generation(Key::First) + 1;
        if signer != current || !newer || rules.receipt_checked && !self.receipted(new, feed, rules) {
            return false;
        }
        self.keys.push(new);
        let confirmed = matches!(new, Key::Of(attempt) if is_confirmed(&feed[..self.cursor], attempt));
        if confirmed {
            self.keys.drain(..self.keys.len() - 1);
        } else if !rules.keeps_since_confirmed && self.keys.len() > 2 {
            self.keys.drain(..self.keys.len() - 2);
        }
        true
    }

    fn receipted(&self, new: Key, feed: &[Item], rules: &Rules) -> bool {
        let Key::Of(attempt) = new else { return false };
        let void = rules.voids_remembered && is_void(&feed[..self.cursor], attempt);
        feed.contains(&Item::Receipt(attempt)) && !void
    }
}
