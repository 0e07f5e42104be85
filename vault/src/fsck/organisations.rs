//! Organisations, and what the vault has of their feeds.

use std::collections::BTreeMap;

use casevault_wire::feed::{FeedEvent, feed_hash};
use casevault_wire::id::OrganisationId;
use casevault_wire::log::{Organisation, SignedLogEntry};
use casevault_wire::signature::PublicKey;

use super::{Check, Fault, FsckError};
use crate::feed::{Cursor, KeptHeads};
use crate::record::kind;

/// The keyservers' keys of organisations.
pub(super) type Keyservers = BTreeMap<OrganisationId, PublicKey>;

impl Check<'_> {
    /// Every feed is of an organisation, and log heads are what its keyserver said.
    pub(super) async fn feeds(&mut self, keyservers: &Keyservers) -> Result<(), FsckError> {
        let cursors: BTreeMap<_, _> = self.all::<OrganisationId, Cursor>(kind::CURSOR).await?.into_iter().collect();
        for id in cursors.keys().filter(|id| !keyservers.contains_key(id)) {
            self.find(Fault::Organisation, id);
        }
        for (id, heads) in self.all::<OrganisationId, KeptHeads>(kind::LOG_HEADS).await? {
            let cursor = cursors.get(&id).copied().unwrap_or_default();
            if !keyservers.get(&id).is_some_and(|key| are_said(&heads, (&id, key), &cursor)) {
                self.find(Fault::Heads, &id);
            }
        }
        Ok(())
    }

    /// The keyserver's key of every organisation that is validly founded.
    pub(super) async fn foundings(&mut self) -> Result<Keyservers, FsckError> {
        let mut keyservers = Keyservers::new();
        for (id, founding) in self.all::<OrganisationId, SignedLogEntry>(kind::ORGANISATION).await? {
            match Organisation::found(&founding) {
                Ok(organisation) if organisation.id() == id => {
                    keyservers.insert(id, *organisation.keyserver_key());
                }
                _ => self.find(Fault::Organisation, &id),
            }
        }
        Ok(keyservers)
    }
}

/// Whether the keyserver said these log heads of the organisation, one after the other and before `cursor`.
fn are_said(heads: &KeptHeads, (id, key): (&OrganisationId, &PublicKey), cursor: &Cursor) -> bool {
    let mut next = 0;
    heads.as_slice().iter().all(|item| {
        let content = &item.content;
        let said = item.verify(key).is_ok() && content.organisation == *id && matches!(content.event, FeedEvent::LogHead(_));
        let placed = (next..cursor.next).contains(&content.sequence);
        next = content.sequence.saturating_add(1);
        said && placed && (next < cursor.next || feed_hash(item) == cursor.previous)
    })
}
