//! The keyserver's feed (SPEC §8.4): per organisation, a signed, hash-chained list that the vault follows.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::commit::CommitData;
use crate::hash::{Hash, hash};
use crate::id::{OrganisationId, RotationId, TeamId};
use crate::label::Label;
use crate::log::LogPosition;
use crate::signature::{PublicKey, Signable, Signed};
use crate::time::Time;

/// The keyserver's word that a commit, and no other, ended an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Receipt {
    /// The team.
    pub team: TeamId,
    /// The epoch that the commit begins; 0 for the group's creation.
    pub epoch: u64,
    /// The hash of the commit message; zero for the creation.
    pub commit: Hash,
    /// The attempt.
    pub rotation: RotationId,
    /// How much of the log the commit follows: nobody who had left by then has the keys.
    pub log_length: u64,
    /// The team key's generation from now on.
    pub generation: u64,
    /// The access key of that generation.
    pub access_key: PublicKey,
    /// The hash of that generation's sealing key.
    pub sealing_key: Hash,
}

impl Receipt {
    /// The receipt that a keyserver gives for a commit with this data and hash; the hash is zero for a creation.
    pub fn of(data: &CommitData, commit: Hash) -> Self {
        Self {
            team: data.team,
            epoch: data.epoch,
            commit,
            rotation: data.rotation,
            log_length: data.log_length,
            generation: data.generation,
            access_key: data.access_key,
            sealing_key: hash(Label::SealingKeyHash, &data.sealing_key),
        }
    }
}

/// What can be said in the feed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum FeedEvent {
    /// A commit was accepted.
    #[tls_codec(discriminant = 1)]
    Receipt(Receipt),
    /// The commit that began this epoch is void; the epoch before is open again.
    #[tls_codec(discriminant = 2)]
    Void(VoidCommit),
    /// The commit that began this epoch, and all before it, are no longer open to refusal.
    #[tls_codec(discriminant = 3)]
    Confirmed(Confirmation),
    /// An administrator froze or unfroze a team.
    #[tls_codec(discriminant = 4)]
    Freeze(Freeze),
    /// The log has grown to here.
    #[tls_codec(discriminant = 5)]
    LogHead(LogPosition),
}

/// Names a commit that is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VoidCommit {
    /// The team.
    pub team: TeamId,
    /// The epoch that the commit began.
    pub epoch: u64,
    /// The hash of the commit message.
    pub commit: Hash,
}

/// An epoch whose commit can no longer become void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Confirmation {
    /// The team.
    pub team: TeamId,
    /// The epoch.
    pub epoch: u64,
    /// The team key's generation in it.
    pub generation: u64,
}

/// Freezes or unfreezes a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Freeze {
    /// The team.
    pub team: TeamId,
    /// 1 if frozen, 0 if not.
    pub frozen: u8,
}

/// One item of the feed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct FeedItem {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Position in the feed, from 0.
    pub sequence: u64,
    /// The hash of the signed item before; zero for the first.
    pub previous: Hash,
    /// When the keyserver accepted it.
    pub time: Time,
    /// What happened.
    pub event: FeedEvent,
}

impl Signable for FeedItem {
    const LABEL: Label = Label::FeedItem;
}

/// A feed item as the keyserver signed it.
pub type SignedFeedItem = Signed<FeedItem>;

/// The hash that the next item names.
pub fn feed_hash(item: &SignedFeedItem) -> Hash {
    hash(Label::FeedItemHash, item)
}
