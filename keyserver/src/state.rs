//! The server: its records, what it keeps of them in memory, and how both change together.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use casevault_service::http::problem::Problem;
use casevault_service::node::Node;
use casevault_service::store::{Records, StoreError, Write};
use casevault_wire::feed::{SignedFeedItem, feed_hash};
use casevault_wire::id::OrganisationId;
use casevault_wire::log::{LogError, LogHead, LogPosition, Organisation, SignedLogEntry, SignedLogHead};
use casevault_wire::problem::Code;
use tokio::sync::MutexGuard;

use crate::catalogue::{Catalogue, Cell};
use crate::feed::{Pen, Tip};
use crate::records::{Key, Kind, list, parse, readable};
use crate::routes;
use crate::teams::history;

/// Why an organisation cannot be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored log does not verify.
    #[error("a stored log does not verify: run `fsck`")]
    Log(#[from] LogError),
}

/// A keyserver.
pub struct Keyserver {
    pub(crate) node: Arc<Node>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) catalogue: Catalogue,
}

impl std::fmt::Debug for Keyserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyserver(…)")
    }
}

impl Keyserver {
    /// A server for at most `most` organisations over `records`. It reads who there is, and an organisation's log when somebody asks for
    /// it: however many and long others' are, nobody waits for them.
    ///
    /// # Errors
    /// [`StoreError`] if not even that can be read.
    pub async fn load(node: Arc<Node>, records: Arc<dyn Records>, most: usize) -> Result<Arc<Self>, StoreError> {
        let catalogue = Catalogue::new(most);
        for id in organisations(&*records).await? {
            catalogue.know(id, founding(&*records, &id).await.map(|founded| founded.fingerprint()));
        }
        Ok(Arc::new(Self { node, records, catalogue }))
    }

    /// The organisation of this id, with its log verified. Whoever comes first waits until it is, and takes no room meanwhile.
    ///
    /// # Errors
    /// `unavailable` if what is stored of it cannot be read or does not verify.
    pub(crate) async fn cell(&self, id: &OrganisationId) -> Result<Option<Arc<Cell>>, Problem> {
        let Some(slot) = self.catalogue.find(id) else { return Ok(None) };
        if let Some(cell) = slot.get() {
            return Ok(Some(cell.clone()));
        }
        let _aside = self.node.room.aside();
        let cell = slot.get_or_try_init(|| async {
            let organisation = fold(&*self.records, id).await?;
            // What a crash kept from being done.
            history::told(history::recover(&*self.records, &organisation).await.map_err(Problem::from));
            Ok(Arc::new(Cell::new(organisation, feed_tip(&*self.records, id).await?)))
        });
        cell.await.map(|cell| Some(cell.clone())).map_err(|error: LoadError| {
            tracing::error!(%error, "an organisation cannot be served");
            Problem(Code::Unavailable)
        })
    }

    /// Its routes with what every server has.
    pub fn app(self: &Arc<Self>) -> Router {
        casevault_service::http::app(self.node.clone(), routes::router(self.clone()))
    }

    /// A pen at the end of the feed. What is said there puts somebody out, or goes before it: it may use the room that is kept.
    pub(crate) fn pen(&self, organisation: OrganisationId, tip: Tip) -> Pen<'_> {
        Pen { key: &self.node.key, organisation, time: self.node.clock.now(), tip, write: Write::kept() }
    }

    /// Makes what `pen` wrote durable, and only then takes it into memory.
    pub(crate) async fn publish(
        &self,
        cell: &Cell,
        mut tip: MutexGuard<'_, Tip>,
        pen: Pen<'_>,
        log: Option<(Organisation, Vec<SignedLogEntry>)>,
    ) -> Result<(), Problem> {
        let (end, write) = (pen.tip, pen.write);
        self.records.write(write).await?;
        *tip = end;
        if let Some((organisation, entries)) = log {
            cell.replace(organisation, entries);
        }
        cell.announce(end.length);
        Ok(())
    }

    /// The signed head of an organisation's log, or of its beginning up to `position`.
    pub(crate) fn log_head(&self, organisation: &OrganisationId, position: LogPosition) -> SignedLogHead {
        let time = self.node.clock.now();
        self.node.key.sign(LogHead { organisation: *organisation, position, time })
    }
}

/// Every organisation that is kept.
pub(crate) async fn organisations(records: &dyn Records) -> Result<BTreeSet<OrganisationId>, StoreError> {
    let keys = records.keys(&[Kind::Organisation as u8], &[Kind::Log as u8], usize::MAX).await?;
    Ok(keys.iter().filter_map(|key| key.get(1..)?.try_into().ok().map(OrganisationId)).collect())
}

/// An organisation as its first entry made it; none if that is damaged.
async fn founding(records: &dyn Records, id: &OrganisationId) -> Option<Organisation> {
    let entry = readable::<SignedLogEntry>(records, &Key::new(Kind::Log, id).number(0)).await.ok()??;
    Organisation::found(&entry).ok().filter(|organisation| organisation.id() == *id)
}

/// Log entries folded at a time.
const STEP: usize = 256;

/// The log of an organisation, verified.
pub(crate) async fn fold(records: &dyn Records, id: &OrganisationId) -> Result<Organisation, LoadError> {
    let prefix = Key::new(Kind::Log, id);
    let mut folded: Option<Organisation> = None;
    loop {
        let from = folded.as_ref().map_or(0, |organisation| organisation.position().length);
        let entries: Vec<SignedLogEntry> = list(records, &prefix, prefix.clone().number(from), STEP).await?;
        let last = entries.len() < STEP;
        // Where that keeps nobody waiting.
        let step = tokio::task::spawn_blocking(move || apply(folded, &entries));
        folded = step.await.map_err(|_| StoreError::Unavailable)??;
        if last {
            return folded.filter(|folded| folded.id() == *id).ok_or(LoadError::Log(LogError::Pinned));
        }
    }
}

fn apply(mut folded: Option<Organisation>, entries: &[SignedLogEntry]) -> Result<Option<Organisation>, LogError> {
    for entry in entries {
        match &mut folded {
            None => folded = Some(Organisation::found(entry)?),
            Some(organisation) => organisation.apply(entry)?,
        }
    }
    Ok(folded)
}

async fn feed_tip(records: &dyn Records, id: &OrganisationId) -> Result<Tip, StoreError> {
    let prefix = Key::new(Kind::Feed, id);
    let last = records.scan_back(&prefix.clone().bytes(), &prefix.end(), 1).await?;
    let Some((_, value)) = last.first() else { return Ok(Tip::default()) };
    let item: SignedFeedItem = parse(value)?;
    Ok(Tip { length: item.content.sequence + 1, hash: feed_hash(&item) })
}
