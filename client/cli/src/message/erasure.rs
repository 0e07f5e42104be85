//! Texts for what keeps a case from being erased.

use casevault_sync::error::ClientError;

use super::client::{Texts, failure};
use crate::failure::{Exit, Failure};

/// What to say of it.
pub(super) fn failure_of(error: &ClientError) -> Failure {
    failure(if matches!(error, ClientError::Held) { HELD } else { NO_ERASURE })
}

const HELD: Texts = (
    "held",
    Exit::Refused,
    "The law holds the case: it cannot be erased. Nothing was written.",
    "casevault case show CASE says by whose order. When the hold is over: casevault hold end CASE --reason TEXT.",
);
const NO_ERASURE: Texts = (
    "no-erasure",
    Exit::Conflict,
    "Nobody asked for this case to be erased, or it was taken back.",
    "casevault erasure list shows what is asked for; casevault erasure ask CASE --reason TEXT asks.",
);
