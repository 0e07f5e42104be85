//! Staging a commit: it is kept pending, and everything that the keyserver must store with it comes out.

use casevault_wire::codec::{Opaque, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::id::DeviceId;
use casevault_wire::keyserver;
use casevault_wire::time::Time;
use openmls::prelude::{KeyPackage, LeafNodeIndex, MlsMessageOut};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

use super::{Basis, Group, bundle_key};
use crate::keys::BundleKey;
use crate::mls::key_package::{self, KeyPackageProblem};
use crate::mls::verify::rules;
use crate::mls::{CommitRefused, DeviceSigner, Provider, VerifyError};

/// What a commit changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// Key packages of the devices to add.
    pub add: Vec<keyserver::KeyPackage>,
    /// The devices to remove.
    pub remove: Vec<DeviceId>,
    /// What the group will be.
    pub data: CommitData,
    /// Now, which key packages must be fresh at.
    pub now: Time,
}

/// A commit that waits, and what goes to the keyserver with it.
#[derive(Debug)]
pub struct Staged {
    /// The commit.
    pub commit: keyserver::Commit,
    /// The Welcome, if devices are added.
    pub welcome: Option<keyserver::Welcome>,
    /// The devices that it is for.
    pub added: Vec<DeviceId>,
    /// The key of the bundle.
    pub bundle_key: BundleKey,
}

/// A commit could not be staged. The caller rolls its transaction back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// A commit of this device's own waits already.
    #[error("a commit waits already")]
    Pending,
    /// A key package cannot be used; the number counts from 0 in the order given.
    #[error("key package {0} cannot be used: {1}")]
    KeyPackage(usize, KeyPackageProblem),
    /// A device to remove is not in the group.
    #[error("a device to remove is not in the group")]
    NotInGroup,
    /// The data do not fit the group or the log that this device has.
    #[error("the commit's data do not fit: {0}")]
    Data(VerifyError),
    /// The other members would refuse it.
    #[error("the other members would refuse the commit: {0}")]
    Refused(CommitRefused),
    /// The commit or the Welcome is over its limit.
    #[error("the commit is over its limit")]
    TooLarge,
    /// The protocol does not allow it, or the storage failed.
    #[error("the commit could not be made or stored")]
    Failed,
}

impl Group {
    /// Stages a commit with all of `change`, which always renews this device's leaf. The result passes every check that the
    /// other members will make.
    ///
    /// # Errors
    /// [`StageError`]; the caller rolls back.
    pub fn stage<S: StorageProvider<CURRENT_VERSION>>(
        mut self,
        provider: &Provider<'_, S>,
        signer: &DeviceSigner,
        basis: &Basis<'_>,
        change: &Change,
    ) -> Result<(Self, Staged), StageError> {
        if self.pending().is_some() {
            return Err(StageError::Pending); // the library would replace it silently
        }
        rules::check_data(&self, basis, &change.data).map_err(StageError::Data)?;
        let (added, packages) = self.packages(provider, basis, change)?;
        let removed = self.removed(change)?;
        let (commit, welcome) = self.build(provider, signer, packages, (removed, &change.data))?;
        let staged = self.mls.pending_commit().ok_or(StageError::Failed)?;
        let own = self.mls.own_leaf_index();
        rules::check_staged(&self, provider.crypto(), basis, &change.data, (own, staged)).map_err(StageError::Refused)?;
        let bundle_key =
            bundle_key(&change.data, |label, context, length| staged.export_secret(provider.crypto(), label, context, length))
                .map_err(|_| StageError::Failed)?;
        let commit = Opaque::new(commit).map_err(|_| StageError::TooLarge)?;
        let welcome = welcome.map(Opaque::new).transpose().map_err(|_| StageError::TooLarge)?;
        Ok((self, Staged { commit, welcome, added, bundle_key }))
    }

    fn packages<S: StorageProvider<CURRENT_VERSION>>(
        &self,
        provider: &Provider<'_, S>,
        basis: &Basis<'_>,
        change: &Change,
    ) -> Result<(Vec<DeviceId>, Vec<KeyPackage>), StageError> {
        let mut added = Vec::new();
        let mut packages = Vec::new();
        for (at, bytes) in change.add.iter().enumerate() {
            let problem = |problem| StageError::KeyPackage(at, problem);
            let crypto = provider.crypto();
            let device = key_package::validate(crypto, bytes.as_slice(), basis.organisation, self.team, change.now);
            added.push(device.map_err(problem)?);
            packages.push(key_package::decode(crypto, bytes.as_slice()).map_err(problem)?);
        }
        Ok((added, packages))
    }

    fn removed(&self, change: &Change) -> Result<Vec<LeafNodeIndex>, StageError> {
        let leaves = self.leaves();
        change.remove.iter().map(|device| leaves.get(device).copied().ok_or(StageError::NotInGroup)).collect()
    }

    fn build<S: StorageProvider<CURRENT_VERSION>>(
        &mut self,
        provider: &Provider<'_, S>,
        signer: &DeviceSigner,
        add: Vec<KeyPackage>,
        (remove, data): (Vec<LeafNodeIndex>, &CommitData),
    ) -> Result<(Vec<u8>, Option<Vec<u8>>), StageError> {
        self.mls.set_aad(encode(data));
        let bundle = self
            .mls
            .commit_builder()
            .consume_proposal_store(false)
            .force_self_update(true)
            .propose_adds(add)
            .propose_removals(remove)
            .load_psks(provider.storage())
            .map_err(|_| StageError::Failed)?
            .create_group_info(false)
            // Everything proposed here was chosen here; the filter could only drop it.
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .map_err(|_| StageError::Failed)?
            .stage_commit(provider)
            .map_err(|_| StageError::Failed)?;
        let (commit, welcome, _) = bundle.into_messages();
        Ok((bytes(commit)?, welcome.map(bytes).transpose()?))
    }
}

fn bytes(message: MlsMessageOut) -> Result<Vec<u8>, StageError> {
    message.to_bytes().map_err(|_| StageError::Failed)
}
