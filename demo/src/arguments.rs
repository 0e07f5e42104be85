//! The words of the command line.

use std::path::PathBuf;

use clap::Parser;

/// Shows Casevault at work on this machine: two servers, four people, real documents
#[derive(Debug, Parser)]
#[command(name = "casevault-demo", version)]
pub(crate) struct Arguments {
    /// End when everything was shown, with code 0 only if all of it held; else the servers keep running until Ctrl-C
    #[arg(long)]
    pub(crate) exit: bool,
    /// An empty directory to keep everything in [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// A directory with documents to use instead of made-up ones
    #[arg(long, value_name = "DIR")]
    pub(crate) documents: Option<PathBuf>,
}
