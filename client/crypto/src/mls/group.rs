//! A team's group: made, loaded, changed, read and forgotten.

mod create;
mod pending;
mod stage;

use std::collections::BTreeMap;

use casevault_wire::codec::encode;
use casevault_wire::commit::{CommitData, SealingKey};
use casevault_wire::hash::{Hash, hash};
use casevault_wire::id::{DeviceId, OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::log::Organisation;
use casevault_wire::signature::{PREFIX, PublicKey};
use openmls::prelude::{ExportSecretError, GroupId, LeafNodeIndex, MlsGroup};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};
use zeroize::Zeroizing;

use super::{Provider, credential};
use crate::keys::BundleKey;
use crate::secret::Secret;
use crate::team::TeamKeyRing;

pub use pending::PendingCommit;
pub use stage::{Change, StageError, Staged};

/// The group could not be read or written. The caller rolls its transaction back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The storage failed, or holds something else than it was given.
    #[error("the group's state could not be read or written")]
    Storage,
    /// There is no commit of this device's own that waits.
    #[error("no commit waits")]
    NothingPending,
}

/// Where a group stands, as the last commit's data said. A client keeps it beside the group.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct GroupState {
    /// The epoch.
    pub epoch: u64,
    /// The generation of the team key.
    pub generation: u64,
    /// The access key of that generation.
    pub access_key: PublicKey,
    /// The sealing key of that generation.
    pub sealing_key: SealingKey,
    /// How much of the organisation log the group follows.
    pub log_length: u64,
}

impl From<&CommitData> for GroupState {
    fn from(data: &CommitData) -> Self {
        Self {
            epoch: data.epoch,
            generation: data.generation,
            access_key: data.access_key,
            sealing_key: data.sealing_key.clone(),
            log_length: data.log_length,
        }
    }
}

/// What a commit is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// The organisation log, as far as this device has it.
    pub organisation: &'a Organisation,
    /// Where the group stood before the commit.
    pub previous: &'a GroupState,
    /// The team's keys before the commit.
    pub ring: &'a TeamKeyRing,
}

/// A team's group in one of its epochs.
pub struct Group {
    pub(super) mls: MlsGroup,
    pub(super) organisation: OrganisationId,
    pub(super) team: TeamId,
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("epoch", &self.epoch()).finish_non_exhaustive()
    }
}

impl Group {
    /// The group of `team`, if this device has one.
    ///
    /// # Errors
    /// [`GroupError::Storage`] if it cannot be read.
    pub fn load<S: StorageProvider<CURRENT_VERSION>>(
        provider: &Provider<'_, S>,
        organisation: OrganisationId,
        team: TeamId,
    ) -> Result<Option<Self>, GroupError> {
        let mls = MlsGroup::load(provider.storage(), &group_id(&team)).map_err(|_| GroupError::Storage)?;
        Ok(mls.map(|mls| Self { mls, organisation, team }))
    }

    /// The epoch.
    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    /// The team.
    pub fn team(&self) -> TeamId {
        self.team
    }

    /// The devices in the group.
    pub fn devices(&self) -> std::collections::BTreeSet<DeviceId> {
        self.leaves().into_keys().collect()
    }

    /// A value that is equal for two members exactly if they are in the same epoch of the same group (RFC 9420 §8.7).
    pub fn epoch_authenticator(&self) -> &[u8] {
        self.mls.epoch_authenticator().as_slice()
    }

    /// Forgets the group and every secret of it.
    ///
    /// # Errors
    /// [`GroupError::Storage`] if the storage fails.
    pub fn delete<S: StorageProvider<CURRENT_VERSION>>(mut self, provider: &Provider<'_, S>) -> Result<(), GroupError> {
        self.mls.delete(provider.storage()).map_err(|_| GroupError::Storage)
    }

    /// Each device with its leaf. Leaves were checked when they came into the tree.
    pub(super) fn leaves(&self) -> BTreeMap<DeviceId, LeafNodeIndex> {
        let named = |member: &openmls::prelude::Member| credential::device(&member.credential, &self.organisation);
        self.mls.members().filter_map(|member| Some((named(&member)?, member.index))).collect()
    }
}

pub(super) fn group_id(team: &TeamId) -> GroupId {
    GroupId::from_slice(team.as_bytes())
}

/// The hash of a commit's data, which its bundle is bound to.
pub(crate) fn data_hash(data: &CommitData) -> Hash {
    hash(Label::CommitDataHash, data)
}

/// The key of the bundle that travels with the commit of `data`: exported from the epoch that it begins (R-8.3-13).
pub(super) fn bundle_key<F>(data: &CommitData, export: F) -> Result<BundleKey, ExportSecretError>
where
    F: FnOnce(&str, &[u8], usize) -> Result<Vec<u8>, ExportSecretError>,
{
    let label = [PREFIX, Label::ExportBundle.name()].concat();
    let exported = Zeroizing::new(export(&label, &encode(&data_hash(data)), 32)?);
    let mut key = [0; 32];
    key.copy_from_slice(exported.get(..32).ok_or(ExportSecretError::KeyLengthTooLong)?);
    Ok(BundleKey::new(Secret::new(key)))
}
