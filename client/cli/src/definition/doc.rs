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
    },
    /// Write a document, or all of a case, to files
    Get {
        /// The case
        case: String,
        /// The document
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        document: Option<String>,
        /// Every document of the case
        #[arg(long)]
        all: bool,
        /// The file to write, which must not exist; with --all the directory
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
}
