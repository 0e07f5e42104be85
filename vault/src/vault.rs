//! What a vault process has.

use std::sync::Arc;

use casevault_service::http::problem::Problem;
use casevault_service::node::Node;
use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use tokio::sync::Mutex;

use crate::blob::Blobs;
use crate::record::{self, TeamKey, Versioned};
use crate::team::Team;
use crate::turns::Turns;
use crate::upload::Active;

/// How often a write is tried again after another was faster.
pub const ATTEMPTS: usize = 64;

/// What an operator chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Bytes that each team may store.
    pub quota: u64,
    /// How many organisations may use this vault.
    pub organisations: usize,
}

/// One terabyte for each of a thousand organisations' teams.
impl Default for Settings {
    fn default() -> Self {
        Self { quota: 1 << 40, organisations: 1000 }
    }
}

/// A vault.
pub struct Vault {
    /// Key, nonces, clock.
    pub node: Arc<Node>,
    /// Where records are.
    pub records: Arc<dyn Records>,
    /// Where blobs are.
    pub blobs: Arc<dyn Blobs>,
    /// What the operator chose.
    pub settings: Settings,
    /// Whose turn it is to write.
    pub turns: Turns,
    /// The uploads that this process has at hand.
    pub active: Active,
    /// How many organisations there are, once somebody counted. Held while one is founded.
    pub founded: Mutex<Option<usize>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault over its stores.
    pub fn new(node: Arc<Node>, records: Arc<dyn Records>, blobs: Arc<dyn Blobs>, settings: Settings) -> Self {
        let (turns, active, founded) = Default::default();
        Self { node, records, blobs, settings, turns, active, founded }
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.node.clock.now()
    }

    /// A team's record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn team(&self, team: &TeamKey) -> Result<Versioned<Team>, StoreError> {
        Versioned::load(&*self.records, record::team(team)).await
    }

    /// That `team` accepts writes on a request of `generation` now.
    ///
    /// # Errors
    /// `refused`, `frozen`, `stale-generation`.
    pub async fn writable(&self, team: &TeamKey, generation: u64) -> Result<(), Problem> {
        self.team(team).await?.value.ok_or(Problem(Code::Refused))?.may_write(generation)
    }

    /// Writes; `None` if another was faster and the caller decides anew.
    ///
    /// # Errors
    /// `full`, `unavailable`.
    pub async fn write(&self, write: Write) -> Result<Option<()>, Problem> {
        match self.records.write(write).await {
            Ok(()) => Ok(Some(())),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What is answered when others were faster too often.
pub const OUTRUN: Problem = Problem(Code::Busy);
