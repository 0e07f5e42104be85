//! Following the keyserver.

use std::sync::atomic::Ordering;

use casevault_vault::feed::FeedError;
use casevault_wire::feed::{FeedEvent, FeedItem, Freeze, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::log::LogPosition;
use casevault_wire::problem::Code;
use casevault_wire::time::Time;
use casevault_wire::vault::LogHeads;

use crate::keyserver::receipt;
use crate::member::{Call, Member, key, public};
use crate::world::{World, until};

async fn log_heads(member: &Member, organisation: OrganisationId) -> Result<LogHeads, Code> {
    let path = format!("/v1/organisations/{organisation}/log-heads");
    let (_, _, body) = member.ask(Call { method: "GET", path, ..Call::default() }).await?;
    Ok(casevault_wire::codec::decode(&body, 1 << 16).unwrap())
}

// Obeys R-7.4-2.
#[tokio::test]
async fn the_newest_log_heads_are_kept_for_members() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    for length in 1..=20 {
        world.keyserver.say(FeedEvent::LogHead(LogPosition { length, hash: Hash([length as u8; 32]) }));
    }
    world.followed().await;
    let heads = log_heads(&member, world.organisation).await.unwrap().heads;
    let lengths: Vec<_> = heads
        .as_slice()
        .iter()
        .map(|item| {
            assert!(item.verify(&world.keyserver.public()).is_ok());
            match &item.content.event {
                FeedEvent::LogHead(position) => position.length,
                _ => panic!("no log head"),
            }
        })
        .collect();
    assert_eq!(lengths, (5..=20).collect::<Vec<_>>());
    assert_eq!(log_heads(&member, OrganisationId([1; 32])).await.err(), Some(Code::Refused));
    assert_eq!(world.fsck().await, []);
}

#[tokio::test]
async fn the_feed_is_followed_across_restarts_without_taking_anything_twice() {
    let mut world = World::new().await;
    let member = world.team(1, 1).await;
    let second = key(2);
    let rotation = world.keyserver.say(receipt(member.team, 1, 2, public(&second)));
    member.switch(&rotation, &second).await.unwrap();
    world.stop().await;
    world.keyserver.say(receipt(member.team, 2, 3, public(&key(3))));
    world.start().await;
    world.followed().await;
    assert_eq!(world.member(1, 2, 2).state().await, Err(Code::StaleGeneration));
    world.restart().await;
    world.followed().await;
    assert_eq!(world.member(1, 2, 2).state().await, Err(Code::StaleGeneration));
    assert_eq!(world.fsck().await, []);
}

/// What the keyserver did not sign, or signed for another place, has no effect; if it contradicts itself, nothing after it has.
// Plays X01.
// Breaks R-7.4-2.
#[tokio::test]
async fn a_broken_feed_is_not_followed_any_further() {
    let (foreign, broken) = (FeedError::Foreign, FeedError::Broken);
    for (fault, why) in [("signature", foreign), ("gap", foreign), ("organisation", foreign), ("previous", broken)] {
        let world = World::new().await;
        let member = world.team(1, 1).await;
        world.followed().await;
        let freeze = FeedEvent::Freeze(Freeze { team: member.team, frozen: 1 });
        let good = world.keyserver.sign(freeze.clone()).content;
        let item = match fault {
            "gap" => world.keyserver.sign_as_is(FeedItem { sequence: good.sequence + 1, ..good }),
            "previous" => world.keyserver.sign_as_is(FeedItem { previous: Hash([1; 32]), ..good }),
            "organisation" => world.keyserver.sign_as_is(FeedItem { organisation: OrganisationId([1; 32]), ..good }),
            _ => forged(world.keyserver.sign(freeze)),
        };
        let vault = world.vault();
        let taken = vault.take_item(&world.organisation, &world.keyserver.public(), &item).await;
        assert_eq!(taken, Err(why), "{fault}");
        assert_eq!(member.state().await.unwrap().frozen, 0, "{fault}");
    }
}

fn forged(mut item: SignedFeedItem) -> SignedFeedItem {
    item.content.time = Time(1);
    item
}

// Plays X01.
#[tokio::test]
async fn a_forged_page_keeps_no_freeze_from_the_vault() {
    let world = World::new().await;
    let member = world.team(1, 1).await;
    world.followed().await;
    let freeze = world.keyserver.sign(FeedEvent::Freeze(Freeze { team: member.team, frozen: 1 }));
    world.keyserver.publish(forged(freeze.clone()));
    let asked = || world.keyserver.asked.load(Ordering::SeqCst);
    // The first of these may have been asked, and answered, before.
    let before = asked();
    until(|| async { asked() > before + 2 }).await;
    assert_eq!(member.state().await.unwrap().frozen, 0);
    world.keyserver.correct(freeze);
    world.followed().await;
    assert_eq!(member.state().await.unwrap().frozen, 1);
}
