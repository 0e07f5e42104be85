//! Texts for what is wrong with an evidence bundle.

use casevault_sync::ClientError;
use casevault_sync::error::TimeStampError;
use casevault_sync::evidence::{NameError, Problem, RecipientError};

use crate::display::untrusted;
use crate::failure::{Exit, Failure, Item};

use super::client::{Texts, failure};

const ENCRYPTED: Texts = (
    "encrypted",
    Exit::Failed,
    "The file is encrypted with age, and was not looked into: nothing is known to be wrong with it. It was left as it is.",
    "Open it with the secret key of whom it is for, age --decrypt --identity KEY --output bundle.zip FILE, and verify what comes out.",
);
const RECIPIENT: &str =
    "A recipient is an age X25519 public key, age1…, as age-keygen shows it: ask whoever is to open the bundle for theirs.";

/// An evidence bundle that is not looked into, or not made.
pub(super) fn failure_of(error: &ClientError) -> Failure {
    match error {
        ClientError::TimeStamp(error) => no_stamp(*error),
        _ => failure(ENCRYPTED),
    }
}

/// What was given as a recipient and is none, by its place: what it says is not repeated.
pub(crate) fn recipient(error: RecipientError) -> Failure {
    let wrong = |code, what: String| Failure::new(code, Exit::Usage, format!("{what} Nothing was made."), RECIPIENT);
    match error {
        RecipientError::None => wrong("no-recipient", "No recipient was given with --age.".to_owned()),
        RecipientError::Kind(place) => {
            wrong("recipient", format!("What was given as recipient {place} is no age X25519 public key."))
        }
        RecipientError::Mistyped(place) => wrong(
            "recipient",
            format!("What was given as recipient {place} begins as an age public key and is none: it was cut or mistyped."),
        ),
        RecipientError::Secret(place) => Failure::new(
            "secret-key",
            Exit::Usage,
            format!(
                "What was given as recipient {place} is a secret key. Nothing was made, and it was not kept; the shell may have kept it in its history."
            ),
            format!("Whose it is should make another one with age-keygen, and use this one no more. {RECIPIENT}"),
        ),
    }
}

/// A name that does not fit what is to have it.
pub(crate) fn ending(error: NameError) -> Failure {
    match error {
        NameError::Nobody => Failure::new(
            "no-recipient",
            Exit::Usage,
            "The name is one of an encrypted file, and nobody was named who could open it. Nothing was made.",
            "Say for whom it is with --age RECIPIENT, or choose another name for a bundle that anybody can open.",
        ),
        NameError::Ending => Failure::new(
            "ending",
            Exit::Usage,
            "The bundle was to be encrypted, and the name does not end in .age. Nothing was made.",
            "Choose a name such as bundle.zip.age.",
        ),
    }
}

/// A bundle that is not what was signed.
pub(crate) fn evidence(problems: &[Problem]) -> Failure {
    let item = |problem: &Problem| Item { name: place(problem), code: "evidence", message: format!("{}.", problem.fault) };
    Failure::new(
        "evidence",
        Exit::Verification,
        "The bundle is not as it was exported: nothing in it proves anything. It was left as it is.",
        "Ask whoever gave it to you for it again, by a way on which it is not changed.",
    )
    .with_items(problems.iter().map(item).collect())
}

fn place(problem: &Problem) -> String {
    let file = untrusted(&problem.file);
    problem.sequence.map_or(file.clone(), |sequence| format!("{file}, entry {sequence}"))
}

const NOT_MADE: &str = "The bundle was not made: that it was to be is on record in the case as an export, and nothing is lost.";

/// A bundle that was to have a time stamp and has none.
fn no_stamp(error: TimeStampError) -> Failure {
    let (code, exit, what, next) = match error {
        TimeStampError::Address => {
            let text = "That is no address of a time-stamp authority. Nothing was done.";
            let hint = "Give one that begins with http:// or https://, or none for a bundle without a time stamp.";
            return Failure::new("time-stamp-address", Exit::Usage, text, hint);
        }
        TimeStampError::Unreachable => (
            "time-stamp-unreachable",
            Exit::Unreachable,
            "The time-stamp authority could not be reached.".to_owned(),
            "Try again when it can be, name another, or none for a bundle without a time stamp.",
        ),
        TimeStampError::Refused => (
            "time-stamp-refused",
            Exit::Failed,
            "What is at the address does not answer as a time-stamp authority does.".to_owned(),
            "Look at the address, name another, or none for a bundle without a time stamp.",
        ),
        TimeStampError::Answer(error) => (
            "time-stamp",
            Exit::Verification,
            format!("What the time-stamp authority answered {error}."),
            "Name another authority, and tell whoever runs this one; or name none for a bundle without a time stamp.",
        ),
    };
    Failure::new(code, exit, format!("{what} {NOT_MADE}"), next)
}

/// A file that was given as certificates and has none.
pub(crate) fn no_roots() -> Failure {
    Failure::new(
        "certificates",
        Exit::Usage,
        "There is no certificate in the file that could be used. Nothing was verified.",
        "Give the certificate of whoever vouches for the time-stamp authority, as text (PEM) or as bytes (DER).",
    )
}
