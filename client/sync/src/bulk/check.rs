//! What the rows of a file ask for, and everything that is wrong with them: a function of the rows and of what is known.

use std::collections::{BTreeMap, BTreeSet};

use casevault_crypto::event::is_plain;
use casevault_wire::id::{PersonId, TeamId};
use casevault_wire::limit;
use casevault_wire::log::Role;
use unicode_normalization::UnicodeNormalization as _;

use super::plan::Plan;
use super::rows::Row;
use super::{Column, Flaw, Problem, Review};
use crate::people::NAME;

/// A person in the log.
pub(super) struct KnownPerson {
    pub(super) name: Option<String>,
    pub(super) role: Role,
    pub(super) removed: bool,
    pub(super) has_device: bool,
    /// Whether it takes another administrator to bring them a device.
    pub(super) withheld: bool,
}

/// A team that owns cases.
pub(super) struct KnownTeam {
    pub(super) team: TeamId,
    pub(super) name: Option<String>,
    pub(super) members: BTreeSet<PersonId>,
}

/// What is there before a file is brought in.
#[derive(Default)]
pub(super) struct Known {
    pub(super) people: BTreeMap<PersonId, KnownPerson>,
    /// Who is invited and not in the log yet.
    pub(super) invited: Vec<(PersonId, String)>,
    pub(super) teams: Vec<KnownTeam>,
}

/// A person whom the file names.
pub(super) struct WantedPerson {
    pub(super) name: String,
    pub(super) role: Role,
    /// The id of somebody who is there already.
    pub(super) person: Option<PersonId>,
}

/// A team that the file names.
pub(super) struct WantedTeam {
    pub(super) name: String,
    pub(super) team: Option<TeamId>,
    /// Positions of its members among the people.
    pub(super) members: Vec<usize>,
}

/// What a file asks for.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) people: Vec<WantedPerson>,
    pub(super) teams: Vec<WantedTeam>,
}

impl Wanted {
    /// What it comes to.
    pub(super) fn review(&self, known: &Known, problems: Vec<Problem>) -> Review {
        let there = |index: &usize| self.people.get(*index).and_then(|person| person.person);
        let memberships = self.teams.iter().map(|team| {
            let known = team.team.and_then(|id| known.teams.iter().find(|known| known.team == id));
            let is_new = |index: &&usize| !there(index).is_some_and(|id| known.is_some_and(|team| team.members.contains(&id)));
            team.members.iter().filter(is_new).count()
        });
        let has_device = |person: &PersonId| known.people.get(person).is_some_and(|known| known.has_device);
        Review {
            problems,
            rows: self.people.len(),
            people: self.people.iter().filter(|person| person.person.is_none()).count(),
            teams: self.teams.iter().filter(|team| team.team.is_none()).count(),
            memberships: memberships.sum(),
            invitations: self.people.iter().filter(|person| !person.person.is_some_and(|id| has_device(&id))).count(),
        }
    }
}

/// What the rows ask for; what is wrong with them is added to `problems`. `plan` is what this device intended when the same file was
/// brought in before.
pub(super) fn check(rows: &[Row], known: &Known, plan: Option<&Plan>, problems: &mut Vec<Problem>) -> Wanted {
    let current = known.people.iter().filter(|(_, person)| !person.removed);
    let named = current.filter_map(|(id, person)| person.name.as_deref().map(|name| (folded(name), *id)));
    let invited = known.invited.iter().map(|(id, name)| (folded(name), *id));
    let names = named.chain(invited).collect();
    let teams = BTreeMap::new();
    let mut check = Check { known, plan, names, lines: BTreeMap::new(), teams, wanted: Wanted::default(), problems };
    for row in rows {
        check.row(row);
    }
    check.wanted
}

/// Names that people do not tell apart.
fn folded(name: &str) -> String {
    name.trim().nfkc().collect::<String>().to_lowercase()
}

struct Check<'a> {
    known: &'a Known,
    plan: Option<&'a Plan>,
    /// Who is called so.
    names: BTreeMap<String, PersonId>,
    /// In which line the file named a person: by id, or by folded name.
    lines: BTreeMap<String, u64>,
    /// Positions of the teams that the file named, by folded name or id.
    teams: BTreeMap<String, usize>,
    wanted: Wanted,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn row(&mut self, row: &Row) {
        let mut cells = row.cells.iter().map(String::as_str);
        let [name, role, teams, id] = [(); 4].map(|()| cells.next().unwrap_or_default());
        let person = if id.is_empty() { self.by_name(row.line, name) } else { self.by_id(row.line, id, name) };
        let known = person.and_then(|id| self.known.people.get(&id));
        let role = match Role::parse(role) {
            None => self.wrong(row.line, Column::Role, Flaw::UnknownRole, role),
            Some(wanted) => {
                if let Some(known) = known.filter(|known| known.role != wanted) {
                    self.wrong::<()>(row.line, Column::Role, Flaw::OtherRole(known.role), role);
                }
                Some(wanted)
            }
        };
        if role == Some(Role::Analyst) && !teams.is_empty() {
            self.wrong::<()>(row.line, Column::Teams, Flaw::Analyst, teams);
        }
        let name = if name.is_empty() { known.and_then(|known| known.name.as_deref()).unwrap_or(id) } else { name };
        let role = role.unwrap_or(Role::Caseworker); // of a row with a problem nothing is done
        self.wanted.people.push(WantedPerson { name: name.to_owned(), role, person });
        self.memberships(row.line, teams);
    }

    fn wrong<T>(&mut self, line: u64, column: Column, flaw: Flaw, value: &str) -> Option<T> {
        self.problems.push(Problem { line, column: Some(column), flaw, value: value.to_owned() });
        None
    }

    /// The person of a row without id: nobody, or whom this file brought in before.
    fn by_name(&mut self, line: u64, name: &str) -> Option<PersonId> {
        let ours = self.plan.and_then(|plan| plan.people.as_slice().get(self.wanted.people.len())).copied();
        let ours = ours.filter(|id| self.known.people.contains_key(id));
        if let Some(flaw) = bad_name(name) {
            return self.wrong(line, Column::Name, flaw, name);
        }
        if let Some(first) = self.lines.insert(folded(name), line) {
            self.lines.insert(folded(name), first);
            return self.wrong(line, Column::Name, Flaw::Duplicate(first), name);
        }
        let taken = self.names.get(&folded(name)).copied().filter(|taken| Some(*taken) != ours);
        if let Some(taken) = taken {
            return self.wrong(line, Column::Name, Flaw::Exists(taken), name);
        }
        self.still_here(line, ours?, name)
    }

    /// The person of a row with an id, who has to be in the log.
    fn by_id(&mut self, line: u64, id: &str, name: &str) -> Option<PersonId> {
        let Some(person) = PersonId::parse(id).ok().filter(|person| self.known.people.contains_key(person)) else {
            return self.wrong(line, Column::Person, Flaw::UnknownPerson, id);
        };
        if let Some(first) = self.lines.insert(id.to_owned(), line) {
            self.lines.insert(id.to_owned(), first);
            return self.wrong(line, Column::Person, Flaw::Duplicate(first), id);
        }
        let known = self.known.people.get(&person).and_then(|known| known.name.as_deref());
        if let Some(known) = known.filter(|known| !name.is_empty() && known.trim() != name) {
            return self.wrong(line, Column::Name, Flaw::OtherName(known.to_owned()), name);
        }
        self.still_here(line, person, id)
    }

    fn still_here(&mut self, line: u64, person: PersonId, value: &str) -> Option<PersonId> {
        match self.known.people.get(&person) {
            Some(known) if known.removed => self.wrong(line, Column::Person, Flaw::Removed, value),
            Some(known) if known.withheld => self.wrong(line, Column::Person, Flaw::SecondAdministrator, value),
            _ => Some(person),
        }
    }

    /// Adds the newest person to the teams that their row names.
    fn memberships(&mut self, line: u64, cell: &str) {
        let person = self.wanted.people.len().saturating_sub(1);
        for name in cell.split(';').map(str::trim).filter(|_| !cell.is_empty()) {
            let Some(index) = self.team(line, name) else { continue };
            let Some(team) = self.wanted.teams.get_mut(index) else { continue };
            if team.members.last() == Some(&person) {
                self.wrong::<()>(line, Column::Teams, Flaw::TeamTwice, name);
                continue;
            }
            team.members.push(person);
            if team.team.is_none() && team.members.len() == limit::TEAM_MEMBERS + 1 {
                self.wrong::<()>(line, Column::Teams, Flaw::TeamFull, name);
            }
        }
    }

    /// The position of the team that is called so; it is made if it is new.
    fn team(&mut self, line: u64, name: &str) -> Option<usize> {
        if let Some(index) = self.teams.get(&folded(name)).copied() {
            let spelt = self.wanted.teams.get(index).map(|team| team.name.clone()).unwrap_or_default();
            return if spelt == name { Some(index) } else { self.wrong(line, Column::Teams, Flaw::SimilarTeam(spelt), name) };
        }
        let team = match self.known_team(name) {
            Ok(team) => team,
            Err(flaw) => return self.wrong(line, Column::Teams, flaw, name),
        };
        if let Some(flaw) = bad_name(name).filter(|_| team.is_none()) {
            return self.wrong(line, Column::Teams, flaw, name);
        }
        let index = self.wanted.teams.len();
        self.wanted.teams.push(WantedTeam { name: name.to_owned(), team, members: Vec::new() });
        self.teams.insert(folded(name), index);
        Some(index)
    }

    fn known_team(&self, name: &str) -> Result<Option<TeamId>, Flaw> {
        let teams = || self.known.teams.iter();
        if let Some(team) = TeamId::parse(name).ok().and_then(|id| teams().find(|team| team.team == id)) {
            return Ok(Some(team.team));
        }
        let exact: Vec<_> = teams().filter(|team| team.name.as_deref().map(str::trim) == Some(name)).collect();
        let similar = teams().filter_map(|team| team.name.as_ref()).find(|known| folded(known) == folded(name));
        match (exact.as_slice(), similar) {
            ([], None) => Ok(None),
            ([], Some(similar)) => Err(Flaw::SimilarTeam(similar.clone())),
            ([one], _) => Ok(Some(one.team)),
            _ => Err(Flaw::AmbiguousTeam),
        }
    }
}

fn bad_name(name: &str) -> Option<Flaw> {
    if name.is_empty() {
        Some(Flaw::NoName)
    } else if name.len() > NAME {
        Some(Flaw::LongName)
    } else if !name.chars().all(is_plain) {
        Some(Flaw::Characters)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
