//! Groups and commits.

use std::sync::Arc;

use casevault_wire::codec::Opaque;
use casevault_wire::feed::{Confirmation, FeedEvent, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{CommitUpload, Commits, Links, LogPage, WelcomeDelivery};
use casevault_wire::log::Statement;
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use crate::world::{Ngo, Team, World, device, device_keys, person};

// Obeys R-8.3-1, R-8.4-4.
// Breaks R-8.3-1, R-8.4-3.
#[tokio::test]
async fn a_group_is_made_once_by_the_person_named_first() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    assert_eq!(team.create(&world, &ngo, 3).await.done(), Err(Code::Refused), "the first is there");
    assert_eq!(team.create(&world, &ngo, 1).await.done(), Err(Code::Refused), "administering is no membership");
    let receipt: SignedFeedItem = team.create(&world, &ngo, 2).await.value().unwrap();
    assert_eq!(team.create(&world, &ngo, 2).await.value(), Ok(receipt.clone()), "repeating changes nothing");
    let commits: Commits = world.get(&ngo.device(3), &team.path("/commits?after=0")).await.unwrap();
    assert_eq!(commits.creation, Some(receipt));
    ngo.state(&world, 1, vec![Statement::RemovePerson(person(2))]).await.unwrap();
    assert_eq!(team.create(&world, &ngo, 3).await.done(), Err(Code::Conflict), "there is one already");
}

#[tokio::test]
async fn anybody_in_the_team_makes_the_group_when_the_first_is_gone() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    ngo.state(&world, 1, vec![Statement::RemoveFromTeam(team.id, person(2))]).await.unwrap();
    assert_eq!(team.create(&world, &ngo, 2).await.done(), Err(Code::Refused));
    team.create(&world, &ngo, 3).await.done().unwrap();
}

// Plays B03 and B10.
// Obeys R-8.4-4.
// Breaks R-8.4-4.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_commit_ends_an_epoch() {
    let world = Arc::new(World::start().await);
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 5).await;
    let before = ngo.feed(&world).await.len();
    let data = team.data(&ngo, 2, 1);
    let racers: Vec<_> = (2..=5u8)
        .map(|seed| {
            let (world, ngo, upload) = (world.clone(), ngo.clone(), Team::upload(&data, &[], seed, false));
            tokio::spawn(async move { (seed, team.commit(&world, &ngo, seed, &upload).await.value::<SignedFeedItem>()) })
        })
        .collect();
    let mut winners = Vec::new();
    for racer in racers {
        match racer.await.unwrap() {
            (seed, Ok(receipt)) => winners.push((seed, receipt)),
            (_, Err(code)) => assert_eq!(code, Code::Conflict),
        }
    }
    assert_eq!(winners.len(), 1);
    let (seed, receipt) = &winners[0];
    let upload = Team::upload(&data, &[], *seed, false);
    assert_eq!(team.commit(&world, &ngo, *seed, &upload).await.value(), Ok(receipt.clone()), "the winner may ask again");
    let commits: Commits = world.get(&ngo.device(2), &team.path("/commits?after=1")).await.unwrap();
    assert_eq!(commits.epoch, 2);
    assert_eq!(commits.commits.as_slice()[0].commit, upload.commit);
    assert_eq!(ngo.feed(&world).await.len(), before + 1, "one receipt");
    let other = if *seed == 2 { 3 } else { 2 };
    assert_eq!(team.commit(&world, &ngo, other, &upload).await.done(), Err(Code::Conflict), "another device's commit");
}

// Obeys R-8.4-2, R-8.4-3, R-8.4-5, R-8.4-6, R-8.7-3.
// Breaks R-8.4-5, R-8.7-3.
#[tokio::test]
async fn a_commit_comes_with_its_welcome_bundle_link_and_receipt() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 3).await;
    team.create(&world, &ngo, 2).await.done().unwrap();
    let upload = Team::upload(&team.data(&ngo, 1, 2), &[3], 1, true);
    let receipt: SignedFeedItem = team.commit(&world, &ngo, 2, &upload).await.value().unwrap();
    let delivery: WelcomeDelivery = world.get(&ngo.device(3), &team.path("/welcome")).await.unwrap();
    assert_eq!(Some(&delivery.welcome), upload.welcome.as_ref());
    assert_eq!((&delivery.record.bundle, &delivery.record.receipt), (&upload.bundle, &receipt));
    assert_eq!(ngo.feed(&world).await.last(), Some(&receipt));
    let links: Links = world.get(&ngo.device(3), &team.path("/links")).await.unwrap();
    assert_eq!(links.links.as_slice().iter().map(|link| link.generation).collect::<Vec<_>>(), [2]);
    assert_eq!(
        world.get::<WelcomeDelivery>(&ngo.device(2), &team.path("/welcome")).await,
        Err(Code::Conflict),
        "not for the creator"
    );

    let commit = commit_hash(upload.commit.as_slice());
    assert_eq!(team.acknowledge(&world, &ngo, 3, (1, Hash::ZERO)).await.done(), Err(Code::Conflict));
    for _ in 0..2 {
        team.acknowledge(&world, &ngo, 3, (1, commit)).await.done().unwrap();
    }
    let confirmed = FeedEvent::Confirmed(Confirmation { team: team.id, epoch: 1, generation: 2 });
    let feed = ngo.feed(&world).await;
    assert_eq!(feed.iter().filter(|item| item.content.event == confirmed).count(), 1);
    assert_eq!(world.get::<WelcomeDelivery>(&ngo.device(3), &team.path("/welcome")).await, Err(Code::Conflict), "it was used");
}

// Obeys R-8.4-3.
// Breaks R-8.4-3.
#[tokio::test]
async fn what_a_keyserver_can_see_to_be_wrong_is_not_accepted() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 4).await;
    let (old, data) = (ngo.clone(), team.data(&ngo, 1, 1));
    assert_eq!(
        team.commit(&world, &ngo, 2, &Team::upload(&data, &[], 1, false)).await.done(),
        Err(Code::Conflict),
        "no group yet"
    );
    team.create(&world, &ngo, 2).await.done().unwrap();
    ngo.state(&world, 1, vec![Statement::RemoveFromTeam(team.id, person(4))]).await.unwrap();
    let now = team.data(&ngo, 1, 1);

    let wrong = [
        (Code::Conflict, team.data(&ngo, 2, 1), vec![], false, "an epoch is left out"),
        (Code::Malformed, team.data(&ngo, 1, 2), vec![3], false, "a new generation without a link, and somebody added"),
        (Code::Malformed, now.clone(), vec![], true, "a link without a new generation"),
        (Code::Malformed, team.data(&ngo, 1, 3), vec![], true, "a generation is left out"),
        (Code::Conflict, now.clone(), vec![4], false, "a removed device is added"),
        (Code::Conflict, team.data(&old, 1, 1), vec![4], false, "by an older log, too"),
        (Code::Conflict, now.clone(), vec![1], false, "a device of another person is added"),
        (Code::Malformed, now.clone(), vec![3, 3], false, "a device twice"),
        (Code::Malformed, now.clone(), vec![2], false, "itself"),
    ];
    for (code, data, added, rotated, why) in wrong {
        let upload = Team::upload(&data, &added, 1, rotated);
        assert_eq!(team.commit(&world, &ngo, 2, &upload).await.done(), Err(code), "{why}");
    }
    let mut forked = now.clone();
    forked.log_hash = Hash([1; 32]);
    let mut rekeyed = now.clone();
    rekeyed.access_key = team.data(&ngo, 1, 2).access_key;
    for (code, data, why) in [(Code::Conflict, forked, "another log"), (Code::Malformed, rekeyed, "a key of no generation")] {
        assert_eq!(team.commit(&world, &ngo, 2, &Team::upload(&data, &[], 1, false)).await.done(), Err(code), "{why}");
    }
    let other = Some(Opaque::new(vec![2; 100]).unwrap());
    let swapped = CommitUpload { link: other, ..Team::upload(&team.data(&ngo, 1, 2), &[], 1, true) };
    assert_eq!(team.commit(&world, &ngo, 2, &swapped).await.done(), Err(Code::Malformed), "another link than the data name");
    assert_eq!(
        team.commit(&world, &ngo, 4, &Team::upload(&now, &[], 1, false)).await.done(),
        Err(Code::Refused),
        "a removed member"
    );
    team.commit(&world, &ngo, 2, &Team::upload(&now, &[3], 1, false)).await.done().unwrap();
}

// Breaks R-8.7-1.
#[tokio::test]
async fn a_removed_device_gets_nothing_but_the_word_that_it_was_removed() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    ngo.state(&world, 1, vec![Statement::RevokeDevice(device(3))]).await.unwrap();
    for path in ["/commits?after=0", "/welcome", "/links", "/heads?from=0"] {
        let answer = world.call(&ngo.device(3), "GET", &team.path(path), Vec::new()).await;
        assert_eq!(answer.done(), Err(Code::Refused), "{path}");
    }
    let removal = ngo.log.position();
    ngo.state(&world, 1, vec![Statement::RotateTeam(team.id)]).await.unwrap();
    let page: LogPage = world.get(&ngo.device(3), "/log?from=0").await.unwrap();
    assert_eq!(page.head.verify(&world.key).unwrap().position, removal);
    assert_eq!(page.entries.as_slice(), &ngo.entries[..ngo.entries.len() - 1], "but that it was removed, and nothing after");
    for (method, path) in [("POST", "/log"), ("GET", "/key-packages"), ("POST", "/key-packages/claim"), ("GET", "/joins")] {
        assert_eq!(world.call(&ngo.device(3), method, path, Vec::new()).await.done(), Err(Code::Refused), "{path}");
    }
}

/// Has 3 commit, from `epoch` on, until it is told that it is too much; the epoch that was refused.
async fn flood(world: &World, ngo: &Ngo, team: &Team, mut epoch: u64) -> u64 {
    loop {
        let upload = Team::upload(&team.data(ngo, epoch, 1), &[], 9, false);
        match team.commit(world, ngo, 3, &upload).await.done() {
            Ok(()) => epoch += 1,
            Err(code) => {
                assert_eq!(code, Code::Busy);
                return epoch;
            }
        }
        assert!(epoch < 1000, "there is an end to it");
    }
}

// Plays D03.
// Obeys R-8.4-8.
// Breaks R-8.4-8.
#[tokio::test]
async fn a_flood_of_commits_holds_up_nobody_but_the_flooder() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 4).await;
    ngo.state(&world, 3, vec![Statement::AddDevice(person(3), device_keys(60))]).await.unwrap();
    team.create(&world, &ngo, 2).await.done().unwrap();
    let grown = Team::upload(&team.data(&ngo, 1, 1), &[3, 4, 60], 1, false);
    team.commit(&world, &ngo, 2, &grown).await.done().unwrap();
    let commit = async |ngo: &Ngo, seed, epoch, generation, rotated| {
        let upload = Team::upload(&team.data(ngo, epoch, generation), &[], seed, rotated);
        team.commit(&world, ngo, seed, &upload).await.done()
    };
    let epoch = flood(&world, &ngo, &team, 2).await;
    assert_eq!(commit(&ngo, 60, epoch, 1, false).await, Err(Code::Busy), "a person's devices have one share");
    assert_eq!(commit(&ngo, 2, epoch, 1, false).await, Ok(()), "another person has their own");
    assert_eq!(commit(&ngo, 3, epoch + 1, 1, false).await, Err(Code::Busy));

    ngo.state(&world, 3, vec![Statement::RotateTeam(team.id)]).await.unwrap();
    assert_eq!(commit(&ngo, 3, epoch + 1, 2, true).await, Err(Code::Busy), "a member's own wish is no administrator's");
    ngo.state(&world, 1, vec![Statement::RotateTeam(team.id)]).await.unwrap();
    assert_eq!(commit(&ngo, 3, epoch + 1, 2, true).await, Ok(()), "an instruction is carried out by whoever comes first");
    assert_eq!(commit(&ngo, 3, epoch + 2, 2, false).await, Err(Code::Busy), "once");

    ngo.state(&world, 4, vec![Statement::RemoveFromTeam(team.id, person(4))]).await.unwrap();
    assert_eq!(commit(&ngo, 3, epoch + 2, 3, true).await, Ok(()), "nor does a removal wait, whoever makes it");
    ngo.state(&world, 1, vec![Statement::RemoveFromTeam(team.id, person(3))]).await.unwrap();
    assert_eq!(commit(&ngo, 3, epoch + 3, 3, false).await, Err(Code::Refused), "the log alone ends the flood");
    assert_eq!(commit(&ngo, 2, epoch + 3, 4, true).await, Ok(()));
}

#[tokio::test]
async fn a_share_comes_back_with_time() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    let epoch = flood(&world, &ngo, &team, 2).await;
    world.clock.advance(600_000);
    assert_eq!(flood(&world, &ngo, &team, epoch).await, epoch + 1);
}
