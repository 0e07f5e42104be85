//! A team's group: where it stands is what the feed says, and everything that somebody still needs is there.

use casevault_service::store::StoreError;
use casevault_wire::commit::link_hash;
use casevault_wire::feed::{FeedEvent, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, TeamId};
use casevault_wire::keyserver::{SignedRefusal, TeamLink};
use casevault_wire::mls::{commit_data, commit_hash};

use super::chains::{Said, has};
use super::{Fault, Report, Scope, is_there};
use crate::records::{Committed, Cut, Group, Key, Kind, Membership, Place, Walk, parse, readable};

/// Checks the group of `team` against what the feed says of it.
pub(super) async fn check(scope: &Scope<'_>, team: &TeamId, said: &Said, report: &mut Report) -> Result<(), StoreError> {
    let place = Place { organisation: scope.organisation.id(), team: *team };
    let Some(group) = readable::<Group>(scope.records, &Key::of_team(Kind::Group, &place)).await? else {
        report.check(said.standing.is_empty(), Fault::Group);
        return Ok(());
    };
    let newest = said.standing.last().map(|receipt| (receipt.epoch, receipt.access_key, receipt.generation));
    let current = (group.current.epoch, group.current.access_key, group.current.generation);
    let created = group.receipt.content.event == FeedEvent::Receipt(Receipt::of(&group.creation, Hash::ZERO));
    let known = scope.organisation.device(&group.creator).is_some();
    let holds = newest == Some(current) && group.confirmed == said.confirmed && created && known;
    report.check(holds && has(scope, &group.receipt).await, Fault::Group);
    commits(scope, &place, &group, report).await?;
    links(scope, &place, &group, report).await?;
    members(scope, &place, &group, report).await?;
    voids(scope, &place, said, report).await?;
    refusals(scope, &place, report).await
}

async fn commits(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Commit, place);
    let beyond = prefix.clone().number(group.current.epoch.saturating_add(1));
    let stray = scope.records.keys(&beyond.bytes(), &prefix.end(), 1).await?;
    report.check_part(stray.is_empty(), Fault::Commit, &"beyond the newest");
    for epoch in group.oldest..=group.current.epoch {
        let holds = match readable::<Committed>(scope.records, &prefix.clone().number(epoch)).await? {
            None => false,
            Some(committed) => commit_holds(scope, place, (epoch, group), &committed).await?,
        };
        report.check_part(holds, Fault::Commit, &format_args!("epoch {epoch}"));
    }
    Ok(())
}

/// Whether a commit is what its receipt says, which stands in the feed and is not void.
async fn commit_holds(
    scope: &Scope<'_>,
    place: &Place,
    (epoch, group): (u64, &Group),
    committed: &Committed,
) -> Result<bool, StoreError> {
    let commit = committed.record.commit.as_slice();
    let hash = commit_hash(commit);
    let data = commit_data(commit).is_ok_and(|data| data == committed.data && data.epoch == epoch);
    let receipt = committed.record.receipt.content.event == FeedEvent::Receipt(Receipt::of(&committed.data, hash));
    let newest = epoch != group.current.epoch || committed.data == group.current;
    let mut walk = Walk::of(&Key::of_team(Kind::Void, place).number(epoch));
    while let Some((_, value)) = &walk.next(scope.records).await? {
        let names = |item: SignedFeedItem| matches!(item.content.event, FeedEvent::Void(void) if void.commit == hash);
        if parse(value).is_ok_and(names) {
            return Ok(false);
        }
    }
    let link = committed.record.link.as_ref();
    let linked = link_hash(link) == committed.data.link && links_to(scope, place, (committed.data.generation, link)).await?;
    Ok(data && receipt && newest && linked && has(scope, &committed.record.receipt).await)
}

/// Whether the link that a commit brought is kept for its generation.
async fn links_to(scope: &Scope<'_>, place: &Place, (generation, link): (u64, Option<&TeamLink>)) -> Result<bool, StoreError> {
    let Some(link) = link else { return Ok(true) };
    let kept = readable::<TeamLink>(scope.records, &Key::of_team(Kind::Link, place).number(generation)).await?;
    // One that is missing or damaged is found as such.
    Ok(kept.is_none_or(|kept| kept == *link))
}

async fn links(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<(), StoreError> {
    let cuts = cuts_hold(scope, place, group, report).await?;
    // Where history was cut there is no link, and none before once that was settled.
    let first = cuts.iter().filter(|cut| cut.done != 0).map(|cut| cut.generation).max().unwrap_or(1);
    let expected = |generation: u64| generation > first && cuts.iter().all(|cut| cut.generation != generation);
    let after = |generation: u64| (generation.saturating_add(1)..=group.current.generation).find(|next| expected(*next));
    let prefix = Key::of_team(Kind::Link, place);
    let (mut walk, mut next) = (Walk::of(&prefix), after(1));
    while let Some((key, _)) = &walk.next(scope.records).await? {
        let generation = key.last_chunk().map_or(u64::MAX, |number| u64::from_be_bytes(*number));
        report.check_part(next == Some(generation), Fault::Link, &format_args!("generation {generation}"));
        next = after(generation);
    }
    report.check_part(next.is_none(), Fault::Link, &"the last");
    Ok(())
}

/// The cuts of a team's history; those that are no commit's are reported.
async fn cuts_hold(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<Vec<Cut>, StoreError> {
    let prefix = Key::of_team(Kind::Cut, place);
    let (mut walk, mut cuts) = (Walk::of(&prefix), Vec::new());
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let (Some(epoch), Ok(cut)) = (key.last_chunk().map(|number| u64::from_be_bytes(*number)), parse::<Cut>(value)) else {
            continue; // damaged, and found as such
        };
        let commit = readable::<Committed>(scope.records, &Key::of_team(Kind::Commit, place).number(epoch)).await?;
        let cuts_there = commit.is_none_or(|commit| commit.data.generation == cut.generation && commit.record.link.is_none());
        let possible = epoch <= group.current.epoch && (2..=group.current.generation).contains(&cut.generation);
        report.check_part(cuts_there && possible, Fault::Cut, &format_args!("epoch {epoch}"));
        cuts.push(cut);
    }
    Ok(cuts)
}

async fn members(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Membership, place);
    let start = prefix.clone().bytes().len();
    let mut walk = Walk::of(&prefix);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let device = key.get(start..).and_then(|id| id.try_into().ok()).map(DeviceId);
        let known = device.is_some_and(|device| scope.organisation.device(&device).is_some());
        let Ok(membership) = parse::<Membership>(value) else { continue };
        let newest = membership.welcomed.max(membership.acknowledged.unwrap_or_default());
        let possible = membership.joined <= membership.welcomed && newest <= group.current.epoch;
        report.check(known && possible, Fault::Membership);
        let length = scope.organisation.position().length;
        let current = device.is_some_and(|device| scope.organisation.is_team_device_at(&place.team, &device, length));
        if membership.waits() && current {
            let epoch = membership.welcomed;
            let welcome = Key::of_team(Kind::Welcome, place).number(epoch).bytes();
            report.check_part(is_there(scope, &welcome).await?, Fault::Welcome, &format_args!("epoch {epoch}"));
        }
    }
    Ok(())
}

async fn voids(scope: &Scope<'_>, place: &Place, said: &Said, report: &mut Report) -> Result<(), StoreError> {
    let (mut walk, mut count) = (Walk::of(&Key::of_team(Kind::Void, place)), 0);
    while let Some((_, value)) = &walk.next(scope.records).await? {
        count += 1;
        let known = match parse::<SignedFeedItem>(value) {
            Ok(item) => has(scope, &item).await,
            Err(_) => true,
        };
        report.check(known, Fault::Void);
    }
    report.check(count == said.voids, Fault::Void);
    Ok(())
}

async fn refusals(scope: &Scope<'_>, place: &Place, report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Refusal, place);
    let mut walk = Walk::of(&prefix);
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let holds = parse::<SignedRefusal>(value).map_or(true, |refusal| {
            let content = refusal.content;
            let at = prefix.clone().number(content.epoch).id(content.commit.as_bytes()).id(content.device.as_bytes());
            let device = scope.organisation.device(&content.device);
            at.bytes() == *key
                && content.commit != Hash::ZERO
                && device.is_some_and(|device| refusal.verify(&device.keys.signing).is_ok())
        });
        report.check(holds, Fault::Refusal);
    }
    Ok(())
}
