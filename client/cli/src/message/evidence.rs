//! Texts for what is wrong with an evidence bundle.

use casevault_sync::evidence::{NameError, Problem, RecipientError};

use crate::display::untrusted;
use crate::failure::{Exit, Failure, Item};

use super::client::Texts;

pub(super) const ENCRYPTED: Texts = (
    "encrypted",
    Exit::Failed,
    "The file is encrypted with age, and was not looked into: nothing is known to be wrong with it. It was left as it is.",
    "Open it with the secret key of whom it is for, age --decrypt --identity KEY --output bundle.zip FILE, and verify what comes out.",
);
const RECIPIENT: &str =
    "A recipient is an age X25519 public key, age1…, as age-keygen shows it: ask whoever is to open the bundle for theirs.";

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
