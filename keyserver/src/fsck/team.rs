//! A team's group: where it stands is what the feed says, and everything that somebody still needs is there.

use std::collections::BTreeMap;

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

/// The generations of a team that cut its history.
type Cuts = BTreeMap<u64, Cut>;

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
    let cuts = cuts(scope, &place, &group, report).await?;
    commits(scope, &place, (&group, &cuts), report).await?;
    links(scope, &place, (&group, &cuts), report).await?;
    members(scope, &place, &group, report).await?;
    voids(scope, &place, said, report).await?;
    refusals(scope, &place, report).await
}

/// The generations that cut history, in order. Of those before the last one that is over nothing is left.
async fn cuts(scope: &Scope<'_>, place: &Place, group: &Group, report: &mut Report) -> Result<Cuts, StoreError> {
    let prefix = Key::of_team(Kind::Cut, place);
    let (mut walk, mut cuts) = (Walk::of(&prefix), Cuts::new());
    while let Some((key, value)) = &walk.next(scope.records).await? {
        let generation = key.last_chunk().map_or(0, |number| u64::from_be_bytes(*number));
        let Ok(cut) = parse::<Cut>(value) else { continue };
        let first = cut.settled == 0 || cut.settled == 1 && cuts.is_empty() && cut.epoch <= group.confirmed;
        let reached = (2..=group.current.generation).contains(&generation) && (1..=group.current.epoch).contains(&cut.epoch);
        let commit = readable::<Committed>(scope.records, &Key::of_team(Kind::Commit, place).number(cut.epoch)).await?;
        let did = commit.is_none_or(|commit| commit.data.generation == generation && commit.data.link == Hash::ZERO);
        report.check_part(first && reached && did, Fault::Link, &format_args!("the cut of generation {generation}"));
        cuts.insert(generation, cut);
    }
    Ok(cuts)
}

/// The generation that a team's history begins with, as far as what was before is gone.
fn since(cuts: &Cuts) -> u64 {
    cuts.iter().filter(|(_, cut)| cut.settled != 0).map(|(generation, _)| *generation).max().unwrap_or(1)
}

async fn commits(
    scope: &Scope<'_>,
    place: &Place,
    (group, cuts): (&Group, &Cuts),
    report: &mut Report,
) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Commit, place);
    let beyond = prefix.clone().number(group.current.epoch.saturating_add(1));
    let stray = scope.records.keys(&beyond.bytes(), &prefix.end(), 1).await?;
    report.check_part(stray.is_empty(), Fault::Commit, &"beyond the newest");
    for epoch in group.oldest..=group.current.epoch {
        let holds = match readable::<Committed>(scope.records, &prefix.clone().number(epoch)).await? {
            None => false,
            Some(committed) => commit_holds(scope, place, (epoch, group, cuts), &committed).await?,
        };
        report.check_part(holds, Fault::Commit, &format_args!("epoch {epoch}"));
    }
    Ok(())
}

/// Whether a commit is what its receipt says, which stands in the feed and is not void.
async fn commit_holds(
    scope: &Scope<'_>,
    place: &Place,
    (epoch, group, cuts): (u64, &Group, &Cuts),
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
    // A link from before a cut that cannot become void may be gone.
    let forgotten = link.is_none() && cuts.values().any(|cut| epoch < cut.epoch && cut.epoch <= group.confirmed);
    let named = forgotten || link_hash(link) == committed.data.link;
    let linked = named && links_to(scope, place, (committed.data.generation, link)).await?;
    Ok(data && receipt && newest && linked && has(scope, &committed.record.receipt).await)
}

/// Whether the link that a commit brought is kept for its generation.
async fn links_to(scope: &Scope<'_>, place: &Place, (generation, link): (u64, Option<&TeamLink>)) -> Result<bool, StoreError> {
    let Some(link) = link else { return Ok(true) };
    let kept = readable::<TeamLink>(scope.records, &Key::of_team(Kind::Link, place).number(generation)).await?;
    // One that is missing or damaged is found as such.
    Ok(kept.is_none_or(|kept| kept == *link))
}

async fn links(scope: &Scope<'_>, place: &Place, (group, cuts): (&Group, &Cuts), report: &mut Report) -> Result<(), StoreError> {
    let prefix = Key::of_team(Kind::Link, place);
    let linked = |mut generation: u64| {
        while cuts.contains_key(&generation) {
            generation = generation.saturating_add(1);
        }
        generation
    };
    let (mut walk, mut next) = (Walk::of(&prefix), linked(since(cuts).saturating_add(1)));
    while let Some((key, _)) = &walk.next(scope.records).await? {
        report.check_part(*key == prefix.clone().number(next).bytes(), Fault::Link, &format_args!("generation {next}"));
        next = linked(key.last_chunk().map_or(next, |number| u64::from_be_bytes(*number)).saturating_add(1));
    }
    let last = group.current.generation.max(1).saturating_add(1);
    report.check_part(next == last, Fault::Link, &format_args!("generation {next}"));
    Ok(())
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
