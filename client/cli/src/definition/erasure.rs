//! `casevault erasure`, `hold` and `retention`.

use casevault_sync::time::Time;
use clap::Subcommand;

use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Erasure {
    /// Ask for a case to be erased, with all its documents; a second person has to confirm it
    Ask {
        /// The case
        case: String,
        /// Why: who asked for it, and when
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Confirm, as a second person, that a case is to be erased: a supervisor, a lawyer or an administrator of the team
    Confirm {
        /// The case
        case: String,
    },
    /// Take a request back, until its day; anybody of the team may
    Stop {
        /// The case
        case: String,
    },
    /// List what is asked for, what is confirmed, and what was erased
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// Say that the law holds a case: it cannot be erased
    Set {
        /// The case
        case: String,
        /// By whose order, and why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that the law holds it no longer
    End {
        /// The case
        case: String,
        /// By whose order, and why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// Say until when a case is to be kept
    Set {
        /// The case
        case: String,
        /// The last day
        #[arg(long, value_name = "DATE", value_parser = when::parse_date)]
        until: Time,
        /// Why until then
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Take the date away
    End {
        /// The case
        case: String,
    },
}
