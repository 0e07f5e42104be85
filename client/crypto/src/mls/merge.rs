//! Merging a verified commit.

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};

use super::{Group, Provider, VerifiedCommit};
use crate::team::Generation;

/// A verified commit could not be merged. The caller rolls its transaction back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The storage failed.
    #[error("the group's state could not be written")]
    Storage,
}

impl VerifiedCommit {
    /// Merges the commit: the group in its new epoch, and the team's keys in it. An own commit that waited is given up.
    ///
    /// # Errors
    /// [`MergeError::Storage`] if the storage fails.
    pub fn merge<S: StorageProvider<CURRENT_VERSION>>(
        self: Box<Self>,
        provider: &Provider<'_, S>,
    ) -> Result<(Group, Generation), MergeError> {
        let Self { mut group, staged, keys, .. } = *self;
        group.mls.merge_staged_commit(provider, staged.into_inner()).map_err(|_| MergeError::Storage)?;
        Ok((group, keys))
    }
}
