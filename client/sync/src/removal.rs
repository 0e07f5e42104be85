//! Removing a person or a device (SPEC §8.1): one statement in the log, and every team that they were in takes a new key by whichever
//! member's client synchronises next. Asking again changes nothing and tells how far it is.

use casevault_wire::id::{DeviceId, PersonId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::{Organisation, Statement};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::view::{ChangeState, OnProgress, Removed, Status, TeamChange};

/// Who is removed, as a person names them.
#[derive(Clone, Copy, Debug)]
pub enum Leaver<'a> {
    /// A person, with every device.
    Person(&'a str),
    /// One device.
    Device(&'a str),
}

/// What becomes of writing to the teams meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writing {
    /// It goes on: members write under the new key as soon as one of them has made it.
    #[default]
    GoesOn,
    /// The vault refuses it from the removal on, until an administrator lifts that.
    Freeze,
    /// It is allowed again where a team has its new key.
    Lift,
}

/// What becomes of a team that would have no device left, so that nobody could open its cases any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emptied {
    /// Nothing is done, and the teams are named.
    #[default]
    Refused,
    /// It is left so.
    Accepted,
}

/// How somebody is removed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Removal {
    /// What becomes of writing.
    pub writing: Writing,
    /// What becomes of teams without a device.
    pub emptied: Emptied,
}

/// Who is removed.
#[derive(Clone, Copy)]
enum Leaving {
    Person(PersonId),
    Device(DeviceId),
}

impl Leaving {
    fn statement(self) -> Statement {
        match self {
            Self::Person(person) => Statement::RemovePerson(person),
            Self::Device(device) => Statement::RevokeDevice(device),
        }
    }

    /// The person, and the log length that has the entry that removed them, or the device.
    fn span(self, organisation: &Organisation) -> Option<(PersonId, Option<u64>)> {
        match self {
            Self::Person(id) => organisation.person(&id).map(|person| (id, person.span.until)),
            Self::Device(id) => organisation.device(&id).map(|device| (device.person, device.span.until)),
        }
    }

    fn takes(self, organisation: &Organisation, device: &DeviceId) -> bool {
        match self {
            Self::Person(person) => organisation.device(device).is_some_and(|device| device.person == person),
            Self::Device(gone) => *device == gone,
        }
    }

    /// The teams of cases that they are in, or were in when they were removed.
    fn teams(self, organisation: &Organisation) -> Vec<TeamId> {
        let Some((person, until)) = self.span(organisation) else { return Vec::new() };
        let at = until.map_or(organisation.position().length, |until| until.saturating_sub(1));
        let teams = organisation.teams().keys().filter(|team| Some(**team) != organisation.directory());
        teams.filter(|team| organisation.is_member_at(team, &person, at)).copied().collect()
    }

    /// Which of `teams` have devices now and none without theirs.
    fn emptied(self, organisation: &Organisation, teams: &[TeamId]) -> Vec<TeamId> {
        let length = organisation.position().length;
        let is_emptied = |team: &&TeamId| {
            let devices = organisation.team_devices_at(team, length);
            !devices.is_empty() && devices.iter().all(|device| self.takes(organisation, device))
        };
        teams.iter().filter(is_emptied).copied().collect()
    }
}

impl Client {
    /// Removes somebody, carries out what this device can, and tells how far each of their teams is. Repeating it removes nobody
    /// again and goes on where it was.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator, or it is a device of their own; also for the last
    /// administrator. [`ClientError::LeavesEmpty`] if teams would have no device left and that was not accepted.
    /// [`ClientError::Verification`] if the keyserver does not sign for having it, or does not show it: then it is not done.
    pub async fn remove(&self, leaver: Leaver<'_>, how: Removal, watch: &OnProgress) -> Result<Removed> {
        self.sync_log().await?;
        let leaving = self.find_leaver(leaver)?;
        // The removal and as much of the freezing as fits are one append. Whoever was faster with some of it did it for this one too.
        while self.state_chosen(|organisation| self.statements(organisation, leaving, how)).await?.len() == limit::LOG_PAGE {}
        // Nobody is told that it is done before the keyserver's log is seen to have it.
        let shown = match self.sync_log().await {
            Ok(()) | Err(ClientError::Unreachable) => self.follow_up_watched(watch).await,
            wrong => wrong,
        };
        match shown {
            // That this device is out is what was asked for.
            Err(ClientError::Removed) if leaving.takes(&*self.organisation()?, &self.device()) => {}
            followed => followed?,
        }
        if how.writing == Writing::Lift {
            while self.state_chosen(|organisation| Ok(lifting(organisation, leaving))).await?.len() == limit::LOG_PAGE {}
        }
        self.removed(leaving, &leaving.teams(&*self.organisation()?))
    }

    /// What is still to be stated of a removal, at most as much as one append takes.
    fn statements(&self, organisation: &Organisation, leaving: Leaving, how: Removal) -> Result<Vec<Statement>> {
        let teams = leaving.teams(organisation);
        let mut statements = Vec::new();
        if leaving.span(organisation).is_some_and(|(_, until)| until.is_none()) {
            let emptied = leaving.emptied(organisation, &teams);
            if how.emptied == Emptied::Refused && !emptied.is_empty() {
                return Err(ClientError::LeavesEmpty(self.team_labels(&emptied)?));
            }
            statements.push(leaving.statement());
        }
        if how.writing == Writing::Freeze {
            let open = teams.iter().filter(|team| organisation.team(team).is_some_and(|team| !team.frozen));
            statements.extend(open.map(|team| Statement::FreezeTeam(*team, 1)));
        }
        statements.truncate(limit::LOG_PAGE);
        Ok(statements)
    }

    /// How far the teams of somebody who was removed are.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if nobody, or several, are meant.
    pub async fn removal(&self, leaver: Leaver<'_>) -> Result<Removed> {
        self.refresh_log().await?;
        let leaving = self.find_leaver(leaver)?;
        self.removed(leaving, &leaving.teams(&*self.organisation()?))
    }

    fn removed(&self, leaving: Leaving, teams: &[TeamId]) -> Result<Removed> {
        let (person, _) = leaving.span(&*self.organisation()?).ok_or(ClientError::Unknown(What::Person))?;
        let device = match leaving {
            Leaving::Person(_) => None,
            Leaving::Device(device) => Some(device),
        };
        Ok(Removed { person, device, teams: self.changes(teams)? })
    }

    /// The teams that wait for a member's client, are frozen, or have no device, and how much there is of everything.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn status(&self) -> Result<Status> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let teams: Vec<_> =
            organisation.teams().keys().filter(|team| Some(**team) != organisation.directory()).copied().collect();
        let mut changes = self.changes(&teams)?;
        changes.retain(|change| change.state == ChangeState::Requested || change.frozen || change.empty);
        Ok(Status {
            people: organisation.people().values().filter(|person| person.span.until.is_none()).count(),
            devices: organisation.devices().values().filter(|device| device.span.until.is_none()).count(),
            teams: teams.len(),
            changes,
        })
    }

    fn find_leaver(&self, leaver: Leaver<'_>) -> Result<Leaving> {
        match leaver {
            Leaver::Person(text) => self.find_anybody(text).map(Leaving::Person),
            Leaver::Device(text) => self.find_device(text).map(Leaving::Device),
        }
    }

    fn changes(&self, teams: &[TeamId]) -> Result<Vec<TeamChange>> {
        let organisation = self.organisation()?;
        self.profile.store.read(|db| {
            let change = |team: &TeamId| {
                Ok(TeamChange {
                    team: *team,
                    name: name_of(db, Kind::Team, &team.0)?,
                    state: change_state(&organisation, team),
                    frozen: organisation.team(team).is_some_and(|team| team.frozen),
                    empty: !organisation.has_device(team),
                })
            };
            teams.iter().map(change).collect()
        })
    }

    /// Each team's name, or its id where the directory has none.
    pub(crate) fn team_labels(&self, teams: &[TeamId]) -> Result<Vec<String>> {
        self.profile.store.read(|db| {
            let label = |team: &TeamId| Ok(name_of(db, Kind::Team, &team.0)?.unwrap_or_else(|| team.to_string()));
            teams.iter().map(label).collect()
        })
    }
}

/// Lets the vault take writes again of those teams that are frozen and have their new key, at most as many as one append takes.
fn lifting(organisation: &Organisation, leaving: Leaving) -> Vec<Statement> {
    let frozen = |team: &TeamId| organisation.team(team).is_some_and(|team| team.frozen);
    let settled = leaving.teams(organisation).into_iter().filter(|team| frozen(team) && !organisation.is_waiting(team));
    settled.map(|team| Statement::FreezeTeam(team, 0)).take(limit::LOG_PAGE).collect()
}

/// Whether the log says that a member's client gave the team the key that it asks for.
pub(crate) fn change_state(organisation: &Organisation, team: &TeamId) -> ChangeState {
    if organisation.is_waiting(team) { ChangeState::Requested } else { ChangeState::Done }
}
