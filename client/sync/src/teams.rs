//! Teams as people change them: statements in the organisation log, which any member's client carries out (SPEC §8.1, §8.3).

use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::List;
use casevault_wire::id::{DeviceId, PersonId, TeamId};
use casevault_wire::log::{Organisation, Role, Statement, TeamCreation, TeamKind, log_entry_hash};

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::people::check_name;
use crate::removal::{Emptied, change_state};
use crate::store::array;
use crate::view::{ChangeState, TeamView};

impl Client {
    /// Makes a team of exactly the people named. The first of them makes its keys when their device synchronises next.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn team_create(&self, name: &str, members: &[String]) -> Result<TeamId> {
        self.create_team(TeamKind::Cases, name, members).await
    }

    /// Makes a team that trustees can open again, by the organisation's recovery policy, should it lose all its devices.
    ///
    /// # Errors
    /// As [`Client::team_create`].
    pub async fn team_create_recoverable(&self, name: &str, members: &[String]) -> Result<TeamId> {
        self.create_team(TeamKind::RecoverableCases, name, members).await
    }

    async fn create_team(&self, kind: TeamKind, name: &str, members: &[String]) -> Result<TeamId> {
        check_name(name)?;
        self.sync_log().await?;
        self.check_new_team(name)?;
        let members = members.iter().map(|member| self.find_person(member)).collect::<Result<Vec<_>>>()?;
        let salt = draw(&mut SystemRandom).map_err(crate::view::no_randomness)?;
        let members = List::new(members).map_err(|_| ClientError::Text)?;
        let creation = TeamCreation { kind, members, salt };
        let entries = self.state(&[Statement::CreateTeam(creation)]).await?;
        let team = entries.first().map(|entry| TeamId(log_entry_hash(entry).0)).ok_or(ClientError::Verification)?;
        self.queue_name(Kind::Team, &team.0, name)?;
        self.follow_up().await?;
        Ok(team)
    }

    /// Adds a person to a team.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator or in the team.
    pub async fn team_add(&self, team: &str, person: &str) -> Result<(TeamId, ChangeState)> {
        self.sync_log().await?;
        let (team, person) = (self.find_team(team)?, self.find_person(person)?);
        self.instruct(team, Statement::AddToTeam(team, person)).await
    }

    /// The teams of cases that this device is in, by name where that is known. Asks no server.
    pub fn own_teams(&self) -> Result<Vec<(TeamId, Option<String>)>> {
        let directory = self.organisation()?.directory();
        self.profile.store.read(|db| {
            let mut statement = db.prepare_cached("SELECT team FROM teams WHERE gone = 0")?;
            let mut rows = statement.query([])?;
            let mut teams = Vec::new();
            while let Some(row) = rows.next()? {
                let team = TeamId(array(row, 0)?);
                if Some(team) != directory {
                    teams.push((team, name_of(db, Kind::Team, &team.0)?));
                }
            }
            teams.sort_by(|one, other| one.1.cmp(&other.1));
            Ok(teams)
        })
    }

    /// Whether the log, as it was last verified here, has this device. Asks no server.
    pub fn is_approved(&self) -> bool {
        self.organisation().is_ok_and(|organisation| organisation.current_device(&self.device()).is_some())
    }

    /// This person's name, if it is known here, and role. Asks no server.
    pub fn own_name(&self) -> Result<(Option<String>, Role)> {
        let me = self.person();
        let role = self.organisation()?.person(&me).ok_or(ClientError::NotApproved)?.role;
        Ok((self.profile.store.read(|db| name_of(db, Kind::Person, &me.0))?, role))
    }

    /// Removes a person from a team, whose keys change.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator or leaves themselves; [`ClientError::LeavesEmpty`] if no
    /// device would be left in the team.
    pub async fn team_remove(&self, team: &str, person: &str) -> Result<(TeamId, ChangeState)> {
        self.remove_member(team, person, Emptied::Refused).await
    }

    /// Removes a person from a team even if no other device is left in it: nobody can open its cases then.
    ///
    /// # Errors
    /// As [`Client::team_remove`].
    pub async fn team_remove_last(&self, team: &str, person: &str) -> Result<(TeamId, ChangeState)> {
        self.remove_member(team, person, Emptied::Accepted).await
    }

    async fn remove_member(&self, team: &str, person: &str, emptied: Emptied) -> Result<(TeamId, ChangeState)> {
        self.sync_log().await?;
        let (team, person) = (self.find_team(team)?, self.find_person(person)?);
        let organisation = self.organisation()?;
        if !organisation.is_member(&team, &person) {
            return Err(ClientError::Unknown(What::Person));
        }
        let choose = |organisation: &Organisation| {
            if !organisation.is_member(&team, &person) {
                return Ok(Vec::new()); // somebody else was faster
            }
            let devices = organisation.team_devices_at(&team, organisation.position().length);
            let stays = |device: &DeviceId| organisation.device(device).is_some_and(|device| device.person != person);
            if emptied == Emptied::Refused && !devices.is_empty() && !devices.iter().any(stays) {
                return Err(ClientError::LeavesEmpty(self.team_labels(&[team])?));
            }
            Ok(vec![Statement::RemoveFromTeam(team, person)])
        };
        self.state_chosen(choose).await?;
        self.carried_out(team).await
    }

    /// Has a team take new keys.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator or in the team.
    pub async fn team_rotate(&self, team: &str) -> Result<(TeamId, ChangeState)> {
        self.sync_log().await?;
        let team = self.find_team(team)?;
        self.instruct(team, Statement::RotateTeam(team)).await
    }

    /// Has the vault refuse a team's writes, or accept them again.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn team_freeze(&self, team: &str, frozen: bool) -> Result<(TeamId, ChangeState)> {
        self.sync_log().await?;
        let team = self.find_team(team)?;
        self.state(&[Statement::FreezeTeam(team, u8::from(frozen))]).await?;
        Ok((team, ChangeState::Done))
    }

    async fn instruct(&self, team: TeamId, statement: Statement) -> Result<(TeamId, ChangeState)> {
        self.state(&[statement]).await?;
        self.carried_out(team).await
    }

    /// Whether what was stated of the team is done, or waits for a member's client.
    async fn carried_out(&self, team: TeamId) -> Result<(TeamId, ChangeState)> {
        self.follow_up().await?;
        let state = if self.follows_log(&team)? { ChangeState::Done } else { ChangeState::Requested };
        Ok((team, state))
    }

    /// The teams that own cases.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn teams(&self) -> Result<Vec<TeamView>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let directory = organisation.directory();
        let teams = organisation.teams().keys().filter(|team| Some(**team) != directory);
        teams.map(|team| self.team_view(team)).collect()
    }

    /// One team.
    ///
    /// # Errors
    /// [`ClientError::Unknown`] or [`ClientError::Ambiguous`] if `team` names none or several.
    pub async fn team(&self, team: &str) -> Result<TeamView> {
        self.refresh_log().await?;
        self.team_view(&self.find_team(team)?)
    }

    fn team_view(&self, team: &TeamId) -> Result<TeamView> {
        let organisation = self.organisation()?;
        let entry = organisation.team(team).ok_or(ClientError::Unknown(What::Team))?;
        let generation = match self.group_state(team)? {
            Some(state) => state.generation,
            None => entry.sealing_key.as_ref().map_or(0, |key| key.generation),
        };
        self.profile.store.read(|db| {
            let named = |person: PersonId| Ok((person, name_of(db, Kind::Person, &person.0)?));
            Ok(TeamView {
                team: *team,
                name: name_of(db, Kind::Team, &team.0)?,
                generation,
                members: organisation.members(team).into_iter().map(named).collect::<Result<_>>()?,
                frozen: entry.frozen,
                recoverable: entry.kind == TeamKind::RecoverableCases,
                state: change_state(&organisation, team),
            })
        })
    }
}
