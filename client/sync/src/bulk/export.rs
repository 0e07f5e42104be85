//! The organisation's people and teams as a file that can be brought in again.

use std::collections::BTreeMap;

use casevault_wire::id::PersonId;
use casevault_wire::log::Role;

use super::{Column, cell};
use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::names::{Kind, name_of};

/// What separates teams in a cell.
const SEPARATOR: char = ';';

/// One person with their teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPerson {
    /// The name, or nothing where it is not known here.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The teams by name, or by id where they have no name that a cell can hold or share it.
    pub teams: Vec<String>,
    /// The id.
    pub person: PersonId,
}

impl Client {
    /// Everybody in the organisation, with their teams.
    ///
    /// # Errors
    /// [`ClientError::NotApproved`] before the log is known.
    pub async fn export_people(&self) -> Result<Vec<ExportedPerson>> {
        self.refresh_log().await?;
        let organisation = self.organisation()?;
        let directory = organisation.directory();
        self.profile.store.read(|db| {
            let mut names = BTreeMap::new();
            for team in organisation.teams().keys().filter(|team| Some(**team) != directory) {
                names.insert(*team, name_of(db, Kind::Team, &team.0)?.unwrap_or_default());
            }
            let mut people = Vec::new();
            for (id, person) in organisation.people().iter().filter(|(_, person)| person.span.until.is_none()) {
                let mine = names.iter().filter(|(team, _)| organisation.is_member(team, id));
                let teams = mine.map(|(team, name)| if fits(name, &names) { name.clone() } else { team.to_string() }).collect();
                let name = name_of(db, Kind::Person, &id.0)?.unwrap_or_default();
                people.push(ExportedPerson { name, role: person.role, teams, person: *id });
            }
            people.sort_by(|a, b| a.name.cmp(&b.name).then(a.person.cmp(&b.person)));
            Ok(people)
        })
    }
}

/// Whether a cell can hold `name`, and it means one team.
fn fits<T>(name: &str, names: &BTreeMap<T, String>) -> bool {
    let plain = !name.is_empty() && name.trim() == name && !name.contains(SEPARATOR);
    plain && names.values().filter(|other| *other == name).count() == 1
}

/// The file that holds `people`.
///
/// # Errors
/// None that can happen: writing to memory does not fail.
pub fn to_csv(people: &[ExportedPerson]) -> Result<Vec<u8>> {
    let header = [Column::Name, Column::Role, Column::Teams, Column::Person].map(|column| column.as_str().to_owned());
    let row = |person: &ExportedPerson| {
        let teams = person.teams.join(&SEPARATOR.to_string());
        [person.name.clone(), person.role.as_str().to_owned(), teams, person.person.to_string()]
    };
    table(std::iter::once(header).chain(people.iter().map(row)))
}

/// Rows of cells as CSV, with cells that no spreadsheet takes for a formula.
pub(super) fn table<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(|text| cell::write(&text))).map_err(|_| ClientError::Text)?;
    }
    writer.into_inner().map_err(|_| ClientError::Text)
}

#[cfg(test)]
mod tests {
    use super::super::rows::rows;
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_no_cell_is_a_formula() {
        let person = |name: &str, teams: &[&str], id| ExportedPerson {
            name: name.into(),
            role: Role::Legal,
            teams: teams.iter().map(|team| (*team).into()).collect(),
            person: PersonId([id; 16]),
        };
        let people = [
            person("=cmd|' /C calc'!A0", &["+North", "South"], 1),
            person("Omar, \"the\" elder", &[], 2),
            person("Nadia;=cmd|' /C calc'!A0;x", &["North", "=South"], 5),
            person("'@x", &["-"], 3),
            person("", &["علی\u{200c}رضا"], 4),
        ];
        let file = to_csv(&people).unwrap();
        let text = String::from_utf8(file.clone()).unwrap();
        let read_with_semicolons = text.lines().flat_map(|line| line.split(';'));
        assert!(!read_with_semicolons.into_iter().any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{text}");
        let (rows, problems) = rows(&file);
        assert_eq!(problems, []);
        for (row, person) in rows.iter().zip(&people) {
            let wanted = [person.name.as_str(), "legal", &person.teams.join(";"), &person.person.to_string()];
            assert_eq!(row.cells, wanted);
        }
        assert_eq!(rows.len(), people.len());
    }
}
