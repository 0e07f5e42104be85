//! Questions to the verified log.

use std::collections::{BTreeMap, BTreeSet};

use super::{Device, Organisation, Person, Team};
use crate::hash::Hash;
use crate::id::{DeviceId, OrganisationId, PersonId, TeamId};
use crate::log::{LogPosition, Role, TeamKind, root_fingerprint};
use crate::server::ServerEntry;
use crate::signature::PublicKey;

impl Organisation {
    /// The organisation's id.
    pub fn id(&self) -> OrganisationId {
        self.id
    }

    /// The hash of the root's public key.
    pub fn fingerprint(&self) -> Hash {
        root_fingerprint(&self.founding.root)
    }

    /// How far the log is verified.
    pub fn position(&self) -> LogPosition {
        self.position
    }

    /// The hash of the last of the first `length` entries, if the log has that many and `length` is not 0.
    pub fn hash_at(&self, length: u64) -> Option<Hash> {
        let last = usize::try_from(length).ok()?.checked_sub(1)?;
        self.hashes.get(last).copied()
    }

    /// The keyserver.
    pub fn keyserver(&self) -> &ServerEntry {
        &self.founding.keyserver
    }

    /// The vault.
    pub fn vault(&self) -> &ServerEntry {
        &self.founding.vault
    }

    /// The key that signs the keyserver's words.
    pub fn keyserver_key(&self) -> &PublicKey {
        &self.founding.keyserver.key
    }

    /// Everybody, in order of id, those who left included.
    pub fn people(&self) -> &BTreeMap<PersonId, Person> {
        &self.people
    }

    /// Every device, revoked ones included.
    pub fn devices(&self) -> &BTreeMap<DeviceId, Device> {
        &self.devices
    }

    /// Every team, the directory included.
    pub fn teams(&self) -> &BTreeMap<TeamId, Team> {
        &self.teams
    }

    /// The built-in team of everybody.
    pub fn directory(&self) -> Option<TeamId> {
        self.directory
    }

    /// A person, if there is or was one of this id.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(id)
    }

    /// The role that `person` had when the log had `length` entries, if they belonged to the organisation then.
    pub fn role_at(&self, person: &PersonId, length: u64) -> Option<Role> {
        let person = self.people.get(person).filter(|person| person.span.at(length))?;
        person.roles.iter().rev().find(|(from, _)| *from <= length).map(|(_, role)| *role)
    }

    /// A device, revoked or not.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id)
    }

    /// A device that is trusted now.
    pub fn current_device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.get(id).filter(|device| device.span.until.is_none())
    }

    /// A team.
    pub fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.get(id)
    }

    /// Whether `person` is in `team` now.
    pub fn is_member(&self, team: &TeamId, person: &PersonId) -> bool {
        self.is_member_at(team, person, self.position.length)
    }

    /// Whether `person` was in `team` when the log had `length` entries.
    pub fn is_member_at(&self, team: &TeamId, person: &PersonId, length: u64) -> bool {
        let Some(team) = self.teams.get(team) else { return false };
        match team.kind {
            TeamKind::Directory => self.people.get(person).is_some_and(|person| person.span.at(length)),
            TeamKind::Cases | TeamKind::RecoverableCases => {
                team.members.get(person).is_some_and(|spans| spans.iter().any(|span| span.at(length)))
            }
        }
    }

    /// Whether `device` was trusted, and its person in `team`, when the log had `length` entries.
    pub fn is_team_device_at(&self, team: &TeamId, device: &DeviceId, length: u64) -> bool {
        self.devices.get(device).is_some_and(|d| d.span.at(length) && self.is_member_at(team, &d.person, length))
    }

    /// The people in `team` now.
    pub fn members(&self, team: &TeamId) -> BTreeSet<PersonId> {
        let Some(entry) = self.teams.get(team) else { return BTreeSet::new() };
        let everybody: Vec<_> = match entry.kind {
            TeamKind::Directory => self.people.keys().collect(),
            TeamKind::Cases | TeamKind::RecoverableCases => entry.members.keys().collect(),
        };
        everybody.into_iter().filter(|person| self.is_member(team, person)).copied().collect()
    }

    /// The devices that `team`'s group must consist of when the log had `length` entries.
    pub fn team_devices_at(&self, team: &TeamId, length: u64) -> BTreeSet<DeviceId> {
        self.devices.keys().filter(|device| self.is_team_device_at(team, device, length)).copied().collect()
    }
}
