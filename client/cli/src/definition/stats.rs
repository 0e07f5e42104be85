//! `casevault stats`.

use std::path::PathBuf;

use casevault_sync::Period;
use clap::{Subcommand, ValueEnum, value_parser};

#[derive(Debug, Subcommand)]
pub(crate) enum Stats {
    /// Send a report of each open case of your teams now, in place of those that are there; without this, clients send them by themselves
    Contribute {
        /// The period: YYYY or YYYY-Qn
        #[arg(value_parser = parse_period)]
        period: Period,
        /// Of this case alone, also if it was withdrawn
        #[arg(long)]
        case: Option<String>,
    },
    /// Leave a case out of a period that is not closed yet; it stays out, unless it is contributed with --case
    Withdraw {
        /// The case
        case: String,
        /// The period: YYYY or YYYY-Qn
        #[arg(value_parser = parse_period)]
        period: Period,
    },
    /// Close a period that has ended, and count it; for an analyst
    Close {
        /// The period: YYYY or YYYY-Qn
        #[arg(value_parser = parse_period)]
        period: Period,
    },
    /// Show the figures of a period that is closed
    Show {
        /// The period: YYYY or YYYY-Qn
        #[arg(value_parser = parse_period)]
        period: Period,
        /// Write them as a file of this form instead of a table
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// Where to; nothing may be there [default: standard output]
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// So many synthetic records instead, drawn from the figures alone, with the share of combinations that no real case need have; as csv or json
        #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=100_000))]
        microdata: Option<u32>,
    },
}

/// A form of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One line for each figure
    Csv,
    /// One JSON document
    Json,
    /// Bars with error bars
    Svg,
}

fn parse_period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "a period is YYYY or YYYY-Qn, as 2026 or 2026-Q1".to_owned())
}
