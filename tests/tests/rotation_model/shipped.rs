//! The vault's own machine of access keys, as it is shipped, driven through every state of the model.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use casevault_vault::access::{Access, Key as AccessKey, Power};
use casevault_wire::codec::encode;
use casevault_wire::feed::Receipt;
use casevault_wire::id::{RotationId, TeamId};
use casevault_wire::signature::PublicKey;

use super::attempt::{Attempt, Key};
use super::keyserver::Item;

/// [`Access`], compared by what it would be stored as.
#[derive(Clone, Debug)]
pub struct Shipped(Access);

/// The sequence of the feed's item with this index; the creation has 0.
fn sequence(index: usize) -> u64 {
    index as u64 + 1
}

fn public(key: Key) -> PublicKey {
    let mut bytes = [0; 32];
    match key {
        Key::First => bytes[0] = 1,
        Key::Of(attempt) => bytes[..4].copy_from_slice(&[2, attempt.by, attempt.epoch, u8::from(attempt.removes)]),
        Key::Forged => bytes[0] = 3,
    }
    PublicKey(bytes)
}

fn key(public: PublicKey) -> Key {
    match public.0 {
        [1, ..] => Key::First,
        [2, by, epoch, removes, ..] => Key::Of(Attempt { by, epoch, removes: removes == 1 }),
        _ => Key::Forged,
    }
}

fn receipt(key: Key, epoch: u64) -> Receipt {
    Receipt {
        team: TeamId::ZERO,
        epoch,
        commit: casevault_wire::hash::Hash(public(key).0),
        rotation: RotationId::ZERO,
        log_length: 0,
        generation: epoch + 1,
        access_key: public(key),
        sealing_key: casevault_wire::hash::Hash::ZERO,
    }
}

fn of(attempt: Attempt) -> Receipt {
    receipt(Key::Of(attempt), attempt.epoch.into())
}

impl Shipped {
    /// The team is created, and has switched to its first key.
    pub fn new() -> Self {
        let mut access = Access::default();
        let creation = receipt(Key::First, 0);
        access.receipt(&creation, 0);
        access.switch(&AccessKey::of(&creation, 0), 1, 1).unwrap();
        Self(access)
    }

    /// The key in force, and whether it may do everything.
    pub fn current(&self) -> (Key, bool) {
        let current = self.0.current().unwrap();
        let power = self.0.key(current.generation).unwrap().1;
        (key(current.key), power == Power::Current)
    }

    /// The item before `cursor` is followed.
    pub fn follow(&mut self, item: Item, cursor: usize) {
        let sequence = sequence(cursor - 1);
        match item {
            Item::Receipt(attempt) => self.0.receipt(&of(attempt), sequence),
            Item::Void(attempt) => {
                self.0.void(attempt.epoch.into(), sequence);
            }
            Item::Confirmed(attempt) => self.0.confirmed(u64::from(attempt.epoch) + 1, sequence),
        }
    }

    /// A request signed by `signer`, with the keyserver's receipt for `new` if there is one.
    pub fn switch(&mut self, signer: Key, new: Key, feed: &[Item], cursor: usize) {
        let Key::Of(attempt) = new else { return };
        let Some(index) = feed.iter().position(|item| *item == Item::Receipt(attempt)) else { return };
        let generation = u64::from(signer.generation(Key::First));
        let signed = self.0.key(generation).is_some_and(|(key, power)| key == public(signer) && power != Power::Retired);
        if signed {
            let _ = self.0.switch(&AccessKey::of(&of(attempt), sequence(index)), generation, sequence(cursor));
        }
    }
}

impl PartialEq for Shipped {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Shipped {}

impl PartialOrd for Shipped {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Shipped {
    fn cmp(&self, other: &Self) -> Ordering {
        encode(&self.0).cmp(&encode(&other.0))
    }
}

impl Hash for Shipped {
    fn hash<H: Hasher>(&self, state: &mut H) {
        encode(&self.0).hash(state);
    }
}
