//! The beginning of a group: one member, epoch 0.

use casevault_wire::id::TeamId;
use openmls::prelude::MlsGroup;
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
}
