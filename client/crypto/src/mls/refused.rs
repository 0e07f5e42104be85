//! Why a member refuses a commit (SPEC §8.5). What is listed here is the committer's fault, and reason to post a signed refusal.

use super::key_package::KeyPackageProblem;
use super::leaf::LeafProblem;

/// The rule that a commit breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitRefused {
    /// Not one PrivateMessage with a commit and well-formed commit data.
    #[error("not a commit message")]
    Malformed,
    /// Its data name another organisation or team.
    #[error("of another organisation or team")]
    OtherTeam,
    /// Its log length is shorter than the last commit's.
    #[error("follows an older log than the commit before")]
    LogWentBack,
    /// Its log hash is not the log's at that length.
    #[error("follows another log")]
    LogHash,
    /// The protocol refuses it: it does not decrypt, verify or apply.
    #[error("breaks the MLS protocol")]
    Protocol,
    /// Its sender is no member.
    #[error("not sent by a member")]
    Sender,
    /// Its committer may not be in the group.
    #[error("the committer may not be in the group: {0}")]
    Committer(LeafProblem),
    /// It brings no new leaf of its committer.
    #[error("does not renew the committer's leaf")]
    NoPath,
    /// The committer's new leaf is another device's, has another key, or another form.
    #[error("changes who the committer is")]
    Renamed,
    /// A proposal that is neither Add nor Remove, PSKs, new group extensions and re-initialisation included.
    #[error("carries a proposal that is not allowed")]
    Proposal,
    /// A proposal that is not by value, or not the committer's own.
    #[error("carries somebody else's proposal")]
    ByReference,
    /// The group's parameters would change.
    #[error("changes the group's parameters")]
    Parameters,
    /// An added key package is not of the only allowed form.
    #[error("adds with a bad key package: {0}")]
    KeyPackage(KeyPackageProblem),
    /// An added leaf may not be in the group.
    #[error("adds a leaf that may not be in the group: {0}")]
    Added(LeafProblem),
    /// A device would have two leaves.
    #[error("adds a device that is in the group")]
    Twin,
    /// A removed device is of the team, by the log length that the commit names.
    #[error("removes a device that is of the team")]
    Removed,
    /// A leaf would stay which the log does not allow.
    #[error("keeps a leaf that may not be in the group: {0}")]
    Survivor(LeafProblem),
    /// The generation is neither the one before nor the next.
    #[error("jumps to another generation")]
    Generation,
    /// A removal, or an instruction in the log, asks for a new team key, and there is none.
    #[error("brings no new team key, though one is due")]
    RotationDue,
    /// The generation is the same but a key is not, or the generation is new and a key is not.
    #[error("the team's public keys do not follow the generation")]
    Keys,
    /// The bundle does not open, or its keys are not those that the commit's data name.
    #[error("the bundle does not hold the keys that the commit names")]
    Bundle,
    /// There is a link without a new generation or none with one, or it does not lead to the team key before.
    #[error("the link does not lead to the team key before")]
    Link,
}
