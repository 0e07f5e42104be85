//! The organisations in memory: each one's verified log, the end of its feed, and who waits for more of it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, PersonId, TeamId};
use casevault_wire::log::Organisation;
use tokio::sync::{Mutex, watch};

use crate::feed::Tip;
use crate::rate::{COMMITS, INSTRUCTIONS, STATEMENTS, Shares, Used};

/// One organisation.
#[derive(Debug)]
pub(crate) struct Cell {
    organisation: RwLock<Arc<Organisation>>,
    /// Held by whoever writes to the log or the feed, until the write is durable.
    pub(crate) tip: Mutex<Tip>,
    grown: watch::Sender<u64>,
    /// Commits that follow no instruction.
    pub(crate) commits: Shares<(TeamId, PersonId)>,
    /// Statements of those who do not administer.
    pub(crate) statements: Shares<PersonId>,
    /// Statements of those who do.
    pub(crate) instructions: Shares<PersonId>,
}

impl Cell {
    pub(crate) fn new(organisation: Organisation, tip: Tip) -> Self {
        let grown = watch::Sender::new(tip.length);
        Self {
            organisation: RwLock::new(Arc::new(organisation)),
            tip: Mutex::new(tip),
            grown,
            commits: Shares::new(COMMITS),
            statements: Shares::new(STATEMENTS),
            instructions: Shares::new(INSTRUCTIONS),
        }
    }

    /// The log as far as it is durable.
    pub(crate) fn organisation(&self) -> Arc<Organisation> {
        self.organisation.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The log has grown, durably.
    pub(crate) fn replace(&self, organisation: Organisation) {
        *self.organisation.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(organisation);
    }

    /// The feed has grown, durably.
    pub(crate) fn announce(&self, length: u64) {
        self.grown.send_replace(length);
    }

    /// Tells when the feed is longer than before.
    pub(crate) fn growth(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }
}

/// All organisations.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    cells: RwLock<HashMap<OrganisationId, Arc<Cell>>>,
    /// By the root's fingerprint; of several organisations of one root, the smallest id.
    roots: RwLock<HashMap<Hash, OrganisationId>>,
    /// Held while an organisation is founded.
    pub(crate) founding: Mutex<Used>,
    /// How many organisations there may be.
    most: usize,
}

impl Catalogue {
    /// Room for `most` organisations.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Whether there are as many organisations as there may be.
    pub(crate) fn is_full(&self) -> bool {
        self.cells.read().unwrap_or_else(PoisonError::into_inner).len() >= self.most
    }

    /// The organisation of this id.
    pub(crate) fn find(&self, id: &OrganisationId) -> Option<Arc<Cell>> {
        self.cells.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The organisation whose root has this fingerprint.
    pub(crate) fn founded_by(&self, fingerprint: &Hash) -> Option<OrganisationId> {
        self.roots.read().unwrap_or_else(PoisonError::into_inner).get(fingerprint).copied()
    }

    /// Adds an organisation, which is durable.
    pub(crate) fn add(&self, id: OrganisationId, cell: Cell) {
        let fingerprint = cell.organisation().fingerprint();
        let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
        roots.entry(fingerprint).and_modify(|known| *known = id.min(*known)).or_insert(id);
        drop(roots);
        self.cells.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(cell));
    }
}
