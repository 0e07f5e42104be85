//! Joining a team by a Welcome (R-8.3-15).

use std::collections::BTreeSet;

use casevault_wire::commit::CommitData;
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::keyserver::WelcomeDelivery;
use casevault_wire::log::Organisation;
use openmls::prelude::{JoinBuilder, MlsMessageBodyIn, MlsMessageIn, ProcessedWelcome, StagedWelcome, Welcome, WelcomeError};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use tls_codec::Deserialize as _;

use super::group::{Group, bundle_key, group_id};
use super::guard::guard;
use super::leaf::Roster;
use super::record::{CheckedRecord, RecordError, check_record};
use super::{CommitRefused, Provider, SUITE, config};
use crate::team::{Generation, TeamKeyRing, open_bundle};

/// A device could not join. The caller rolls its transaction back, so that the key package is there for another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The commit follows more of the log than this device has: read the log up to this length and try again.
    #[error("the log must be read up to {0} entries first")]
    NeedLog(u64),
    /// The keyserver's record does not hold together.
    #[error("the keyserver's record does not hold together: {0}")]
    Record(#[from] RecordError),
    /// The Welcome is not for a key package that this device has.
    #[error("the Welcome is not for this device")]
    NotForUs,
    /// This device is in the group already.
    #[error("this device is in the group already")]
    AlreadyMember,
    /// The inviter's fault: post a signed refusal.
    #[error("the Welcome is refused: {0}")]
    Refused(#[from] CommitRefused),
    /// The storage failed.
    #[error("the group's state could not be read or written")]
    Storage,
}

/// A group just joined.
#[derive(Debug)]
pub struct Joined {
    /// The group.
    pub group: Group,
    /// What the group is.
    pub data: CommitData,
    /// The team's keys.
    pub keys: Generation,
}

/// Joins `team` as `device`, after checking every member against the log.
///
/// # Errors
/// [`JoinError`]; the caller rolls back.
pub fn join<S: StorageProvider<CURRENT_VERSION>>(
    provider: &Provider<'_, S>,
    delivery: &WelcomeDelivery,
    organisation: &Organisation,
    team: TeamId,
    device: DeviceId,
) -> Result<Joined, JoinError> {
    let CheckedRecord { data, record, .. } = check_record(&delivery.record, organisation)?;
    check_data(&data, organisation, team)?;
    let staged = stage(provider, welcome(delivery.welcome.as_slice())?)?;
    let roster = Roster { organisation, team, length: data.log_length };
    check_context(&staged, &data)?;
    check_members(&staged, roster, device)?;
    let mls = staged.into_group(provider).map_err(|_| JoinError::Storage)?;
    let key = bundle_key(&data, |label, context, length| mls.export_secret(provider.crypto(), label, context, length))
        .map_err(|_| CommitRefused::Protocol)?;
    let keys = open_bundle(provider.crypto(), &key, &data, record.bundle.as_slice()).map_err(|_| CommitRefused::Bundle)?;
    let ring = TeamKeyRing::new(organisation.id(), team);
    ring.check_link(&keys, record.link.as_ref()).map_err(|_| CommitRefused::Link)?;
    Ok(Joined { group: Group { mls, organisation: organisation.id(), team }, data, keys })
}

fn check_data(data: &CommitData, organisation: &Organisation, team: TeamId) -> Result<(), JoinError> {
    if data.organisation != organisation.id() || data.team != team {
        return Err(CommitRefused::OtherTeam.into());
    }
    if data.log_length > organisation.position().length {
        return Err(JoinError::NeedLog(data.log_length));
    }
    if organisation.hash_at(data.log_length) == Some(data.log_hash) { Ok(()) } else { Err(CommitRefused::LogHash.into()) }
}

fn welcome(bytes: &[u8]) -> Result<Welcome, CommitRefused> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| CommitRefused::Malformed)?;
    match message.extract() {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(CommitRefused::Malformed),
    }
}

fn stage<S: StorageProvider<CURRENT_VERSION>>(provider: &Provider<'_, S>, welcome: Welcome) -> Result<StagedWelcome, JoinError> {
    guard(CommitRefused::Protocol.into(), || {
        let processed = ProcessedWelcome::new_from_welcome(provider, &config::join(), welcome).map_err(of_library)?;
        if !processed.psks().is_empty() {
            return Err(CommitRefused::Proposal.into());
        }
        JoinBuilder::new(provider, processed).skip_lifetime_validation().build().map_err(of_library)
    })
}

fn of_library<E>(error: WelcomeError<E>) -> JoinError {
    match error {
        WelcomeError::NoMatchingKeyPackage | WelcomeError::NoMatchingEncryptionKey | WelcomeError::PrivateInitKeyNotFound => {
            JoinError::NotForUs
        }
        WelcomeError::GroupAlreadyExists => JoinError::AlreadyMember,
        WelcomeError::StorageError(_) => JoinError::Storage,
        _ => CommitRefused::Protocol.into(),
    }
}

fn check_context(staged: &StagedWelcome, data: &CommitData) -> Result<(), CommitRefused> {
    let context = staged.group_context();
    let fits = *context.group_id() == group_id(&data.team)
        && context.epoch().as_u64() == data.epoch
        && context.ciphersuite() == SUITE
        && context.extensions().iter().next().is_none();
    if fits { Ok(()) } else { Err(CommitRefused::Parameters) }
}

/// Every leaf is a device of the team, once; the inviter is one of them and not this device, which has its own.
fn check_members(staged: &StagedWelcome, roster: Roster<'_>, device: DeviceId) -> Result<(), CommitRefused> {
    let mut devices = BTreeSet::new();
    for member in staged.members() {
        if !devices.insert(roster.allow_member(&member).map_err(CommitRefused::Survivor)?) {
            return Err(CommitRefused::Twin);
        }
    }
    let own = staged.own_leaf_node().ok_or(CommitRefused::Protocol)?;
    if roster.identify(own.credential()) != Ok(device) {
        return Err(CommitRefused::Renamed);
    }
    let inviter = staged.welcome_sender().map_err(|_| CommitRefused::Sender)?;
    match roster.identify(inviter.credential()) {
        Ok(inviter) if inviter != device && devices.contains(&inviter) => Ok(()),
        _ => Err(CommitRefused::Sender),
    }
}
