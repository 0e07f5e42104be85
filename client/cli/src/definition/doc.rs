//! `casevault doc`.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Doc {
    /// Attach files to a case
    Add {
        /// The case
        case: String,
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List the documents of a case
    List {
        /// The case
        case: String,
        /// Every version of them, with the entry of the case that added it
        #[arg(long)]
        all: bool,
    },
    /// Write a document, or all of a case, to files
    Get {
        /// The case
        case: String,
        /// The document
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        document: Option<String>,
        /// The version that this entry of the case added, as doc list --all and custody name it [default: the newest]
        #[arg(long, value_name = "ENTRY", conflicts_with = "all")]
        entry: Option<u64>,
        /// Every document of the case
        #[arg(long)]
        all: bool,
        /// The file to write, which must not exist; with --all the directory
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
}
