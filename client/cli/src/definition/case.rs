//! `casevault case`.

use clap::Subcommand;

use super::assignment;

#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    /// Open a case
    Open {
        /// Its title
        title: String,
        /// The team that owns it
        #[arg(long)]
        team: String,
        /// A field of the standard with its value; may be given several times
        #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = assignment)]
        fields: Vec<(String, String)>,
    },
    /// List cases
    List,
    /// Show a case
    Show {
        /// The case
        case: String,
    },
    /// Set fields of a case
    Set {
        /// The case
        case: String,
        /// Fields of the standard with their values; dates are YYYY-MM-DD, an empty value clears a field
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = assignment)]
        fields: Vec<(String, String)>,
    },
    /// Close a case
    Close {
        /// The case
        case: String,
    },
}
