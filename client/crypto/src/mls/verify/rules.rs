//! The rules of a commit, on the state before it: the same for the one who makes it and for all who receive it.

use std::collections::BTreeSet;

use casevault_wire::commit::CommitData;
use casevault_wire::hash::Hash;
use casevault_wire::id::DeviceId;
use casevault_wire::limit;
use openmls::prelude::{AddProposal, LeafNodeIndex, Proposal, ProposalOrRefType, QueuedProposal, Sender, StagedCommit};

use super::{Committed, VerifyError};
use crate::mls::group::{Basis, Group};
use crate::mls::leaf::Roster;
use crate::mls::{CommitRefused, Crypto, key_package};

/// What can be said of a commit's data before anything is decrypted.
pub(in crate::mls) fn check_data(group: &Group, basis: &Basis<'_>, data: &CommitData) -> Result<(), VerifyError> {
    let Basis { organisation, previous, .. } = basis;
    if data.organisation != organisation.id() || data.team != group.team {
        return Err(CommitRefused::OtherTeam.into());
    }
    if previous.epoch != group.epoch() || previous.epoch.checked_add(1) != Some(data.epoch) {
        return Err(VerifyError::Epoch);
    }
    if data.log_length < previous.log_length {
        return Err(CommitRefused::LogWentBack.into());
    }
    if data.log_length > organisation.position().length {
        return Err(VerifyError::NeedLog(data.log_length));
    }
    if organisation.hash_at(data.log_length) != Some(data.log_hash) {
        return Err(CommitRefused::LogHash.into());
    }
    check_keys(basis, data)?;
    Ok(())
}

/// The generation stays and all keys with it, or it is the next and no key stays. A link leads back, unless history is cut.
fn check_keys(basis: &Basis<'_>, data: &CommitData) -> Result<(), CommitRefused> {
    let previous = basis.previous;
    let same_access = data.access_key == previous.access_key;
    let same_sealing = data.sealing_key == previous.sealing_key;
    let keys_fit = match data.generation.checked_sub(previous.generation) {
        Some(0) => same_access && same_sealing,
        Some(1) => !same_access && !same_sealing,
        _ => return Err(CommitRefused::Generation),
    };
    if !keys_fit || data.sealing_key.as_slice().len() != limit::SEALING_KEY {
        return Err(CommitRefused::Keys);
    }
    let linked = data.link != Hash::ZERO;
    let cuts = !linked && !same_access;
    if (linked && same_access) || (cuts && basis.organisation.directory() == Some(data.team)) {
        return Err(CommitRefused::Link);
    }
    let due = basis.organisation.is_rotation_due(&data.team, previous.log_length, data.log_length);
    if due && data.generation == previous.generation { Err(CommitRefused::RotationDue) } else { Ok(()) }
}

/// What can be said once the commit is decrypted; the committer's device, if all is well.
pub(in crate::mls) fn check_staged(
    group: &Group,
    crypto: &Crypto,
    basis: &Basis<'_>,
    data: &CommitData,
    (committer, staged): Committed<'_>,
) -> Result<DeviceId, CommitRefused> {
    let roster = Roster { organisation: basis.organisation, team: group.team, length: data.log_length };
    let id = check_committer(group, crypto, roster, (committer, staged))?;
    let mut removed = BTreeSet::new();
    let mut added = Vec::new();
    for queued in staged.queued_proposals() {
        match check_origin(queued, committer)? {
            Proposal::Add(add) => added.push(check_add(add, crypto, roster)?),
            Proposal::Remove(remove) => {
                check_remove(group, roster, remove.removed())?;
                removed.insert(remove.removed());
            }
            _ => return Err(CommitRefused::Proposal),
        }
    }
    let changes = !(removed.is_empty() && added.is_empty());
    if changes && data.generation > basis.previous.generation && data.link == Hash::ZERO {
        return Err(CommitRefused::Link);
    }
    if !removed.is_empty() && data.generation == basis.previous.generation {
        return Err(CommitRefused::RotationDue);
    }
    check_parameters(group, staged, data)?;
    check_tree(group, roster, &removed, &added)?;
    Ok(id)
}

fn check_committer(
    group: &Group,
    crypto: &Crypto,
    roster: Roster<'_>,
    (index, staged): Committed<'_>,
) -> Result<DeviceId, CommitRefused> {
    let before = group.mls.member_at(index).ok_or(CommitRefused::Sender)?;
    let id = roster.allow_member(&before).map_err(CommitRefused::Committer)?;
    let leaf = staged.update_path_leaf_node().ok_or(CommitRefused::NoPath)?;
    let same = *leaf.credential() == before.credential && leaf.signature_key().as_slice() == before.signature_key;
    if same && roster.allow_new(leaf, crypto) == Ok(id) { Ok(id) } else { Err(CommitRefused::Renamed) }
}

/// Group context: the next epoch of the same group, with the same parameters and no extensions.
fn check_parameters(group: &Group, staged: &StagedCommit, data: &CommitData) -> Result<(), CommitRefused> {
    let (before, after) = (group.mls.public_group().group_context(), staged.group_context());
    let same = after.group_id() == before.group_id()
        && after.ciphersuite() == before.ciphersuite()
        && after.protocol_version() == before.protocol_version()
        && after.extensions().iter().next().is_none()
        && after.epoch().as_u64() == data.epoch;
    if same { Ok(()) } else { Err(CommitRefused::Parameters) }
}

fn check_origin(queued: &QueuedProposal, committer: LeafNodeIndex) -> Result<&Proposal, CommitRefused> {
    let own = *queued.sender() == Sender::Member(committer);
    let by_value = queued.proposal_or_ref_type() == ProposalOrRefType::Proposal;
    if own && by_value { Ok(queued.proposal()) } else { Err(CommitRefused::ByReference) }
}

fn check_add(add: &AddProposal, crypto: &Crypto, roster: Roster<'_>) -> Result<DeviceId, CommitRefused> {
    let package = add.key_package();
    let id = roster.allow_new(package.leaf_node(), crypto).map_err(CommitRefused::Added)?;
    key_package::check_form(package).map_err(CommitRefused::KeyPackage)?;
    Ok(id)
}

/// A leaf may be removed only if the log has no place for its device. A leaf that names no device could not have come in.
fn check_remove(group: &Group, roster: Roster<'_>, index: LeafNodeIndex) -> Result<(), CommitRefused> {
    let member = group.mls.member_at(index).ok_or(CommitRefused::Removed)?;
    if roster.allow_member(&member).is_ok() { Err(CommitRefused::Removed) } else { Ok(()) }
}

/// The tree afterwards: every leaf that stays is allowed, and no device has two.
fn check_tree(
    group: &Group,
    roster: Roster<'_>,
    removed: &BTreeSet<LeafNodeIndex>,
    added: &[DeviceId],
) -> Result<(), CommitRefused> {
    let mut devices = BTreeSet::new();
    for member in group.mls.members().filter(|member| !removed.contains(&member.index)) {
        let id = roster.allow_member(&member).map_err(CommitRefused::Survivor)?;
        if !devices.insert(id) {
            return Err(CommitRefused::Twin);
        }
    }
    if added.iter().all(|id| devices.insert(*id)) { Ok(()) } else { Err(CommitRefused::Twin) }
}
