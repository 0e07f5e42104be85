//! Why the demonstration did not come to its good end.

use std::path::PathBuf;

/// What did not hold, or could not be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A claim did not hold.
    #[error("this did not hold: {0}")]
    Claim(String),
    /// A command of a person ended otherwise than it should.
    #[error("{person}: casevault {command} ended with {code}: {message}")]
    Command {
        /// Whose.
        person: &'static str,
        /// What was asked.
        command: String,
        /// The exit code.
        code: i32,
        /// What it said.
        message: String,
    },
    /// A server did not start or stop.
    #[error("the {0} did not {1}; see its log")]
    Server(&'static str, &'static str),
    /// The directory is not empty.
    #[error("{} is not empty: name another directory with --dir", .0.display())]
    NotEmpty(PathBuf),
    /// There is nothing to show.
    #[error("{} holds no files", .0.display())]
    NoDocuments(PathBuf),
    /// A server's records could not be read.
    #[error("a server's records could not be read: {0}")]
    Records(#[from] casevault_service::store::StoreError),
    /// The made-up papers could not be made.
    #[error("a document could not be made: {0}")]
    Paper(#[from] zip::result::ZipError),
    /// The search could not be prepared.
    #[error("the search could not be prepared: {0}")]
    Search(#[from] aho_corasick::BuildError),
    /// The operating system refused.
    #[error("the system refused: {0}")]
    Io(#[from] std::io::Error),
}

/// A claim: nothing if it holds.
pub(crate) fn claim(holds: bool, what: impl Into<String>) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Claim(what.into())) }
}
