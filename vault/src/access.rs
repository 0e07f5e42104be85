//! Which access key a team has (SPEC §7.4.2): a state machine over the keyserver's feed and the switches that members ask for.
//!
//! No input or output: the same steps run in production and in tests of every interleaving. Feed items act in the order of the
//! feed; a switch may come before or after the item that allows it.

use casevault_wire::codec::List;
use casevault_wire::feed::Receipt;
use casevault_wire::signature::PublicKey;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// Keys that were in force that are remembered; the oldest give way. A void returns to the last one that is confirmed or stands
/// otherwise, so none since may be forgotten.
const REMEMBERED: usize = 4096;
/// Keys before a confirmed one, to which nothing returns: their holders are told that they are behind.
const OUTDATED: usize = 16;
/// Receipts that may wait for their switch. Members switch one generation after the other, so none may be forgotten.
const PENDING: usize = 4096;

/// A team's access key of one generation, and the receipt it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Key {
    /// The generation.
    pub generation: u64,
    /// The key.
    pub key: PublicKey,
    /// The epoch that began with it.
    pub epoch: u64,
    /// The feed sequence of its receipt.
    pub sequence: u64,
    /// 1 once its commit is confirmed.
    pub confirmed: u8,
}

impl Key {
    /// The key that `receipt`, the feed's item number `sequence`, names.
    pub fn of(receipt: &Receipt, sequence: u64) -> Self {
        let Receipt { generation, access_key, epoch, .. } = *receipt;
        Self { generation, key: access_key, epoch, sequence, confirmed: 0 }
    }

    /// Whether `other` comes with the same key: by the receipt of the commit that made it, or of a later one that kept it.
    fn same_key(&self, other: &Self) -> bool {
        self.generation == other.generation && self.key == other.key
    }
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Everything.
    Current,
    /// Nothing but a switch to the generation after it: the keyserver has a newer one.
    Superseded,
    /// Nothing: it was in force once.
    Retired,
}

/// Why a switch is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// The receipt is void, of another generation, or no first one.
    #[error("the receipt does not allow this switch")]
    Receipt,
    /// The request was signed by a key that is not in force.
    #[error("not signed by the key before")]
    Signer,
}

/// The access keys of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Access {
    current: Option<Key>,
    /// In force before, oldest first; the last one that is not void is returned to on a void.
    former: List<Key, REMEMBERED>,
    /// Named by receipts of the feed and not yet switched to, oldest first.
    pending: List<Key, PENDING>,
}

/// What a void did to the key in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// Nothing: it had not come with the void commit.
    Nothing,
    /// The key before is in force again.
    Unconfirmed,
    /// Nothing: the commit was confirmed, and what is confirmed stays. The keyserver contradicts itself.
    Confirmed,
}

impl Access {
    /// The key in force.
    pub fn current(&self) -> Option<&Key> {
        self.current.as_ref()
    }

    /// Whether the keyserver has a newer generation than the key in force.
    pub fn superseded(&self) -> bool {
        self.current.is_some_and(|current| self.pending.as_slice().iter().any(|key| key.generation > current.generation))
    }

    /// The key in force, unless the keyserver has a newer generation.
    pub fn standing(&self) -> Option<PublicKey> {
        self.current.filter(|_| !self.superseded()).map(|current| current.key)
    }

    /// The key that requests of `generation` must be signed by, and what it may do.
    pub fn key(&self, generation: u64) -> Option<(PublicKey, Power)> {
        if let Some(current) = self.current.filter(|current| current.generation == generation) {
            let power = if self.superseded() { Power::Superseded } else { Power::Current };
            return Some((current.key, power));
        }
        let former = self.former.as_slice().iter().rev().find(|key| key.generation == generation);
        former.map(|key| (key.key, Power::Retired))
    }

    /// The feed has a receipt.
    pub fn receipt(&mut self, receipt: &Receipt, sequence: u64) {
        let key = Key::of(receipt, sequence);
        // Switched to by a later receipt than the one that made it: a void of that later commit must not take the key away.
        if let Some(current) = self.current.as_mut().filter(|current| current.same_key(&key) && sequence < current.sequence) {
            (current.epoch, current.sequence) = (key.epoch, sequence);
        }
        let newest = self.pending.as_slice().last().into_iter().chain(&self.current).map(|newest| newest.generation).max();
        let first = newest.is_none() && key.epoch == 0;
        if first || newest.is_some_and(|newest| key.generation > newest) {
            push(&mut self.pending, key);
        } else if self.passed_by(&key) {
            let mut pending = std::mem::take(&mut self.pending).into_vec();
            pending.insert(pending.partition_point(|other| other.generation < key.generation), key);
            pending.truncate(PENDING);
            self.pending = bounded(pending);
        }
    }

    /// Whether the key in force was switched to ahead of the feed, and not by way of `key`, which the feed has before it: it is the
    /// next one should a void take the key in force away.
    fn passed_by(&self, key: &Key) -> bool {
        let ahead = self.current.is_some_and(|current| key.sequence < current.sequence && key.generation < current.generation);
        let known = |other: &Key| other.generation == key.generation;
        ahead && !self.former.as_slice().iter().any(known) && !self.pending.as_slice().iter().any(known)
    }

    /// The feed, at `sequence`, voids the commit that began `epoch`. The keys stand where they stood before it.
    pub fn void(&mut self, epoch: u64, sequence: u64) -> Undone {
        let meant = |key: &Key| key.epoch >= epoch && key.sequence < sequence;
        if self.current.is_some_and(|key| meant(&key) && key.confirmed == 1) {
            return Undone::Confirmed;
        }
        let void = |key: &Key| meant(key) && key.confirmed == 0;
        retain(&mut self.pending, |key| !void(key));
        retain(&mut self.former, |key| !void(key));
        if !self.current.is_some_and(|key| void(&key)) {
            return Undone::Nothing;
        }
        let mut former = std::mem::take(&mut self.former).into_vec();
        // Without a key to return to the one in force stays: the team would otherwise be lost to everybody.
        if let Some(key) = former.pop() {
            self.current = Some(key);
        }
        self.former = bounded(former);
        Undone::Unconfirmed
    }

    /// The feed, at `sequence`, says that the commits up to one of `generation` are confirmed.
    pub fn confirmed(&mut self, generation: u64, sequence: u64) {
        let meant = |key: &Key| key.generation <= generation && key.sequence < sequence;
        let mut pending = std::mem::take(&mut self.pending).into_vec();
        for key in pending.iter_mut().filter(|key| meant(key)) {
            key.confirmed = 1;
        }
        self.pending = bounded(pending);
        if let Some(current) = self.current.as_mut().filter(|current| meant(current)) {
            current.confirmed = 1;
            let mut former = std::mem::take(&mut self.former).into_vec();
            self.former = bounded(former.split_off(former.len().saturating_sub(OUTDATED)));
        }
    }

    /// A member asks for `key`, whose receipt is signed by the keyserver; the request is signed by the key of `signer`. The feed
    /// is followed up to `followed`. Whether anything changed.
    ///
    /// # Errors
    /// [`SwitchError`]; nothing changes.
    pub fn switch(&mut self, key: &Key, signer: u64, followed: u64) -> Result<bool, SwitchError> {
        let Some(current) = self.current else { return self.begin(key, signer, followed) };
        if current.same_key(key) {
            return Ok(false);
        }
        if signer != current.generation {
            return Err(SwitchError::Signer);
        }
        let known = self.known(key, followed)?;
        if current.generation.checked_add(1) != Some(key.generation) || key.epoch <= current.epoch {
            return Err(SwitchError::Receipt);
        }
        retain(&mut self.pending, |pending| pending.generation > key.generation);
        push(&mut self.former, current);
        self.current = Some(known);
        Ok(true)
    }

    fn begin(&mut self, key: &Key, signer: u64, followed: u64) -> Result<bool, SwitchError> {
        if key.epoch != 0 || signer != key.generation {
            return Err(SwitchError::Receipt);
        }
        let known = self.known(key, followed)?;
        retain(&mut self.pending, |pending| pending.generation > key.generation);
        self.current = Some(known);
        Ok(true)
    }

    /// The key of a receipt that is not void: it is pending, by this receipt or the earlier one that made it, or the feed was not
    /// followed as far yet.
    fn known(&self, key: &Key, followed: u64) -> Result<Key, SwitchError> {
        let made = self.pending.as_slice().iter().find(|pending| pending.same_key(key) && pending.sequence <= key.sequence);
        match made {
            Some(made) => Ok(*made),
            None if key.sequence >= followed => Ok(*key),
            None => Err(SwitchError::Receipt),
        }
    }

    /// Whether the state can have come about; see [`crate::fsck`].
    pub fn sane(&self) -> bool {
        let rising = |keys: &[Key]| keys.windows(2).all(|pair| matches!(pair, [a, b] if a.generation < b.generation));
        let (former, pending) = (self.former.as_slice(), self.pending.as_slice());
        let Some(current) = &self.current else { return former.is_empty() && rising(pending) };
        let below = former.last().is_none_or(|key| key.generation < current.generation);
        let above = pending.iter().all(|key| key.generation > current.generation || key.sequence < current.sequence);
        let told = former.iter().chain(pending).chain([current]).all(|key| key.confirmed <= 1);
        below && above && told && rising(former) && rising(pending)
    }
}

fn push<const MAX: usize>(keys: &mut List<Key, MAX>, key: Key) {
    let mut all = std::mem::take(keys).into_vec();
    if all.len() >= MAX {
        all.remove(0);
    }
    all.push(key);
    *keys = bounded(all);
}

fn retain<const MAX: usize>(keys: &mut List<Key, MAX>, keep: impl Fn(&Key) -> bool) {
    let mut all = std::mem::take(keys).into_vec();
    all.retain(|key| keep(key));
    *keys = bounded(all);
}

/// `keys`, which are not more than were taken from a list.
fn bounded<const MAX: usize>(keys: Vec<Key>) -> List<Key, MAX> {
    List::new(keys).unwrap_or_default()
}

#[cfg(test)]
mod tests;
