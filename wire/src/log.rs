//! The organisation log (SPEC §8.1): an append-only, hash-chained list of signed statements that every client verifies whole.

mod fold;
mod role;

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::List;
use crate::commit::SealingKey;
use crate::feed::SignedFeedItem;
use crate::hash::{Hash, hash};
use crate::id::{DeviceId, OrganisationId, PersonId, TeamId};
use crate::label::Label;
use crate::limit;
use crate::partner::PartnerStatement;
use crate::recovery::{Announcement, RecoveryPolicy, SignedOpening};
use crate::server::ServerEntry;
use crate::signature::{PublicKey, Signable, Signed};
use crate::time::Time;

pub use fold::{
    Announced, AnnouncementStanding, Device, Enrolment, LogError, Organisation, Partner, Person, PolicyStanding, Recovery,
    SealingKeyEntry, Span, StatedPolicy, Team, VerifiedPosition,
};
pub use role::Role;

/// A device's public keys. Its id is derived from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct DeviceKeys {
    /// Signs log statements, requests and author certificates.
    pub signing: PublicKey,
    /// Signs MLS messages, and nothing else.
    pub mls: PublicKey,
}

impl DeviceKeys {
    /// The device's id: the first bytes of the keys' hash.
    pub fn id(&self) -> DeviceId {
        let digest = hash(Label::DeviceKeysHash, self);
        let mut id = [0; DeviceId::LENGTH];
        for (to, from) in id.iter_mut().zip(digest.0) {
            *to = from;
        }
        DeviceId(id)
    }
}

/// The hash of the root's public key, which people compare and invitations carry.
pub fn root_fingerprint(root: &PublicKey) -> Hash {
    hash(Label::RootFingerprint, root)
}

/// Who signs an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Author {
    /// The organisation's root key.
    #[tls_codec(discriminant = 1)]
    Root,
    /// A certified device.
    #[tls_codec(discriminant = 2)]
    Device(DeviceId),
}

/// What kind of team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum TeamKind {
    /// The built-in team of everybody, whose journal holds names. There is exactly one.
    Directory = 1,
    /// A team that owns cases.
    Cases = 2,
    /// A team that owns cases and chose, when it was made, that trustees can open it again (SPEC §8.9).
    RecoverableCases = 3,
}

impl TeamKind {
    /// Whether such a team owns cases, and has members by name.
    pub fn owns_cases(self) -> bool {
        self != Self::Directory
    }
}

/// The first statement.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Founding {
    /// The root key.
    pub root: PublicKey,
    /// The keyserver.
    pub keyserver: ServerEntry,
    /// The vault.
    pub vault: ServerEntry,
    /// The suite, [`limit::SUITE`].
    pub suite: u16,
    /// Drawn at random, so that no two organisations share an id.
    pub salt: [u8; 16],
}

/// A new team.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TeamCreation {
    /// The kind.
    pub kind: TeamKind,
    /// The first members; empty for the directory.
    pub members: List<PersonId, { limit::TEAM_MEMBERS }>,
    /// Drawn at random, so that the id says nothing.
    pub salt: [u8; 16],
}

/// A team's new sealing key.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct SealingKeyStatement {
    /// The team.
    pub team: TeamId,
    /// The keyserver's receipt for a commit that names the key: the team has reached its generation.
    pub receipt: SignedFeedItem,
    /// The public key.
    pub key: SealingKey,
}

/// A commit declared void by an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VoidStatement {
    /// The team.
    pub team: TeamId,
    /// The epoch that the commit began.
    pub epoch: u64,
    /// The hash of the commit.
    pub commit: Hash,
}

/// What an entry says. The table of who may say what is in [`Role`].
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u16)]
pub enum Statement {
    /// The organisation exists. First entry, and only there; signed by the root.
    #[tls_codec(discriminant = 1)]
    Found(Founding),
    /// A person belongs to the organisation, in a role.
    #[tls_codec(discriminant = 2)]
    AddPerson(PersonId, Role),
    /// A device belongs to a person.
    #[tls_codec(discriminant = 3)]
    AddDevice(PersonId, DeviceKeys),
    /// A person's role from now on.
    #[tls_codec(discriminant = 4)]
    SetRole(PersonId, Role),
    /// A person leaves, with all devices, every team.
    #[tls_codec(discriminant = 5)]
    RemovePerson(PersonId),
    /// A device is no longer trusted.
    #[tls_codec(discriminant = 6)]
    RevokeDevice(DeviceId),
    /// A team exists. Its id is this entry's hash.
    #[tls_codec(discriminant = 7)]
    CreateTeam(TeamCreation),
    /// A person joins a team.
    #[tls_codec(discriminant = 8)]
    AddToTeam(TeamId, PersonId),
    /// A person leaves a team.
    #[tls_codec(discriminant = 9)]
    RemoveFromTeam(TeamId, PersonId),
    /// The team shall take a new key.
    #[tls_codec(discriminant = 10)]
    RotateTeam(TeamId),
    /// The vault shall refuse writes (1) or accept them again (0).
    #[tls_codec(discriminant = 11)]
    FreezeTeam(TeamId, u8),
    /// The team's newest sealing key.
    #[tls_codec(discriminant = 12)]
    TeamSealingKey(SealingKeyStatement),
    /// A commit is void.
    #[tls_codec(discriminant = 13)]
    VoidCommit(VoidStatement),
    /// Who can open teams again. In force once another administrator approves it.
    #[tls_codec(discriminant = 14)]
    RecoveryPolicy(RecoveryPolicy),
    /// The policy of this hash shall be in force.
    #[tls_codec(discriminant = 15)]
    ApproveRecoveryPolicy(Hash),
    /// A team is about to be opened.
    #[tls_codec(discriminant = 16)]
    AnnounceRecovery(Announcement),
    /// The announcement that the entry of this hash made is taken back.
    #[tls_codec(discriminant = 17)]
    CancelRecovery(Hash),
    /// A team is opened.
    #[tls_codec(discriminant = 18)]
    RecoveryOpened(SignedOpening),
    /// Another organisation shall be a partner, once its root was compared.
    #[tls_codec(discriminant = 20)]
    AddPartner(PartnerStatement),
    /// People have compared the partner's root.
    #[tls_codec(discriminant = 21)]
    ConfirmPartner(OrganisationId),
    /// A partner is one no longer.
    #[tls_codec(discriminant = 22)]
    RemovePartner(OrganisationId),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LogEntry {
    /// The organisation; zero in the first entry, whose hash it is.
    pub organisation: OrganisationId,
    /// Position, from 0.
    pub sequence: u64,
    /// The hash of the signed entry before; zero for the first.
    pub previous: Hash,
    /// When, by the author's clock.
    pub time: Time,
    /// Who signs.
    pub author: Author,
    /// What it says.
    pub statement: Statement,
}

impl Signable for LogEntry {
    const LABEL: Label = Label::LogEntry;
}

/// An entry as its author signed it.
pub type SignedLogEntry = Signed<LogEntry>;

/// The hash that names an entry: an organisation's id, a team's id, the next entry's `previous`.
pub fn log_entry_hash(entry: &SignedLogEntry) -> Hash {
    hash(Label::LogEntryHash, entry)
}

/// A place in the log: everything before `length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LogPosition {
    /// How many entries.
    pub length: u64,
    /// The hash of the last of them.
    pub hash: Hash,
}

/// The keyserver's word for how long the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LogHead {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The newest position.
    pub position: LogPosition,
    /// When, by the keyserver's clock.
    pub time: Time,
}

impl Signable for LogHead {
    const LABEL: Label = Label::LogHead;
}

/// A [`LogHead`] as the keyserver signed it.
pub type SignedLogHead = Signed<LogHead>;
