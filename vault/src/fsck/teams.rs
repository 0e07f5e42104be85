//! Teams.

use std::collections::BTreeMap;

use casevault_wire::id::UploadId;

use super::organisations::Keyservers;
use super::{Check, Fault, FsckError};
use crate::record::{TeamKey, kind};
use crate::team::{OVERHEAD, Team, cost};
use crate::upload::Upload;

impl Check<'_> {
    /// Access keys are possible, counters are right, and whatever is stored has its team.
    pub(super) async fn teams(&mut self, uploads: &[(UploadId, Upload)], organisations: &Keyservers) -> Result<(), FsckError> {
        let mut open: BTreeMap<TeamKey, (u64, u32)> = BTreeMap::new();
        for (_, upload) in uploads {
            let (bytes, count) = open.entry(upload.journal.team).or_default();
            let (more, one) = if upload.kept.is_none() { (cost(upload.length), 1) } else { (OVERHEAD, 0) };
            *bytes = bytes.saturating_add(more);
            *count = count.saturating_add(one);
        }
        let mut changes: BTreeMap<TeamKey, u64> = BTreeMap::new();
        for (journal, standing) in &self.standings {
            let last = changes.entry(journal.team).or_default();
            *last = standing.change.max(*last);
        }
        for (key, team) in self.all::<TeamKey, Team>(kind::TEAM).await? {
            if !organisations.contains_key(&key.organisation) {
                self.find(Fault::Organisation, &key.team);
            }
            if !team.access.sane() || team.frozen > 1 {
                self.find(Fault::Access, &key.team);
            }
            let stored = self.stored.remove(&key).unwrap_or_default();
            let (reserved, count) = open.remove(&key).unwrap_or_default();
            let last = changes.remove(&key).unwrap_or_default();
            if (team.stored, team.reserved, team.uploads, team.change) != (stored, reserved, count, last) {
                self.find(Fault::Count, &key.team);
            }
        }
        let homeless: Vec<_> = self.stored.keys().chain(open.keys()).copied().collect();
        for key in homeless {
            self.find(Fault::Count, &key.team);
        }
        Ok(())
    }
}
