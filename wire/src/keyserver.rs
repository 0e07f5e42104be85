//! The keyserver's requests and answers (SPEC §8.7). Bodies are encodings of these types. All paths but those that begin with `/v1/` begin with
//! `/v1/organisations/{organisation}`.
//!
//! | method and path | signer | body → answer |
//! |---|---|---|
//! | `GET /v1/server` | – | → [`crate::server::ServerInfo`] |
//! | `GET /v1/nonces` | – | → [`crate::vault::NonceList`] |
//! | `POST /v1/organisations` | – | [`Append`]: founding, first person, first device → [`crate::log::SignedLogHead`] |
//! | `GET /v1/foundings/{fingerprint}` | – | → [`crate::log::SignedLogEntry`] |
//! | `POST /vouchers` | device | [`crate::partner::VoucherRequest`] → [`crate::partner::SignedVoucher`] |
//! | `POST /log` | device | [`Append`] → [`crate::log::SignedLogHead`] |
//! | `GET /log?from=N` | device, invitation, vault, partner | → [`LogPage`] |
//! | `POST /invitations` | device (administrator) | [`crate::invitation::Invitation`] → nothing |
//! | `GET /invitations/{id}` | invitation | → [`crate::invitation::Invitation`] |
//! | `POST /invitations/{id}/join` | invitation | [`Join`] → nothing |
//! | `GET /joins` | device (administrator) | → [`Joins`] |
//! | `DELETE /invitations/{id}` | device (administrator) | nothing → nothing |
//! | `POST /key-packages` | device | [`KeyPackages`] → [`KeyPackageCount`] |
//! | `GET /key-packages` | device | → [`KeyPackageCount`] |
//! | `POST /key-packages/claim` | device | [`Claim`] → [`Claimed`] |
//! | `POST /teams/{team}/group` | device | [`GroupCreation`] → [`crate::feed::SignedFeedItem`] |
//! | `POST /teams/{team}/commits` | device | [`CommitUpload`] → [`crate::feed::SignedFeedItem`] |
//! | `GET /teams/{team}/commits?after=EPOCH` | device | → [`Commits`] |
//! | `GET /teams/{team}/welcome` | device | → [`WelcomeDelivery`], of the newest Welcome for the device |
//! | `GET /teams/{team}/links` | device | → [`Links`] |
//! | `POST /teams/{team}/acknowledgements` | device | [`Acknowledgement`] → nothing |
//! | `POST /teams/{team}/refusals` | device | [`SignedRefusal`] → nothing |
//! | `POST /teams/{team}/heads` | device | [`crate::heads::HeadRecord`] → nothing |
//! | `GET /teams/{team}/heads?from=N` | device | → [`HeadPage`] |
//! | `POST /teams/{team}/escrows` | device | [`crate::recovery::Escrow`] → nothing |
//! | `GET /teams/{team}/escrows` | device that an opening names | → [`crate::recovery::Escrows`] |
//! | `POST /teams/{team}/inbox` | device, partner | [`Delivery`] → nothing |
//! | `GET /teams/{team}/inbox?from=N` | device | → [`Inbox`] |
//! | `POST /teams/{team}/inbox/taken` | device | [`Taken`] → nothing |
//! | `POST /teams/{team}/regroup` | device that an opening names | [`crate::recovery::Regroup`] → [`crate::feed::SignedFeedItem`] |
//! | `GET /feed?from=N&wait=SECONDS` | vault | → [`FeedPage`] |

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{List, Opaque};
use crate::commit::CommitData;
use crate::feed::SignedFeedItem;
use crate::hash::Hash;
use crate::heads::HeadRecord;
use crate::id::{DeviceId, OrganisationId, TeamId};
use crate::invitation::{InvitationStanding, JoinRequest};
use crate::label::Label;
use crate::limit;
use crate::log::{SignedLogEntry, SignedLogHead};
use crate::signature::{Signable, Signature, Signed};

/// An MLS key package.
pub type KeyPackage = Opaque<{ limit::KEY_PACKAGE }>;
/// An MLS commit message.
pub type Commit = Opaque<{ limit::COMMIT }>;
/// An MLS Welcome message.
pub type Welcome = Opaque<{ limit::WELCOME }>;
/// The team keys, sealed under the new epoch's exporter secret.
pub type Bundle = Opaque<{ limit::BUNDLE }>;
/// The predecessor of a team key, sealed under it.
pub type TeamLink = Opaque<{ limit::TEAM_LINK }>;

/// Entries that continue the log: all or none.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Append {
    /// The entries.
    pub entries: List<SignedLogEntry, { limit::LOG_PAGE }>,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LogPage {
    /// Entries from the one asked for.
    pub entries: List<SignedLogEntry, { limit::LOG_PAGE }>,
    /// The newest position. The log is whole once the reader is there.
    pub head: SignedLogHead,
}

/// An invited device introduces itself, signed by the key it introduces.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Join {
    /// The request.
    pub request: JoinRequest,
    /// Signature of the device's signing key, under `join request`, over it.
    pub signature: Signature,
}

/// The join requests that wait for approval.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Joins {
    /// The requests.
    pub joins: List<Join, { limit::LOG_PAGE }>,
}

/// The invitations that a device may know of.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Invitations {
    /// In no order.
    pub invitations: List<InvitationStanding, 65536>,
}

/// A device's key packages, added to what the keyserver has or instead of it; the last-resort one replaces its predecessor.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeyPackages {
    /// Single-use ones.
    pub single_use: List<KeyPackage, { limit::KEY_PACKAGES }>,
    /// The last-resort one.
    pub last_resort: Option<KeyPackage>,
    /// 1 if all that the keyserver has is to be dropped first.
    pub instead: u8,
}

/// An envelope for a team.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Delivery {
    /// The generation of the sealing key that it is sealed to.
    pub generation: u64,
    /// The envelope, sealed.
    pub sealed: Opaque<{ limit::ENVELOPE }>,
}

/// An envelope that waits.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Delivered {
    /// Its number in the team's inbox, from 0.
    pub sequence: u64,
    /// The organisation whose device left it.
    pub organisation: OrganisationId,
    /// The envelope.
    pub delivery: Delivery,
}

/// Envelopes that wait for a team, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Inbox {
    /// From the number asked for.
    pub items: List<Delivered, { limit::INBOX_PAGE }>,
    /// 1 if there are more after these.
    pub more: u8,
}

/// Envelopes that a member has taken.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Taken {
    /// Their numbers.
    pub sequences: List<u64, { limit::INBOX_PAGE }>,
}

/// How many single-use key packages the keyserver has of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct KeyPackageCount {
    /// Single-use ones not yet claimed.
    pub single_use: u32,
    /// 1 if the last-resort one was claimed since it was uploaded, or there is none.
    pub last_resort_used: u8,
}

/// Devices to be added to a group.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Claim {
    /// Their ids.
    pub devices: List<DeviceId, { limit::CLAIMS }>,
}

/// One key package per device asked for, in that order; nothing where there is none.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Claimed {
    /// The key packages.
    pub packages: List<Option<KeyPackage>, { limit::CLAIMS }>,
}

/// A new group, once per team.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct GroupCreation {
    /// Epoch 0, generation 1.
    pub data: CommitData,
}

/// A commit with all that must be stored with it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CommitUpload {
    /// The commit. Its framing carries the [`CommitData`].
    pub commit: Commit,
    /// The Welcome, if devices are added.
    pub welcome: Option<Welcome>,
    /// The devices it is for.
    pub added: List<DeviceId, { limit::CLAIMS }>,
    /// The team keys.
    pub bundle: Bundle,
    /// The link to the team key before, if the generation is new.
    pub link: Option<TeamLink>,
}

/// A commit as the keyserver keeps it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CommitRecord {
    /// The commit.
    pub commit: Commit,
    /// The team keys.
    pub bundle: Bundle,
    /// The link to the team key before, if the generation is new.
    pub link: Option<TeamLink>,
    /// The receipt.
    pub receipt: SignedFeedItem,
}

/// Commits that follow the epoch asked for, in order.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Commits {
    /// The commits.
    pub commits: List<CommitRecord, { limit::COMMIT_PAGE }>,
    /// The newest epoch.
    pub epoch: u64,
    /// The receipt of the group's creation; nothing before there is one.
    pub creation: Option<SignedFeedItem>,
    /// The newest void receipts of commits that began the epoch asked for or later ones, oldest first.
    pub voids: List<SignedFeedItem, { limit::COMMIT_PAGE }>,
}

/// What a device needs to join.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct WelcomeDelivery {
    /// The Welcome.
    pub welcome: Welcome,
    /// The commit it came with.
    pub record: CommitRecord,
}

/// The links between a team's keys, newest first.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Links {
    /// Each generation above 1 with its link.
    pub links: List<GenerationLink, 65536>,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct GenerationLink {
    /// The generation whose key opens it.
    pub generation: u64,
    /// The link.
    pub link: TeamLink,
}

/// A device has merged the commit that began this epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Acknowledgement {
    /// The epoch.
    pub epoch: u64,
    /// The hash of the commit; zero for the creation.
    pub commit: Hash,
}

/// A device refuses an accepted commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Refusal {
    /// The team.
    pub team: TeamId,
    /// The epoch that the commit would begin.
    pub epoch: u64,
    /// The hash of the commit.
    pub commit: Hash,
    /// Who refuses.
    pub device: DeviceId,
}

impl Signable for Refusal {
    const LABEL: Label = Label::CommitRefusal;
}

/// A [`Refusal`] as its device signed it.
pub type SignedRefusal = Signed<Refusal>;

/// A commit that somebody refuses.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RefusedCommit {
    /// The keyserver's receipt for it.
    pub receipt: SignedFeedItem,
    /// Who refuses it.
    pub refusals: List<SignedRefusal, { limit::TEAM_MEMBERS }>,
}

/// The commits of a team that are neither confirmed nor void and that somebody refuses, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RefusedCommits {
    /// The commits.
    pub commits: List<RefusedCommit, { limit::COMMIT_PAGE }>,
}

/// A page of records of heads.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadPage {
    /// Records from the one asked for, or from the last checkpoint if that is later.
    pub records: List<HeadRecord, { limit::HEAD_PAGE }>,
    /// How many there are.
    pub length: u64,
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct FeedPage {
    /// Items from the one asked for.
    pub items: List<SignedFeedItem, { limit::FEED_PAGE }>,
}
