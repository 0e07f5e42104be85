//! Reads the compiled-in variables, and checks that they are what they say.

use serde::Deserialize;

use super::{Category, Source, Table, Variable, Variables, region};
use crate::htcds;

const LIST: &str = include_str!("../../data/variables.json");

/// The most cells that there may be.
const CELLS: usize = 2048;
/// How many cases the variables are made for: a table has so few cells that at [`SMALL`] cases a cell as many would fill it.
const POPULATION: usize = 10_000;
/// Cells of fewer cases than this would say something about few people.
const SMALL: usize = 25;
/// The most variables in one table.
const DIMENSIONS: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "version")]
    _version: String,
    cells: usize,
    weight: usize,
    variables: Vec<Row>,
    tables: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    label: String,
    columns: Vec<String>,
    source: Source,
    most: usize,
    categories: Vec<CategoryRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryRow {
    code: String,
    from: Option<u32>,
    to: Option<u32>,
}

/// Why a list of variables is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ListError {
    #[error("not of its form")]
    Form,
    #[error("{0} reads a field that there is not")]
    Field(String),
    #[error("{0} leaves out a code, or has one that there is not")]
    Code(String),
    #[error("{0} has categories that its source does not give")]
    Category(String),
    #[error("the table {0} names a variable that there is not, or too many")]
    Table(String),
    #[error("the table {0} has so many cells that few cases would be in each")]
    Fine(String),
    #[error("there are other cells, or another weight, than it says")]
    Total,
}

#[expect(clippy::expect_used, reason = "compiled in, and read by the tests")]
pub(super) fn compiled_in() -> Variables {
    read(LIST).expect("the compiled-in variables are well-formed")
}

/// The variables of a list that holds what it says.
pub(super) fn read(list: &str) -> Result<Variables, ListError> {
    let file: File = serde_json::from_str(list).map_err(|_| ListError::Form)?;
    let all: Vec<Variable> = file.variables.into_iter().map(variable).collect();
    all.iter().try_for_each(check)?;
    let (mut tables, mut cells, mut weight) = (Vec::new(), 0, 0);
    for names in &file.tables {
        let (table, ones) = table(&all, names, cells)?;
        (cells, weight) = (cells + table.cells, weight + ones);
        tables.push(table);
    }
    if (cells, weight) != (file.cells, file.weight) || cells > CELLS {
        return Err(ListError::Total);
    }
    Ok(Variables { all, tables, cells, weight })
}

fn variable(row: Row) -> Variable {
    let Row { name, label, columns, source, most, categories } = row;
    let category = |CategoryRow { code, from, to }| Category { code, band: from.zip(to) };
    Variable { name, label, columns, source, most, categories: categories.into_iter().map(category).collect() }
}

/// A table from `first` on, and in how many of its cells one case counts.
fn table(all: &[Variable], names: &[String], first: usize) -> Result<(Table, usize), ListError> {
    let wrong = || ListError::Table(names.join(" × "));
    let position = |name: &String| all.iter().position(|variable| variable.name == *name).ok_or_else(wrong);
    let variables = names.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if variables.is_empty() || variables.len() > DIMENSIONS {
        return Err(wrong());
    }
    let named = || variables.iter().filter_map(|at| all.get(*at));
    let cells = named().map(|variable| variable.categories.len()).product();
    if cells > POPULATION / SMALL {
        return Err(ListError::Fine(names.join(" × ")));
    }
    let weight = named().map(|variable| variable.most).product();
    Ok((Table { variables, first, cells }, weight))
}

/// That each field is there, each of its codes has a place, and each category a source.
fn check(variable: &Variable) -> Result<(), ListError> {
    let known = variable.source.fields().iter().all(|name| htcds::field(name).is_some());
    if !known {
        return Err(ListError::Field(variable.name.clone()));
    }
    if let Source::Codes { fields } = &variable.source {
        for (name, codes) in fields {
            let theirs = htcds::field(name).map(htcds::Field::codes).unwrap_or_default();
            if theirs.len() != codes.len() || !theirs.iter().all(|code| codes.contains_key(&code.code)) {
                return Err(ListError::Code(variable.name.clone()));
            }
        }
    }
    let given = given(variable);
    let right = variable.most >= 1
        && variable.most <= variable.categories.len()
        && variable.categories.iter().all(|category| given.contains(&category.code.as_str()))
        && given.iter().all(|code| variable.categories.iter().any(|category| category.code == *code));
    if right { Ok(()) } else { Err(ListError::Category(variable.name.clone())) }
}

/// The categories that the source of a variable gives.
fn given(variable: &Variable) -> Vec<&str> {
    match &variable.source {
        Source::Case => vec!["All"],
        Source::Codes { fields } => fields.values().flat_map(|codes| codes.values().flatten()).map(String::as_str).collect(),
        Source::Region { .. } => region::subregions().iter().map(|subregion| subregion.region).collect(),
        Source::Subregion { .. } => region::subregions().iter().map(|subregion| subregion.name).collect(),
        Source::Year { .. } | Source::Age { .. } | Source::Number { .. } => bands(variable),
    }
}

/// The codes of bands that follow each other from 0 without a gap.
fn bands(variable: &Variable) -> Vec<&str> {
    let mut next = Some(0);
    let mut codes = Vec::new();
    for category in &variable.categories {
        match category.band {
            Some((from, to)) if Some(from) == next && from <= to => next = to.checked_add(1),
            _ => break,
        }
        codes.push(category.code.as_str());
    }
    codes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_variables_are_what_they_say() {
        let variables = read(LIST).unwrap();
        assert_eq!((variables.cells, variables.weight), (227, 74));
        let columns: Vec<_> = variables.all.iter().flat_map(|variable| &variable.columns).collect();
        assert_eq!(columns.iter().collect::<BTreeSet<_>>().len(), 27, "each column of the dataset once");
        assert_eq!(columns.len(), 27);
        let last = variables.tables.last().unwrap();
        assert_eq!(last.first + last.cells, variables.cells);
        for table in &variables.tables {
            assert_eq!(variables.codes(table).len(), table.cells, "{}", variables.name(table));
        }
    }

    /// What is wrong with the list when `from` is `to`.
    fn changed(from: &str, to: &str) -> Option<ListError> {
        assert!(LIST.contains(from), "{from}");
        read(&LIST.replacen(from, to, 1)).err()
    }

    #[test]
    fn a_list_that_is_not_what_it_says_is_refused() {
        let name = |name: &str| name.to_owned();
        assert_eq!(changed("\"prs_Gender\"", "\"prs_Gendre\""), Some(ListError::Field(name("Gender"))));
        assert_eq!(changed("\"Feminine\": \"Woman\",", ""), Some(ListError::Code(name("Gender"))));
        assert_eq!(changed("\"Feminine\": \"Woman\"", "\"Feminine\": \"Women\""), Some(ListError::Category(name("Gender"))));
        assert_eq!(changed("\"from\": 9, ", "\"from\": 10, "), Some(ListError::Category(name("AgeBand"))));
        assert_eq!(changed("\"weight\": 74", "\"weight\": 73"), Some(ListError::Total));
        assert_eq!(changed("\"cells\": 227", "\"cells\": 228"), Some(ListError::Total));
        assert_eq!(changed("\"weight\": 74", "\"weight\": 74, \"more\": 1"), Some(ListError::Form));
    }

    // Plays H13.
    #[test]
    fn h13_schema_lint() {
        let one = "[\"Recruiter\", \"Gender\"]";
        let fine = ListError::Fine("YearOfRegistration × Citizenship".to_owned());
        let finer = changed(one, "[\"YearOfRegistration\", \"Citizenship\"]");
        assert_eq!(finer, Some(ListError::Total), "330 cells: coarse enough, and not what was stated");
        let list = LIST.replacen(one, "[\"YearOfRegistration\", \"Citizenship\"]", 1);
        let list = list.replacen("\"to\": 2014}", "\"to\": 2008}", 1);
        let years: String =
            (2009..=2014).map(|year| format!(",\n    {{\"code\": \"{year}\", \"from\": {year}, \"to\": {year}}}")).collect();
        let list = list.replacen("\"to\": 2008}", &format!("\"to\": 2008}}{years}"), 1);
        assert_eq!(read(&list), Err(fine), "420 cells: 10,000 cases are fewer than 25 in each");
        let three = changed(one, "[\"Recruiter\", \"Gender\", \"AgeBand\"]");
        assert_eq!(three, Some(ListError::Table("Recruiter × Gender × AgeBand".to_owned())), "no table of three");
    }
}
