//! `casevault consent`, `share` and `dossier`.

use std::path::PathBuf;

use casevault_sync::ConsentBy;
use casevault_sync::script;
use casevault_sync::time::Time;
use clap::Subcommand;

use crate::when;

#[derive(Debug, Subcommand)]
pub(crate) enum Consent {
    /// Record what somebody consents to have shared
    Give {
        /// The case
        case: String,
        /// Who consents: survivor, guardian, assent (of a minor) or legal-basis
        #[arg(long, value_name = "WHO", value_parser = by)]
        by: ConsentBy,
        /// Who the guardian is, or what the legal basis is
        #[arg(long, value_name = "TEXT", default_value = "")]
        basis: String,
        /// What for
        #[arg(long, value_name = "TEXT")]
        purpose: String,
        /// A team that may receive: of this organisation by name or id, of a partner by id
        #[arg(long, value_name = "TEAM", required = true)]
        to: Vec<String>,
        /// A document, in the version that it has now
        #[arg(long, value_name = "DOCUMENT")]
        doc: Vec<String>,
        /// A field of the case
        #[arg(long, value_name = "FIELD")]
        field: Vec<String>,
        /// The last day
        #[arg(long, value_name = "DATE", value_parser = when::parse_date)]
        until: Time,
        /// The signed form: a file, which is attached to the case, or a document of it
        #[arg(long, value_name = "FILE")]
        form: Option<PathBuf>,
        /// The language in which the script was read out, such as ar
        #[arg(long, value_name = "LANGUAGE", default_value = "")]
        language: String,
    },
    /// Show what is read out before somebody consents
    Script {
        /// The language: en, ar, fr or es
        #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = spoken)]
        language: String,
    },
    /// Withdraw a consent: what is shared under it ends at once. It needs no reason
    Withdraw {
        /// The case
        case: String,
        /// The consent
        consent: String,
        /// What was said, if anything
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Confirm, as a second person, a consent that follows a withdrawal
    Confirm {
        /// The case
        case: String,
        /// The consent
        consent: String,
    },
    /// List the consents of a case
    List {
        /// The case
        case: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Share {
    /// Share what a consent covers with another team
    Make {
        /// The case
        case: String,
        /// The consent
        #[arg(long, value_name = "CONSENT")]
        consent: String,
        /// The team: of this organisation by name or id, of a partner by id
        #[arg(long = "with", value_name = "TEAM")]
        team: String,
        /// A document; without any document or field, all that the consent covers
        #[arg(long, value_name = "DOCUMENT")]
        doc: Vec<String>,
        /// A field
        #[arg(long, value_name = "FIELD")]
        field: Vec<String>,
        /// Share documents with their metadata, and why; that is on record in the case
        #[arg(long, value_name = "REASON")]
        keep_metadata: Option<String>,
    },
    /// List what is shared, whether it was answered, and what was opened
    List {
        /// The case; without it, all cases that were opened on this device
        case: Option<String>,
    },
    /// Take a share back
    End {
        /// The case
        case: String,
        /// The share
        share: String,
    },
    /// What no consent covers, and is shared all the same: asked by one person, approved by another, and on record
    #[command(subcommand)]
    Override(Override),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Override {
    /// Ask for something to be shared that no consent covers
    Ask {
        /// The case
        case: String,
        /// Why it is shared all the same
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// What for
        #[arg(long, value_name = "TEXT")]
        purpose: String,
        /// The team: of this organisation by name or id, of a partner by id
        #[arg(long = "with", value_name = "TEAM")]
        team: String,
        /// A document, in the version that it has now
        #[arg(long, value_name = "DOCUMENT")]
        doc: Vec<String>,
        /// A field
        #[arg(long, value_name = "FIELD")]
        field: Vec<String>,
        /// The last day
        #[arg(long, value_name = "DATE", value_parser = when::parse_date)]
        until: Time,
        /// The consent that does not cover it, if there is one: when that is withdrawn the share ends
        #[arg(long, value_name = "CONSENT")]
        consent: Option<String>,
    },
    /// Approve it, as a second person: a supervisor, a lawyer or an administrator of the team
    Approve {
        /// The case
        case: String,
        /// What was asked
        #[arg(value_name = "OVERRIDE")]
        wish: String,
    },
    /// Share what was approved: exactly that, and once
    Make {
        /// The case
        case: String,
        /// What was approved
        #[arg(value_name = "OVERRIDE")]
        wish: String,
        /// Share documents with their metadata, and why
        #[arg(long, value_name = "REASON")]
        keep_metadata: Option<String>,
    },
    /// List what was asked
    List {
        /// The case
        case: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dossier {
    /// List what other teams share with yours
    List,
    /// Show one
    Show {
        /// The dossier
        dossier: String,
    },
    /// Take it on
    Accept {
        /// The dossier
        dossier: String,
    },
    /// Decline it
    Reject {
        /// The dossier
        dossier: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Say that what was asked for is done
    Done {
        /// The dossier
        dossier: String,
        /// What was done
        #[arg(long, value_name = "TEXT", default_value = "")]
        text: String,
    },
    /// Write a document of it to a file
    Get {
        /// The dossier
        dossier: String,
        /// The document
        document: String,
        /// The file to write, which must not exist
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
}

/// A language that there is a script in.
pub(super) fn spoken(language: &str) -> Result<String, String> {
    match script::script(language) {
        Some(_) => Ok(language.to_owned()),
        None => Err(format!("expected one of {}", script::languages().collect::<Vec<_>>().join(", "))),
    }
}

fn by(word: &str) -> Result<ConsentBy, &'static str> {
    ConsentBy::parse(word).ok_or("expected survivor, guardian, assent or legal-basis")
}
