//! A team's group: where it stands is what the feed says, and everything that somebody still needs is there.

use std::collections::{BTreeMap, BTreeSet};

use casevault_service::store::StoreError;
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::keyserver::SignedRefusal;
use casevault_wire::mls::{commit_data, commit_hash};

use super::{Fault, Report, Scope};
use crate::records::{Committed, Group, Key, Kind, Membership, Place, load, parse};

/// Checks the group of `team` against the receipts and voids of the feed.
pub(super) async fn check(
    scope: &Scope<'_>,
    team: &TeamId,
    feed: &[SignedFeedItem],
    report: &mut Report,
) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    let standing = standing(team, feed);
    let group = match load::<Group>(scope.records, &Key::of_team(Kind::Group, &place)).await {
        Err(StoreError::Corrupt) => {
            report.faults.push(Fault::Encoding);
            return Ok(());
        }
        other => other?.value,
    };
    let Some(group) = group else {
        report.check(standing.is_empty(), Fault::Group);
        return Ok(());
    };
    let newest = standing.last_key_value().map(|(epoch, (_, receipt))| (*epoch, receipt.access_key, receipt.generation));
    let current = (group.current.epoch, group.current.access_key, group.current.generation);
    let created = standing.get(&0).map(|(item, _)| *item) == Some(&group.receipt);
    report.check(newest == Some(current) && created, Fault::Group);
    commits(scope, &place, (&group, &standing), report).await?;
    links(scope, &place, &group, report).await?;
    members(scope, &place, &group, report).await?;
    voids(scope, &place, feed, report).await?;
    refusals(scope, &place, report).await
}

/// The receipt that stands for each epoch.
type Standing<'a> = BTreeMap<u64, (&'a SignedFeedItem, Receipt)>;

fn standing<'a>(team: &TeamId, feed: &'a [SignedFeedItem]) -> Standing<'a> {
    let mut standing = BTreeMap::new();
    for item in feed {
        match &item.content.event {
            FeedEvent::Receipt(receipt) if receipt.team == *team => {
                standing.insert(receipt.epoch, (item, *receipt));
            }
            FeedEvent::Void(void) if void.team == *team => {
                standing.remove(&void.epoch);
            }
            _ => {}
        }
    }
    standing
}

async fn commits(
    scope: &Scope<'_>,
    place: &Place,
    (group, standing): (&Group, &Standing<'_>),
    report: &mut Report,
) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Commit, place);
    let beyond = prefix.clone().number(group.current.epoch.saturating_add(1));
    let stray = scope.records.scan(&beyond.bytes(), &prefix.end(), 1).await?;
    report.check(stray.is_empty(), Fault::Commit(group.current.epoch.saturating_add(1)));
    for epoch in group.oldest..=group.current.epoch {
        let committed = match load::<Committed>(scope.records, &prefix.clone().number(epoch)).await {
            Err(StoreError::Corrupt) => None,
            other => other?.value,
        };
        let holds = committed.is_some_and(|committed| {
            let commit = committed.record.commit.as_slice();
            let receipt = standing.get(&epoch);
            let same = receipt
                .is_some_and(|(item, receipt)| **item == committed.record.receipt && receipt.commit == commit_hash(commit));
            same && commit_data(commit).is_ok_and(|data| data == committed.data && data.epoch == epoch)
                && (epoch != group.current.epoch || committed.data == group.current)
        });
        report.check(holds, Fault::Commit(epoch));
    }
    Ok(())
}

async fn links(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Link, place);
    let found = scope.records.scan(&prefix.clone().bytes(), &prefix.end(), usize::MAX).await?;
    let found: BTreeSet<u64> = found.iter().filter_map(|(key, _)| key.last_chunk().map(|n| u64::from_be_bytes(*n))).collect();
    let wanted: BTreeSet<u64> = (2..=group.current.generation).collect();
    for generation in found.symmetric_difference(&wanted) {
        report.faults.push(Fault::Link(*generation));
    }
    Ok(())
}

async fn members(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Membership, place);
    let start = prefix.clone().bytes();
    for (key, value) in scope.records.scan(&start, &prefix.end(), usize::MAX).await? {
        let device = key.get(start.len()..).and_then(|id| id.try_into().ok()).map(DeviceId);
        let known = device.is_some_and(|device| scope.organisation.device(&device).is_some());
        let Ok(membership) = parse::<Membership>(&value) else {
            report.faults.push(Fault::Encoding);
            continue;
        };
        let newest = membership.joined.max(membership.acknowledged.unwrap_or_default());
        report.check(known && newest <= group.current.epoch, Fault::Membership);
        let length = scope.organisation.position().length;
        let current = device.is_some_and(|device| scope.organisation.is_team_device_at(&place.team, &device, length));
        if membership.waits() && current {
            let welcome = Key::of_team(Kind::Welcome, place).number(membership.joined).bytes();
            report.check(scope.records.read(&welcome).await?.is_some(), Fault::Welcome(membership.joined));
        }
    }
    Ok(())
}

async fn voids(scope: &Scope<'_>, place: &Place, feed: &[SignedFeedItem], report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Void, place);
    let found = scope.records.scan(&prefix.clone().bytes(), &prefix.end(), usize::MAX).await?;
    let of_team = |item: &&SignedFeedItem| matches!(&item.content.event, FeedEvent::Void(void) if void.team == place.team);
    report.check(found.len() == feed.iter().filter(of_team).count(), Fault::Void);
    for (_, value) in &found {
        let known = parse::<SignedFeedItem>(value).is_ok_and(|item| feed.contains(&item));
        report.check(known, Fault::Void);
    }
    Ok(())
}

async fn refusals(scope: &Scope<'_>, place: &Place, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Refusal, place);
    for (key, value) in scope.records.scan(&prefix.clone().bytes(), &prefix.end(), usize::MAX).await? {
        let holds = parse::<SignedRefusal>(&value).is_ok_and(|refusal| {
            let content = refusal.content;
            let at = prefix.clone().number(content.epoch).id(content.commit.as_bytes()).id(content.device.as_bytes());
            let device = scope.organisation.device(&content.device);
            at.bytes() == key
                && content.commit != Hash::ZERO
                && device.is_some_and(|device| refusal.verify(&device.keys.signing).is_ok())
        });
        report.check(holds, Fault::Refusal);
    }
    Ok(())
}
