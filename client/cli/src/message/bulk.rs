//! Texts for what is wrong in a CSV file of people.

use casevault_sync::bulk::{Flaw, Problem};

use crate::display::{short, untrusted};
use crate::failure::{Exit, Failure};

/// A file that was not brought in, because of what was listed.
pub(crate) fn import_problems(problems: &[Problem], dry_run: bool) -> Failure {
    let count = problems.len();
    let problems = if count == 1 {
        "There is one problem in the file.".to_owned()
    } else {
        format!("There are {count} problems in the file.")
    };
    let message = if dry_run { problems } else { format!("{problems} Nothing was done.") };
    Failure::new(
        "import-problems",
        Exit::Failed,
        message,
        "Correct the lines listed, and try casevault org import FILE --dry-run.",
    )
}

/// What is wrong, and what would be right.
pub(crate) fn flaw(flaw: &Flaw) -> String {
    match flaw {
        Flaw::TooLong => "the file is longer than 4 MiB".into(),
        Flaw::Header => "the first line has to be name,role,teams or name,role,teams,person, with commas".into(),
        Flaw::NoRows => "there is nobody in the file".into(),
        Flaw::TooManyRows => "more than 4,096 people: split the file here".into(),
        Flaw::Columns { found, wanted } => {
            format!("{found} cells where there are {wanted} columns; cells with commas need quotation marks")
        }
        Flaw::Quoting => "a quotation mark is missing, or stands within a cell without being doubled".into(),
        Flaw::Utf8 => "not UTF-8: save the file as \"CSV UTF-8\"".into(),
        Flaw::NoName => "a name is missing".into(),
        Flaw::LongName => "longer than 256 bytes".into(),
        Flaw::Characters => "control characters, marks of direction and invisible characters are not allowed in names".into(),
        Flaw::UnknownRole => "no such role: administrator, caseworker, supervisor, legal or analyst".into(),
        Flaw::Duplicate(line) => format!("the same person as in line {line}; tell people of one name apart in their names"),
        Flaw::Exists(person) => {
            format!("is here or invited already, as {}: add the column person with the id, or another name", short(person))
        }
        Flaw::Analyst => "an analyst is in no team".into(),
        Flaw::TeamTwice => "the team is named twice".into(),
        Flaw::AmbiguousTeam => "several teams are called so: name it by its id".into(),
        Flaw::SimilarTeam(other) => format!("spelt otherwise than {}", untrusted(other)),
        Flaw::TeamFull => "a new team takes 1,000 members at most: add the others later".into(),
        Flaw::UnknownPerson => "not the whole id of a person of this organisation; see casevault org export".into(),
        Flaw::Removed => "the person was removed from the organisation, and an id is never used again".into(),
        Flaw::SecondAdministrator => {
            "you revoked this person's last device, so another administrator has to invite them: leave the line out".into()
        }
        Flaw::OtherName(name) if name.is_empty() => "the person has another name".into(),
        Flaw::OtherName(name) => format!("the person of this id is called {}", untrusted(name)),
        Flaw::OtherRole(role) => format!("the person is {} already; an import changes no roles", role.as_str()),
    }
}
