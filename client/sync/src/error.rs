//! Why an operation of the client failed. Says whose fault; the text for people is written at the surface.

use casevault_crypto::event::Found;
use casevault_crypto::evidence::StampError;
use casevault_crypto::keystore::KeystoreError;
use casevault_crypto::recovery::{ShareFault, WordsError};
use casevault_statistics::htcds::FieldError;
use casevault_wire::id::DocumentId;
use casevault_wire::problem::Code;

use crate::redraw::RedrawError;
use crate::view::ShareProblem;

/// Why an operation failed. Nothing of the user's is lost by any of them.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no profile in the directory.
    #[error("no profile")]
    NoProfile,
    /// There is a profile in the directory already.
    #[error("profile exists")]
    ProfileExists,
    /// Another process uses the profile.
    #[error("profile in use")]
    InUse,
    /// The profile's directory is open to other users of the machine.
    #[error("profile directory is open to others")]
    Permissions,
    /// The passphrase is wrong.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// Too many wrong passphrases: the next is looked at after so many seconds.
    #[error("wait {0} s before the next passphrase")]
    Wait(u64),
    /// One wrong passphrase too many: the profile is destroyed, as was chosen.
    #[error("wiped")]
    Wiped,
    /// Fewer wrong passphrases than these may not destroy a profile.
    #[error("at least {0}")]
    TooFew(u32),
    /// The operating system has no key store, or it does not answer.
    #[error("no key store")]
    NoKeychain,
    /// The operating system's key store is locked, and nobody unlocked it.
    #[error("the key store is locked")]
    KeychainLocked,
    /// The operating system's key store does not have this device's secret.
    #[error("the key store does not have the secret")]
    SystemSecret,
    /// The keys were dropped, since nobody used them for a while or somebody said so.
    #[error("locked")]
    Locked,
    /// The profile's files are damaged or from another version.
    #[error("profile damaged")]
    Damaged,
    /// The device has joined but is not approved.
    #[error("not approved yet")]
    NotApproved,
    /// The bundle was to have a time stamp, and has none: it was not made.
    #[error("no time stamp: {0}")]
    TimeStamp(TimeStampError),
    /// The file is encrypted, and was not looked into.
    #[error("encrypted")]
    Encrypted,
    /// The text is no invitation code.
    #[error("no invitation code")]
    Code,
    /// The invitation was used, withdrawn or has expired.
    #[error("invitation is not good any more")]
    Invitation,
    /// The invitation by which somebody waits for approval has ended.
    #[error("invitation has ended")]
    Ended,
    /// Nothing has this name or id.
    #[error("nothing has this name")]
    Unknown(What),
    /// More than one thing has this name; their ids.
    #[error("more than one thing has this name")]
    Ambiguous(What, Vec<String>),
    /// A field, as the person called it, or its value is not of the standard.
    #[error("field: {1}")]
    Field(String, #[source] FieldError),
    /// A name or text is empty or too long.
    #[error("text is empty or too long")]
    Text,
    /// A local file could not be read or written.
    #[error("file: {0}")]
    File(std::io::Error),
    /// The file changed while it was read.
    #[error("the file changed while it was read")]
    FileChanged,
    /// The local disk is full.
    #[error("disk full")]
    DiskFull,
    /// A server could not be reached; what could be queued is queued.
    #[error("a server could not be reached")]
    Unreachable,
    /// A server refused.
    #[error("refused: {}", .0.as_str())]
    Server(Code),
    /// Two histories exclude each other, which is not dismissed.
    #[error("a fork stays")]
    ForkStays,
    /// Teams that would have no device left, so that nobody could open their cases any more; their names.
    #[error("teams would be left empty")]
    LeavesEmpty(Vec<String>),
    /// This person's role, or this device's membership, does not allow it.
    #[error("not allowed")]
    NotAllowed,
    /// Nobody else is an administrator with a device.
    #[error("the last administrator")]
    LastAdministrator,
    /// This person ended the last device of the one who shall have another: a second administrator has to bring it.
    #[error("a second administrator is needed")]
    SecondAdministrator,
    /// The person has a device, which alone may bring another.
    #[error("the person has a device")]
    HasDevice,
    /// The person has as many devices as anybody may have at once.
    #[error("too many devices")]
    ManyDevices,
    /// Somebody, or a team, has this name already.
    #[error("the name is taken")]
    NameTaken(What),
    /// The person is in teams of cases, which their new role rules out.
    #[error("the person is in teams")]
    InTeams,
    /// The log says that this device, or its person, was removed.
    #[error("removed")]
    Removed,
    /// This is a copy of the device, or an older state of it. Nothing is sent or taken over.
    #[error("not the device as it last was")]
    Copied,
    /// The sealed bytes of a document that waits to be sent are damaged, or gone. What else waits is sent.
    #[error("a document that waits is damaged")]
    Unsendable,
    /// This is a profile to travel with: it is read, and nothing else.
    #[error("a profile to travel with")]
    Travels,
    /// Something served does not verify. Nothing was written or shown.
    #[error("verification failed")]
    Verification,
    /// Others have changed the same thing, again and again: synchronise and try again.
    #[error("conflict")]
    Conflict,
    /// The address is not `https`, nor `http` on the loopback address.
    #[error("address not allowed")]
    Address,
    /// What is to vouch for servers holds no certificates.
    #[error("no certificates")]
    Certificates,
    /// The operating system gave no randomness.
    #[error("no randomness")]
    Randomness,
    /// The local database failed.
    #[error("local store")]
    Store(crate::store::sql::Error),
    /// The partner organisation is not confirmed: nobody has said that the safety number was compared.
    #[error("partner not confirmed")]
    PartnerUnconfirmed,
    /// The team's newest sealing key may still be read by somebody whom the log has removed: its members have to take a new one first.
    #[error("the team has to take a new key first")]
    KeyDue,
    /// The keyserver's newest word about the log is too old, or this device's clock is wrong: nothing is sealed.
    #[error("the log's head is too old")]
    OldHead,
    /// A server of a partner could not be reached, or does not answer now.
    #[error("a partner's server could not be reached")]
    PartnerUnreachable,
    /// No consent in force covers it: not this recipient, purpose, document version, field, or not any more.
    #[error("no consent covers it")]
    NoConsent,
    /// Documents that say, or may say, more than is seen of them would leave the team.
    #[error("metadata")]
    Metadata(Vec<Telling>),
    /// No copy could be made of a document.
    #[error("no copy: {0}")]
    Redraw(#[source] RedrawError),
    /// The person may be a minor, and the case names no guardian.
    #[error("a minor without a guardian")]
    NoGuardian,
    /// Nobody approves the plan that they made.
    #[error("one's own plan")]
    OwnPlan,
    /// The case was handed over: another team goes on with it.
    #[error("the case was handed over")]
    HandedOver,
    /// Nobody offered the case of the dossier to be taken over.
    #[error("not offered")]
    NotOffered,
    /// The documents are more than is held in memory at once.
    #[error("larger than memory")]
    LargerThanMemory,
    /// The person stopped it before it was this one's turn.
    #[error("stopped")]
    Stopped,
    /// The law holds the case: it is not erased.
    #[error("the law holds the case")]
    Held,
    /// Nobody asked for the case to be erased.
    #[error("nobody asked for the case to be erased")]
    NoErasure,
    /// A case that belongs to a team whose keys this device does not have.
    #[error("no key")]
    NoKey,
    /// A recovery policy that nobody could use.
    #[error("recovery policy that cannot be used")]
    Policy,
    /// No recovery policy is in force.
    #[error("no recovery policy")]
    NoPolicy,
    /// The team did not choose recovery when it was made.
    #[error("team without recovery")]
    NotRecoverable,
    /// No recovery of the team is announced, or not for this device.
    #[error("recovery is not announced")]
    NotAnnounced,
    /// The delay between announcement and opening is not over.
    #[error("the delay is not over")]
    TooEarly,
    /// No member's client left the team's newest keys for recovery.
    #[error("nobody left the team's keys")]
    NoEscrow,
    /// Words that are no share.
    #[error("words of a share: {0}")]
    Words(#[source] WordsError),
    /// A share that is not the one that the policy names.
    #[error("share: {0}")]
    Share(#[source] ShareFault),
    /// Too few good shares.
    #[error("{good} good shares of {needed}")]
    Shares {
        /// How many are good.
        good: usize,
        /// How many it takes.
        needed: usize,
        /// What is wrong with the others.
        bad: Vec<ShareProblem>,
    },
}

/// A document that says more than is seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The document.
    pub document: DocumentId,
    /// Its name.
    pub name: String,
    /// What was found in it.
    pub found: Found,
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A person.
    Person,
    /// A device.
    Device,
    /// A team.
    Team,
    /// A case.
    Case,
    /// A document.
    Document,
    /// A partner organisation.
    Partner,
    /// A recovery policy that waits.
    Policy,
    /// A commit that somebody refuses.
    Refusal,
    /// An alarm.
    Alarm,
    /// Something that waits to be sent.
    Unsent,
    /// An invitation.
    Invitation,
    /// A consent.
    Consent,
    /// A wish to share what no consent covers.
    Override,
    /// Something shared.
    Share,
    /// Something that another team shares.
    Dossier,
    /// A service, a movement, a follow-up or a goal.
    Record,
    /// A plan.
    Plan,
}

impl ClientError {
    /// Whether the vault will never take what it refused. Everything else passes, and what was written waits for that.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Text | Self::Server(Code::TooLarge | Code::Malformed))
    }
}

impl From<RedrawError> for ClientError {
    fn from(error: RedrawError) -> Self {
        Self::Redraw(error)
    }
}

/// Why there is no time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// The text is no address of an authority.
    #[error("no address of a time-stamp authority")]
    Address,
    /// The authority could not be reached.
    #[error("not reached")]
    Unreachable,
    /// What is there does not answer as an authority does.
    #[error("no answer of an authority")]
    Refused,
    /// What it answered is not the stamp that was asked for.
    #[error("the answer {0}")]
    Answer(StampError),
}

impl From<KeystoreError> for ClientError {
    fn from(error: KeystoreError) -> Self {
        match error {
            KeystoreError::WrongPassphrase => Self::WrongPassphrase,
            KeystoreError::SystemSecret => Self::SystemSecret,
            KeystoreError::Random(_) => Self::Randomness,
            _ => Self::Damaged,
        }
    }
}

impl From<crate::store::sql::Error> for ClientError {
    fn from(error: crate::store::sql::Error) -> Self {
        match error.sqlite_error_code() {
            Some(crate::store::sql::ErrorCode::DiskFull) => Self::DiskFull,
            Some(crate::store::sql::ErrorCode::DatabaseBusy | crate::store::sql::ErrorCode::DatabaseLocked) => Self::InUse,
            Some(crate::store::sql::ErrorCode::NotADatabase | crate::store::sql::ErrorCode::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Store(error),
        }
    }
}

impl From<std::io::Error> for ClientError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::File(error),
        }
    }
}

/// Result of a client's operation.
pub type Result<T> = std::result::Result<T, ClientError>;
