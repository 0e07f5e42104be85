//! The vault: which access key is in force, and which would be again.

use super::attempt::{Key, Rules, Who};
use super::keyserver::{Item, is_void, standing};

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vault {
    /// How far the feed was followed.
    pub cursor: usize,
    /// The keys in force since the last confirmed one; the last is the current one.
    keys: Vec<Key>,
}

impl Default for Vault {
    fn default() -> Self {
        Self { cursor: 0, keys: vec![Key::First] }
    }
}

impl Vault {
    pub fn renamed(&self, names: &[Who]) -> Self {
        Self { cursor: self.cursor, keys: self.keys.iter().map(|key| key.renamed(names)).collect() }
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
        match item {
            Item::Receipt(_) => {}
            Item::Confirmed(attempt) => {
                if let Some(at) = self.keys.iter().position(|key| *key == Key::Of(*attempt)) {
                    self.keys.drain(..at);
                }
            }
            Item::Void(_) => self.drop_void(&feed[..self.cursor]),
        }
    }

    fn drop_void(&mut self, feed: &[Item]) {
        while self.keys.len() > 1 && matches!(self.current(), Key::Of(attempt) if is_void(feed, attempt)) {
            self.keys.pop();
        }
    }

    /// A request to take `new`, signed by `signer`, with whatever receipt there is for `new`.
    pub fn switch(&mut self, signer: Key, new: Key, feed: &[Item], rules: &Rules) -> bool {
        let current = self.current();
        let newer = new.generation(current) > current.generation(Key::First);
        if signer != current || !newer || rules.receipt_checked && !self.receipted(new, feed, rules) {
            return false;
        }
        self.keys.push(new);
        let confirmed = matches!(new, Key::Of(attempt) if feed[..self.cursor].contains(&Item::Confirmed(attempt)));
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
