//! What the client shows of recovery.

use casevault_crypto::recovery::{ShareFault, WordsError};
use casevault_crypto::secret::SecretText;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, PersonId, RecoveryPolicyId, TeamId};
use casevault_wire::time::Time;

/// A share to be printed. Nothing else has it.
#[derive(Clone, Debug)]
pub struct PrintedShare {
    /// The policy.
    pub policy: RecoveryPolicyId,
    /// Its number.
    pub index: u8,
    /// How many there are.
    pub of: u8,
    /// How many open.
    pub threshold: u8,
    /// Whose it is.
    pub person: PersonId,
    /// Their name, if it is known here.
    pub name: Option<String>,
    /// What is printed.
    pub words: SecretText,
}

/// What a good share is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// Its policy is stated once so many others are tested.
    Draft(usize),
    /// Its policy waits for another administrator.
    Waiting,
    /// Its policy is in force.
    InForce,
    /// Its policy was replaced.
    Ended,
}

/// A share that is the one that its policy names.
#[derive(Clone, Debug)]
pub struct CheckedShare {
    /// The hash that names the policy.
    pub policy: Hash,
    /// The share's number.
    pub index: u8,
    /// Whose it is.
    pub person: PersonId,
    /// What it is good for.
    pub state: ShareState,
}

/// Why a share does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareTrouble {
    /// The words are none.
    Words(WordsError),
    /// It is not a share of the policy.
    Fault(ShareFault),
}

/// A share that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareProblem {
    /// Which of the shares that were given, from 1.
    pub at: usize,
    /// The number that it claims, if that could be read.
    pub index: Option<u8>,
    /// Why.
    pub trouble: ShareTrouble,
}

/// A team that this device is in after it was to be opened here.
#[derive(Clone, Debug)]
pub struct OpenedTeam {
    /// The team.
    pub team: TeamId,
    /// Whether a member's device had let this one in, so that nothing was opened.
    pub entered: bool,
    /// The shares that did not count.
    pub bad: Vec<ShareProblem>,
}

/// Where a policy stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyState {
    /// Another administrator has to approve it.
    Waiting,
    /// It is in force.
    InForce,
}

/// A recovery policy.
#[derive(Clone, Debug)]
pub struct PolicyView {
    /// The hash that names it.
    pub policy: Hash,
    /// What its sheets of paper name it by.
    pub sheets: RecoveryPolicyId,
    /// Where it stands.
    pub state: PolicyState,
    /// How many shares open.
    pub threshold: u8,
    /// Who has them, in order of the shares' numbers, with their names where known.
    pub trustees: Vec<(PersonId, Option<String>)>,
    /// Who stated or approved it.
    pub approvals: Vec<(PersonId, Option<String>)>,
    /// Milliseconds between an announcement and its opening.
    pub delay: u64,
    /// When it ends.
    pub until: Time,
}

/// A recovery that is pending.
#[derive(Clone, Debug)]
pub struct AnnouncementView {
    /// The team.
    pub team: TeamId,
    /// Its name, if it is known here.
    pub team_name: Option<String>,
    /// The device that shall have its keys.
    pub device: DeviceId,
    /// Who announced it.
    pub by: PersonId,
    /// Their name, if it is known here.
    pub by_name: Option<String>,
    /// When, by the clock of whoever announced it.
    pub time: Time,
    /// Milliseconds from then until it may be opened. The key server counts them by its own clock.
    pub delay: u64,
    /// How many shares open it.
    pub threshold: u8,
}

/// Everything about recovery that is not over.
#[derive(Clone, Debug)]
pub struct RecoveryView {
    /// The policy in force and those that wait.
    pub policies: Vec<PolicyView>,
    /// What is announced.
    pub announcements: Vec<AnnouncementView>,
    /// What nobody had looked at on this device before.
    pub notices: Vec<Notice>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A policy came into force.
    Policy,
    /// A team is about to be opened.
    Announced,
    /// A team was opened.
    Opened,
}

impl NoticeKind {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "recovery-policy",
            Self::Announced => "recovery-announced",
            Self::Opened => "recovery-opened",
        }
    }
}

/// Something about recovery that every device tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// The hash that names the policy.
    pub policy: Hash,
    /// The team, if it is about one.
    pub team: Option<TeamId>,
    /// Its name, if it is known here.
    pub team_name: Option<String>,
    /// The device that has or shall have its keys.
    pub device: Option<DeviceId>,
    /// Who announced it.
    pub person: Option<PersonId>,
    /// Their name, if it is known here.
    pub person_name: Option<String>,
}
