//! The layout of everything that the keyserver stores. A key is a kind, fixed-length ids, and big-endian counters, so that
//! records of one thing lie beside each other in order.
//!
//! | kind | key after it | value |
//! |---|---|---|
//! | 1 | organisation | [`Organisations`], for the list of all |
//! | 2 | organisation ‖ sequence | [`casevault_wire::log::SignedLogEntry`] |
//! | 3 | organisation ‖ sequence | [`casevault_wire::feed::SignedFeedItem`] |
//! | 4 | organisation ‖ invitation | [`Invited`] |
//! | 5 | organisation ‖ device ‖ number | [`Kept`], a key package |
//! | 6 | organisation ‖ device | [`Packages`] |
//! | 7 | organisation ‖ team | [`Group`] |
//! | 8 | organisation ‖ team ‖ epoch | [`Committed`] |
//! | 9 | organisation ‖ team ‖ epoch | a Welcome |
//! | 10 | organisation ‖ team ‖ device | [`Membership`] |
//! | 11 | organisation ‖ team ‖ generation | a link to the team key before |
//! | 12 | organisation ‖ team ‖ epoch ‖ commit ‖ device | [`casevault_wire::keyserver::SignedRefusal`] |
//! | 13 | organisation ‖ team ‖ epoch ‖ sequence in the feed | a void, as a [`casevault_wire::feed::SignedFeedItem`] |
//! | 14 | organisation ‖ team | [`Heads`] |
//! | 15 | organisation ‖ team ‖ sequence | [`casevault_wire::heads::HeadRecord`] |
//! | 16 | organisation ‖ team ‖ device | [`casevault_wire::recovery::Escrow`] |
//! | 17 | organisation ‖ announcement | [`Arrived`] |
//! | 18 | organisation ‖ device | [`Stands`] |
//! | 19 | organisation ‖ team | [`Inbox`] |
//! | 20 | organisation ‖ team ‖ number | [`casevault_wire::keyserver::Delivery`] |
//! | 21 | organisation ‖ team ‖ generation | [`Cut`], in place of a link |
//! | 22 | organisation ‖ period | [`casevault_service::statistics::Kept`], this server's part of a task |
//! | 23 | organisation ‖ period | [`crate::statistics::Tally`]: the period is closed; all of them are the ledger |

mod walk;

use casevault_service::store::{Records, StoreError};
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DeviceId, IdempotencyKey, OrganisationId, TeamId};
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{CommitRecord, Join, KeyPackage};
use casevault_wire::limit;
use casevault_wire::standing::Stood;
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

pub(crate) use walk::{Bounds, Walk, page};

/// What a record is: the first byte of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    Organisation = 1,
    Log = 2,
    Feed = 3,
    Invitation = 4,
    KeyPackage = 5,
    Packages = 6,
    Group = 7,
    Commit = 8,
    Welcome = 9,
    Membership = 10,
    Link = 11,
    Refusal = 12,
    Void = 13,
    Heads = 14,
    Head = 15,
    Escrow = 16,
    Arrival = 17,
    Standing = 18,
    Inbox = 19,
    Delivery = 20,
    Cut = 21,
    Part = 22,
    Tally = 23,
}

/// The one after the last kind.
pub(crate) const KINDS_END: u8 = 24;

/// A key under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// A key of this kind and organisation.
    pub(crate) fn new(kind: Kind, organisation: &OrganisationId) -> Self {
        let mut bytes = Vec::with_capacity(96);
        bytes.push(kind as u8);
        bytes.extend_from_slice(organisation.as_bytes());
        Self(bytes)
    }

    /// A key of this kind, organisation and team.
    pub(crate) fn of_team(kind: Kind, place: &Place) -> Self {
        Self::new(kind, &place.organisation).id(place.team.as_bytes())
    }

    /// Followed by an id.
    pub(crate) fn id(mut self, id: &[u8]) -> Self {
        self.0.extend_from_slice(id);
        self
    }

    /// Followed by a counter.
    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// The bytes.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// The first key after all that begin with this one.
    pub(crate) fn end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if let Some(next) = last.checked_add(1) {
                end.push(next);
                break;
            }
        }
        end
    }
}

/// A team of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) organisation: OrganisationId,
    pub(crate) team: TeamId,
}

/// That an organisation is kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Organisations {
    /// Its id, again.
    pub(crate) id: OrganisationId,
}

/// An invitation and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Invited {
    /// The invitation.
    pub(crate) invitation: Invitation,
    /// The device that posted it.
    pub(crate) by: DeviceId,
    /// 1 if it was withdrawn.
    pub(crate) withdrawn: u8,
    /// The first join, which alone counts.
    pub(crate) join: Option<Join>,
}

/// A key package, and when it came.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Kept {
    /// By this server's clock.
    pub(crate) uploaded: Time,
    /// The key package.
    pub(crate) package: KeyPackage,
}

impl Kept {
    /// Whether no committer would add it any more, if its device's clock is right.
    pub(crate) fn is_over(&self, now: Time) -> bool {
        now.since(self.uploaded) >= limit::KEY_PACKAGE_LIFETIME
    }
}

/// What is known of a device's key packages besides themselves.
#[derive(Clone, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Packages {
    /// The number that the next single-use package gets.
    pub(crate) next: u64,
    /// How many single-use packages there are.
    pub(crate) single_use: u32,
    /// The last-resort package.
    pub(crate) last_resort: Option<Kept>,
    /// 1 if it was claimed since it was uploaded.
    pub(crate) last_resort_used: u8,
    /// The last upload, so that its repetition adds nothing.
    pub(crate) upload: IdempotencyKey,
}

/// Where a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Stands {
    /// As it said last.
    pub(crate) stood: Stood,
    /// 1 if somebody else ever said to be it.
    pub(crate) copied: u8,
}

/// Where a team's group stands.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Group {
    /// Who made it.
    pub(crate) creator: DeviceId,
    /// As which it was made.
    pub(crate) creation: CommitData,
    /// The receipt of that.
    pub(crate) receipt: SignedFeedItem,
    /// What it is now.
    pub(crate) current: CommitData,
    /// The first epoch whose commit is still kept.
    pub(crate) oldest: u64,
    /// The last epoch that is confirmed, with all before it.
    pub(crate) confirmed: u64,
}

/// A commit that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Committed {
    /// As it is delivered.
    pub(crate) record: CommitRecord,
    /// Whose it is.
    pub(crate) committer: DeviceId,
    /// What it says.
    pub(crate) data: CommitData,
    /// Whom its Welcome is for.
    pub(crate) added: List<DeviceId, { limit::CLAIMS }>,
    /// The memberships that it ended or changed, as they were before.
    pub(crate) displaced: List<Displaced, DISPLACED>,
}

/// Memberships that one commit ends or changes.
pub(crate) const DISPLACED: usize = 65536;

/// A membership as it was before a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Displaced {
    /// Whose.
    pub(crate) device: DeviceId,
    /// What it was.
    pub(crate) membership: Membership,
}

/// A device of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Membership {
    /// The epoch that added it; the first one for whoever made the group.
    pub(crate) joined: u64,
    /// The newest epoch whose Welcome is for it: later than the one that added it only if another commit names it again while
    /// it waits.
    pub(crate) welcomed: u64,
    /// The newest epoch that it acknowledged.
    pub(crate) acknowledged: Option<u64>,
}

impl Membership {
    /// Whether its Welcome is still needed.
    pub(crate) fn waits(&self) -> bool {
        self.joined > 0 && self.acknowledged.is_none()
    }

    /// Whether it has merged the commit that began `epoch`.
    pub(crate) fn has_merged(&self, epoch: u64) -> bool {
        self.acknowledged.is_some_and(|acknowledged| acknowledged >= epoch)
    }
}

/// That a generation cut its team's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Cut {
    /// The epoch of the commit that did.
    pub(crate) epoch: u64,
    /// 1 if what was before it is gone.
    pub(crate) settled: u8,
}

/// How far a team's records of heads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Heads {
    /// How many there are.
    pub(crate) length: u64,
    /// The hash of the last.
    pub(crate) hash: Hash,
    /// The last checkpoint's sequence.
    pub(crate) checkpoint: u64,
}

/// When the announcement of a recovery arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Arrived {
    /// By this server's clock.
    pub(crate) time: Time,
}

/// What waits for a team: all that decides whether more may, so that the envelopes themselves are not looked through.
#[derive(Clone, Debug, PartialEq, Eq, Default, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Inbox {
    /// The number that the next one gets.
    pub(crate) next: u64,
    /// Those that wait, in order.
    pub(crate) waiting: List<Waiting, { limit::INBOX }>,
}

/// An envelope that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub(crate) struct Waiting {
    /// Its number.
    pub(crate) sequence: u64,
    /// When it came, by this server's clock.
    pub(crate) time: Time,
    /// Whose device left it.
    pub(crate) organisation: OrganisationId,
    /// BLAKE3 of the [`casevault_wire::keyserver::Delivery`].
    pub(crate) digest: BlobDigest,
}

/// A stored value.
///
/// # Errors
/// [`StoreError::Corrupt`] if it is none.
pub(crate) fn parse<T: tls_codec::Deserialize>(bytes: &[u8]) -> Result<T, StoreError> {
    decode(bytes, usize::MAX).map_err(|_| StoreError::Corrupt)
}

/// The value at `key`, and its bytes for a precondition.
pub(crate) async fn load<T: tls_codec::Deserialize>(records: &dyn Records, key: &Key) -> Result<Found<T>, StoreError> {
    let bytes = records.read(&key.0).await?;
    let value = bytes.as_deref().map(parse).transpose()?;
    Ok(Found { value, bytes })
}

/// As [`load`], but a value that is damaged is none.
pub(crate) async fn readable<T: tls_codec::Deserialize>(records: &dyn Records, key: &Key) -> Result<Option<T>, StoreError> {
    match load(records, key).await {
        Err(StoreError::Corrupt) => Ok(None),
        found => Ok(found?.value),
    }
}

/// A value that was read.
pub(crate) struct Found<T> {
    pub(crate) value: Option<T>,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// At most `limit` values from `from` on whose keys begin with `prefix`.
pub(crate) async fn list<T: tls_codec::Deserialize>(
    records: &dyn Records,
    prefix: &Key,
    from: Key,
    limit: usize,
) -> Result<Vec<T>, StoreError> {
    let found = records.scan(&from.bytes(), &prefix.end(), limit).await?;
    found.iter().map(|(_, value)| parse(value)).collect()
}

/// The encoding of `value`, as stored.
pub(crate) fn bytes<T: tls_codec::Serialize>(value: &T) -> Vec<u8> {
    encode(value)
}
