//! The feed and the records of heads: chains without a gap.

use casevault_service::store::StoreError;
use casevault_wire::feed::{FeedEvent, SignedFeedItem, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::id::TeamId;

use super::{Fault, Report, Scope};
use crate::records::{Heads, Key, Kind, Place, load, parse};

/// Items read at a time.
const STEP: usize = 64;

/// Checks the feed and returns its receipts and voids.
pub(super) async fn feed(scope: &Scope<'_>, report: &mut Report) -> Result<Vec<SignedFeedItem>, StoreError> {
    let prefix = Key::new(Kind::Feed, &scope.organisation.id());
    let (mut sequence, mut previous, mut kept) = (0, Hash::ZERO, Vec::new());
    loop {
        let found = scope.records.scan(&prefix.clone().number(sequence).bytes(), &prefix.end(), STEP).await?;
        if found.is_empty() {
            return Ok(kept);
        }
        for (_, value) in &found {
            let Ok(item) = parse::<SignedFeedItem>(value) else {
                report.faults.push(Fault::Encoding);
                return Ok(kept);
            };
            let content = &item.content;
            let chained = content.sequence == sequence && content.previous == previous;
            let ours = content.organisation == scope.organisation.id() && item.verify(scope.key).is_ok();
            report.check(chained && ours, Fault::Feed(sequence));
            previous = feed_hash(&item);
            sequence = content.sequence.max(sequence) + 1;
            if matches!(content.event, FeedEvent::Receipt(_) | FeedEvent::Void(_)) {
                kept.push(item);
            }
        }
    }
}

/// Checks a team's records of heads.
pub(super) async fn heads(scope: &Scope<'_>, team: &TeamId, report: &mut Report) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    let heads = match load::<Heads>(scope.records, &Key::of_team(Kind::Heads, &place)).await {
        Err(StoreError::Corrupt) => {
            report.faults.push(Fault::Encoding);
            return Ok(());
        }
        other => other?.value.unwrap_or_default(),
    };
    let prefix = Key::of_team(Kind::Head, &place);
    let (mut sequence, mut previous, mut checkpoint) = (0, Hash::ZERO, 0);
    loop {
        let found = scope.records.scan(&prefix.clone().number(sequence).bytes(), &prefix.end(), STEP / 8).await?;
        if found.is_empty() {
            break;
        }
        for (_, value) in &found {
            let Ok(record) = parse::<HeadRecord>(value) else {
                report.faults.push(Fault::Encoding);
                return Ok(());
            };
            report.check(record.sequence == sequence && record.previous == previous, Fault::Heads(sequence));
            checkpoint = if record.checkpoint == 1 { record.sequence } else { checkpoint };
            previous = record_hash(&record);
            sequence = record.sequence.max(sequence) + 1;
        }
    }
    let counted = Heads { length: sequence, hash: previous, checkpoint };
    report.check(heads == counted, Fault::Heads(sequence));
    Ok(())
}
