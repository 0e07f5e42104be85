//! The feed and the records of heads: chains without a gap.

use std::collections::BTreeMap;

use casevault_service::store::StoreError;
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::id::TeamId;
use casevault_wire::log::LogPosition;

use super::{Fault, Report, Scope};
use crate::records::{Heads, Key, Kind, Place, Walk, parse, readable};

/// What the feed says of a team: no more of it than may still change.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// The receipts that stand, from that of the last confirmed commit on.
    pub(super) standing: Vec<Receipt>,
    /// The last confirmed epoch.
    pub(super) confirmed: u64,
    /// How many voids there are.
    pub(super) voids: u64,
}

impl Said {
    /// Takes one more item; whether the keyserver may say it.
    fn take(&mut self, event: &FeedEvent) -> bool {
        let newest = self.standing.last().map(|receipt| receipt.epoch);
        match event {
            FeedEvent::Receipt(receipt) => {
                self.standing.push(*receipt);
                newest.map_or(0, |newest| newest.saturating_add(1)) == receipt.epoch
            }
            FeedEvent::Void(void) => {
                self.voids += 1;
                let last = self.standing.pop().filter(|last| last.epoch == void.epoch && last.commit == void.commit);
                last.is_some() && void.epoch > self.confirmed
            }
            FeedEvent::Confirmed(confirmation) => {
                self.standing.retain(|receipt| receipt.epoch >= confirmation.epoch);
                let rises = confirmation.epoch > self.confirmed;
                self.confirmed = confirmation.epoch;
                rises && self.standing.first().is_some_and(|receipt| receipt.epoch == confirmation.epoch)
            }
            FeedEvent::Freeze(_) | FeedEvent::LogHead(_) => true,
        }
    }
}

fn team_of(event: &FeedEvent) -> Option<TeamId> {
    match event {
        FeedEvent::Receipt(receipt) => Some(receipt.team),
        FeedEvent::Void(void) => Some(void.team),
        FeedEvent::Confirmed(confirmation) => Some(confirmation.team),
        FeedEvent::Freeze(_) | FeedEvent::LogHead(_) => None,
    }
}

/// Checks the feed and returns what it says of each team.
pub(super) async fn feed(scope: &Scope<'_>, report: &mut Report) -> Result<BTreeMap<TeamId, Said>, StoreError> {
    let mut walk = Walk::of(&Key::new(Kind::Feed, &scope.organisation.id()));
    let (mut sequence, mut previous, mut teams) = (0, Hash::ZERO, BTreeMap::<TeamId, Said>::new());
    let mut log = LogPosition::default();
    while let Some((_, value)) = &walk.next(scope.records).await? {
        // One that is of no form was found before; the next does not follow it.
        let Ok(item) = parse::<SignedFeedItem>(value) else { continue };
        let content = &item.content;
        let chained = content.sequence == sequence && content.previous == previous;
        let ours = content.organisation == scope.organisation.id() && item.verify(scope.key).is_ok();
        let may = team_of(&content.event).is_none_or(|team| teams.entry(team).or_default().take(&content.event));
        report.check_part(chained && ours && may, Fault::Feed, &format_args!("item {sequence}"));
        if let FeedEvent::LogHead(position) = content.event {
            let so = scope.organisation.hash_at(position.length) == Some(position.hash) && position.length > log.length;
            report.check_part(so, Fault::Heads, &format_args!("item {sequence}"));
            log = position;
        }
        previous = feed_hash(&item);
        sequence = content.sequence.max(sequence).saturating_add(1);
    }
    report.check_part(log == scope.organisation.position(), Fault::Heads, &"the last head");
    Ok(teams)
}

/// Whether the feed has this item.
pub(super) async fn has(scope: &Scope<'_>, item: &SignedFeedItem) -> bool {
    let key = Key::new(Kind::Feed, &scope.organisation.id()).number(item.content.sequence);
    scope.records.read(&key.bytes()).await.is_ok_and(|found| found == Some(crate::records::bytes(item)))
}

/// Checks a team's records of heads.
pub(super) async fn heads(scope: &Scope<'_>, team: &TeamId, report: &mut Report) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    let heads = readable::<Heads>(scope.records, &Key::of_team(Kind::Heads, &place)).await?.unwrap_or_default();
    let mut walk = Walk::of(&Key::of_team(Kind::Head, &place));
    let (mut sequence, mut previous, mut checkpoint) = (0, Hash::ZERO, 0);
    while let Some((_, value)) = &walk.next(scope.records).await? {
        let Ok(record) = parse::<HeadRecord>(value) else { continue };
        let follows = record.sequence == sequence && record.previous == previous;
        report.check_part(follows, Fault::Records, &format_args!("record {sequence}"));
        checkpoint = if record.checkpoint == 1 { record.sequence } else { checkpoint };
        previous = record_hash(&record);
        sequence = record.sequence.max(sequence).saturating_add(1);
    }
    let counted = Heads { length: sequence, hash: previous, checkpoint };
    report.check_part(heads == counted, Fault::Records, &"their count");
    Ok(())
}
