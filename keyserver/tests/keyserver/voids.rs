//! Refusals and voids.

use casevault_wire::feed::{FeedEvent, VoidCommit};
use casevault_wire::hash::Hash;
use casevault_wire::keyserver::{Commits, Links, Refusal, SignedRefusal};
use casevault_wire::label::Label;
use casevault_wire::log::{Statement, VoidStatement};
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;

use crate::world::{Answer, Ngo, Team, World, device, key, sign};

async fn refuse(world: &World, ngo: &Ngo, team: &Team, seed: u8, (epoch, commit): (u64, Hash)) -> Answer {
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
    let report = casevault_keyserver::fsck::check(&open(world.stop().await), &server()).await.unwrap();
    assert_eq!(report.faults, []);
}

fn open(directory: tempfile::TempDir) -> casevault_service::store::SledRecords {
    casevault_service::store::SledRecords::open(&directory.path().join("records")).unwrap()
}

fn server() -> casevault_wire::signature::PublicKey {
    *casevault_service::keys::ServerKey::from_seed(&[0xaa; 32]).public()
}

#[tokio::test]
async fn of_two_devices_the_other_decides() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    let bad = rotate(&world, &ngo, &team, 2, 66).await;
    refuse(&world, &ngo, &team, 3, (2, bad)).await.done().unwrap();
    assert_eq!(ngo.feed(&world).await.last().unwrap().content.event, void_event(&team, 2, bad));
}

#[tokio::test]
async fn one_other_alone_cannot_undo_what_was_confirmed() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 3).await;
    let upload = Team::upload(&team.data(&ngo, 2, 2), &[4], 5, true);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let hash = commit_hash(upload.commit.as_slice());
    team.acknowledge(&world, &ngo, 4, (2, hash)).await.done().unwrap();
    refuse(&world, &ngo, &team, 3, (2, hash)).await.done().unwrap();
    let commits: Commits = world.get(&ngo.device(3), &team.path("/commits?after=0")).await.unwrap();
    assert_eq!(commits.epoch, 2);
}

#[tokio::test]
async fn an_administrator_makes_the_newest_commit_void() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 3).await;
    let first = team.grown(&world, &ngo, 3).await;
    let commit = rotate(&world, &ngo, &team, 2, 1).await;
    let void = |epoch, commit| vec![Statement::VoidCommit(VoidStatement { team: team.id, epoch, commit })];
    assert_eq!(ngo.state(&world, 1, void(1, first)).await, Err(Code::Conflict), "others built on it");
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
    let (ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 3).await;
    let upload = Team::upload(&team.data(&ngo, 2, 1), &[4], 5, false);
    team.commit(&world, &ngo, 2, &upload).await.done().unwrap();
    let hash = commit_hash(upload.commit.as_slice());
    refuse(&world, &ngo, &team, 3, (2, hash)).await.done().unwrap();
    assert_eq!(world.call(&ngo.device(4), "GET", &team.path("/welcome"), Vec::new()).await.done(), Err(Code::Conflict));
    assert_eq!(team.acknowledge(&world, &ngo, 4, (1, hash)).await.done(), Err(Code::Conflict));
}
