//! What each item of the feed does to a team.

use casevault_service::store::{StoreError, Write};
use casevault_wire::feed::{FeedEvent, SignedFeedItem};
use casevault_wire::id::TeamId;
use tokio::sync::MutexGuard;

use crate::access::Undone;
use crate::record::TeamKey;
use crate::team::Team;
use crate::vault::Vault;

impl Vault {
    /// Adds the effect of `item`, which was verified, to the write; the turn that it is written in.
    pub(super) async fn act(&self, item: &SignedFeedItem, write: &mut Write) -> Result<Option<MutexGuard<'_, ()>>, StoreError> {
        let Some(team) = team_of(&item.content.event) else {
            self.keep_head(item, write).await?;
            return Ok(None);
        };
        let key = TeamKey { organisation: item.content.organisation, team };
        let turn = self.turns.team(&key).await;
        let before = self.team(&key).await?;
        let team = before.value.clone().unwrap_or_default();
        let mut after = team.clone();
        change(&mut after, &item.content.event, item.content.sequence);
        if after != team {
            before.replace(write, &after);
        } else {
            before.unchanged(write);
        }
        Ok(turn)
    }
}

fn team_of(event: &FeedEvent) -> Option<TeamId> {
    match event {
        FeedEvent::Receipt(receipt) => Some(receipt.team),
        FeedEvent::Void(void) => Some(void.team),
        FeedEvent::Confirmed(confirmation) => Some(confirmation.team),
        FeedEvent::Freeze(freeze) => Some(freeze.team),
        FeedEvent::LogHead(_) => None,
    }
}

fn change(team: &mut Team, event: &FeedEvent, sequence: u64) {
    match event {
        FeedEvent::Receipt(receipt) => team.access.receipt(receipt, sequence),
        FeedEvent::Confirmed(confirmation) => team.access.confirmed(confirmation.generation, sequence),
        FeedEvent::Freeze(freeze) => team.frozen = u8::from(freeze.frozen != 0),
        FeedEvent::LogHead(_) => {}
        FeedEvent::Void(void) => match team.access.void(void.epoch, sequence) {
            Undone::Nothing => {}
            Undone::Unconfirmed => tracing::warn!("a commit whose access key was in force is void"),
            Undone::Confirmed => {
                tracing::error!("the keyserver voids a commit that it had confirmed; the confirmed key stays");
                metrics::counter!("casevault_confirmed_voids_total").increment(1);
            }
        },
    }
}
