//! What is stored of a group.

use casevault_service::store::{Records, StoreError};
use casevault_wire::id::DeviceId;
use casevault_wire::log::Organisation;

use crate::records::{Committed, Found, Group, Key, Kind, Place, load};

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

/// Whether `device` is trusted and its person in the team, by the newest log.
pub(super) fn is_current(organisation: &Organisation, place: &Place, device: &DeviceId) -> bool {
    organisation.is_team_device_at(&place.team, device, organisation.position().length)
}
