//! `casevault case`.

use std::path::PathBuf;

use clap::Subcommand;

use super::assignment;
use super::share::spoken;

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
    /// Write all that a case says about its person to be given to them; that is on record in the case
    Give {
        /// The case
        case: String,
        /// The language of the headings: en, ar, fr or es
        #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = spoken)]
        language: String,
        /// Give documents with their metadata, and why
        #[arg(long, value_name = "REASON")]
        keep_metadata: Option<String>,
        /// The directory to make, which must not exist; a zip if it ends so
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
    /// Offer a case to the recipient of a share, to go on with it; once they do, this team only reads it
    HandOver {
        /// The case
        case: String,
        /// The share
        share: String,
        /// A field of which this team is told what becomes; without any, all that the share names
        #[arg(long, value_name = "FIELD")]
        tell: Vec<String>,
    },
    /// Go on with the case that a dossier offers; the same command goes on after a cut
    TakeOver {
        /// The dossier
        dossier: String,
        /// What the case shall be called here
        #[arg(long)]
        title: String,
    },
    /// Close a case
    Close {
        /// The case
        case: String,
    },
}
