//! `fsck` is silent on what the server wrote, and finds what it did not write.

use casevault_keyserver::fsck::{Fault, check};
use casevault_service::keys::ServerKey;
use casevault_service::store::{Records, SledRecords, Write};
use casevault_wire::codec::{List, Opaque};
use casevault_wire::keyserver::KeyPackages;

use crate::world::{Ngo, Team, World};

async fn filled() -> tempfile::TempDir {
    let world = World::start().await;
    let (ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 3).await;
    let upload = Team::upload(&team.data(&ngo, 2, 2), &[4], 7, true);
    team.commit(&world, &ngo, 3, &upload).await.done().unwrap();
    let single_use = (0..3).map(|n| Opaque::new(vec![n; 100]).unwrap()).collect();
    let packages = KeyPackages { single_use: List::new(single_use).unwrap(), last_resort: None, instead: 0 };
    world.post(&ngo.device(2), "/key-packages", &packages).await.done().unwrap();
    let record = casevault_wire::heads::HeadRecord {
        sequence: 0,
        previous: casevault_wire::hash::Hash::ZERO,
        generation: 1,
        checkpoint: 1,
        sealed: Opaque::new(vec![1; 50]).unwrap(),
    };
    world.post(&ngo.device(2), &team.path("/heads"), &record).await.done().unwrap();
    let step = casevault_wire::standing::Step { from: Default::default(), next: [1; 16] };
    world.post(&ngo.device(2), "/standing", &step).await.done().unwrap();
    world.stop().await
}

// Breaks R-8.4-2.
#[tokio::test]
async fn planted_faults_are_found() {
    let directory = filled().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    let key = *ServerKey::from_seed(&[0xaa; 32]).public();
    let clean = check(&records, &key).await.unwrap();
    assert_eq!(clean.faults, []);
    let all = records.scan(&[], &[0xff], usize::MAX).await.unwrap();
    assert_eq!(clean.records, all.len() as u64);
    // Commits, packages, Welcomes, groups, links and counters; the log, the feed and heads.
    for kind in [2, 3, 5, 6, 7, 8, 9, 11, 14, 15] {
        let (name, value) = all.iter().find(|(name, _)| name[0] == kind).unwrap().clone();
        records.write(Write { delete: vec![name.clone()], ..Write::default() }).await.unwrap();
        assert_ne!(check(&records, &key).await.unwrap().faults, [], "a record of kind {kind} is missing");
        records.write(Write { put: vec![(name, value)], ..Write::default() }).await.unwrap();
    }
    for kind in [2, 3, 8, 15] {
        let (name, value) = all.iter().find(|(name, _)| name[0] == kind).unwrap().clone();
        let mut flipped = value.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        records.write(Write { put: vec![(name.clone(), flipped)], ..Write::default() }).await.unwrap();
        assert_ne!(check(&records, &key).await.unwrap().faults, [], "a record of kind {kind} is altered");
        records.write(Write { put: vec![(name, value)], ..Write::default() }).await.unwrap();
    }
    let (name, value) = all.iter().find(|(name, _)| name[0] == 18).unwrap().clone();
    let mut nobodys = name.clone();
    *nobodys.last_mut().unwrap() ^= 1;
    for planted in [(name.clone(), value[1..].to_vec()), (nobodys.clone(), value.clone())] {
        records.write(Write { put: vec![planted], ..Write::default() }).await.unwrap();
        assert_eq!(check(&records, &key).await.unwrap().faults, [Fault::Standing]);
        let mended = Write { put: vec![(name.clone(), value.clone())], delete: vec![nobodys.clone()], ..Write::default() };
        records.write(mended).await.unwrap();
    }
    records.write(Write { put: vec![(vec![99], vec![])], ..Write::default() }).await.unwrap();
    assert_eq!(check(&records, &key).await.unwrap().faults, [Fault::Stray]);
}

#[tokio::test]
async fn another_servers_feed_is_a_fault() {
    let directory = filled().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    let other = *ServerKey::from_seed(&[0xbb; 32]).public();
    let faults = check(&records, &other).await.unwrap().faults;
    assert!(faults.contains(&Fault::Feed(0)));
}
