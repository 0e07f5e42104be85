//! What administrators are shown of changes to teams.

use casevault_wire::id::{DeviceId, PersonId, TeamId};

use super::ChangeState;

/// How far a team is with what the log asks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamChange {
    /// The team.
    pub team: TeamId,
    /// The name in the directory, if it is known here.
    pub name: Option<String>,
    /// Whether it has its new key, or waits for a member's client to make it.
    pub state: ChangeState,
    /// Whether the vault refuses writes.
    pub frozen: bool,
    /// Whether no device is left that could make the key, or open the team's cases.
    pub empty: bool,
}

/// Who was removed, and how far their teams are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The person, or whose device it is.
    pub person: PersonId,
    /// The device; nothing if the person was removed with every device.
    pub device: Option<DeviceId>,
    /// The teams of cases that they were in.
    pub teams: Vec<TeamChange>,
}

/// How an organisation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// People who belong to it.
    pub people: usize,
    /// Devices that are trusted.
    pub devices: usize,
    /// Teams of cases.
    pub teams: usize,
    /// The teams that wait for a member's client, are frozen, or have no device.
    pub changes: Vec<TeamChange>,
}

/// A commit that an administrator declared void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidedCommit {
    /// The team.
    pub team: TeamId,
    /// The epoch that it began.
    pub epoch: u64,
    /// The devices that refused it.
    pub refused_by: Vec<DeviceId>,
}
