//! Texts for statistics that cannot be had.

use casevault_sync::error::ClientError;
use casevault_wire::problem::Code;

use super::client::{Texts, failure};
use crate::failure::{Exit, Failure};

/// What to say where a period was asked for.
pub(crate) fn of_period(error: ClientError) -> Failure {
    match error {
        ClientError::Server(Code::Conflict) => failure(PERIOD),
        ClientError::Server(Code::Refused) => failure(ANALYST),
        other => other.into(),
    }
}

/// Fewer reports than are released.
pub(crate) fn too_few_cases(period: &str, reports: u64) -> Failure {
    Failure::new(
        "too-few-cases",
        Exit::Refused,
        format!(
            "{reports} reports came of {period}, which are too few: figures of so few cases would tell of single ones. Nothing is released."
        ),
        "More reports may still come while members' devices synchronise; then run casevault stats close again.",
    )
}

/// Records have no bars.
pub(crate) fn records_as_bars() -> Failure {
    let message = "Synthetic records are not drawn as a chart. Nothing was written.";
    Failure::new("usage", Exit::Usage, message, "Ask for them with --format csv or --format json.")
}

const PERIOD: Texts = (
    "period",
    Exit::Conflict,
    "The servers do not do this with that period: it is not closed yet, was closed already, has not ended, or is too long ago; or a server counts in another way than this program.",
    "A period is contributed to until it is closed, closed by an analyst once it has ended, and shown once it is closed. If a server was restored from a backup, ask its operator.",
);
const ANALYST: Texts = (
    "not-analyst",
    Exit::Refused,
    "A server refused: a period is closed by an analyst.",
    "Ask an administrator who has that role: casevault org people.",
);
