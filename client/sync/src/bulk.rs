//! People and teams in bulk: out of a CSV file into the organisation, and back. There is no new mechanism: a file becomes the same
//! statements, names and invitations that single commands make.
//!
//! A file is judged whole before anything is done ([`check`]); what it asks for and is not there yet is then stated in as few
//! all-or-none appends as the limits allow ([`carry`]). Bringing the same file in again does only what is missing.

mod carry;
mod cell;
mod check;
mod export;
mod plan;
mod rows;

use std::collections::BTreeSet;

use casevault_crypto::secret::{SecretBytes, SecretText};
use casevault_wire::id::PersonId;
use casevault_wire::log::{Organisation, Role};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::names::{Kind, name_of};
use crate::store::{array, column};
use crate::view::OnProgress;
use check::{Known, KnownPerson, KnownTeam, Wanted};
use plan::Plan;

pub use export::{ExportedPerson, to_csv};
pub use rows::{Row, rows};

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The person's name.
    Name,
    /// The person's role.
    Role,
    /// The person's teams, separated by semicolons.
    Teams,
    /// The id of a person who is in the organisation.
    Person,
}

impl Column {
    /// The column's name in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Role => "role",
            Self::Teams => "teams",
            Self::Person => "person",
        }
    }
}

/// Something wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line in which its row begins, from 1.
    pub line: u64,
    /// The column, if it is about one.
    pub column: Option<Column>,
    /// What is wrong.
    pub flaw: Flaw,
    /// What stands there, as it stands there.
    pub value: String,
}

impl Problem {
    fn of_line(line: u64, flaw: Flaw) -> Self {
        Self::of_cell(line, None, flaw)
    }

    fn of_cell(line: u64, column: Option<Column>, flaw: Flaw) -> Self {
        Self { line, column, flaw, value: String::new() }
    }
}

/// What can be wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The file is longer than 4 MiB.
    TooLong,
    /// The first line does not name the columns.
    Header,
    /// There is nothing below the header.
    NoRows,
    /// More than 4,096 rows; the first that is too many.
    TooManyRows,
    /// Another number of cells than the header has.
    Columns {
        /// In this row.
        found: usize,
        /// In the header.
        wanted: usize,
    },
    /// A quotation mark where none may be, or one that is never closed.
    Quoting,
    /// Not UTF-8.
    Utf8,
    /// No name.
    NoName,
    /// A name of more than 256 bytes.
    LongName,
    /// A control character, a mark of direction or an invisible character.
    Characters,
    /// No role of this name.
    UnknownRole,
    /// The same person as in the line named.
    Duplicate(u64),
    /// A person of this name is in the organisation, or invited.
    Exists(PersonId),
    /// An analyst is in no team.
    Analyst,
    /// The team is named twice.
    TeamTwice,
    /// Several teams are called so.
    AmbiguousTeam,
    /// A team's name differs only in case or composition from this one.
    SimilarTeam(String),
    /// The team would have more than 1,000 members.
    TeamFull,
    /// Not the id of a person.
    UnknownPerson,
    /// The person was removed.
    Removed,
    /// This person ended the last device of the one named: a second administrator has to invite them.
    SecondAdministrator,
    /// The person of this id is called otherwise.
    OtherName(String),
    /// The person has another role.
    OtherRole(Role),
}

impl Flaw {
    /// A word for scripts.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::TooLong => "file-too-long",
            Self::Header => "header",
            Self::NoRows => "no-rows",
            Self::TooManyRows => "too-many-rows",
            Self::Columns { .. } => "columns",
            Self::Quoting => "quoting",
            Self::Utf8 => "utf-8",
            Self::NoName => "no-name",
            Self::LongName => "long-name",
            Self::Characters => "characters",
            Self::UnknownRole => "unknown-role",
            Self::Duplicate(_) => "duplicate",
            Self::Exists(_) => "exists",
            Self::Analyst => "analyst",
            Self::TeamTwice => "team-twice",
            Self::AmbiguousTeam => "ambiguous-team",
            Self::SimilarTeam(_) => "similar-team",
            Self::TeamFull => "team-full",
            Self::UnknownPerson => "unknown-person",
            Self::Removed => "removed",
            Self::SecondAdministrator => "second-administrator",
            Self::OtherName(_) => "other-name",
            Self::OtherRole(_) => "other-role",
        }
    }
}

/// What a file comes to: what is wrong with it, or what it adds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Everything that is wrong, by line. Unless it is empty nothing is done.
    pub problems: Vec<Problem>,
    /// People whom the file names.
    pub rows: usize,
    /// How many of them are new.
    pub people: usize,
    /// How many teams are new.
    pub teams: usize,
    /// How many memberships are new.
    pub memberships: usize,
    /// How many people are without a device, and get a code.
    pub invitations: usize,
}

/// A one-time code of a person whom the file names.
#[derive(Clone, Debug)]
pub struct PersonCode {
    /// The name.
    pub name: String,
    /// The person.
    pub person: PersonId,
    /// The code: a secret between this device and the person.
    pub code: SecretText,
}

impl Client {
    /// What [`Client::import`] would do with `file`, as far as this device knows if the servers do not answer.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator.
    pub async fn review_import(&self, file: &[u8]) -> Result<Review> {
        self.follow_up().await?;
        self.review(file).map(|(review, _)| review)
    }

    /// Brings the people and teams of `file` in, or nothing at all if there is a problem. What was interrupted is done to its end
    /// when the same file comes again.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] unless this person is an administrator; [`ClientError::Unreachable`] if a server does not answer.
    pub async fn import(&self, file: &[u8], on_progress: OnProgress) -> Result<(Review, Vec<PersonCode>)> {
        self.sync().await?;
        let (review, wanted) = self.review(file)?;
        if !review.problems.is_empty() {
            return Ok((review, Vec::new()));
        }
        let plan = self.plan_import(file, &wanted)?;
        self.carry_out(&wanted, &plan, &on_progress).await?;
        let codes = self.codes(plan.people.as_slice())?;
        Ok((review, codes))
    }

    fn review(&self, file: &[u8]) -> Result<(Review, Wanted)> {
        let organisation = self.administered()?;
        let plan = self.kept_plan(file)?;
        let known = self.known(&organisation, plan.as_ref())?;
        let (rows, mut problems) = rows::rows(file);
        let wanted = check::check(&rows, &known, plan.as_ref(), &mut problems);
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Ok((wanted.review(&known, problems), wanted))
    }

    /// The organisation, if this person administers it.
    fn administered(&self) -> Result<std::sync::Arc<Organisation>> {
        let organisation = self.organisation()?;
        let mine = organisation.person(&self.me.person).ok_or(ClientError::NotAllowed)?;
        let administers = mine.role == Role::Administrator && mine.span.until.is_none();
        if administers { Ok(organisation) } else { Err(ClientError::NotAllowed) }
    }

    /// What log and directory say, and who has an invitation of this device.
    fn known(&self, organisation: &Organisation, plan: Option<&Plan>) -> Result<Known> {
        let equipped: BTreeSet<PersonId> =
            organisation.devices().values().filter(|device| device.span.until.is_none()).map(|device| device.person).collect();
        let invited = self.invited_people()?;
        let made = match plan {
            Some(plan) => plan.teams.as_slice().iter().zip(self.teams_made(plan)?).collect(),
            None => Vec::new(),
        };
        self.profile.store.read(|db| {
            let mut known = Known::default();
            for (id, person) in organisation.people() {
                let has_device = equipped.contains(id);
                let name = name_of(db, Kind::Person, &id.0)?;
                let removed = person.span.until.is_some();
                let withheld = !has_device && !organisation.may_add_device(&self.me.person, id);
                known.people.insert(*id, KnownPerson { name, role: person.role, removed, has_device, withheld });
            }
            known.invited = invited.into_iter().filter(|(id, _)| organisation.person(id).is_none()).collect();
            let directory = organisation.directory();
            for (id, _) in organisation.teams().iter().filter(|(id, _)| Some(**id) != directory) {
                let planned =
                    made.iter().find(|(_, made)| *made == Some(*id)).map(|(planned, _)| planned.name.as_str().to_owned());
                let name = planned.or(name_of(db, Kind::Team, &id.0)?);
                known.teams.push(KnownTeam { team: *id, name, members: organisation.members(id) });
            }
            Ok(known)
        })
    }

    /// Who has an open invitation of this device, and under which name.
    fn invited_people(&self) -> Result<Vec<(PersonId, String)>> {
        self.profile.store.read(|db| {
            // A further device of this person's own is nobody new.
            let sql = "SELECT person, name FROM invitations
                WHERE device IS NULL AND withdrawn = 0 AND expires >= ?1 AND person <> ?2";
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map(crate::store::sql::params![column(self.now().0), self.me.person.0], |row| {
                Ok((PersonId(array(row, 0)?), row.get(1)?))
            })?;
            rows.map(|row| row.map_err(ClientError::from)).collect()
        })
    }
}

/// The file of codes: whoever holds it can join in the place of everybody in it.
///
/// # Errors
/// None that can happen: writing to memory does not fail.
pub fn codes_to_csv(codes: &[PersonCode]) -> Result<SecretBytes> {
    let header = ["name", "person", "code"].map(str::to_owned);
    let row = |code: &PersonCode| [code.name.clone(), code.person.to_string(), code.code.expose().to_owned()];
    export::table(std::iter::once(header).chain(codes.iter().map(row))).map(SecretBytes::from)
}
