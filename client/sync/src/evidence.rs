//! Evidence bundles (SPEC §6.7) as files: made of a case, and verified by anybody.

mod archive;
mod export;
mod given;
mod pack;
mod read;
mod source;

use std::path::{Path, PathBuf};

use casevault_crypto::evidence::LOG;
use casevault_wire::hash::Hash;

pub use casevault_crypto::evidence::{Exhibit, Exported, Fault, Problem, Report, Signer};

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

/// Verifies the bundle at `path`, a directory or a zip, and that it is of the organisation with this root `fingerprint`, if one is known.
/// Needs no profile and asks nobody; nothing is written.
///
/// # Errors
/// [`ClientError::File`](crate::ClientError::File) if it cannot be read.
pub fn verify_evidence(path: &Path, fingerprint: Option<&Hash>) -> Result<Report> {
    let (files, problems) = read::read(path)?;
    let mut report =
        if files.is_empty() && !problems.is_empty() { Report::default() } else { casevault_crypto::evidence::verify(&files) };
    report.problems.splice(0..0, problems);
    if fingerprint.is_some_and(|known| report.fingerprint.is_some_and(|found| found != *known)) {
        report.problems.push(Problem::of(LOG, Fault::Fingerprint));
    }
    Ok(report)
}
