//! The organisations in memory: once somebody asked for it, each one's verified log, the end of its feed, and who waits for more of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, PersonId, TeamId};
use casevault_wire::log::{Organisation, SignedLogEntry};
use tokio::sync::{OnceCell, watch};

use crate::feed::Tip;
use crate::rate::{COMMITS, INSTRUCTIONS, STATEMENTS, Shares, Used};

/// One organisation.
#[derive(Debug)]
pub(crate) struct Cell {
    organisation: RwLock<Arc<Organisation>>,
    /// The log as it was before it grew, and the entries by which it did.
    before: Mutex<Option<(Arc<Organisation>, Vec<SignedLogEntry>)>>,
    /// Held by whoever writes to the log or the feed, until the write is durable.
    pub(crate) tip: tokio::sync::Mutex<Tip>,
    /// Held by whoever closes a period of the organisation, or counts one.
    pub(crate) counting: tokio::sync::Mutex<()>,
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
            before: Mutex::default(),
            tip: tokio::sync::Mutex::new(tip),
            counting: tokio::sync::Mutex::default(),
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

    /// The log has grown by `entries`, durably.
    pub(crate) fn replace(&self, organisation: Organisation, entries: Vec<SignedLogEntry>) {
        let mut now = self.organisation.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *now, Arc::new(organisation));
        drop(now);
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some((before, entries));
    }

    /// The log as it is, to go on with: what it was before it last grew, led up to that, so that nothing of it is copied. None if it did
    /// not grow yet, somebody still reads what it was, or who had this last did not go on.
    pub(crate) fn spare(&self) -> Option<Organisation> {
        let (before, entries) = self.before.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let mut spare = Arc::try_unwrap(before).ok()?;
        spare.follow_to(&self.organisation(), &entries).ok()?;
        Some(spare)
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

/// One organisation, once its log was read.
pub(crate) type Slot = OnceCell<Arc<Cell>>;

/// All organisations.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    cells: RwLock<HashMap<OrganisationId, Arc<Slot>>>,
    /// By the root's fingerprint; of several organisations of one root, the smallest id.
    roots: RwLock<HashMap<Hash, OrganisationId>>,
    /// Held while an organisation is founded.
    pub(crate) founding: tokio::sync::Mutex<Used>,
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
    pub(crate) fn find(&self, id: &OrganisationId) -> Option<Arc<Slot>> {
        self.cells.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The organisation whose root has this fingerprint.
    pub(crate) fn founded_by(&self, fingerprint: &Hash) -> Option<OrganisationId> {
        self.roots.read().unwrap_or_else(PoisonError::into_inner).get(fingerprint).copied()
    }

    /// Adds an organisation that was founded, durably.
    pub(crate) fn add(&self, id: OrganisationId, cell: Cell) {
        let fingerprint = cell.organisation().fingerprint();
        self.insert(id, Some(fingerprint), Slot::new_with(Some(Arc::new(cell))));
    }

    /// Adds an organisation whose log was not read yet; without a fingerprint if its founding cannot be.
    pub(crate) fn know(&self, id: OrganisationId, fingerprint: Option<Hash>) {
        self.insert(id, fingerprint, Slot::new());
    }

    fn insert(&self, id: OrganisationId, fingerprint: Option<Hash>, slot: Slot) {
        if let Some(fingerprint) = fingerprint {
            let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
            roots.entry(fingerprint).and_modify(|known| *known = id.min(*known)).or_insert(id);
        }
        self.cells.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(slot));
    }
}
