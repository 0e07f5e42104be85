//! Refusals and voids.

use casevault_wire::feed::{Confirmation, FeedEvent, VoidCommit};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{Commits, Links, Refusal, RefusedCommits, SignedRefusal, WelcomeDelivery};
use casevault_wire::label::Label;
use casevault_wire::log::{Statement, VoidStatement};
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use crate::world::{Answer, Ngo, Team, World, device, device_keys, key, person, sign};

pub async fn refuse(world: &World, ngo: &Ngo, team: &Team, seed: u8, (epoch, commit): (u64, Hash)) -> Answer {
    let content = Refusal { team: team.id, epoch, commit, device: device(seed) };
    let refusal = SignedRefusal { signature: sign(&key(seed), Label::CommitRefusal, &content), content };
    world.post(&ngo.device(seed), &team.path("/refusals"), &refusal).await
}

/// A commit to a new generation by `seed`, and its hash.
async fn rotate(world: &World, ngo: &Ngo, team: &Team, seed: u8, mark: u8) -> Hash {
    let upload = Team::upload(&team.data(ngo, 2, 2), &[], mark, true);
    team.commit(world, ngo, seed, &upload).await.done().unwrap();
    commit_hash(upload.commit.as_slice())
}

fn void_event(team: &Team, epoch: u64, commit: Hash) -> FeedEvent {
    FeedEvent::Void(VoidCommit { team: team.id, epoch, commit })
}

// Plays A22.
// Obeys R-8.5-2, R-8.5-3, R-8.5-6.
// Breaks R-8.5-2, R-8.5-6.
#[tokio::test]
async fn a_majority_of_the_others_makes_a_commit_void() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 5).await;
    let bad = rotate(&world, &ngo, &team, 2, 66).await;
    team.acknowledge(&world, &ngo, 5, (2, bad)).await.done().unwrap();
    assert_eq!(refuse(&world, &ngo, &team, 5, (2, bad)).await.done(), Err(Code::Conflict), "it has merged it");
    assert_eq!(refuse(&world, &ngo, &team, 2, (2, bad)).await.done(), Err(Code::Conflict), "its own");
    for _ in 0..2 {
        refuse(&world, &ngo, &team, 3, (2, bad)).await.done().unwrap();
    }
    assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, bad), "one of three is no majority");
    refuse(&world, &ngo, &team, 4, (2, bad)).await.done().unwrap();
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, bad));
    refuse(&world, &ngo, &team, 4, (2, bad)).await.done().unwrap();

    let commits: Commits = world.get(&ngo.device(3), &team.path("/commits?after=1")).await.unwrap();
    assert_eq!((commits.epoch, commits.commits.as_slice().len(), commits.voids.as_slice().len()), (1, 0, 1));
    let links: Links = world.get(&ngo.device(3), &team.path("/links")).await.unwrap();
    assert!(links.links.as_slice().is_empty());
    assert_eq!(team.acknowledge(&world, &ngo, 3, (2, bad)).await.done(), Err(Code::Conflict));
    let again = Team::upload(&team.data(&ngo, 2, 2), &[], 66, true);
    assert_eq!(team.commit(&world, &ngo, 2, &again).await.done(), Err(Code::Conflict), "void stays void");
    let good = rotate(&world, &ngo, &team, 3, 67).await;
    team.acknowledge(&world, &ngo, 4, (2, good)).await.done().unwrap();
    clean(world).await;
}

/// What the server leaves behind is in order.
async fn clean(world: World) {
    let report = casevault_keyserver::fsck::check(&open(world.stop().await), &server()).await.unwrap();
    assert_eq!(report.faults, []);
}

fn open(directory: tempfile::TempDir) -> casevault_service::store::SledRecords {
    casevault_service::store::SledRecords::open(&directory.path().join("records")).unwrap()
}

fn server() -> casevault_wire::signature::PublicKey {
    *casevault_service::keys::ServerKey::from_seed(&[0xaa; 32]).public()
}

// Plays D17.
// Obeys R-8.5-4.
// Breaks R-8.5-4.
#[tokio::test]
async fn of_two_people_one_alone_undoes_nothing_and_an_administrator_may() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    let commit = rotate(&world, &ngo, &team, 2, 66).await;
    refuse(&world, &ngo, &team, 3, (2, commit)).await.done().unwrap();
    assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, commit), "it may be a lie");
    ngo.state(&world, 1, vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch: 2, commit })]).await.unwrap();
    assert!(ngo.feed(&world).await.iter().any(|item| item.content.event == void_event(&team, 2, commit)));
    clean(world).await;
}

// Plays A22, D17.
// Obeys R-8.5-3.
#[tokio::test]
async fn a_person_has_one_voice_however_many_devices_they_bring_in() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 4).await;
    let own: Vec<u8> = (60..65).collect();
    ngo.state(&world, 2, own.iter().map(|seed| Statement::AddDevice(person(2), device_keys(*seed))).collect()).await.unwrap();
    let upload = Team::upload(&team.data(&ngo, 2, 1), &own, 5, false);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let joined = commit_hash(upload.commit.as_slice());
    for seed in own.iter().copied().chain([3, 4]) {
        team.acknowledge(&world, &ngo, seed, (2, joined)).await.done().unwrap();
    }
    let upload = Team::upload(&team.data(&ngo, 3, 2), &[], 67, true);
    team.commit(&world, &ngo, 3, &upload).await.done().unwrap();
    let honest = commit_hash(upload.commit.as_slice());
    for seed in &own {
        refuse(&world, &ngo, &team, *seed, (3, honest)).await.done().unwrap();
    }
    assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 3, honest), "one of two people");
    team.acknowledge(&world, &ngo, 4, (3, honest)).await.done().unwrap();
    team.acknowledge(&world, &ngo, 60, (3, honest)).await.done().unwrap();
    let confirmed = |epoch, generation| FeedEvent::Confirmed(Confirmation { team: team.id, epoch, generation });
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, confirmed(3, 2), "and who merged on one device has merged");

    let upload = Team::upload(&team.data(&ngo, 4, 3), &[], 66, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let bad = commit_hash(upload.commit.as_slice());
    for seed in &own {
        team.acknowledge(&world, &ngo, *seed, (4, bad)).await.done().unwrap();
    }
    assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, confirmed(4, 3), "nobody confirms what is their own");
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (4, bad)).await.done().unwrap();
    }
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 4, bad));
    clean(world).await;
}

// Breaks R-8.5-3.
#[tokio::test]
async fn whom_a_commit_adds_has_no_say_in_it() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 4).await;
    let upload = Team::upload(&team.data(&ngo, 2, 2), &[5], 5, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let hash = commit_hash(upload.commit.as_slice());
    team.acknowledge(&world, &ngo, 5, (2, hash)).await.done().unwrap();
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (2, hash)).await.done().unwrap();
    }
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, hash));
}

// Breaks R-8.5-3.
#[tokio::test]
async fn naming_members_as_added_does_not_silence_them() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    let first = team.grown(&world, &ngo, 4).await;
    let upload = Team::upload(&team.data(&ngo, 2, 2), &[3, 4, 5], 66, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let bad = commit_hash(upload.commit.as_slice());
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (2, bad)).await.done().unwrap();
    }
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, bad));
    assert_eq!(team.acknowledge(&world, &ngo, 5, (1, first)).await.done(), Err(Code::Conflict), "5 never was in");
    let good = rotate(&world, &ngo, &team, 3, 67).await;
    team.acknowledge(&world, &ngo, 4, (2, good)).await.done().unwrap();
    clean(world).await;
}

// Obeys R-8.5-6.
#[tokio::test]
async fn a_void_brings_back_whom_the_commit_put_out_and_whom_it_named_again() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 6).await;
    team.grown(&world, &ngo, 4).await;
    let waits = Team::upload(&team.data(&ngo, 2, 1), &[5], 7, false);
    team.commit(&world, &ngo, 2, &waits).await.done().unwrap();
    ngo.state(&world, 1, vec![Statement::RemoveFromTeam(team.id, person(4))]).await.unwrap();
    let upload = Team::upload(&team.data(&ngo, 3, 2), &[5, 6], 8, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    ngo.state(&world, 1, vec![Statement::AddToTeam(team.id, person(4))]).await.unwrap();
    let delivery: WelcomeDelivery = world.get(&ngo.device(5), &team.path("/welcome")).await.unwrap();
    assert_eq!(Some(&delivery.welcome), upload.welcome.as_ref(), "the newest");
    let bad = commit_hash(upload.commit.as_slice());
    assert_eq!(refuse(&world, &ngo, &team, 4, (3, bad)).await.done(), Err(Code::Conflict), "it is out by that commit");
    let void = vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch: 3, commit: bad })];
    ngo.state(&world, 1, void).await.unwrap();

    let delivery: WelcomeDelivery = world.get(&ngo.device(5), &team.path("/welcome")).await.unwrap();
    assert_eq!(Some(&delivery.welcome), waits.welcome.as_ref(), "the one before");
    assert_eq!(world.get::<WelcomeDelivery>(&ngo.device(6), &team.path("/welcome")).await, Err(Code::Conflict));
    let second = commit_hash(waits.commit.as_slice());
    for seed in [4, 5] {
        team.acknowledge(&world, &ngo, seed, (2, second)).await.done().unwrap();
    }
    clean(world).await;
}

// Obeys R-8.4-5.
// Breaks R-8.4-5, R-8.5-4.
#[tokio::test]
async fn what_more_than_half_have_merged_is_never_void() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 6).await;
    team.grown(&world, &ngo, 6).await;
    let commit = rotate(&world, &ngo, &team, 2, 1).await;
    let confirmed = FeedEvent::Confirmed(Confirmation { team: team.id, epoch: 2, generation: 2 });
    for seed in [2, 3, 4] {
        assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, confirmed);
        team.acknowledge(&world, &ngo, seed, (2, commit)).await.done().unwrap();
    }
    assert_ne!(ngo.feed(&world).await.last().unwrap().content.event, confirmed, "two of four are not more than half");
    team.acknowledge(&world, &ngo, 5, (2, commit)).await.done().unwrap();
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, confirmed);
    assert_eq!(refuse(&world, &ngo, &team, 6, (2, commit)).await.done(), Err(Code::Conflict));
    let void = vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch: 2, commit })];
    assert_eq!(ngo.state(&world, 1, void).await, Err(Code::Conflict), "nor by an administrator");
    clean(world).await;
}

// Obeys R-8.5-4.
#[tokio::test]
async fn in_a_tie_an_administrator_decides() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 4).await;
    let commit = rotate(&world, &ngo, &team, 2, 1).await;
    team.acknowledge(&world, &ngo, 3, (2, commit)).await.done().unwrap();
    refuse(&world, &ngo, &team, 4, (2, commit)).await.done().unwrap();
    let commits: Commits = world.get(&ngo.device(3), &team.path("/commits?after=0")).await.unwrap();
    assert_eq!((commits.epoch, commits.voids.as_slice().len()), (2, 0));
    let void = vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch: 2, commit })];
    ngo.state(&world, 1, void).await.unwrap();
    clean(world).await;
}

// Obeys R-8.5-6.
#[tokio::test]
async fn building_on_a_bad_commit_does_not_save_it() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 5).await;
    let bad = rotate(&world, &ngo, &team, 2, 66).await;
    let mut built = Vec::new();
    for epoch in 3..6 {
        let upload = Team::upload(&team.data(&ngo, epoch, epoch), &[], 66, true);
        team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
        built.push((epoch, commit_hash(upload.commit.as_slice())));
    }
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (2, bad)).await.done().unwrap();
    }
    let said: Vec<_> = ngo.feed(&world).await.into_iter().map(|item| item.content.event).collect();
    let voids: Vec<_> = built.iter().rev().chain([&(2, bad)]).map(|(epoch, commit)| void_event(&team, *epoch, *commit)).collect();
    assert_eq!(said[said.len() - 4..], voids, "the newest first");
    let good = rotate(&world, &ngo, &team, 3, 67).await;
    team.acknowledge(&world, &ngo, 4, (2, good)).await.done().unwrap();
    clean(world).await;
}

// Obeys R-8.5-2.
#[tokio::test]
async fn who_merges_a_commit_after_all_refuses_it_no_more() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 5).await;
    let commit = rotate(&world, &ngo, &team, 2, 1).await;
    refuse(&world, &ngo, &team, 3, (2, commit)).await.done().unwrap();
    team.acknowledge(&world, &ngo, 3, (2, commit)).await.done().unwrap();
    refuse(&world, &ngo, &team, 4, (2, commit)).await.done().unwrap();
    let commits: Commits = world.get(&ngo.device(3), &team.path("/commits?after=0")).await.unwrap();
    assert_eq!((commits.epoch, commits.voids.as_slice().len()), (2, 0), "one refusal of three");
    team.acknowledge(&world, &ngo, 5, (2, commit)).await.done().unwrap();
    let confirmed = FeedEvent::Confirmed(Confirmation { team: team.id, epoch: 2, generation: 2 });
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, confirmed);
}

#[tokio::test]
async fn where_nobody_else_can_judge_the_committers_word_is_enough() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 2).await;
    team.create(&world, &ngo, 2).await.done().unwrap();
    let upload = Team::upload(&team.data(&ngo, 1, 2), &[], 1, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    team.acknowledge(&world, &ngo, 2, (1, commit_hash(upload.commit.as_slice()))).await.done().unwrap();
    let confirmed = FeedEvent::Confirmed(Confirmation { team: team.id, epoch: 1, generation: 2 });
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, confirmed);
}

// Obeys R-8.5-5.
// Breaks R-8.5-5.
#[tokio::test]
async fn an_administrator_makes_the_newest_commit_void() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    let first = team.grown(&world, &ngo, 3).await;
    let commit = rotate(&world, &ngo, &team, 2, 1).await;
    let void = |epoch, commit| vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch, commit })];
    assert_eq!(ngo.state(&world, 1, void(1, first)).await, Err(Code::Conflict), "it is confirmed");
    assert_eq!(ngo.state(&world, 1, void(2, Hash([9; 32]))).await, Err(Code::Conflict), "no such commit");
    let twice = [void(2, commit), void(2, commit)].concat();
    assert_eq!(ngo.state(&world, 1, twice).await, Err(Code::Conflict));
    ngo.state(&world, 1, void(2, commit)).await.unwrap();
    let events: Vec<_> = ngo.feed(&world).await.into_iter().map(|item| item.content.event).collect();
    assert_eq!(events[events.len() - 2..], [void_event(&team, 2, commit), FeedEvent::LogHead(ngo.log.position())]);
}

#[tokio::test]
async fn a_void_takes_back_whom_the_commit_added() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 4).await;
    let upload = Team::upload(&team.data(&ngo, 2, 1), &[5], 5, false);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let hash = commit_hash(upload.commit.as_slice());
    for seed in [3, 4] {
        refuse(&world, &ngo, &team, seed, (2, hash)).await.done().unwrap();
    }
    assert_eq!(world.call(&ngo.device(5), "GET", &team.path("/welcome"), Vec::new()).await.done(), Err(Code::Conflict));
    assert_eq!(team.acknowledge(&world, &ngo, 5, (1, hash)).await.done(), Err(Code::Conflict));
}

// Plays A22.
// Obeys R-8.5-11.
// Breaks R-8.5-11.
#[tokio::test]
async fn an_administrator_outside_the_team_reads_who_refuses_what() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 5).await;
    team.grown(&world, &ngo, 5).await;
    let refusals = team.path("/refusals");
    let read = async |ngo: &Ngo| world.get::<RefusedCommits>(&ngo.device(1), &refusals).await.unwrap().commits.into_vec();
    let bad = rotate(&world, &ngo, &team, 3, 1).await;
    assert_eq!(read(&ngo).await, [], "nobody refuses it yet");
    refuse(&world, &ngo, &team, 4, (2, bad)).await.done().unwrap();
    let commits = read(&ngo).await;
    let names =
        |receipt: &FeedEvent| matches!(receipt, FeedEvent::Receipt(receipt) if receipt.commit == bad && receipt.epoch == 2);
    assert!(commits.len() == 1 && names(&commits[0].receipt.verify(&world.key).unwrap().event));
    let [refusal] = commits[0].refusals.as_slice() else { panic!("one refusal") };
    let key = device_keys(4).signing;
    assert_eq!(refusal.verify(&key).unwrap().device, device(4));
    for seed in [2, 4] {
        assert_eq!(
            world.get::<RefusedCommits>(&ngo.device(seed), &refusals).await,
            Err(Code::Refused),
            "who judges reads no votes"
        );
    }
    let elsewhere = format!("/teams/{}/refusals", casevault_wire::id::TeamId([9; 32]));
    assert_eq!(world.get::<RefusedCommits>(&ngo.device(1), &elsewhere).await, Err(Code::Refused));
    let void = VoidStatement { team: team.id, epoch: 2, commit: bad };
    ngo.state(&world, 1, vec![Statement::VoidCommit(void)]).await.unwrap();
    assert_eq!(read(&ngo).await, [], "void");
}
