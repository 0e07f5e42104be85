//! How a person's next device comes in (R-8.1-13): another of theirs vouches for it, or, where they have none, an administrator does.

use super::{Device, Organisation};
use crate::id::PersonId;

/// What a person's next device would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// The first that they ever have.
    First,
    /// One more.
    Further,
    /// The first after all that they had were revoked.
    Again,
}

impl Organisation {
    /// What the next device of `person` would be.
    pub fn enrolment(&self, person: &PersonId) -> Enrolment {
        self.enrolment_at(person, self.position.length)
    }

    /// What the next device of `person` would have been when the log had `length` entries.
    pub fn enrolment_at(&self, person: &PersonId, length: u64) -> Enrolment {
        let mut devices = self.devices_of(person).filter(|device| device.span.from <= length).peekable();
        if devices.peek().is_none() {
            return Enrolment::First;
        }
        if devices.any(|device| device.span.at(length)) { Enrolment::Further } else { Enrolment::Again }
    }

    /// Whether `author`, who has a device, may add one of `person`.
    pub fn may_add_device(&self, author: &PersonId, person: &PersonId) -> bool {
        let administrator = self.administers(author);
        match self.enrolment(person) {
            Enrolment::First => administrator,
            Enrolment::Further => author == person,
            Enrolment::Again => administrator && (self.revoker(person) != Some(*author) || self.is_alone(author)),
        }
    }

    /// Whose statement ended the last device of `person`.
    fn revoker(&self, person: &PersonId) -> Option<PersonId> {
        self.devices_of(person).max_by_key(|device| device.span.until)?.revoked_by
    }

    /// Whether nobody but `person` is an administrator with a trusted device.
    pub(super) fn is_alone(&self, person: &PersonId) -> bool {
        let mut others = self.devices.values().filter(|device| device.span.until.is_none() && device.person != *person);
        !others.any(|device| self.administers(&device.person))
    }

    /// The devices of `person` that are trusted now.
    pub fn current_devices(&self, person: &PersonId) -> impl Iterator<Item = &Device> {
        self.devices_of(person).filter(|device| device.span.until.is_none())
    }

    /// Every device that `person` ever had.
    fn devices_of(&self, person: &PersonId) -> impl Iterator<Item = &Device> {
        let ids = self.people.get(person).map(|person| person.devices.as_slice()).unwrap_or_default();
        ids.iter().filter_map(|id| self.devices.get(id))
    }
}
