//! What a team owes to the log: a new key once somebody has left or an instruction says so, and which entries are instructions to it.

use super::{Organisation, Span};
use crate::id::{DeviceId, TeamId};

impl Organisation {
    /// Whether an instruction to `team` to take a new key stands after the first `after` entries and within the first `length`.
    pub fn is_rotation_due(&self, team: &TeamId, after: u64, length: u64) -> bool {
        self.teams.get(team).is_some_and(|team| team.rotations.iter().any(|at| after < *at && *at <= length))
    }

    /// Whether a person or a device left `team` after the first `after` entries and within the first `length`.
    pub fn has_lost(&self, team: &TeamId, after: u64, length: u64) -> bool {
        self.departures(team).any(|at| after < at && at <= length)
    }

    /// Whether the person of `device` was taken out of `team` after the first `after` entries, added again since or not.
    pub fn has_left(&self, team: &TeamId, device: &DeviceId, after: u64) -> bool {
        let person = self.devices.get(device).map(|device| device.person);
        let spans = person.and_then(|person| self.teams.get(team)?.members.get(&person));
        spans.is_some_and(|spans| spans.iter().any(|span| span.until.is_some_and(|until| until > after)))
    }

    /// The log length that has the last entry after which `team` needs a new key: a departure, or an instruction to take one.
    /// 0 if there is none.
    pub fn last_due(&self, team: &TeamId) -> u64 {
        let instructed = self.teams.get(team).and_then(|team| team.rotate);
        self.departures(team).chain(instructed).max().unwrap_or_default()
    }

    /// Whether a member's client has still to give `team` the key that the log asks for: it has stated none that was made since (R-8.3-22).
    pub fn is_waiting(&self, team: &TeamId) -> bool {
        let Some(entry) = self.teams.get(team) else { return false };
        entry.sealing_key.as_ref().is_none_or(|key| key.log_length < self.last_due(team))
    }

    /// Whether `team` has a device: without one nobody opens what it owns.
    pub fn has_device(&self, team: &TeamId) -> bool {
        let length = self.position.length;
        self.devices.keys().any(|device| self.is_team_device_at(team, device, length))
    }

    /// The log lengths, above `after` and up to `length`, that have an entry which changes who is in `team`, or asks it for a new key.
    pub fn instructions(&self, team: &TeamId, after: u64, length: u64) -> Vec<u64> {
        let Some(entry) = self.teams.get(team) else { return Vec::new() };
        let people = entry.members.values().flatten().flat_map(|span| [Some(span.from), span.until]);
        let devices = self.devices.values().flat_map(|device| {
            let Span { from, until } = device.span;
            let of_team = |at: &u64| self.is_member_at(team, &device.person, *at);
            [Some(from).filter(of_team), until.filter(|until| of_team(&until.saturating_sub(1)))]
        });
        let all = people.chain(devices).flatten().chain(entry.rotations.iter().copied());
        all.filter(|at| after < *at && *at <= length).collect()
    }

    /// The log lengths that have the departure of a person or a device of `team`.
    fn departures(&self, team: &TeamId) -> impl Iterator<Item = u64> {
        let people = self.teams.get(team).into_iter().flat_map(|team| team.members.values().flatten());
        let devices = self.devices.values().filter_map(|device| {
            let until = device.span.until?;
            self.is_member_at(team, &device.person, until.checked_sub(1)?).then_some(until)
        });
        people.filter_map(|span| span.until).chain(devices)
    }
}
