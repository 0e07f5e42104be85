//! What must hold in every state that can be reached.

use std::collections::BTreeMap;

use stateright::Property;

use super::attempt::{Attempt, Key, Rules, Who};
use super::keyserver::{Item, is_void, standing};
use super::member::Member;
use super::world::{Fate, World};

pub const HIJACK: &str = "a key made outside the group is never the vault's";
pub const SERVED: &str = "whoever was removed is served nothing once the vault has heard of it";
pub const ONE: &str = "an epoch is ended by one commit";
pub const RETURNS: &str = "a void returns the vault to the key before";
pub const ALARM: &str = "whoever merged a commit that became void alarms, and does not go back";
pub const READABLE: &str = "nothing written becomes unreadable";
pub const FINISH: &str = "any remaining member can finish alone";
/// In a team of two either can undo what the other commits, until an administrator removes one (SPEC R-8.5-4).
pub const SOUND: &str = "a commit that two honest devices or more follow stays";
pub const SHIPPED: &str = "the shipped vault has the same key in force, and serves it alike";
pub const REFUSED: &str = "what more than half have refused does not stand, whatever was built on it";
pub const SETTLED: &str = "a confirmed commit is never void";

pub fn all() -> Vec<Property<Rules>> {
    vec![
        Property::always(HIJACK, |_, world: &World| world.vault.current() != Key::Forged),
        Property::always(SERVED, served),
        Property::always(ONE, |_, world: &World| one_commit_per_epoch(&world.keyserver.feed)),
        Property::always(RETURNS, |_, world: &World| !world.vault_knows_void(world.vault.current())),
        Property::always(ALARM, no_silent_return),
        Property::always(READABLE, readable),
        Property::always(FINISH, |rules: &Rules, world: &World| (0..rules.honest).all(|who| can_finish(rules, world, who))),
        Property::always(REFUSED, |rules, world: &World| rules.faults > 0 || refused_fall(rules, world)),
        Property::always(SETTLED, |_, world: &World| confirmed_stand(&world.keyserver.feed)),
        Property::always(SOUND, |rules, world: &World| {
            rules.honest == 1 || rules.faulty.is_some() || !world.members.iter().any(|member| member.alarmed)
        }),
        Property::always(SHIPPED, |_, world: &World| world.vault.agrees_with_shipped(&world.keyserver.feed)),
        Property::sometimes("the removal is done", |_, world: &World| {
            world.members.iter().all(|member| member.settled() && member.chain.iter().any(|attempt| attempt.removes))
        }),
    ]
}

/// Once the vault followed the feed past a removal that stands, no key of the removed device is served.
fn served(_: &Rules, world: &World) -> bool {
    let feed = &world.keyserver.feed;
    let stands = world.keyserver.chain();
    let heard = standing(&feed[..world.vault.cursor]);
    let removed = heard.iter().any(|attempt| attempt.removes && stands.contains(attempt));
    !removed || !world.evil_keys().into_iter().any(|key| world.vault.serves(key, feed))
}

fn one_commit_per_epoch(feed: &[Item]) -> bool {
    let mut ended: BTreeMap<u8, Attempt> = BTreeMap::new();
    feed.iter().all(|item| match item {
        Item::Receipt(attempt) => ended.insert(attempt.epoch, *attempt).is_none(),
        Item::Void(attempt) => {
            ended.retain(|epoch, _| *epoch < attempt.epoch);
            true
        }
        Item::Confirmed(_) => true,
    })
}

/// A device that had merged a commit still has it, void or not; and one that is settled with a void commit has not heard yet.
fn no_silent_return(_: &Rules, world: &World) -> bool {
    world.written.iter().all(|(who, key)| world.members[usize::from(*who)].has(*key))
}

/// What was written opens for every device that is where the keyserver is, or else its author still has it and has alarmed or
/// will.
fn readable(_: &Rules, world: &World) -> bool {
    let chain = world.keyserver.chain();
    world.written.iter().all(|(author, key)| {
        let author = &world.members[usize::from(*author)];
        let kept = author.has(*key) && (author.alarmed || author.chain.iter().any(|one| is_void(&world.keyserver.feed, *one)));
        let current = world.members.iter().filter(|member| !member.alarmed && member.chain == chain);
        kept || current.into_iter().all(|member| member.has(*key))
    })
}

/// Plays on with `who` alone, both servers, and an administrator who voids what `who` was held up by: does it come to an end?
fn can_finish(rules: &Rules, world: &World, who: Who) -> bool {
    let mut world = world.clone();
    let at = usize::from(who);
    for _ in 0..8 {
        if is_done(&world, who) {
            return true;
        }
        if let Some(attempt) = world.refused() {
            world.keyserver.void(attempt, rules);
        }
        for _ in world.vault.cursor..world.keyserver.feed.len() {
            world.vault.follow(&world.keyserver.feed);
        }
        while !world.members[at].pending.is_empty() {
            world.send(who, Fate::Answered, rules);
        }
        world.ask(who, rules);
    }
    is_done(&world, who)
}

/// Whether nothing is left for `who` to do, and the vault serves it.
fn is_done(world: &World, who: Who) -> bool {
    let member = &world.members[usize::from(who)];
    let removal_done = !world.keyserver.evil_out || member.chain.iter().any(|attempt| attempt.removes);
    let there = member.settled() && member.chain == world.keyserver.chain() && removal_done;
    member.alarmed || there && world.vault.serves(member.tip(), &world.keyserver.feed)
}

/// No commit stands of which more than half of all others, if they are several, have told the keyserver that they refuse it.
fn refused_fall(rules: &Rules, world: &World) -> bool {
    let chain = world.keyserver.chain();
    chain.into_iter().all(|attempt| {
        let told = |member: &&Member| member.refuses == Some(attempt) && member.pending.is_empty();
        rules.honest == 1 || 2 * world.members.iter().filter(told).count() <= usize::from(rules.honest)
    })
}

/// What the keyserver confirmed it does not take back.
fn confirmed_stand(feed: &[Item]) -> bool {
    feed.iter().all(|item| match item {
        Item::Confirmed(attempt) => !is_void(feed, *attempt),
        _ => true,
    })
}
