//! The beginning of a group: one member, epoch 0.

use casevault_wire::id::TeamId;
use openmls::prelude::MlsGroup;
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

use super::{Group, GroupError, group_id};
use crate::mls::{DeviceSigner, Provider, config};

impl Group {
    /// Makes the group of `team` with this device alone. It counts once the keyserver has given its receipt.
    ///
    /// # Errors
    /// [`GroupError::Storage`] if there is one already or the storage fails.
    pub fn create<S: StorageProvider<CURRENT_VERSION>>(
        provider: &Provider<'_, S>,
        signer: &DeviceSigner,
        team: TeamId,
    ) -> Result<Self, GroupError> {
        let organisation = signer.organisation();
        if Self::load(provider, organisation, team)?.is_some() {
            return Err(GroupError::Storage);
        }
        let mls = MlsGroup::new_with_group_id(provider, signer, &config::create(), group_id(&team), signer.credential())
            .map_err(|_| GroupError::Storage)?;
        Ok(Self { mls, organisation, team })
    }

    /// Makes the group of `team` anew with this device alone, after its devices were all lost (R-8.9-10). Its epochs go on where the
    /// old group's ended: this device commits, to nobody, until `epoch` begins.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_at<S: StorageProvider<CURRENT_VERSION>>(
        provider: &Provider<'_, S>,
        signer: &DeviceSigner,
        team: TeamId,
        epoch: u64,
    ) -> Result<Self, GroupError> {
        let mut group = Self::create(provider, signer, team)?;
        while group.epoch() < epoch {
            group.advance(provider, signer)?;
        }
        Ok(group)
    }

    fn advance<S: StorageProvider<CURRENT_VERSION>>(
        &mut self,
        provider: &Provider<'_, S>,
        signer: &DeviceSigner,
    ) -> Result<(), GroupError> {
        self.mls
            .commit_builder()
            .force_self_update(true)
            .load_psks(provider.storage())
            .map_err(|_| GroupError::Storage)?
            .create_group_info(false)
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .map_err(|_| GroupError::Storage)?
            .stage_commit(provider)
            .map_err(|_| GroupError::Storage)?;
        self.mls.merge_pending_commit(provider).map_err(|_| GroupError::Storage)
    }
}
