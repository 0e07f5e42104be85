//! Whether a commit that the keyserver accepted may be merged (R-8.3-7 to R-8.3-14).

pub(super) mod rules;

use casevault_wire::commit::CommitData;
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver::CommitRecord;
use openmls::prelude::{
    ContentType, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, ProcessMessageError, ProcessedMessage, ProcessedMessageContent,
    ProtocolMessage, Sender, StagedCommit,
};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use tls_codec::Deserialize as _;

use super::group::{Basis, Group, GroupError, bundle_key};
use super::guard::guard;
use super::record::{CheckedRecord, RecordError, check_record};
use super::{CommitRefused, Provider};
use crate::team::{Generation, TeamKeyRing, open_bundle};

/// A commit does not count, yet or ever. The caller rolls its transaction back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The commit follows more of the log than this device has: read the log up to this length and try again. If the newest log
    /// is shorter, the commit is refused as [`CommitRefused::LogHash`].
    #[error("the log must be read up to {0} entries first")]
    NeedLog(u64),
    /// It does not follow this group's epoch, or the given state is not this group's.
    #[error("the commit does not follow this epoch")]
    Epoch,
    /// The keyserver's record does not hold together.
    #[error("the keyserver's record does not hold together: {0}")]
    Record(#[from] RecordError),
    /// This device's own commit, which it does not know: a copy of this device, or an old state of it.
    #[error("this device's own commit, which it does not know")]
    Own,
    /// The committer's fault: post a signed refusal.
    #[error("the commit is refused: {0}")]
    Refused(#[from] CommitRefused),
    /// The storage failed.
    #[error("the group's state could not be read or written")]
    Storage,
}

/// Something that every check was made of. Only this module makes one.
pub(super) struct Verified<T>(T);

impl<T> Verified<T> {
    pub(super) fn into_inner(self) -> T {
        self.0
    }
}

/// A commit that may be merged.
pub struct VerifiedCommit {
    pub(super) group: Group,
    pub(super) staged: Verified<StagedCommit>,
    data: CommitData,
    commit: Hash,
    committer: DeviceId,
    pub(super) keys: Generation,
}

impl VerifiedCommit {
    /// What the group will be.
    pub fn data(&self) -> &CommitData {
        &self.data
    }

    /// The hash that names the commit.
    pub fn commit(&self) -> Hash {
        self.commit
    }

    /// Who made it.
    pub fn committer(&self) -> DeviceId {
        self.committer
    }

    /// The team's keys from now on, from the bundle.
    pub fn keys(&self) -> &Generation {
        &self.keys
    }
}

/// A commit that may count, and removes this device.
pub struct Removed {
    group: Group,
    data: CommitData,
    committer: DeviceId,
}

impl Removed {
    /// What the group will be without this device.
    pub fn data(&self) -> &CommitData {
        &self.data
    }

    /// Who made it.
    pub fn committer(&self) -> DeviceId {
        self.committer
    }

    /// Forgets the group.
    ///
    /// # Errors
    /// [`GroupError::Storage`] if the storage fails.
    pub fn delete<S: StorageProvider<CURRENT_VERSION>>(self, provider: &Provider<'_, S>) -> Result<(), GroupError> {
        self.group.delete(provider)
    }
}

/// What a good commit means for this device.
pub enum Verification {
    /// It stays: merge.
    Commit(Box<VerifiedCommit>),
    /// It was removed: delete.
    Removed(Box<Removed>),
}

impl std::fmt::Debug for Verification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Commit(_) => "Commit(…)",
            Self::Removed(_) => "Removed(…)",
        })
    }
}

impl Group {
    /// Checks a commit that another device made: the keyserver's record, the protocol, the log, bundle and link.
    ///
    /// # Errors
    /// [`VerifyError`]; the caller rolls back, and on [`VerifyError::Refused`] posts a refusal.
    pub fn verify<S: StorageProvider<CURRENT_VERSION>>(
        mut self,
        provider: &Provider<'_, S>,
        basis: &Basis<'_>,
        record: &CommitRecord,
    ) -> Result<Verification, VerifyError> {
        let CheckedRecord { data, commit, record, .. } = check_record(record, basis.organisation)?;
        rules::check_data(&self, basis, &data)?;
        let message = self.process(provider, gate(record.commit.as_slice())?)?;
        let Sender::Member(committer) = *message.sender() else { return Err(CommitRefused::Sender.into()) };
        let staged = staged(message)?;
        let committer_id = rules::check_staged(&self, provider.crypto(), basis, &data, (committer, &staged))?;
        self.conclude(provider, staged, (data, commit, committer_id), (record, basis.ring))
    }

    fn process<S: StorageProvider<CURRENT_VERSION>>(
        &mut self,
        provider: &Provider<'_, S>,
        message: ProtocolMessage,
    ) -> Result<ProcessedMessage, VerifyError> {
        guard(CommitRefused::Protocol.into(), || {
            self.mls.process_message(provider, message).map_err(|error| match error {
                ProcessMessageError::StorageError(_) => VerifyError::Storage,
                _ => CommitRefused::Protocol.into(),
            })
        })
    }

    fn conclude<S: StorageProvider<CURRENT_VERSION>>(
        self,
        provider: &Provider<'_, S>,
        staged: StagedCommit,
        (data, commit, committer): (CommitData, Hash, DeviceId),
        (record, ring): (&CommitRecord, &TeamKeyRing),
    ) -> Result<Verification, VerifyError> {
        if staged.self_removed() {
            return Ok(Verification::Removed(Box::new(Removed { group: self, data, committer })));
        }
        let key = bundle_key(&data, |label, context, length| staged.export_secret(provider.crypto(), label, context, length))
            .map_err(|_| CommitRefused::Protocol)?;
        let keys = open_bundle(provider.crypto(), &key, &data, record.bundle.as_slice()).map_err(|_| CommitRefused::Bundle)?;
        ring.check_link(&keys, record.link.as_ref()).map_err(|_| CommitRefused::Link)?;
        let staged = Verified(staged);
        Ok(Verification::Commit(Box::new(VerifiedCommit { group: self, staged, data, commit, committer, keys })))
    }
}

/// The one door from bytes to a message that is processed: a PrivateMessage that carries a commit. External commits and external
/// proposals, which the library would process whatever the policy, are PublicMessages and end here.
pub(super) fn gate(bytes: &[u8]) -> Result<ProtocolMessage, CommitRefused> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| CommitRefused::Malformed)?;
    let MlsMessageBodyIn::PrivateMessage(message) = message.extract() else { return Err(CommitRefused::Malformed) };
    let message = ProtocolMessage::from(message);
    if message.content_type() == ContentType::Commit { Ok(message) } else { Err(CommitRefused::Malformed) }
}

fn staged(message: ProcessedMessage) -> Result<StagedCommit, VerifyError> {
    match message.into_content() {
        ProcessedMessageContent::StagedCommitMessage(staged) => Ok(*staged),
        ProcessedMessageContent::OwnPrivateMessage | ProcessedMessageContent::OwnPendingCommit => Err(VerifyError::Own),
        _ => Err(CommitRefused::Malformed.into()),
    }
}

/// The leaf of a committer and what it committed.
pub(super) type Committed<'a> = (LeafNodeIndex, &'a StagedCommit);
