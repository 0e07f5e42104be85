//! Texts for what is wrong with an evidence bundle.

use casevault_sync::evidence::Problem;

use crate::display::untrusted;
use crate::failure::{Exit, Failure, Item};

/// A bundle that is not what was signed.
pub(crate) fn evidence(problems: &[Problem]) -> Failure {
    let item = |problem: &Problem| Item { name: place(problem), code: "evidence", message: format!("{}.", problem.fault) };
    Failure::new(
        "evidence",
        Exit::Verification,
        "The bundle is not as it was exported: nothing in it proves anything. It was left as it is.",
        "Ask whoever gave it to you for it again, by a way on which it is not changed.",
    )
    .with_items(problems.iter().map(item).collect())
}

fn place(problem: &Problem) -> String {
    let file = untrusted(&problem.file);
    problem.sequence.map_or(file.clone(), |sequence| format!("{file}, entry {sequence}"))
}
