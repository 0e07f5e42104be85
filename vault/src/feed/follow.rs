//! Following the feeds of all organisations, each on its own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casevault_service::http::problem::Problem;
use casevault_wire::id::OrganisationId;

use super::{FeedError, Source, SourceError};
use crate::vault::Vault;

/// How often the keyserver is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long an answer may wait for news, seconds.
    pub wait: u64,
    /// The first pause when there is no news, or a failure; after failures it doubles up to [`Self::longest`].
    pub shortest: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { wait: 20, shortest: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// Why following ended for now.
enum Interruption {
    Source(SourceError),
    Feed(FeedError),
}

impl From<SourceError> for Interruption {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<FeedError> for Interruption {
    fn from(error: FeedError) -> Self {
        Self::Feed(error)
    }
}

impl From<Problem> for Interruption {
    fn from(problem: Problem) -> Self {
        Self::Feed(problem.into())
    }
}

/// Follows the keyserver for every organisation that it is told of.
#[derive(Debug)]
pub struct Followers {
    vault: Arc<Vault>,
    source: Source,
    pace: Pace,
    followed: Mutex<BTreeSet<OrganisationId>>,
}

impl Followers {
    /// Follows nothing yet.
    pub fn new(vault: Arc<Vault>, source: Source, pace: Pace) -> Self {
        Self { vault, source, pace, followed: Mutex::default() }
    }

    /// The keyserver, to ask it something else.
    pub fn source(&self) -> Source {
        self.source.clone()
    }

    /// Follows every organisation that the vault has.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn follow_all(&self) -> Result<(), Problem> {
        for organisation in self.vault.organisations().await? {
            self.follow(organisation);
        }
        Ok(())
    }

    /// Follows an organisation's feed from where it stands, until the vault stops or the feed breaks. Once is enough.
    pub fn follow(&self, organisation: OrganisationId) {
        if self.followed.lock().unwrap_or_else(PoisonError::into_inner).insert(organisation) {
            tokio::spawn(follow(self.vault.clone(), self.source.clone(), self.pace, organisation));
        }
    }
}

async fn follow(vault: Arc<Vault>, mut source: Source, pace: Pace, organisation: OrganisationId) {
    let stop = vault.node.stop.clone();
    let mut pause = pace.shortest;
    loop {
        let outcome = tokio::select! {
            () = stop.stopped() => return,
            outcome = step(&vault, &mut source, pace, organisation) => outcome,
        };
        let moved = match outcome {
            Ok(moved) => {
                pause = pace.shortest;
                moved
            }
            Err(Interruption::Feed(FeedError::Broken)) => {
                tracing::error!("the keyserver's feed is broken and is no longer followed");
                metrics::counter!("casevault_feed_broken_total").increment(1);
                return;
            }
            Err(interruption) => {
                report(&interruption);
                false
            }
        };
        if !moved {
            tokio::select! {
                () = stop.stopped() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = pause.saturating_mul(2).min(pace.longest);
        }
    }
}

/// Asks once, and takes what comes; whether there was news.
async fn step(vault: &Vault, source: &mut Source, pace: Pace, organisation: OrganisationId) -> Result<bool, Interruption> {
    let key = vault.keyserver_key(&organisation).await?;
    let from = vault.cursor(&organisation).await.map_err(FeedError::from)?.value.unwrap_or_default().next;
    let page = source.feed(&vault.node, (organisation, &key), (from, pace.wait)).await?;
    let mut moved = false;
    for item in page.items.as_slice() {
        vault.take_item(&organisation, &key, item).await?;
        moved |= item.content.sequence >= from;
    }
    metrics::counter!("casevault_feed_items_total").increment(page.items.as_slice().len() as u64);
    Ok(moved)
}

fn report(interruption: &Interruption) {
    metrics::counter!("casevault_feed_interruptions_total").increment(1);
    match interruption {
        // Its text would name the address.
        Interruption::Source(SourceError::Unreachable(_)) => tracing::warn!("the keyserver cannot be reached"),
        Interruption::Source(error) => tracing::warn!(%error, "the feed was not received"),
        Interruption::Feed(FeedError::Foreign) => {
            tracing::error!(
                "the feed has what is not the keyserver's next word; it has no effect, and the keyserver is asked again"
            );
            metrics::counter!("casevault_feed_foreign_total").increment(1);
        }
        Interruption::Feed(error) => tracing::warn!(%error, "the feed was not stored"),
    }
}
