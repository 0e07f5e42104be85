//! The feed (SPEC §8.4): what is signed for the vault, chained, in the same write as what it speaks of.

use casevault_service::keys::ServerKey;
use casevault_service::store::Write;
use casevault_wire::feed::{FeedEvent, FeedItem, SignedFeedItem, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::time::Time;

use crate::records::{Key, Kind, bytes};

/// How far a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Tip {
    pub(crate) length: u64,
    pub(crate) hash: Hash,
}

/// Signs items into a write; its tip is the feed's once the write is durable.
pub(crate) struct Pen<'a> {
    pub(crate) key: &'a ServerKey,
    pub(crate) organisation: OrganisationId,
    pub(crate) time: Time,
    pub(crate) tip: Tip,
    pub(crate) write: Write,
}

impl Pen<'_> {
    /// Adds `event` to the feed.
    pub(crate) fn say(&mut self, event: FeedEvent) -> SignedFeedItem {
        let item = self.key.sign(FeedItem {
            organisation: self.organisation,
            sequence: self.tip.length,
            previous: self.tip.hash,
            time: self.time,
            event,
        });
        let key = Key::new(Kind::Feed, &self.organisation).number(self.tip.length).bytes();
        // The feed is never written over, whatever memory believes.
        self.write.expect(key.clone(), None);
        self.write.put(key, bytes(&item));
        self.tip = Tip { length: self.tip.length + 1, hash: feed_hash(&item) };
        item
    }
}
