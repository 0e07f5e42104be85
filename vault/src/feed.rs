//! The keyserver's feed (SPEC §8.4), as the vault follows it: each item is checked against the pinned key and the chain, and its
//! effect is durable in the same write as the cursor.

mod effect;
mod follow;
mod http;

use casevault_service::http::problem::Problem;
use casevault_service::store::{StoreError, Write};
use casevault_wire::codec::{List, encode};
use casevault_wire::feed::{SignedFeedItem, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::problem::Code;
use casevault_wire::signature::PublicKey;
use casevault_wire::vault::LogHeads;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::record::{self, Versioned};
use crate::vault::{ATTEMPTS, OUTRUN, Vault};

pub use follow::{Followers, Pace};
pub use http::{Source, SourceError};

/// Log heads that are kept.
const HEADS: usize = 16;

/// Where an organisation's feed stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Cursor {
    /// The sequence of the next item.
    pub next: u64,
    /// The hash of the last one.
    pub previous: Hash,
}

/// The newest log heads of an organisation, oldest first.
pub type KeptHeads = List<SignedFeedItem, HEADS>;

/// Why an item of the feed was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// It is not the keyserver's word, of this organisation, or in its place: whoever is in between may have made or moved it.
    #[error("an item is not the keyserver's next one")]
    Foreign,
    /// The keyserver signed another item before it than the one that the vault has. Nothing after it can be believed.
    #[error("the keyserver's feed is broken")]
    Broken,
    /// It could not be stored.
    #[error("the feed cannot be stored now")]
    Store(Problem),
}

impl From<Problem> for FeedError {
    fn from(problem: Problem) -> Self {
        Self::Store(problem)
    }
}

impl From<StoreError> for FeedError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl Vault {
    /// Where an organisation's feed stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cursor(&self, organisation: &OrganisationId) -> Result<Versioned<Cursor>, StoreError> {
        Versioned::load(&*self.records, record::cursor(organisation)).await
    }

    /// Takes the next item of an organisation's feed, whose keyserver has `key`. An item before the cursor was taken already.
    ///
    /// # Errors
    /// [`FeedError::Foreign`] if it is not the keyserver's next word, [`FeedError::Broken`] if it is and contradicts the last one.
    pub async fn take_item(&self, id: &OrganisationId, key: &PublicKey, item: &SignedFeedItem) -> Result<(), FeedError> {
        let content = item.verify(key).map_err(|_| FeedError::Foreign)?;
        if content.organisation != *id {
            return Err(FeedError::Foreign);
        }
        for _ in 0..ATTEMPTS {
            let before = self.cursor(id).await?;
            let cursor = before.value.unwrap_or_default();
            if content.sequence < cursor.next {
                return Ok(());
            }
            let next = content.sequence.checked_add(1).filter(|_| content.sequence == cursor.next).ok_or(FeedError::Foreign)?;
            if content.previous != cursor.previous {
                return Err(FeedError::Broken);
            }
            let mut write = Write::kept();
            before.replace(&mut write, &Cursor { next, previous: feed_hash(item) });
            let _turn = self.act(item, &mut write).await?;
            if self.write(write).await?.is_some() {
                return Ok(());
            }
        }
        Err(OUTRUN.into())
    }

    /// The newest log heads of an organisation.
    ///
    /// # Errors
    /// `refused` if the organisation is not known.
    pub async fn log_heads(&self, id: &OrganisationId) -> Result<LogHeads, Problem> {
        self.records.read(&record::organisation(id)).await?.ok_or(Problem(Code::Refused))?;
        let heads: KeptHeads = record::load(&*self.records, &record::log_heads(id)).await?.unwrap_or_default();
        let heads = List::new(heads.into_vec()).map_err(|_| Problem(Code::Unavailable))?;
        Ok(LogHeads { heads })
    }

    async fn keep_head(&self, item: &SignedFeedItem, write: &mut Write) -> Result<(), StoreError> {
        let key = record::log_heads(&item.content.organisation);
        let heads: KeptHeads = record::load(&*self.records, &key).await?.unwrap_or_default();
        let mut heads = heads.into_vec();
        heads.push(item.clone());
        let old = heads.len().saturating_sub(HEADS);
        let heads: KeptHeads = List::new(heads.split_off(old)).unwrap_or_default();
        write.put(key, encode(&heads));
        Ok(())
    }
}
