//! `casevault org recovery`.

use std::path::PathBuf;

use casevault_wire::time::Time;
use clap::Subcommand;

use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Make a recovery policy and its trustees' shares: what people need to open a team that lost all its devices
    Create {
        /// How many shares open
        #[arg(long, value_name = "NUMBER")]
        threshold: u8,
        /// Who gets a share; given once for each
        #[arg(long = "trustee", value_name = "PERSON", required = true)]
        trustees: Vec<String>,
        /// How long everybody is warned before a team can be opened, such as 72h or 5d
        #[arg(long, value_name = "TIME", default_value = "72h", value_parser = when::parse_span)]
        delay: u64,
        /// When the policy ends, as YYYY-MM-DD
        #[arg(long, value_name = "DATE", value_parser = when::parse_date)]
        until: Time,
        /// Write each share to a file of its own in this directory, instead of printing all of them
        #[arg(long, value_name = "DIR")]
        shares_dir: Option<PathBuf>,
    },
    /// Check the words of a share; a new policy is stated once all its shares were checked
    Check {
        /// A file with the share, or - to type it
        #[arg(value_name = "FILE | -")]
        share: PathBuf,
    },
    /// Approve the policy that another administrator stated
    Approve {
        /// The policy, or the beginning of its hash
        policy: String,
    },
    /// Show the policy, those that wait for approval, and what is announced
    Show,
    /// Announce that a team shall be opened again; every device is told, and the delay begins
    Announce {
        /// The team
        team: String,
        /// The team's device that shall have its keys [default: this one]
        #[arg(long)]
        device: Option<String>,
    },
    /// Take an announcement back
    Cancel {
        /// The team
        team: String,
    },
    /// Open a team that was announced for this device, with the trustees' shares from standard input
    Open {
        /// The team
        team: String,
    },
}
