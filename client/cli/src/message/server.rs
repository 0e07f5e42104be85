//! Texts for what servers answered, or did not.

use casevault_wire::problem::Code;

use super::client::{Texts, failure};
use crate::failure::{Exit, Failure};

pub(super) const UNREACHABLE: Texts = (
    "unreachable",
    Exit::Unreachable,
    "A server could not be reached. What is on this device is safe, and what could be queued is queued.",
    "Check the connection, then run the command or casevault sync again.",
);
pub(super) const VERIFICATION: Texts = (
    "verification",
    Exit::Verification,
    "What a server sent does not verify: it was tampered with, rolled back or damaged. Nothing of it was written or shown.",
    "Tell an administrator, by a way that does not use these servers, and run casevault verify.",
);
pub(super) const CONFLICT: Texts = (
    "conflict",
    Exit::Conflict,
    "Others changed the same thing meanwhile. What you wrote is still on this device.",
    "Run casevault sync and try again.",
);
const REFUSED: Texts = (
    "refused",
    Exit::Refused,
    "A server refused: this device has no access there, or has none any more. What it holds is unchanged.",
    "Run casevault sync; if that is refused too, ask an administrator whether the device was removed.",
);
const STALE: Texts = (
    "stale",
    Exit::Conflict,
    "The team's keys have changed since this device last synchronised. What you wrote is still on this device.",
    "Run casevault sync and try again.",
);
const FROZEN: Texts = (
    "frozen",
    Exit::Refused,
    "The team is frozen: the vault accepts no writing until its keys change. What you wrote is still on this device.",
    "Run casevault sync, so that a member's device changes the keys; if an administrator froze the team, ask them.",
);
const INVITATION: Texts = (
    "invitation",
    Exit::Refused,
    "The server does not accept the invitation: it was used, was withdrawn, or has expired.",
    "Ask an administrator for a new code. If you did not use it, tell them that: somebody else may have.",
);
const QUOTA: Texts = (
    "quota",
    Exit::Refused,
    "The team has used up its room at the vault. What you wrote is still on this device.",
    "Ask the vault's operator for more room.",
);
const FULL: Texts = (
    "server-full",
    Exit::Failed,
    "The server's disk is full, so it stored nothing. What you wrote is still on this device.",
    "Tell the server's operator, and run casevault sync later.",
);
const BUSY: Texts = (
    "busy",
    Exit::Unreachable,
    "A server has too much to do just now. What you wrote is still on this device.",
    "Wait a minute and try again.",
);
const UNAVAILABLE: Texts = (
    "unavailable",
    Exit::Unreachable,
    "A server is stopping or has failed, and acknowledged nothing. What you wrote is still on this device.",
    "Try again in a minute; if it stays so, tell the server's operator.",
);
const STATEMENT: Texts = (
    "statement",
    Exit::Refused,
    "The organisation's rules do not allow this, as the log now stands. Nothing was changed.",
    "See casevault org log: a colleague may have changed the same thing.",
);
const NONCE: Texts = (
    "nonce",
    Exit::Conflict,
    "A server did not accept the request as fresh. Nothing was changed there.",
    "Try again; if it stays so, the server may have been restored from a copy: tell its operator.",
);
const UPLOAD: Texts = (
    "upload",
    Exit::Conflict,
    "An upload does not continue where the server stands. The document is still on this device.",
    "Run casevault sync: it goes on from what the server has.",
);
const TOO_LARGE: Texts =
    ("too-large", Exit::Failed, "This is larger than the server takes. Nothing was stored.", "Split it into smaller parts.");
const MALFORMED: Texts = (
    "malformed",
    Exit::Failed,
    "A server does not understand this program: their versions probably differ. Nothing was changed.",
    "Use the newest version of the program, and tell the server's operator.",
);

/// A problem that a server answered with.
pub(super) fn refusal(code: Code) -> Failure {
    failure(match code {
        Code::Malformed => MALFORMED,
        Code::TooLarge => TOO_LARGE,
        Code::Refused => REFUSED,
        Code::Nonce => NONCE,
        Code::Conflict => CONFLICT,
        Code::StaleGeneration => STALE,
        Code::Frozen => FROZEN,
        Code::Upload => UPLOAD,
        Code::Invitation => INVITATION,
        Code::Quota => QUOTA,
        Code::Full => FULL,
        Code::Busy => BUSY,
        Code::Statement => STATEMENT,
        Code::Unavailable => UNAVAILABLE,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_problems_share_a_message() {
        let messages: HashSet<_> = Code::ALL.iter().map(|code| refusal(*code).message).collect();
        assert_eq!(messages.len(), Code::ALL.len());
    }

    #[test]
    fn every_problem_says_what_to_do() {
        for code in Code::ALL {
            assert!(refusal(*code).hint.ends_with('.'), "{}", code.as_str());
        }
    }
}
