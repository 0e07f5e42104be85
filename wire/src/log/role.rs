//! What each role may state (SPEC §8.1.3). One table, evaluated by the keyserver and by every client on the state before an entry.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Statement;
use super::fold::Organisation;
use crate::id::{PersonId, TeamId};

/// A person's role. Membership of a team, and nothing here, opens cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Role {
    /// Runs people, devices, teams and keys.
    Administrator = 1,
    /// Works on cases.
    Caseworker = 2,
    /// Works on cases and answers for others' work.
    Supervisor = 3,
    /// Receives evidence under consent.
    Legal = 4,
    /// Publishes statistics; owns no cases.
    Analyst = 5,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Administrator, Self::Caseworker, Self::Supervisor, Self::Legal, Self::Analyst];

    /// The role's name in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Caseworker => "caseworker",
            Self::Supervisor => "supervisor",
            Self::Legal => "legal",
            Self::Analyst => "analyst",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether a person in this role may be a member of a team that owns cases.
    pub fn may_own_cases(self) -> bool {
        self != Self::Analyst
    }
}

/// Whether `author`, in `role`, may make `statement` in the state `organisation`.
pub(super) fn allows(organisation: &Organisation, author: PersonId, role: Role, statement: &Statement) -> bool {
    let administrator = role == Role::Administrator;
    let member = |team: &TeamId| organisation.is_member(team, &author);
    let of_cases = |team: &TeamId| organisation.team(team).is_some_and(|team| team.kind.owns_cases());
    match statement {
        Statement::Found(_) => false,
        Statement::AddPerson(..)
        | Statement::SetRole(..)
        | Statement::RemovePerson(_)
        | Statement::CreateTeam(_)
        | Statement::FreezeTeam(..)
        | Statement::VoidCommit(_)
        | Statement::AddPartner(_)
        | Statement::ConfirmPartner(_)
        | Statement::RemovePartner(_)
        | Statement::RecoveryPolicy(_)
        | Statement::ApproveRecoveryPolicy(_) => administrator,
        Statement::AddDevice(person, _) => organisation.may_add_device(&author, person),
        Statement::RevokeDevice(device) => {
            administrator || organisation.device(device).is_some_and(|device| device.person == author)
        }
        Statement::AddToTeam(team, _) => of_cases(team) && (administrator || member(team)),
        Statement::RemoveFromTeam(team, person) => of_cases(team) && (administrator || *person == author),
        Statement::RotateTeam(team) => administrator || member(team),
        Statement::TeamSealingKey(statement) => member(&statement.team),
        Statement::AnnounceRecovery(_) => administrator || organisation.recovery().is_trustee(&author),
        Statement::CancelRecovery(announcement) => {
            let announced = organisation.recovery().announcements().get(announcement);
            let of_team = announced.is_some_and(|announced| member(&announced.announcement.team));
            administrator || of_team || organisation.recovery().is_trustee(&author)
        }
        Statement::RecoveryOpened(opening) => member(&opening.content.announced.team),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_read_by_its_own_name_alone() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(Role::parse(&role.as_str().to_uppercase()), None);
        }
        assert_eq!(Role::parse(""), None);
    }
}
