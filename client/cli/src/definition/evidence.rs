//! `casevault evidence`.

use std::path::PathBuf;

use casevault_wire::hash::Hash;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// Make a bundle of documents that somebody without an account can verify; that is on record there
    Export {
        /// The case, or a dossier that was shared with your team
        #[arg(value_name = "CASE|DOSSIER")]
        case: String,
        /// A document; may be given several times [default: all]
        #[arg(long = "doc", value_name = "DOCUMENT")]
        documents: Vec<String>,
        /// Export documents with their metadata, and why; that is on record in the case
        #[arg(long, value_name = "REASON")]
        keep_metadata: Option<String>,
        /// Encrypt it for an age X25519 public key, age1…; may be given several times, and PATH has to end in .age
        #[arg(long = "age", value_name = "RECIPIENT")]
        recipients: Vec<String>,
        /// Have a time-stamp authority (RFC 3161) sign that it was there by now; it learns a digest, and from where it is asked
        #[arg(long, value_name = "URL", env = "CASEVAULT_TIME_STAMP", hide_env_values = true)]
        time_stamp: Option<String>,
        /// The directory to make, which must not exist; a zip if it ends so
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
    /// Verify a bundle, a directory or a zip; needs no profile and asks nobody; exit code 14 and a list if anything is wrong
    Verify {
        /// The bundle
        #[arg(value_name = "PATH")]
        bundle: PathBuf,
        /// The root fingerprint that the organisation gave you by another way [default: it is shown, for you to compare]
        #[arg(long, value_name = "DIGITS", value_parser = fingerprint)]
        fingerprint: Option<Hash>,
        /// The same of the organisation that the documents were shared with
        #[arg(long = "recipient-fingerprint", value_name = "DIGITS", value_parser = fingerprint)]
        recipient: Option<Hash>,
        /// Verify its time stamp by a certificate that you trust to name time-stamp authorities (PEM or DER); may be given several times
        #[arg(long = "time-stamp-ca", value_name = "FILE")]
        roots: Vec<PathBuf>,
    },
}

fn fingerprint(text: &str) -> Result<Hash, &'static str> {
    let digits: String = text.split_whitespace().collect::<String>().to_lowercase();
    Hash::parse(&digits).map_err(|_| "expected the 64 digits of a fingerprint")
}
