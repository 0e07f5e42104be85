//! The devices of a group as the keyserver knows them, and how commits and voids change them. It cannot read proposals: whoever a
//! commit names as added is in from then on, and whoever the log that it names does not have in the team is out.

use std::collections::BTreeMap;

use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::commit::CommitData;
use casevault_wire::id::DeviceId;
use casevault_wire::log::Organisation;

use super::group::{is_current, membership_key};
use crate::records::{Committed, Displaced, Key, Kind, Membership, Place, parse};

/// One device's membership, as stored and as it is to be.
#[derive(Clone, Debug, Default)]
struct Slot {
    stored: Option<Vec<u8>>,
    before: Option<Membership>,
    now: Option<Membership>,
}

/// The devices that judge a commit with one voice.
pub(super) type Voice<'a> = Vec<(&'a DeviceId, &'a Membership)>;

/// The memberships of a group.
pub(super) struct Roster {
    place: Place,
    slots: BTreeMap<DeviceId, Slot>,
}

impl Roster {
    /// The memberships as they are stored.
    pub(super) async fn load(records: &dyn Records, place: &Place) -> Result<Self, StoreError> {
        let prefix = Key::of_team(Kind::Membership, place);
        let start = prefix.clone().bytes();
        let mut slots = BTreeMap::new();
        for (key, bytes) in records.scan(&start, &prefix.end(), usize::MAX).await? {
            let device = key.get(start.len()..).and_then(|id| id.try_into().ok()).map(DeviceId).ok_or(StoreError::Corrupt)?;
            let membership = Some(parse(&bytes)?);
            slots.insert(device, Slot { stored: Some(bytes), before: membership, now: membership });
        }
        Ok(Self { place: *place, slots })
    }

    /// Every device of the group.
    pub(super) fn members(&self) -> impl Iterator<Item = (&DeviceId, &Membership)> {
        self.slots.iter().filter_map(|(device, slot)| slot.now.as_ref().map(|membership| (device, membership)))
    }

    /// A device's membership.
    pub(super) fn get(&self, device: &DeviceId) -> Option<&Membership> {
        self.slots.get(device).and_then(|slot| slot.now.as_ref())
    }

    /// Who may judge a commit: the people with devices that were in the group before it and are of the team now, each with those
    /// devices, without its committer's; where nobody else has one, each other device of the committer's by itself. So nobody has more
    /// than one voice, however many devices they bring in.
    pub(super) fn voices<'a>(&'a self, organisation: &'a Organisation, (epoch, committer): (u64, DeviceId)) -> Vec<Voice<'a>> {
        let owner = |device: &DeviceId| organisation.device(device).map(|device| device.person);
        let judges = self.members().filter(|(device, membership)| {
            **device != committer && membership.joined < epoch && is_current(organisation, &self.place, device)
        });
        let (mut people, mut own) = (BTreeMap::<_, Voice<'a>>::new(), Vec::new());
        for judge in judges {
            match owner(judge.0) {
                person if person == owner(&committer) => own.push(vec![judge]),
                person => people.entry(person).or_default().push(judge),
            }
        }
        if people.is_empty() { own } else { people.into_values().collect() }
    }

    /// The group after a commit with this data that names `added`. Who was in it already keeps their vote. Returns the memberships
    /// that a void of this commit has to bring back.
    pub(super) fn commit(&mut self, organisation: &Organisation, data: &CommitData, added: &[DeviceId]) -> Vec<Displaced> {
        let mut displaced = Vec::new();
        for (device, slot) in &mut self.slots {
            let gone = !organisation.is_team_device_at(&self.place.team, device, data.log_length);
            if let Some(membership) = slot.now.take_if(|_| gone) {
                displaced.push(Displaced { device: *device, membership });
            }
        }
        let epoch = data.epoch;
        for device in added {
            let slot = self.slots.entry(*device).or_default();
            match slot.now {
                None => slot.now = Some(Membership { joined: epoch, welcomed: epoch, acknowledged: None }),
                Some(membership) if membership.waits() => {
                    displaced.push(Displaced { device: *device, membership });
                    slot.now = Some(Membership { welcomed: epoch, ..membership });
                }
                Some(_) => {}
            }
        }
        displaced
    }

    /// The group before `committed`, which was the newest.
    pub(super) fn void(&mut self, committed: &Committed) {
        let epoch = committed.data.epoch;
        for slot in self.slots.values_mut() {
            slot.now = slot.now.filter(|membership| membership.joined < epoch).map(|membership| Membership {
                acknowledged: membership.acknowledged.map(|acknowledged| acknowledged.min(epoch - 1)),
                ..membership
            });
        }
        for Displaced { device, membership } in committed.displaced.as_slice() {
            self.slots.entry(*device).or_default().now = Some(*membership);
        }
    }

    /// Adds what changed to a write, which fails if somebody else changed the same meanwhile.
    pub(super) fn save(self, write: &mut Write) {
        for (device, slot) in self.slots {
            if slot.now == slot.before {
                continue;
            }
            let key = membership_key(&self.place, &device).bytes();
            write.expect(key.clone(), slot.stored);
            match slot.now {
                Some(membership) => write.put(key, crate::records::bytes(&membership)),
                None => write.delete(key),
            }
        }
    }

    /// As stored, for a precondition.
    pub(super) fn stored(&self, device: &DeviceId) -> Option<Vec<u8>> {
        self.slots.get(device).and_then(|slot| slot.stored.clone())
    }
}
