//! Every text of failure: its code for scripts, its exit code, what happened and what is safe, and what to do next.
//!
//! One cause, one message. The parts below are split by whose fault it is; nothing else in this crate writes such a text.

mod bulk;
mod client;
mod copy;
mod erasure;
mod evidence;
mod field;
mod recovery;
mod server;
mod share;
mod statistics;

use std::io::Error;
use std::path::Path;

use casevault_sync::view::{Alarm, AlarmKind, DeviceNotice, DeviceNoticeKind};

pub(crate) use bulk::{flaw, import_problems};
pub(crate) use copy::{PHONES_HOME, consent_to_metadata, copy_note, kinds};
pub(crate) use evidence::{ending, evidence, no_roots, recipient};
pub(crate) use recovery::{notice, opened, share};
pub(crate) use statistics::{of_period, records_as_bars, too_few_cases};

use crate::display::{self, short, untrusted};
use crate::failure::{Exit, Failure, Item};
use crate::{passphrase, when};

// The person's own doing.

pub(crate) fn usage(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:")).filter(|line| !line.is_empty());
    let message = lines.collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Failure::new("usage", Exit::Usage, message, "See casevault help, or add --help to the command.")
}

pub(crate) fn no_profile(directory: &Path) -> Failure {
    Failure::new(
        "no-profile",
        Exit::NoProfile,
        format!("There is no profile in {}. Nothing was done.", untrusted(&directory.to_string_lossy())),
        "Join with casevault join CODE, found an organisation with casevault org found, or name another directory with --profile.",
    )
}

pub(crate) fn no_home() -> Failure {
    Failure::new(
        "no-home",
        Exit::NoProfile,
        "This system does not say where programs keep their data, so no profile was looked for.",
        "Name a directory with --profile or CASEVAULT_PROFILE.",
    )
}

pub(crate) fn passphrase_too_short() -> Failure {
    Failure::new(
        "passphrase-too-short",
        Exit::Usage,
        format!("The passphrase has fewer than {} characters. Nothing was made.", passphrase::SHORTEST),
        "Choose a longer one: five or six unrelated words are easy to type and hard to guess.",
    )
}

pub(crate) fn passphrases_differ() -> Failure {
    Failure::new("passphrases-differ", Exit::Usage, "The two passphrases differ. Nothing was made.", "Run the command again.")
}

pub(crate) fn passphrase_file(file: &Path, error: &Error) -> Failure {
    Failure::new(
        "passphrase-file",
        Exit::Failed,
        format!(
            "The passphrase file {} could not be read: {error}. The profile is untouched.",
            untrusted(&file.to_string_lossy())
        ),
        "Check --passphrase-file and CASEVAULT_PASSPHRASE_FILE, and that the file is text you may read.",
    )
}

pub(crate) fn no_terminal() -> Failure {
    Failure::new(
        "no-terminal",
        Exit::Usage,
        "A passphrase is needed, and there is no terminal to ask for it. The profile is untouched.",
        "Give it in a file with --passphrase-file or CASEVAULT_PASSPHRASE_FILE.",
    )
}

pub(crate) fn not_confirmed() -> Failure {
    Failure::new(
        "not-confirmed",
        Exit::Usage,
        "The profile was not destroyed, since that was not confirmed. It is untouched.",
        "Type the word that is asked for, or add --yes.",
    )
}

pub(crate) fn interrupted() -> Failure {
    Failure::new(
        "interrupted",
        Exit::Interrupted,
        "Interrupted. Whatever was saved on this device is still there.",
        "Run the command again: what was done already is not done twice. What waits is sent by casevault sync.",
    )
}

// The machine.

pub(crate) fn no_runtime(error: &Error) -> Failure {
    Failure::new(
        "system",
        Exit::Failed,
        format!("The system did not let the program start: {error}. Nothing was done."),
        "Free some memory or processes and try again.",
    )
}

pub(crate) fn no_interface(error: &Error) -> Failure {
    Failure::new(
        "interface",
        Exit::Failed,
        format!("The interface could not be opened on this machine: {error}. The profile is untouched."),
        "Another program may have the port: name another with --port, or none. Check who may write in the profile's directory.",
    )
}

pub(crate) fn stopped() -> Failure {
    Failure::new(
        "stopped",
        Exit::Failed,
        "Unlocking stopped half-way through an error of the program. The profile is untouched.",
        "Try again, and report it if it happens twice.",
    )
}

pub(crate) fn output(error: &Error) -> Failure {
    Failure::new(
        "output",
        Exit::Failed,
        format!("The command was carried out, but its answer could not be written: {error}."),
        "Check where standard output goes.",
    )
}

pub(crate) fn input(error: &Error) -> Failure {
    Failure::new(
        "input",
        Exit::Failed,
        format!("Standard input could not be read: {error}. Nothing was done."),
        "Check where standard input comes from; text has to be UTF-8.",
    )
}

/// A file or directory of the person's could not be read or written.
pub(crate) fn file(path: &Path, error: &Error) -> Failure {
    client::file(error).about(&untrusted(&path.to_string_lossy()))
}

// Answers that lack something.

pub(crate) fn queued() -> Failure {
    Failure::new(
        "queued",
        Exit::Unreachable,
        "Not all of it was sent: a server could not be reached, or does not take it now. What you wrote is saved on this device and waits.",
        "Run casevault sync when there is a connection: it sends what waits, or says why not. Do not write it again.",
    )
}

pub(crate) fn offline() -> Failure {
    Failure::new(
        "unreachable",
        Exit::Unreachable,
        "A server could not be reached. What is on this device is safe; it was not compared with the servers just now.",
        "Check the connection and run casevault sync again.",
    )
}

pub(crate) fn still_waiting() -> Failure {
    Failure::new(
        "waiting",
        Exit::Unreachable,
        "Both servers answered, but some of what you wrote was not accepted yet. It is saved on this device.",
        "Run casevault sync again; if it stays so, see casevault outbox list, and ask an administrator whether the team is frozen or \
         you were removed from it.",
    )
}

/// What to say of several things that failed, and what to do: if none was done, and if some were.
pub(crate) struct Several {
    none: [&'static str; 2],
    some: [&'static str; 2],
}

/// Files that were to be added.
pub(crate) const FILES: Several = Several {
    none: ["None of the files was added.", "See each file's reason above, and repeat the command."],
    some: [
        "Some files were added, some were not. Those that were added stay.",
        "Repeat the command: files that are there already are not added again.",
    ],
};

/// Documents that were to be written to files.
pub(crate) const EXPORTS: Several = Several {
    none: ["None of the documents was written.", "See each one's reason above, and repeat the command."],
    some: [
        "Some documents were written, some were not. Those that were written stay.",
        "Repeat the command: documents that are there already are not fetched again.",
    ],
};

/// Devices, of others or of one's own, that were to be approved.
pub(crate) const APPROVALS: Several = Several {
    none: ["None of those who wait could be approved.", "See each one's reason above."],
    some: ["Some were approved, some could not be.", "See each one's reason above. Those who were approved are in."],
};

/// What failed of several things, if anything did: one that failed alone, or all for one cause, keep its exit code.
pub(crate) fn several(failed: &[(String, Failure)], some_done: bool, texts: &Several) -> Option<Failure> {
    match failed {
        [] => None,
        [(name, only)] if !some_done => Some(only.clone().about(name)),
        several => {
            let same = several.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a.code == b.code));
            let first = several.first().filter(|_| same && !some_done).map(|(_, failure)| failure.clone());
            let failure = first.unwrap_or_else(|| {
                let (code, exit, [message, hint]) =
                    if some_done { ("partly", Exit::Partly, texts.some) } else { ("all-failed", Exit::Failed, texts.none) };
                Failure::new(code, exit, message, hint)
            });
            let item = |(name, failure): &(String, Failure)| Item {
                name: name.clone(),
                code: failure.code,
                message: failure.message.clone(),
            };
            Some(failure.with_items(several.iter().map(item).collect()))
        }
    }
}

/// Something does not verify.
pub(crate) fn alarms(alarms: &[Alarm]) -> Failure {
    let item = |alarm: &Alarm| {
        let about = alarm_about(alarm);
        let message = format!("{} Noticed {}.", alarm_text(alarm.kind), when::short(alarm.time));
        Item { name: about, code: alarm.kind.as_str(), message }
    };
    let only_removed = alarms.iter().all(|alarm| alarm.kind == AlarmKind::Removed);
    let failure = if only_removed {
        Failure::new(
            "removed",
            Exit::Verification,
            "This device was taken out. It opens nothing more of what it was taken out of, and receives and sends nothing more of it.",
            "Ask an administrator, by a way that you trust, whether that is right.",
        )
    } else {
        Failure::new(
            "verification",
            Exit::Verification,
            "What was served does not agree with what is known. Nothing of it was taken over; what this device holds is unchanged.",
            "Tell an administrator, by a way that does not use these servers, and compare casevault org verify on another device.",
        )
    };
    failure.with_items(alarms.iter().map(item).collect())
}

/// What the log says of a device that the person should hear of, with what to do if it is not right.
pub(crate) fn device_notice(notice: &DeviceNotice) -> String {
    let (device, when) = (short(&notice.device), when::short(notice.time));
    let person = display::person(&notice.person, notice.person_name.as_deref());
    match notice.kind {
        DeviceNoticeKind::DeviceAdded => format!(
            "Device {device} was added for {person} (noticed {when}). If nobody of you did that, ask an administrator at once, and \
             revoke it: casevault device revoke {device}"
        ),
        DeviceNoticeKind::DeviceRevoked => {
            format!("Device {device} of {person} was revoked (noticed {when}). If that is not right, ask an administrator.")
        }
    }
}

/// What an alarm is about.
pub(crate) fn alarm_about(alarm: &Alarm) -> String {
    if let Some(document) = &alarm.document {
        return format!("document {}", short(document));
    }
    match (&alarm.journal, &alarm.team, &alarm.partner) {
        (Some(journal), _, _) => format!("case {}", short(journal)),
        (None, Some(team), _) => format!("team {}", short(team)),
        (None, None, Some(partner)) => format!("partner {}", short(partner)),
        (None, None, None) => "organisation".to_owned(),
    }
}

/// What an alarm says.
pub(crate) fn alarm_text(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Rollback => "A server shows an older state than it, or the other server, showed before.",
        AlarmKind::Fork => "There are two histories that exclude each other: people may be shown different things.",
        AlarmKind::Log => "The organisation's log does not verify.",
        AlarmKind::Commit => "A change of the team was refused, because nobody who may had asked for it.",
        AlarmKind::Void => "A change of the team that this device had taken over was declared void.",
        AlarmKind::Journal => "An entry does not verify.",
        AlarmKind::Missing => "The vault does not hold what it had acknowledged.",
        AlarmKind::Unsendable => {
            "The sealed bytes of a document that waits on this device are damaged or gone: it cannot be sent. Add the file again, and drop \
             what casevault outbox list shows of it. No server is accused."
        }
        AlarmKind::Document => {
            "A colleague's device wrote a document that is not what its entry says, or that has the id of another one. All are kept: \
             casevault doc list --all shows every version. No server is accused."
        }
        AlarmKind::Claim => {
            "Two teams claim a case of one number: somebody in one of them made that up. Each is shown with its team, and is named as \
             TEAM/CASE, both by their ids. No server is accused."
        }
        AlarmKind::History => {
            "The key server does not give this device the way back to the team's older keys: what was written before cannot be read here. Or a \
             colleague's device cut them off although no case was to be erased: then nothing is lost on this device."
        }
        AlarmKind::Deletion => {
            "Somebody who has the team's key had the vault delete what nobody erased. This device told it to keep that; nothing is lost yet. \
             Find out who it was, and rotate the team's keys: casevault team rotate TEAM"
        }
        AlarmKind::Heads => {
            "A colleague's device left an unreadable record of how journals stand. It was stepped over; no server is accused."
        }
        AlarmKind::SealingKey => {
            "The log names a key of the team that the team does not have: what was sealed to it cannot be opened."
        }
        AlarmKind::Revocation => {
            "A device that the log has removed is still in the team's group, because the removal could not be carried out: this \
             device writes nothing for the team until it is."
        }
        AlarmKind::RecoveryKey => {
            "Nothing can be sealed to the key of the recovery policy: a team that loses its devices could not be opened. Make another policy."
        }
        AlarmKind::PartnerLog => {
            "A partner's key server showed another log than it showed before, or one that does not verify. Nothing is sealed to its teams."
        }
        AlarmKind::PartnerRoot => {
            "An organisation with another root was named in the place of a partner: compare its safety number before anybody confirms it."
        }
        AlarmKind::Consent => {
            "A case says that it shares what neither a consent nor a second person allows. It was sent to nobody: ask who wrote it."
        }
        AlarmKind::Approval => {
            "A plan was approved by its author, or by somebody who was no supervisor. It counts for nothing: ask who wrote it."
        }
        AlarmKind::Removed => "This device was removed.",
        AlarmKind::Copied => {
            "A copy of this device, or an older state of it, was used. Revoke this device from another, and join anew."
        }
    }
}
