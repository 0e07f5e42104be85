//! Events of the directory, the journal of the built-in team.

use casevault_wire::id::{DeviceId, PersonId, TeamId};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Name;

/// Body of `person name`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PersonName {
    /// Who.
    pub person: PersonId,
    /// What they are called.
    pub name: Name,
}

/// Body of `device name`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DeviceName {
    /// Which.
    pub device: DeviceId,
    /// What it is called.
    pub name: Name,
}

/// Body of `team name`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TeamName {
    /// Which.
    pub team: TeamId,
    /// What it is called.
    pub name: Name,
}
