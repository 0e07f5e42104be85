//! What the client shows: plain values for a surface to draw. Ids are typed; texts are what people wrote.

mod administration;
mod alarm;
mod assistance;
mod conflict;
mod devices;
mod erasure;
mod recovery;
mod share;

use std::path::PathBuf;

use casevault_crypto::event::{Answer, Found, How};
use casevault_crypto::random::RandomError;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DeviceId, DocumentId, JournalId, OrganisationId, PersonId, TeamId};
use casevault_wire::log::Role;
use casevault_wire::partner::SafetyNumber;
use casevault_wire::time::Time;

pub use administration::{Removed, Status, TeamChange, VoidedCommit};
pub use alarm::{Alarm, AlarmKind};
pub use assistance::{
    ApprovalView, AssistanceView, GoalView, OverdueKind, OverdueView, PlanState, PlanView, QuestionView, RecordView,
};
pub use conflict::{ConflictView, Kept};
pub use devices::{Approval, DeviceNotice, DeviceNoticeKind, InvitationPhase, InvitationView, Unapproved};
pub use erasure::{ErasureState, ErasureView, Keeping, RetentionView};
pub use recovery::{
    AnnouncementView, CheckedShare, Notice, NoticeKind, OpenedTeam, PolicyState, PolicyView, PrintedShare, RecoveryView,
    ShareProblem, ShareState, ShareTrouble,
};
pub use share::{
    ConsentState, ConsentView, DossierView, HandoverState, HandoverView, OpenedView, OverrideState, OverrideView, RecipientView,
    ShareView, SharedView, Sharing,
};

/// A new organisation.
#[derive(Clone, Debug)]
pub struct Founded {
    /// Its id.
    pub organisation: OrganisationId,
    /// The root key's fingerprint, for people to compare.
    pub fingerprint: Hash,
    /// The founder.
    pub person: PersonId,
    /// The founder's device.
    pub device: DeviceId,
}

/// Whether a joining device has been approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinState {
    /// An administrator still has to approve it.
    Pending,
    /// It belongs to the organisation.
    Approved,
}

/// A device that joins.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The invited person.
    pub person: PersonId,
    /// The new device.
    pub device: DeviceId,
    /// Where the approval stands.
    pub state: JoinState,
}

/// Whether somebody or something still belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Invited, or joined and waiting for approval.
    Pending,
    /// Belongs.
    Active,
    /// Removed or revoked.
    Removed,
}

/// A person.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// The id.
    pub person: PersonId,
    /// The name in the directory, if it is known here.
    pub name: Option<String>,
    /// The role.
    pub role: Role,
    /// The standing.
    pub state: Standing,
}

/// A device.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// The id.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// The device's name, if it is known here.
    pub name: Option<String>,
    /// The standing.
    pub state: Standing,
    /// Whether it is the device that asks.
    pub here: bool,
    /// When it last synchronised with both servers, by its own clock; of another device nothing is known.
    pub synchronised: Option<Time>,
}

/// One statement of the organisation log, for people.
#[derive(Clone, Debug)]
pub struct LogView {
    /// Position.
    pub sequence: u64,
    /// When, by the author's clock.
    pub time: Time,
    /// The person who stated it; nothing for the root.
    pub author: Option<PersonId>,
    /// That person's name, if it is known here.
    pub author_name: Option<String>,
    /// The statement's name, in lower case with hyphens.
    pub statement: &'static str,
    /// What it is about, in order.
    pub subjects: Vec<Subject>,
}

/// Something that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is: `person`, `team`, `role` and so on.
    pub kind: &'static str,
    /// Its id, or what else is said of it.
    pub id: String,
    /// Its name in the directory, if it is known here.
    pub name: Option<String>,
}

/// Where a partnership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnerState {
    /// Named; nobody has said yet that the safety number was compared. Nothing is sealed to it.
    Added,
    /// People have compared the safety number.
    Confirmed,
    /// A partner no longer.
    Removed,
}

/// A partner organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerView {
    /// Its id.
    pub partner: OrganisationId,
    /// Its root's fingerprint.
    pub fingerprint: Hash,
    /// Its keyserver's address.
    pub keyserver: String,
    /// Its vault's address.
    pub vault: String,
    /// Where it stands.
    pub state: PartnerState,
    /// What people of both organisations compare.
    pub safety_number: SafetyNumber,
    /// How many entries of its log this device has verified.
    pub log: u64,
}

/// Whether what was asked of a team has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// The group, the keys and the vault have changed.
    Done,
    /// It is in the log; a member's client will carry it out.
    Requested,
}

/// A team.
#[derive(Clone, Debug)]
pub struct TeamView {
    /// The id.
    pub team: TeamId,
    /// The name in the directory, if it is known here.
    pub name: Option<String>,
    /// The generation of its key; 0 while it has none or this device is not in it.
    pub generation: u64,
    /// The members, with their names where known.
    pub members: Vec<(PersonId, Option<String>)>,
    /// Whether the vault refuses writes.
    pub frozen: bool,
    /// Whether it chose, when it was made, that trustees can open it again.
    pub recoverable: bool,
    /// Whether it has the key that the log asks for, or waits for a member's client to make it.
    pub state: ChangeState,
}

/// What a synchronisation did.
#[derive(Clone, Debug, Default)]
pub struct SyncReport {
    /// Records sent and acknowledged.
    pub sent: u64,
    /// Records received and verified.
    pub received: u64,
    /// Records that still wait.
    pub queued: u64,
    /// Alarms not yet seen.
    pub alarms: Vec<Alarm>,
    /// What every device is told about recovery.
    pub notices: Vec<Notice>,
    /// Notices of devices that the person has not looked at.
    pub device_notices: Vec<DeviceNotice>,
    /// Whether both servers answered.
    pub online: bool,
}

/// Whether a write has reached the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Acknowledged by the vault.
    Sent,
    /// Durable on this device only.
    Queued,
}

/// Something that waits on this device to be sent.
#[derive(Clone, Debug)]
pub struct UnsentView {
    /// Its number, by which it can be dropped.
    pub item: u64,
    /// The team that it is for.
    pub team: TeamId,
    /// The team's name, if it is known here.
    pub team_name: Option<String>,
    /// The case that it is for, unless it is for the team's list of cases.
    pub case: Option<JournalId>,
    /// The case's title.
    pub title: Option<String>,
    /// When it was written.
    pub time: Time,
    /// What it is, in lower case with hyphens.
    pub event: String,
    /// What it says; of a document the name.
    pub text: String,
    /// Whether this device is in the team. If not, it is set aside until it is again.
    pub member: bool,
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseSummary {
    /// The id.
    pub case: JournalId,
    /// The title.
    pub title: String,
    /// The team that owns it.
    pub team: TeamId,
    /// The status.
    pub status: String,
    /// What the team's list says of it, if the case was read here and says something else.
    pub said: Option<Said>,
}

/// What a colleague wrote of a case in the team's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The title.
    pub title: String,
    /// The status.
    pub status: String,
}

impl Said {
    /// Whether a case of this title and status is something else.
    pub(crate) fn differs(&self, title: &str, status: &str) -> bool {
        (self.title.as_str(), self.status.as_str()) != (title, status)
    }
}

/// A case.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// Id, title, team, status.
    pub summary: CaseSummary,
    /// Fields with their values, by name.
    pub fields: Vec<(String, String)>,
    /// The newest version of every document.
    pub documents: Vec<DocumentView>,
    /// Notes, oldest first.
    pub notes: Vec<NoteView>,
    /// What is done for the person.
    pub assistance: AssistanceView,
    /// How long the case stays.
    pub keeping: Keeping,
    /// Whether another team goes on with it, may, or did before.
    pub handover: Option<HandoverView>,
    /// Whether all of it is at the vault.
    pub delivery: Delivery,
}

/// A note.
#[derive(Clone, Debug)]
pub struct NoteView {
    /// When, by its author's clock.
    pub time: Time,
    /// Who.
    pub person: PersonId,
    /// The author's name, if it is known here.
    pub person_name: Option<String>,
    /// What.
    pub text: String,
}

/// A document.
#[derive(Clone, Debug)]
pub struct DocumentView {
    /// The id.
    pub document: DocumentId,
    /// The name it was added under: data, not a path.
    pub name: String,
    /// The version that its author called it, from 1.
    pub version: u64,
    /// The entry of the case that added it, once it was read: what names it for good.
    pub entry: Option<u64>,
    /// The length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// Whether it is at the vault.
    pub delivery: Delivery,
    /// BLAKE3 of its blob, by which a consent names it.
    pub digest: BlobDigest,
    /// What was found in it besides what is seen, if it was examined.
    pub metadata: Option<Found>,
    /// What it is a redacted or stripped copy of, if it is one.
    pub original: Option<(DocumentId, How)>,
}

/// What became of one file that was to be added.
#[derive(Debug)]
pub struct AddedDocument {
    /// The file.
    pub path: PathBuf,
    /// The document, or why there is none.
    pub outcome: Result<DocumentView, crate::error::ClientError>,
}

/// What became of one document that was to be written to a file.
#[derive(Debug)]
pub struct ExportedDocument {
    /// The file.
    pub path: PathBuf,
    /// The document, or why it was not written.
    pub outcome: Result<FetchedDocument, crate::error::ClientError>,
}

/// A document in a file.
#[derive(Clone, Debug)]
pub struct FetchedDocument {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of the content, verified.
    pub sha256: [u8; 32],
    /// Whether it was written now, and not there already.
    pub new: bool,
}

/// A redacted or stripped copy that was added.
#[derive(Clone, Debug)]
pub struct CopyView {
    /// The copy.
    pub copy: DocumentView,
    /// What it was made of.
    pub original: DocumentId,
    /// SHA-256 of that.
    pub original_sha256: [u8; 32],
    /// How they differ.
    pub how: How,
    /// How many pages both have.
    pub pages: u32,
    /// How many boxes cover parts of them.
    pub boxes: usize,
    /// How much of the original could not be drawn and is missing in the copy.
    pub missing: u32,
}

/// One event in the custody of a case.
#[derive(Clone, Debug)]
pub struct CustodyView {
    /// Position in the case's journal, or the dossier's.
    pub sequence: u64,
    /// When, by its author's clock.
    pub time: Time,
    /// Who.
    pub person: PersonId,
    /// The person's name, if it is known here.
    pub person_name: Option<String>,
    /// On which device.
    pub device: DeviceId,
    /// What, in lower case with hyphens.
    pub event: String,
    /// The documents it is about.
    pub documents: Vec<DocumentId>,
    /// Of documents that were opened, which versions. What was opened of a share is no version of the case.
    pub opened: Vec<(DocumentId, u64)>,
    /// What a recipient answered, and the words of it: their reason, what they did, or the case in which they go on.
    pub answer: Option<(Answer, String)>,
    /// The dossier that it happened in, if it was not the case.
    pub dossier: Option<JournalId>,
}

/// Something that was done in one of several cases.
#[derive(Clone, Debug)]
pub struct ActivityView {
    /// When, by its author's clock.
    pub time: Time,
    /// Who.
    pub person: PersonId,
    /// The person's name, if it is known here.
    pub person_name: Option<String>,
    /// What, in lower case with hyphens.
    pub event: String,
    /// In which case.
    pub case: JournalId,
    /// The case's title.
    pub title: String,
}

/// Where a search found its words.
#[derive(Clone, Debug)]
pub struct SearchHit {
    /// The case.
    pub case: JournalId,
    /// Its title.
    pub title: String,
    /// `title`, `field`, `note`, `document`, `plan`, or the kind of a record, such as `service`.
    pub place: &'static str,
    /// The text around the words.
    pub text: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct VerifyReport {
    /// Log entries verified, from the root that was pinned on.
    pub log: u64,
    /// Heads of the log, as the keyserver told the vault, that the log was compared with.
    pub heads: u64,
    /// Teams whose sealing key in the log was compared with the key that the team has.
    pub sealing_keys: u64,
    /// Groups that this device is in, each compared with the log.
    pub groups: u64,
    /// Devices in them, each seen to be trusted.
    pub devices: u64,
    /// Confirmed partners whose logs were fetched and verified.
    pub partners: u64,
    /// Confirmed partners whose keyserver did not answer, or does not know this organisation as a partner.
    pub partners_missed: u64,
    /// Journals verified.
    pub journals: u64,
    /// Entries verified.
    pub entries: u64,
    /// Blobs fetched and verified.
    pub documents: u64,
    /// What is wrong. Empty if nothing is.
    pub problems: Vec<Alarm>,
}

/// How far a long operation is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Bytes done.
    pub bytes: u64,
    /// Bytes in all.
    pub total: u64,
    /// Items done.
    pub items: u64,
    /// Items in all.
    pub all: u64,
}

/// Called, from any thread, as a long operation goes on.
pub type OnProgress = std::sync::Arc<dyn Fn(Progress) + Send + Sync>;

/// Nobody looks at the progress.
pub(crate) fn unwatched() -> OnProgress {
    std::sync::Arc::new(|_| {})
}

/// The operating system gave no randomness.
pub(crate) fn no_randomness(_: RandomError) -> crate::error::ClientError {
    crate::error::ClientError::Randomness
}
