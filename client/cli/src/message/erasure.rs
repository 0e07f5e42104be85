//! Texts for what keeps a case from being erased.

use super::client::Texts;
use crate::failure::Exit;

pub(super) const HELD: Texts = (
    "held",
    Exit::Refused,
    "The law holds the case: it cannot be erased. Nothing was written.",
    "casevault case show CASE says by whose order. When the hold is over: casevault hold end CASE --reason TEXT.",
);
pub(super) const NO_ERASURE: Texts = (
    "no-erasure",
    Exit::Conflict,
    "Nobody asked for this case to be erased, or it was taken back.",
    "casevault erasure list shows what is asked for; casevault erasure ask CASE --reason TEXT asks.",
);
