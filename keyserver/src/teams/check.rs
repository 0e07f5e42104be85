//! What a keyserver can see to be wrong with a commit. It cannot judge the rest; members can, and refuse.

use casevault_service::http::problem::Problem;
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::{CommitUpload, TeamLink};
use casevault_wire::limit;
use casevault_wire::log::Organisation;
use casevault_wire::problem::Code;

use super::group::is_current;
use crate::records::Place;

/// Checks that `data` is of this place and names a position of this log.
pub(super) fn place(organisation: &Organisation, place: &Place, data: &CommitData) -> Result<(), Problem> {
    let here = data.organisation == place.organisation && data.team == place.team;
    if !here || data.sealing_key.as_slice().len() != limit::SEALING_KEY {
        return Err(Problem(Code::Malformed));
    }
    if organisation.hash_at(data.log_length) == Some(data.log_hash) { Ok(()) } else { Err(Problem(Code::Conflict)) }
}

/// Checks that `next` follows `current`: epoch, log, keys that change exactly with the generation, and the link that they name, which is
/// missing only where history may be cut.
pub(super) fn follows(current: &CommitData, next: &CommitData, (link, cuts): (Option<&TeamLink>, bool)) -> Result<(), Problem> {
    if current.epoch.checked_add(1) != Some(next.epoch) || next.log_length < current.log_length {
        return Err(Problem(Code::Conflict));
    }
    let rotated = current.generation.checked_add(1) == Some(next.generation);
    let consistent = (rotated || next.generation == current.generation)
        && (next.access_key != current.access_key) == rotated
        && (next.sealing_key != current.sealing_key) == rotated
        && (link.is_some() == rotated || cuts && rotated)
        && next.link == link_hash(link);
    if consistent { Ok(()) } else { Err(Problem(Code::Malformed)) }
}

/// Checks that the committer and everybody added are devices of the team, by the log that the commit names and by the newest.
pub(super) fn devices(
    organisation: &Organisation,
    at: &Place,
    committer: &DeviceId,
    (upload, data): (&CommitUpload, &CommitData),
) -> Result<(), Problem> {
    let added = upload.added.as_slice();
    let distinct = added.iter().enumerate().all(|(n, device)| device != committer && !added.iter().take(n).any(|d| d == device));
    if !distinct || upload.welcome.is_some() == added.is_empty() {
        return Err(Problem(Code::Malformed));
    }
    let of_team = |device: &DeviceId| {
        organisation.is_team_device_at(&at.team, device, data.log_length) && is_current(organisation, at, device)
    };
    if !of_team(committer) || !added.iter().all(of_team) {
        // The log has moved on since the committer read it, or the committer has not read it.
        return Err(Problem(Code::Conflict));
    }
    Ok(())
}
