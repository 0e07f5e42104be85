//! Every structure of the wire, read from any bytes.

use casevault_wire::codec::{Opaque, Text, decode};
use casevault_wire::commit::CommitData;
use casevault_wire::context::Context;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{
    DeviceId, DocumentId, IdempotencyKey, InvitationId, JournalId, Nonce, OrganisationId, PersonId, RecoveryPolicyId, RotationId,
    TeamId, UploadId,
};
use casevault_wire::invitation::{Invitation, InvitationStanding, JoinRequest};
use casevault_wire::journal::{Entry, Head, SignedVaultState};
use casevault_wire::keyserver as k;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{LogEntry, Role, SignedLogEntry, SignedLogHead, Statement};
use casevault_wire::mls::{commit_data, commit_message};
use casevault_wire::partner::{Pin, SafetyNumber, SignedVoucher, Vouched, VoucherRequest};
use casevault_wire::problem::Problem;
use casevault_wire::recovery::{Announcement, Escrow, Escrows, RecoveryPolicy, Regroup, SignedOpening};
use casevault_wire::request::{CREDENTIALS, Credentials, Request, Signer};
use casevault_wire::server::{ServerEntry, ServerInfo};
use casevault_wire::signature::PublicKey;
use casevault_wire::standing::{Step, Stepped};
use casevault_wire::vault as v;

use super::bytes::{all_canonical, canonical};

/// Text as every kind of identifier, and as a problem.
pub(super) fn wire_texts(data: &[u8]) {
    if let Ok(problem) = serde_json::from_slice::<Problem>(data) {
        let again: Problem = serde_json::from_slice(&serde_json::to_vec(&problem).unwrap()).unwrap();
        assert_eq!(again, problem);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    macro_rules! read {
        ($($id:ty),*) => { $(if let Ok(id) = <$id>::parse(text) {
            assert_eq!(id.to_string(), text);
            assert_eq!(text.len(), 2 * <$id>::LENGTH);
            assert!(!format!("{id:?}").contains(text));
        })* };
    }
    read!(OrganisationId, PersonId, DeviceId, TeamId, JournalId, DocumentId, UploadId, RotationId, InvitationId, Nonce);
    read!(RecoveryPolicyId, IdempotencyKey, Hash, BlobDigest, PublicKey);
}

/// Requests, credentials, vouchers.
pub(super) fn wire_requests(data: &[u8]) {
    all_canonical!(data, CREDENTIALS; Credentials, Signer, Vouched, SignedVoucher, VoucherRequest, Context, Label, Pin);
    all_canonical!(data, limit::BODY; Request, ServerInfo, ServerEntry, Step, Stepped, Option<u64>, Text<64>, Opaque<300>);
    if let Some((one, other)) = canonical::<(Pin, Pin)>(data, CREDENTIALS) {
        assert_eq!(SafetyNumber::of(one, other), SafetyNumber::of(other, one), "both sides see one number");
        assert_eq!(SafetyNumber::of(one, other).digits().len(), 60);
    }
}

/// Entries of the organisation log, and what comes with them.
pub(super) fn wire_log(data: &[u8]) {
    all_canonical!(data, limit::LOG_ENTRY; SignedLogEntry, LogEntry, Statement, SignedLogHead, Role);
    all_canonical!(data, limit::BODY; k::Append, k::LogPage);
}

/// The feed.
pub(super) fn wire_feed(data: &[u8]) {
    all_canonical!(data, limit::BODY; SignedFeedItem, k::FeedPage, v::LogHeads);
}

/// Commits and their data, in clear within an MLS message.
pub(super) fn wire_commits(data: &[u8]) {
    all_canonical!(data, limit::BODY; k::CommitUpload, k::CommitRecord, k::Commits, k::GroupCreation, k::WelcomeDelivery);
    all_canonical!(data, limit::COMMIT_DATA; CommitData);
    if let Ok(said) = commit_data(data) {
        let message = commit_message(&said, Vec::new()).expect("data that were read can be written");
        assert_eq!(commit_data(&message), Ok(said));
    }
}

/// What else the keyserver takes and gives.
pub(super) fn wire_keyserver(data: &[u8]) {
    all_canonical!(data, limit::BODY; Invitation, InvitationStanding, JoinRequest, k::Join, k::Joins, k::Invitations);
    all_canonical!(data, limit::BODY; k::KeyPackages, k::KeyPackageCount, k::Claim, k::Claimed, k::Links, k::GenerationLink);
    all_canonical!(data, limit::BODY; k::Acknowledgement, k::SignedRefusal, k::RefusedCommits, k::HeadPage);
    all_canonical!(data, limit::HEAD_RECORD; HeadRecord);
}

/// What the vault takes and gives.
pub(super) fn wire_vault(data: &[u8]) {
    all_canonical!(data, limit::BODY; Head, SignedVaultState, v::Switch, v::TeamState, v::Changes, v::Entries, v::Finish);
    all_canonical!(data, limit::BODY; v::Fetch, v::NonceList, Entry);
    if let Ok(batch) = v::Batch::decode(&data.to_vec().into()) {
        assert!(batch.encode().concat() == data, "one batch has one encoding");
        assert!(batch.blobs.len() <= limit::BATCH_BLOBS && batch.entries.as_slice().len() <= limit::ENTRY_PAGE);
        assert!(batch.blobs.iter().all(|blob| blob.len() <= limit::SMALL_BLOB));
    }
}

/// Recovery.
pub(super) fn wire_recovery(data: &[u8]) {
    all_canonical!(data, limit::BODY; RecoveryPolicy, Announcement, SignedOpening, Escrow, Escrows, Regroup);
    if let Ok(policy) = decode::<RecoveryPolicy>(data, limit::BODY) {
        let count = policy.trustees.as_slice().len();
        assert!((0..=u8::MAX).all(|index| policy.trustee(index).is_some() == (1..=count).contains(&usize::from(index))));
    }
}
