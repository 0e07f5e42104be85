//! Records of heads, and what a restart keeps.

use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::keyserver::{Commits, HeadPage, LogPage};
use casevault_wire::problem::Code;

use crate::world::{Ngo, Team, World};

fn record(sequence: u64, previous: Hash, checkpoint: u8) -> HeadRecord {
    HeadRecord { sequence, previous, generation: 1, checkpoint, sealed: Opaque::new(vec![sequence as u8; 40_000]).unwrap() }
}

#[tokio::test]
async fn records_of_heads_are_appended_in_order() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 3).await;
    let mut previous = Hash::ZERO;
    for sequence in 0..6 {
        let next = record(sequence, previous, u8::from(sequence == 3));
        let path = team.path("/heads");
        world.post(&ngo.device(2), &path, &next).await.done().unwrap();
        world.post(&ngo.device(2), &path, &next).await.done().unwrap();
        let rival = record(sequence, Hash([1; 32]), 0);
        assert_eq!(world.post(&ngo.device(3), &path, &rival).await.done(), Err(Code::Conflict));
        previous = record_hash(&next);
    }
    let page: HeadPage = world.get(&ngo.device(3), &team.path("/heads?from=0")).await.unwrap();
    let sequences: Vec<_> = page.records.as_slice().iter().map(|record| record.sequence).collect();
    assert_eq!((sequences, page.length), (vec![3, 4, 5], 6), "a beginner begins at the checkpoint");
    let page: HeadPage = world.get(&ngo.device(3), &team.path("/heads?from=2")).await.unwrap();
    assert_eq!(page.records.as_slice().len(), 4, "who has something sees all that follows");
    assert_eq!(world.get::<HeadPage>(&ngo.device(1), &team.path("/heads?from=0")).await, Err(Code::Refused));
}

#[tokio::test]
async fn a_restart_keeps_everything_acknowledged() {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 3).await;
    team.grown(&world, &ngo, 3).await;
    let log: LogPage = world.get(&ngo.device(1), "/log?from=0").await.unwrap();
    let commits: Commits = world.get(&ngo.device(2), &team.path("/commits?after=0")).await.unwrap();
    let feed = ngo.feed(&world).await;

    let world = world.restart().await;
    let log_after: LogPage = world.get(&ngo.device(1), "/log?from=0").await.unwrap();
    assert_eq!(log_after.entries, log.entries);
    assert_eq!(world.get::<Commits>(&ngo.device(2), &team.path("/commits?after=0")).await, Ok(commits));
    assert_eq!(ngo.feed(&world).await, feed);
    let next = Team::upload(&team.data(&ngo, 2, 1), &[], 9, false);
    team.commit(&world, &ngo, 3, &next).await.done().unwrap();
    assert_eq!(ngo.feed(&world).await.len(), feed.len() + 1, "and the feed goes on where it was");
}
