//! Texts for what fails in recovery: what is wrong with a share, and what to do about it.

use casevault_sync::view::{Notice, NoticeKind, ShareProblem, ShareTrouble};
use casevault_sync::{ClientError, ShareFault, WordsError};

use super::client::{Texts, failure};
use crate::display::{self, short};
use crate::failure::{Exit, Failure, Item};

/// What to say of it.
pub(super) fn failure_of(error: &ClientError) -> Failure {
    failure(match error {
        ClientError::Policy => POLICY,
        ClientError::NoPolicy => NO_POLICY,
        ClientError::NotRecoverable => NOT_RECOVERABLE,
        ClientError::NotAnnounced => NOT_ANNOUNCED,
        ClientError::TooEarly => TOO_EARLY,
        _ => NO_ESCROW,
    })
}

const POLICY: Texts = (
    "policy",
    Exit::Usage,
    "No such policy can be used. Nothing was made.",
    "Name two to 64 different trustees, a threshold of at least 2 and at most as many as there are trustees, and an end in the future. If somebody \
     else made the policy, nothing can be sealed to it: it is good for nothing, and another has to be made.",
);
const NO_POLICY: Texts = (
    "no-policy",
    Exit::Refused,
    "No recovery policy is in force. Nothing was changed.",
    "An administrator makes one with casevault org recovery create; it serves teams from the time that their members next synchronise.",
);
const NOT_RECOVERABLE: Texts = (
    "not-recoverable",
    Exit::Refused,
    "The team did not choose recovery when it was made: nobody but its members has anything that opens it. Nothing was changed.",
    "Teams choose it with casevault team create --recoverable; it cannot be chosen later.",
);
const NOT_ANNOUNCED: Texts = (
    "not-announced",
    Exit::Refused,
    "No recovery of the team is announced for this device. Nothing was changed.",
    "An administrator or a trustee runs casevault org recovery announce TEAM --device DEVICE, and the delay of the policy goes by.",
);
const TOO_EARLY: Texts = (
    "too-early",
    Exit::Refused,
    "The keyserver does not let the team be opened yet: the delay since the announcement is not over, by its clock. Nothing was changed.",
    "See the delay with casevault org recovery show, and repeat the command when it is over.",
);
const NO_ESCROW: Texts = (
    "no-escrow",
    Exit::Failed,
    "The shares are good, but no member's device left the team's newest keys with the keyserver before it was lost.",
    "If any member's device turns up, synchronise it: it has the keys. Without one the team's cases stay closed.",
);

/// Words that are no share.
pub(super) fn words(error: &WordsError) -> Failure {
    Failure::new(
        "share-words",
        Exit::Usage,
        said(error),
        "Compare the words with the sheet and type them again; four letters of each are enough.",
    )
}

fn said(error: &WordsError) -> String {
    match error {
        WordsError::Count(count) => format!("There are {count} words; a share has 35."),
        WordsError::Unknown(places) => {
            let places = places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("These words are not in the list of words, counted from the first: {places}.")
        }
        WordsError::Wrong(place, meant) => format!("Word {place} is wrong: by the others it should be {meant}."),
        WordsError::Several => "More than one word is wrong.".to_owned(),
        WordsError::Version => "The words are of no share that this program knows.".to_owned(),
    }
}

/// A share that is not the one that its policy names.
pub(super) fn share_fault(fault: ShareFault) -> Failure {
    Failure::new(
        "share",
        Exit::Refused,
        fault_said(fault),
        "Run casevault sync: this device may not know the share's policy yet, which is checked on the device that made it until it is stated. \
         Otherwise look for the sheet that the policy's maker handed out; any other good shares will do instead.",
    )
}

fn fault_said(fault: ShareFault) -> String {
    match fault {
        ShareFault::OtherPolicy => "It belongs to another recovery policy.",
        ShareFault::Altered => "It is not the share that its trustee was given: it was altered, or made up.",
        ShareFault::Repeated => "It was given twice.",
    }
    .to_owned()
}

/// What is wrong with one of several shares.
pub(crate) fn share(problem: &ShareProblem) -> String {
    match &problem.trouble {
        ShareTrouble::Words(error) => said(error),
        ShareTrouble::Fault(fault) => fault_said(*fault),
    }
}

/// Too few good shares.
pub(super) fn shares(good: usize, needed: usize, bad: &[ShareProblem]) -> Failure {
    let item = |problem: &ShareProblem| {
        let name = match problem.index {
            Some(index) => format!("share {}, which says that it is number {index}", problem.at),
            None => format!("share {}", problem.at),
        };
        let code = match problem.trouble {
            ShareTrouble::Words(_) => "share-words",
            ShareTrouble::Fault(_) => "share",
        };
        Item { name, code, message: share(problem) }
    };
    Failure::new(
        "too-few-shares",
        Exit::Refused,
        format!("There are {good} good shares; the policy asks for {needed}. Nothing was opened."),
        "Correct the shares that are named, or bring others; any good ones will do.",
    )
    .with_items(bad.iter().map(item).collect())
}

/// What every device tells about recovery.
pub(crate) fn notice(notice: &Notice) -> String {
    let (team, device, by) = named(notice);
    match notice.kind {
        NoticeKind::Policy => format!(
            "RECOVERY: the organisation has a recovery policy, {}, that you have not looked at: casevault org recovery show",
            short(&notice.policy)
        ),
        NoticeKind::Announced => format!(
            "RECOVERY: {by} announced that team {team} will be opened on device {device}. If that is not right: casevault org recovery \
             cancel {}",
            notice.team.as_ref().map(short).unwrap_or_default()
        ),
        NoticeKind::Opened => format!("RECOVERY: {} See casevault org recovery show.", opened(notice)),
    }
}

/// That a team was opened.
pub(crate) fn opened(notice: &Notice) -> String {
    let (team, device, by) = named(notice);
    format!("Team {team} was opened on device {device}, as {by} had announced.")
}

/// The team, the device and the person of a notice, as people know them.
fn named(notice: &Notice) -> (String, String, String) {
    (
        notice.team.map_or_else(String::new, |team| display::team(&team, notice.team_name.as_deref())),
        notice.device.as_ref().map(short).unwrap_or_default(),
        notice.person.map_or_else(String::new, |person| display::person(&person, notice.person_name.as_deref())),
    )
}
