//! What a group lacks to be what the organisation log says: every member's client can make and commit the same plan.

use std::collections::BTreeSet;

use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::Organisation;

/// The difference between the log and a group.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plan {
    /// Devices to add, at most as many as one request claims key packages for; the rest is left to the next plan.
    pub add: Vec<DeviceId>,
    /// Devices to remove.
    pub remove: Vec<DeviceId>,
    /// Whether the team takes a new key: somebody leaves or left before the group had them, or the log says so.
    pub rotate: bool,
    /// Whether the team's history is cut; then nothing else is done.
    pub cut: bool,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && !self.rotate && !self.cut
    }
}

/// What is to be done so that a group of `devices`, whose last commit followed `log_length` entries, follows the whole log.
pub fn plan(organisation: &Organisation, team: &TeamId, devices: &BTreeSet<DeviceId>, log_length: u64) -> Plan {
    let length = organisation.position().length;
    let wanted = organisation.team_devices_at(team, length);
    let remove: Vec<_> = devices.difference(&wanted).copied().collect();
    let left = organisation.has_lost(team, log_length, length);
    let rotate = left || !remove.is_empty() || organisation.is_rotation_due(team, log_length, length);
    Plan { add: wanted.difference(devices).take(limit::CLAIMS).copied().collect(), remove, rotate, cut: false }
}
