//! What is stored of a group.

use casevault_service::store::{Records, StoreError};
use casevault_wire::commit::CommitData;
use casevault_wire::feed::{FeedEvent, Receipt};
use casevault_wire::hash::{Hash, hash};
use casevault_wire::id::DeviceId;
use casevault_wire::label::Label;
use casevault_wire::log::Organisation;

use crate::records::{Committed, Found, Group, Key, Kind, Membership, Place, load, parse};

/// The group of `place`.
pub(super) async fn group(records: &dyn Records, place: &Place) -> Result<Found<Group>, StoreError> {
    load(records, &Key::of_team(Kind::Group, place)).await
}

/// Where the commit that began `epoch` is.
pub(super) fn commit_key(place: &Place, epoch: u64) -> Key {
    Key::of_team(Kind::Commit, place).number(epoch)
}

/// The commit that began `epoch`.
pub(super) async fn committed(records: &dyn Records, place: &Place, epoch: u64) -> Result<Found<Committed>, StoreError> {
    load(records, &commit_key(place, epoch)).await
}

/// Where the Welcome of `epoch` is.
pub(super) fn welcome_key(place: &Place, epoch: u64) -> Key {
    Key::of_team(Kind::Welcome, place).number(epoch)
}

/// Where a device's membership of the group is.
pub(super) fn membership_key(place: &Place, device: &DeviceId) -> Key {
    Key::of_team(Kind::Membership, place).id(device.as_bytes())
}

/// A device's membership of the group.
pub(super) struct Member {
    pub(super) device: DeviceId,
    pub(super) membership: Membership,
    /// As stored, for a precondition.
    pub(super) bytes: Vec<u8>,
}

/// The devices that ever were added to the group, and by a commit that stands.
pub(super) async fn members(records: &dyn Records, place: &Place) -> Result<Vec<Member>, StoreError> {
    let prefix = Key::of_team(Kind::Membership, place);
    let start = prefix.clone().bytes();
    let found = records.scan(&start, &prefix.end(), usize::MAX).await?;
    found
        .into_iter()
        .map(|(key, bytes)| {
            let device = key.get(start.len()..).and_then(|id| id.try_into().ok()).map(DeviceId).ok_or(StoreError::Corrupt)?;
            Ok(Member { device, membership: parse(&bytes)?, bytes })
        })
        .collect()
}

/// Whether `device` is trusted and its person in the team, by the newest log.
pub(super) fn is_current(organisation: &Organisation, place: &Place, device: &DeviceId) -> bool {
    organisation.is_team_device_at(&place.team, device, organisation.position().length)
}

/// The receipt for a commit with this data and hash.
pub(super) fn receipt(data: &CommitData, commit: Hash) -> FeedEvent {
    FeedEvent::Receipt(Receipt {
        team: data.team,
        epoch: data.epoch,
        commit,
        rotation: data.rotation,
        generation: data.generation,
        access_key: data.access_key,
        sealing_key: hash(Label::SealingKeyHash, &data.sealing_key),
    })
}
