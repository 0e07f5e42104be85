//! Evidence bundles (SPEC §6.7) as files: made of a case, and verified by anybody.

mod archive;
mod encrypted;
mod export;
mod given;
mod pack;
mod read;
mod recipients;
mod source;
mod stamp;

use std::path::{Path, PathBuf};

use casevault_crypto::evidence::{LOG, LOG_RECIPIENT, vouch};
use casevault_wire::hash::Hash;

pub use given::GivenCopy;
pub use recipients::{Destination, ENDING, NameError, RecipientError, Recipients};

pub use casevault_crypto::evidence::{
    Exhibit, Exported, Fault, Problem, Report, Roots, RootsError, Signer, StampError, Stamped, side,
};

pub use crate::http::Authority;

use crate::error::Result;

/// A bundle that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceExport {
    /// Where it is.
    pub path: PathBuf,
    /// How many files it has.
    pub files: u64,
    /// The documents.
    pub documents: Vec<Exhibit>,
    /// The root fingerprints of the organisations that have a part in it: first of the one whose documents they are.
    pub fingerprints: Vec<Hash>,
}

/// Verifies the bundle at `path`, a directory or a zip, and that it is of organisations with these root fingerprints, as far as they are `known`:
/// whose documents they are, and with whom they were shared. If there are `roots`, it has to have a time stamp that one of them vouches for.
/// Needs no profile and asks nobody; nothing is written.
///
/// # Errors
/// [`ClientError::File`](crate::ClientError::File) if it cannot be read; [`ClientError::Encrypted`](crate::ClientError::Encrypted) if it has to be opened first.
pub fn verify_evidence(path: &Path, known: [Option<Hash>; 2], roots: &Roots) -> Result<Report> {
    let (files, problems) = read::read(path)?;
    let mut report =
        if files.is_empty() && !problems.is_empty() { Report::default() } else { casevault_crypto::evidence::verify(&files) };
    if !roots.is_empty() && !files.is_empty() {
        vouch(&mut report, &files, roots);
    }
    report.problems.splice(0..0, problems);
    let found = [report.fingerprint, report.recipient.map(|(_, fingerprint)| fingerprint)];
    for ((known, found), file) in known.into_iter().zip(found).zip([LOG, LOG_RECIPIENT]) {
        if known.is_some() && known != found {
            report.problems.push(Problem::of(file, Fault::Fingerprint));
        }
    }
    Ok(report)
}
