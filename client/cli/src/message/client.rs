//! Texts for what fails on this device.

use std::io::{Error, ErrorKind};

use casevault_sync::error::{ClientError, What};

use super::{copy, erasure, field, recovery, server, share};
use crate::display::untrusted;
use crate::failure::{Exit, Failure, Item};

/// Code, exit code, what happened and is safe, what to do next.
pub(super) type Texts = (&'static str, Exit, &'static str, &'static str);

pub(super) fn failure((code, exit, message, hint): Texts) -> Failure {
    Failure::new(code, exit, message, hint)
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::NoProfile => failure(NO_PROFILE),
            ClientError::ProfileExists => failure(PROFILE_EXISTS),
            ClientError::InUse => failure(IN_USE),
            ClientError::Permissions => failure(PERMISSIONS),
            ClientError::WrongPassphrase => failure(WRONG_PASSPHRASE),
            ClientError::Wait(seconds) => wait(seconds),
            ClientError::Wiped => failure(WIPED),
            ClientError::TooFew(least) => too_few(least),
            ClientError::Locked => failure(LOCKED),
            ClientError::NoKeychain => failure(NO_KEYCHAIN),
            ClientError::KeychainLocked => failure(KEYCHAIN_LOCKED),
            ClientError::SystemSecret => failure(SYSTEM_SECRET),
            ClientError::Damaged => failure(DAMAGED),
            ClientError::NotApproved => failure(NOT_APPROVED),
            ClientError::Code => failure(CODE),
            ClientError::Invitation => failure(INVITATION),
            ClientError::Ended => failure(ENDED),
            ClientError::Unknown(what) => unknown(what),
            ClientError::Ambiguous(what, ids) => ambiguous(what, ids),
            ClientError::Field(name, error) => field::failure(&name, &error),
            ClientError::Text => failure(TEXT),
            ClientError::File(error) => file(&error),
            ClientError::FileChanged => failure(FILE_CHANGED),
            ClientError::DiskFull => failure(DISK_FULL),
            error @ (ClientError::TimeStamp(_) | ClientError::Encrypted) => super::evidence::failure_of(&error),
            error @ (ClientError::Stopped | ClientError::LargerThanMemory) => not_done(&error),
            ClientError::Unreachable => failure(server::UNREACHABLE),
            ClientError::Server(code) => server::refusal(code),
            ClientError::ForkStays => failure(FORK_STAYS),
            ClientError::LeavesEmpty(teams) => leaves_empty(teams),
            ClientError::NotAllowed => failure(NOT_ALLOWED),
            ClientError::Removed => failure(REMOVED),
            ClientError::Copied => failure(COPIED),
            ClientError::Unsendable => failure(UNSENDABLE),
            ClientError::Travels => failure(TRAVELS),
            ClientError::LastAdministrator => failure(LAST_ADMINISTRATOR),
            ClientError::SecondAdministrator => failure(SECOND_ADMINISTRATOR),
            ClientError::HasDevice => failure(HAS_DEVICE),
            ClientError::ManyDevices => failure(MANY_DEVICES),
            ClientError::NameTaken(what) => failure(if what == What::Team { TEAM_TAKEN } else { PERSON_TAKEN }),
            ClientError::InTeams => failure(IN_TEAMS),
            ClientError::Verification => failure(server::VERIFICATION),
            ClientError::Conflict => failure(server::CONFLICT),
            ClientError::Address => failure(ADDRESS),
            ClientError::Certificates => failure(CERTIFICATES),
            ClientError::Randomness => failure(RANDOMNESS),
            ClientError::Store(error) => failure(STORE).about(&error.to_string()),
            error @ (ClientError::PartnerUnconfirmed | ClientError::KeyDue | ClientError::OldHead) => share::failure_of(&error),
            error @ (ClientError::NoKey | ClientError::NoConsent | ClientError::PartnerUnreachable) => share::failure_of(&error),
            error @ (ClientError::NoGuardian | ClientError::OwnPlan) => share::failure_of(&error),
            error @ (ClientError::HandedOver | ClientError::NotOffered) => share::failure_of(&error),
            error @ (ClientError::Held | ClientError::NoErasure) => erasure::failure_of(&error),
            error @ (ClientError::Metadata(_) | ClientError::Redraw(_)) => copy::failure_of(error),
            error @ (ClientError::Policy | ClientError::NoPolicy | ClientError::NotRecoverable) => recovery::failure_of(&error),
            error @ (ClientError::NotAnnounced | ClientError::TooEarly | ClientError::NoEscrow) => recovery::failure_of(&error),
            ClientError::Words(error) => recovery::words(&error),
            ClientError::Share(fault) => recovery::share_fault(fault),
            ClientError::Shares { good, needed, bad } => recovery::shares(good, needed, &bad),
        }
    }
}

const STOPPED: Texts =
    ("stopped", Exit::Interrupted, "It was stopped before it was this file's turn. It was not added.", "Add it again.");
fn not_done(error: &ClientError) -> Failure {
    failure(if matches!(error, ClientError::Stopped) { STOPPED } else { LARGER_THAN_MEMORY })
}

const LARGER_THAN_MEMORY: Texts = (
    "larger-than-memory",
    Exit::Failed,
    "The documents are more than is held in memory at once. Nothing was made.",
    "Choose fewer, or have them written to a file.",
);
const NO_PROFILE: Texts = (
    "no-profile",
    Exit::NoProfile,
    "There is no profile in the directory. Nothing was done.",
    "Join with casevault join CODE, found an organisation with casevault org found, or name another directory with --profile.",
);
const PROFILE_EXISTS: Texts = (
    "profile-exists",
    Exit::Failed,
    "There is a profile in the directory already. It was left as it is.",
    "Name another directory with --profile, or destroy that profile with casevault wipe.",
);
const IN_USE: Texts = (
    "in-use",
    Exit::InUse,
    "Another process uses the profile. Nothing was changed.",
    "Wait until the other command has ended, or end it, and try again.",
);
const PERMISSIONS: Texts = (
    "permissions",
    Exit::Failed,
    "Other users of this machine may read the profile's directory, or it is another user's, so it was not opened.",
    "Take their rights away with chmod 700 on the directory, and consider whether somebody copied it.",
);
const WRONG_PASSPHRASE: Texts = (
    "wrong-passphrase",
    Exit::WrongPassphrase,
    "The passphrase is wrong. The profile is locked and unchanged.",
    "Try again; look at the keyboard's language and at Caps Lock.",
);
const WIPED: Texts = (
    "wiped",
    Exit::WrongPassphrase,
    "The passphrase was wrong once too often, and the profile is destroyed, as was chosen with casevault device protect. What was sent is \
     safe at the vault.",
    "Ask an administrator to revoke this device, and for a new invitation.",
);
const NO_KEYCHAIN: Texts = (
    "no-key-store",
    Exit::InUse,
    "The operating system's key store does not answer, or does not keep what it is given. The profile is locked and unchanged.",
    "Log in to the desktop whose key store it is (GNOME Keyring, KWallet or KeePassXC, over the session bus), and try again.",
);
const KEYCHAIN_LOCKED: Texts = (
    "key-store-locked",
    Exit::InUse,
    "The operating system's key store is locked. The profile is locked and unchanged.",
    "Unlock the key store, and try again.",
);
const SYSTEM_SECRET: Texts = (
    "no-system-secret",
    Exit::InUse,
    "The operating system's key store does not have the secret that this profile opens with. The profile is locked and unchanged.",
    "Log in as the person, and on the machine, whose profile it is. If the key store is lost, so is the profile: ask an administrator to \
     revoke this device, and for a new invitation. What was sent is safe at the vault.",
);
const LOCKED: Texts = (
    "locked",
    Exit::InUse,
    "The profile is locked, since nobody used it for a while. Nothing was changed.",
    "Unlock it again with the passphrase.",
);
const DAMAGED: Texts = (
    "damaged",
    Exit::Failed,
    "The profile's files are damaged or from another version. Nothing was changed, and what was sent is safe at the vault.",
    "Keep the directory as it is and try the program's newest version; failing that, ask an administrator for a new invitation.",
);
const NOT_APPROVED: Texts = (
    "not-approved",
    Exit::Refused,
    "This device has not been approved yet. Nothing is lost.",
    "Ask whoever gave you the code to run casevault org approve, or casevault device approve for a further device of yours; then run \
     casevault sync.",
);
const REMOVED: Texts = (
    "removed",
    Exit::Refused,
    "The organisation's log says that this device, or you, were removed. It opens nothing more, and receives and \
     sends nothing more.",
    "See who did it with casevault org log, and ask an administrator, by a way that you trust, whether that is right. A removed device \
     never comes back: to work on, be invited anew, join with another --profile, and write again what was not sent.",
);
const LAST_ADMINISTRATOR: Texts = (
    "last-administrator",
    Exit::Refused,
    "Nobody else is an administrator with a device, so the organisation would be without one. Nothing was changed.",
    "Make somebody else an administrator first, with casevault org role PERSON administrator, or bring them in and approve them.",
);
const SECOND_ADMINISTRATOR: Texts = (
    "second-administrator",
    Exit::Refused,
    "You revoked the last device of this person, so it takes another administrator to bring the next. Nothing was changed.",
    "Ask a second administrator to run casevault org invite PERSON --again and to approve it.",
);
const HAS_DEVICE: Texts = (
    "has-device",
    Exit::Refused,
    "The person has a device, and only that may bring another: nobody else adds a device in their name. Nothing was changed.",
    "They run casevault device invite on the device that they have. If all are lost, revoke each with casevault device revoke.",
);
const MANY_DEVICES: Texts = (
    "many-devices",
    Exit::Refused,
    "You have sixteen devices, and nobody has more at once. Nothing was changed.",
    "Revoke one that you no longer use with casevault device revoke; casevault device list shows them.",
);
const PERSON_TAKEN: Texts = (
    "name-taken",
    Exit::Conflict,
    "Somebody in the organisation has this name, and two of one name could not be told apart. Nothing was changed.",
    "If it is they who come back without a device, add --again. If it is somebody else, invite them under a name that nobody has.",
);
const TEAM_TAKEN: Texts = (
    "name-taken",
    Exit::Conflict,
    "A team has this name. Nothing was changed.",
    "Choose another; casevault team list shows them.",
);
const IN_TEAMS: Texts = (
    "in-teams",
    Exit::Refused,
    "The person is in teams with cases, and an analyst is in none. Nothing was changed.",
    "Take them out of each team first, with casevault team remove TEAM PERSON.",
);
const COPIED: Texts = (
    "copied",
    Exit::Verification,
    "This is a copy of a device, or an older state of it from a backup: the device as it last was has gone on. Nothing was sent or taken over; \
     what it holds stays readable here, what waits to be sent too.",
    "Revoke this device from another of yours with casevault device revoke, or have an administrator do it; then join anew with another \
     --profile and add again what was not sent. If you did not copy it, somebody else did: tell an administrator.",
);
const UNSENDABLE: Texts = (
    "unsendable",
    Exit::Verification,
    "The sealed bytes of a document that waits on this device are damaged or gone. It was not sent, and everything else was or will be.",
    "Run: casevault verify, which names its case, and casevault outbox list. Add the file again, and drop what cannot be sent.",
);
const TRAVELS: Texts = (
    "travels",
    Exit::Refused,
    "This is a profile to travel with: the text of some cases, for reading. It writes nothing and asks no server. Nothing was changed.",
    "Use the profile that it was made from. If that was destroyed, join anew with another --profile.",
);
const CODE: Texts = (
    "not-a-code",
    Exit::Usage,
    "The text is no invitation code, or not a whole one. Nothing was made.",
    "Copy the whole code again.",
);
const INVITATION: Texts = (
    "invitation",
    Exit::Refused,
    "The invitation was used already, was withdrawn, or has expired.",
    "Ask an administrator for a new code. If you did not use it, tell them that: somebody else may have.",
);
const ENDED: Texts = (
    "invitation-ended",
    Exit::Refused,
    "Their device joined in time, but the invitation has ended since. It is taken back now.",
    "Invite them again; they run casevault join with the new code, on the same device.",
);
const TEXT: Texts = (
    "text",
    Exit::Usage,
    "A name, title or text is empty or too long. Nothing was written.",
    "Give some words, and put long texts into a document.",
);
const FILE_CHANGED: Texts = (
    "file-changed",
    Exit::Failed,
    "The file changed while it was read, so it was not added.",
    "Close the program that writes it and add it again.",
);
const DISK_FULL: Texts = (
    "disk-full",
    Exit::Failed,
    "This device's disk is full. What was saved before is safe; the last step was not taken.",
    "Free some space and repeat the command.",
);
const NOT_ALLOWED: Texts = (
    "not-allowed",
    Exit::Refused,
    "Your role, or your membership of teams, does not allow this. Nothing was changed.",
    "Ask an administrator, or a member of the team.",
);
const FORK_STAYS: Texts = (
    "fork-stays",
    Exit::Refused,
    "Two histories exclude each other. That alarm is not dismissed: nothing more is written to either, so that they are never joined.",
    "Tell an administrator, by a way that does not use these servers.",
);
const ADDRESS: Texts = (
    "address",
    Exit::Usage,
    "The address is not one that can be used safely. Nothing was sent.",
    "Give an https:// address, or an http:// address on this machine such as http://127.0.0.1:8440.",
);
const CERTIFICATES: Texts = (
    "certificates",
    Exit::Usage,
    "The file holds no certificates that can vouch for a server. Nothing was sent or changed.",
    "Give a file of PEM certificates: of the authority that signed the servers' certificates, or the servers' own.",
);
const RANDOMNESS: Texts = (
    "randomness",
    Exit::Failed,
    "The system gave no random numbers, so no key was made. Nothing was changed.",
    "Restart the machine; do not keep cases on it until this is mended.",
);
const STORE: Texts = (
    "store",
    Exit::Failed,
    "The database on this device failed. What was saved before is safe; the last step was not taken.",
    "Check the disk, and repeat the command.",
);

/// A file that could not be read or written.
pub(crate) fn file(error: &Error) -> Failure {
    let (code, message, hint) = match error.kind() {
        ErrorKind::NotFound => ("file-not-found", "there is no such file or directory.", "Check the name."),
        ErrorKind::PermissionDenied => {
            ("file-permission", "the system does not allow this.", "Check who may read or write there.")
        }
        ErrorKind::AlreadyExists => ("file-exists", "it exists already and was left as it is.", "Name another file."),
        ErrorKind::IsADirectory => ("file-is-directory", "it is a directory, not a file.", "Name a file."),
        ErrorKind::NotADirectory => ("file-not-directory", "it is a file, or a link, and not a directory.", "Name a directory."),
        ErrorKind::InvalidFilename => ("file-name", "the system cannot keep a file of that name.", "Name another file."),
        ErrorKind::InvalidInput => ("file-kind", "it is not an ordinary file.", "Name an ordinary file."),
        ErrorKind::StorageFull => return failure(DISK_FULL),
        _ => return Failure::new("file", Exit::Failed, format!("The system says: {error}."), "Check the disk and the name."),
    };
    Failure::new(code, Exit::Failed, message, hint)
}

fn wait(seconds: u64) -> Failure {
    let message = format!(
        "After too many wrong passphrases the next one is looked at in {seconds} s. The profile is locked and unchanged."
    );
    Failure::new("wait", Exit::InUse, message, "Wait, then try again; look at the keyboard's language and at Caps Lock.")
}

fn too_few(least: u32) -> Failure {
    let message = format!("People mistype: at least {least} wrong passphrases may destroy a profile. Nothing was changed.");
    Failure::new("too-few", Exit::Usage, message, format!("Give {least} or more, or --no-wipe."))
}

fn noun(what: What) -> (&'static str, &'static str) {
    match what {
        What::Person => ("person", "See casevault org people."),
        What::Device => ("device", "See casevault org devices."),
        What::Team => ("team", "See casevault team list; a partner's teams are known once the partner is confirmed."),
        What::Case => ("case", "Run casevault sync, then see casevault case list."),
        What::Partner => ("partner", "See casevault org partner list, and check the address and the fingerprint."),
        What::Refusal => {
            ("refused change", "A member's device refuses a bad change when it synchronises: ask a member to run casevault sync.")
        }
        What::Unsent => ("item", "See casevault outbox list."),
        What::Alarm => ("alarm", "See casevault alarms list."),
        What::Invitation => ("invitation", "See casevault org invitations."),
        What::Consent => ("consent", "See casevault consent list CASE."),
        What::Override => ("override", "See casevault share override list CASE."),
        What::Share => ("share", "See casevault share list CASE."),
        What::Dossier => ("dossier", "Run casevault sync, then see casevault dossier list."),
        What::Document => ("document", "Run casevault sync, then see casevault doc list CASE."),
        What::Record => ("record", "See casevault case show CASE for services, movements, follow-ups and goals."),
        What::Plan => ("plan", "Make one with casevault plan make CASE."),
        What::Policy => ("recovery policy", "See casevault org recovery show."),
    }
}

fn leaves_empty(teams: Vec<String>) -> Failure {
    let message = "Teams would have no device left, so that nobody could open their cases any more. Nothing was changed.";
    let hint = "Add somebody to each with casevault team add and let a member's device synchronise first. To go on, add --leave-empty: trustees can open a recoverable team again, the cases of any other are lost.";
    let item = |name: String| Item { name: untrusted(&name), code: "leaves-empty", message: "would have nobody left".to_owned() };
    Failure::new("leaves-empty", Exit::Refused, message, hint).with_items(teams.into_iter().map(item).collect())
}

fn unknown(what: What) -> Failure {
    let (noun, list) = noun(what);
    let message = format!("No {noun} that you have access to has this name or id. Nothing was changed.");
    Failure::new("unknown", Exit::Failed, message, list)
}

fn ambiguous(what: What, ids: Vec<String>) -> Failure {
    let (noun, list) = noun(what);
    let message = format!("More than one {noun} has this name or this beginning of an id. Nothing was changed.");
    let items = ids.into_iter().map(|name| Item { name, code: "ambiguous", message: format!("a {noun} that may be meant") });
    Failure::new("ambiguous", Exit::Failed, message, format!("Name it by its id. {list}")).with_items(items.collect())
}

#[cfg(test)]
mod tests {
    use casevault_wire::problem::Code;

    use super::*;

    #[test]
    fn exit_codes_are_those_of_the_contract() {
        for (error, exit) in [
            (ClientError::NoProfile, 10),
            (ClientError::InUse, 11),
            (ClientError::WrongPassphrase, 12),
            (ClientError::Wiped, 12),
            (ClientError::Wait(1), 11),
            (ClientError::Locked, 11),
            (ClientError::Unreachable, 13),
            (ClientError::Verification, 14),
            (ClientError::NotAllowed, 15),
            (ClientError::NotApproved, 15),
            (ClientError::Removed, 15),
            (ClientError::Copied, 14),
            (ClientError::Travels, 15),
            (ClientError::LastAdministrator, 15),
            (ClientError::SecondAdministrator, 15),
            (ClientError::Ended, 15),
            (ClientError::ManyDevices, 15),
            (ClientError::NameTaken(What::Person), 16),
            (ClientError::NoKey, 15),
            (ClientError::Server(Code::Refused), 15),
            (ClientError::Server(Code::Frozen), 15),
            (ClientError::Conflict, 16),
            (ClientError::Server(Code::Conflict), 16),
            (ClientError::Server(Code::StaleGeneration), 16),
            (ClientError::Code, 2),
            (ClientError::Unknown(What::Case), 1),
        ] {
            assert_eq!(Failure::from(error).exit as u8, exit);
        }
    }

    #[test]
    fn a_name_that_fits_two_things_lists_both() {
        let failure = Failure::from(ClientError::Ambiguous(What::Person, vec!["12ab".to_owned(), "12cd".to_owned()]));
        let names: Vec<_> = failure.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["12ab", "12cd"]);
    }

    #[test]
    fn causes_at_one_file_have_messages_of_their_own() {
        let kinds = [ErrorKind::NotFound, ErrorKind::PermissionDenied, ErrorKind::AlreadyExists, ErrorKind::IsADirectory];
        let messages: std::collections::HashSet<_> = kinds.map(|kind| file(&Error::from(kind)).message).into();
        assert_eq!(messages.len(), kinds.len());
    }
}
