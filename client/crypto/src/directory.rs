//! The directory: what people, devices and teams are called. The log says who they are.

use std::collections::BTreeMap;

use casevault_wire::id::{DeviceId, PersonId, TeamId};
use casevault_wire::log::{Organisation, Role};

use crate::event::Body;
use crate::journal::AcceptedEvent;

/// A name given to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryEffect {
    /// A person is called this.
    NamePerson(PersonId, String),
    /// A device is called this.
    NameDevice(DeviceId, String),
    /// A team is called this.
    NameTeam(TeamId, String),
}

/// What `event` does. Administrators name anybody and anything; others themselves, their devices and their teams. A name that its
/// author may not give changes nothing, so that nobody can pass for somebody else.
pub fn effect(event: &AcceptedEvent, organisation: &Organisation) -> Option<DirectoryEffect> {
    let length = event.header.content.log.length;
    let administrator = organisation.role_at(&event.person, length) == Some(Role::Administrator);
    match &event.body {
        Body::PersonName(name) if administrator || name.person == event.person => {
            Some(DirectoryEffect::NamePerson(name.person, name.name.as_str().to_owned()))
        }
        Body::DeviceName(name) => {
            let own = organisation.device(&name.device).is_some_and(|device| device.person == event.person);
            (administrator || own).then(|| DirectoryEffect::NameDevice(name.device, name.name.as_str().to_owned()))
        }
        Body::TeamName(name) if administrator || organisation.is_member_at(&name.team, &event.person, length) => {
            Some(DirectoryEffect::NameTeam(name.team, name.name.as_str().to_owned()))
        }
        _ => None,
    }
}

/// Everything that the directory says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Names of people.
    pub people: BTreeMap<PersonId, String>,
    /// Names of devices.
    pub devices: BTreeMap<DeviceId, String>,
    /// Names of teams.
    pub teams: BTreeMap<TeamId, String>,
}

impl Directory {
    /// Takes the next accepted event over.
    pub fn apply(&mut self, event: &AcceptedEvent, organisation: &Organisation) {
        match effect(event, organisation) {
            Some(DirectoryEffect::NamePerson(person, name)) => {
                self.people.insert(person, name);
            }
            Some(DirectoryEffect::NameDevice(device, name)) => {
                self.devices.insert(device, name);
            }
            Some(DirectoryEffect::NameTeam(team, name)) => {
                self.teams.insert(team, name);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
