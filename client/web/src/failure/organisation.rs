//! The names of messages about people, teams, recovery and servers.

use casevault_sync::{ClientError, Code, ShareFault, What, WordsError};

/// The name of a message. What no page of this program can meet shares one.
pub(super) fn key(error: &ClientError) -> &'static str {
    match error {
        ClientError::Server(code) => refusal(*code),
        ClientError::NameTaken(What::Team) => "team-taken",
        ClientError::NameTaken(_) => "person-taken",
        ClientError::Ended => "invitation-ended",
        ClientError::HasDevice => "has-device",
        ClientError::ManyDevices => "many-devices",
        ClientError::LastAdministrator => "last-administrator",
        ClientError::SecondAdministrator => "second-administrator",
        ClientError::InTeams => "in-teams",
        ClientError::ForkStays => "fork-stays",
        ClientError::NoKeychain => "no-key-store",
        ClientError::KeychainLocked => "key-store-locked",
        ClientError::Certificates => "certificates",
        ClientError::Policy => "policy",
        ClientError::NoPolicy => "no-policy",
        ClientError::NotRecoverable => "not-recoverable",
        ClientError::NotAnnounced => "not-announced",
        ClientError::TooEarly => "too-early",
        ClientError::NoEscrow => "no-escrow",
        ClientError::Words(error) => words(error),
        ClientError::Share(fault) => share(*fault),
        ClientError::Shares { .. } => "share-few",
        _ => "other",
    }
}

/// The same of words that are no share.
pub(super) fn words(error: &WordsError) -> &'static str {
    match error {
        WordsError::Count(_) => "share-count",
        WordsError::Unknown(_) => "share-unknown",
        WordsError::Wrong(..) => "share-wrong",
        WordsError::Several => "share-several",
        WordsError::Version => "share-version",
    }
}

/// The same of a share that is not the one that is asked for.
pub(super) fn share(fault: ShareFault) -> &'static str {
    match fault {
        ShareFault::OtherPolicy => "share-other",
        ShareFault::Altered => "share-altered",
        ShareFault::Repeated => "share-repeated",
    }
}

/// What a message about words names.
pub(super) fn named(error: &WordsError) -> String {
    match error {
        WordsError::Count(count) => count.to_string(),
        WordsError::Unknown(places) => places.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        WordsError::Wrong(place, meant) => format!("{place} ({meant})"),
        WordsError::Several | WordsError::Version => String::new(),
    }
}

/// The same of what a server refused.
fn refusal(code: Code) -> &'static str {
    match code {
        Code::Malformed => "server-malformed",
        Code::TooLarge => "server-too-large",
        Code::Refused => "refused",
        Code::Nonce => "nonce",
        Code::Conflict => "conflict",
        Code::StaleGeneration => "stale",
        Code::Frozen => "frozen",
        Code::Upload => "upload",
        Code::Invitation => "invitation",
        Code::Quota => "quota",
        Code::Full => "server-full",
        Code::Busy => "busy",
        Code::Statement => "statement",
        Code::Unavailable => "unavailable",
    }
}
