//! This device's own commit, between being staged and being merged or given up.

use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

use super::{Group, GroupError};
use crate::mls::Provider;

/// A commit of this device's own that waits for the keyserver's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingCommit {
    /// The epoch that it would begin.
    pub epoch: u64,
}

impl Group {
    /// The own commit that waits, if there is one.
    pub fn pending(&self) -> Option<PendingCommit> {
        self.mls.pending_commit().map(|staged| PendingCommit { epoch: staged.epoch().as_u64() })
    }

    /// Merges the own commit: the keyserver's receipt names exactly its hash. It was checked as others' are when it was staged.
    ///
    /// # Errors
    /// [`GroupError::NothingPending`], or [`GroupError::Storage`].
    pub fn merge_pending<S: StorageProvider<CURRENT_VERSION>>(mut self, provider: &Provider<'_, S>) -> Result<Self, GroupError> {
        if self.pending().is_none() {
            return Err(GroupError::NothingPending);
        }
        self.mls.merge_pending_commit(provider).map_err(|_| GroupError::Storage)?;
        Ok(self)
    }

    /// Gives the own commit up: another one ended the epoch, or it was voided.
    ///
    /// # Errors
    /// [`GroupError::Storage`] if the storage fails.
    pub fn clear_pending<S: StorageProvider<CURRENT_VERSION>>(mut self, provider: &Provider<'_, S>) -> Result<Self, GroupError> {
        self.mls.clear_pending_commit(provider.storage()).map_err(|_| GroupError::Storage)?;
        Ok(self)
    }
}
