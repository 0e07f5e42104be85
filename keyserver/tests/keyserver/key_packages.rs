//! Key packages are given out once.

use std::collections::BTreeSet;
use std::sync::Arc;

use casevault_wire::codec::{List, Opaque};
use casevault_wire::keyserver::{Claim, Claimed, KeyPackageCount, KeyPackages};
use casevault_wire::limit;
use casevault_wire::log::Statement;
use casevault_wire::problem::Code;

use crate::world::{Ngo, World, device};

fn packages(marks: std::ops::Range<u8>, last_resort: Option<u8>) -> KeyPackages {
    KeyPackages {
        single_use: List::new(marks.map(|mark| Opaque::new(vec![mark; 2500]).unwrap()).collect()).unwrap(),
        last_resort: last_resort.map(|mark| Opaque::new(vec![mark; 2500]).unwrap()),
        instead: 0,
    }
}

fn claim(seeds: &[u8]) -> Claim {
    Claim { devices: List::new(seeds.iter().map(|seed| device(*seed)).collect()).unwrap() }
}

fn marks(claimed: Claimed) -> Vec<Option<u8>> {
    claimed.packages.into_vec().into_iter().map(|package| package.map(|package| package.as_slice()[0])).collect()
}

// Obeys R-8.7-2.
// Plays A19.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_claims_never_share_a_package() {
    let world = Arc::new(World::start().await);
    let (ngo, _) = Ngo::with_team(&world, 4).await;
    world.post(&ngo.device(2), "/key-packages", &packages(0..20, Some(0xff))).await.done().unwrap();
    let claims: Vec<_> = (0..24)
        .map(|n| {
            let (world, by) = (world.clone(), ngo.device(3 + n % 2));
            tokio::spawn(async move { marks(world.post(&by, "/key-packages/claim", &claim(&[2])).await.value().unwrap())[0] })
        })
        .collect();
    let mut given = Vec::new();
    for claim in claims {
        given.push(claim.await.unwrap().unwrap());
    }
    let single: BTreeSet<u8> = given.iter().copied().filter(|mark| *mark != 0xff).collect();
    assert_eq!(single, (0..20).collect(), "each single-use package once");
    assert_eq!(given.iter().filter(|mark| **mark == 0xff).count(), 4, "then the last-resort one");
    let count: KeyPackageCount = world.get(&ngo.device(2), "/key-packages").await.unwrap();
    assert_eq!(count, KeyPackageCount { single_use: 0, last_resort_used: 1 });
    world.post(&ngo.device(2).again(9), "/key-packages", &packages(0..0, Some(0xfe))).await.done().unwrap();
    let count: KeyPackageCount = world.get(&ngo.device(2), "/key-packages").await.unwrap();
    assert_eq!(count.last_resort_used, 0, "a new last-resort package was not used");
}

// Obeys R-7.2-6.
// Breaks R-8.7-2.
// Plays A19.
#[tokio::test]
async fn a_repeated_upload_does_not_bring_back_what_was_claimed() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 3).await;
    let upload = packages(0..3, None);
    world.post(&ngo.device(2), "/key-packages", &upload).await.done().unwrap();
    assert_eq!(marks(world.post(&ngo.device(3), "/key-packages/claim", &claim(&[2])).await.value().unwrap()), [Some(0)]);
    let count: KeyPackageCount = world.post(&ngo.device(2), "/key-packages", &upload).await.value().unwrap();
    assert_eq!(count.single_use, 2);
    let too_many = packages(0..99, None);
    assert_eq!(world.post(&ngo.device(2).again(7), "/key-packages", &too_many).await.done(), Err(Code::TooLarge));
}

#[tokio::test]
async fn packages_are_for_and_of_current_devices() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 4).await;
    for seed in [2, 3] {
        world.post(&ngo.device(seed), "/key-packages", &packages(seed..seed + 1, None)).await.done().unwrap();
    }
    ngo.state(&world, 1, vec![Statement::RevokeDevice(device(3))]).await.unwrap();
    let claimed = world.post(&ngo.device(4), "/key-packages/claim", &claim(&[3, 2, 50])).await.value().unwrap();
    assert_eq!(marks(claimed), [None, Some(2), None], "in the order asked for");
    assert_eq!(world.post(&ngo.device(3), "/key-packages/claim", &claim(&[4])).await.done(), Err(Code::Refused));
    assert_eq!(world.post(&ngo.device(4), "/key-packages/claim", &claim(&[2, 2])).await.done(), Err(Code::Malformed));
}

// Obeys R-8.7-2.
#[tokio::test]
async fn packages_that_are_too_old_to_be_added_are_dropped_and_can_be_replaced() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 3).await;
    let day = limit::KEY_PACKAGE_LIFETIME / 30;
    let claimed = async |seed| marks(world.post(&ngo.device(3), "/key-packages/claim", &claim(&[seed])).await.value().unwrap());
    world.post(&ngo.device(2), "/key-packages", &packages(0..3, Some(0xff))).await.done().unwrap();
    world.clock.advance(20 * day);
    world.post(&ngo.device(2).again(8), "/key-packages", &packages(3..5, None)).await.done().unwrap();
    world.clock.advance(10 * day);
    let count: KeyPackageCount = world.get(&ngo.device(2), "/key-packages").await.unwrap();
    assert_eq!(count, KeyPackageCount { single_use: 2, last_resort_used: 1 }, "the first ones are over");
    assert_eq!(claimed(2).await, [Some(3)]);
    let instead = KeyPackages { instead: 1, ..packages(10..20, Some(0xfe)) };
    let count: KeyPackageCount = world.post(&ngo.device(2).again(9), "/key-packages", &instead).await.value().unwrap();
    assert_eq!(count, KeyPackageCount { single_use: 10, last_resort_used: 0 });
    assert_eq!(claimed(2).await, [Some(10)]);
    world.clock.advance(30 * day);
    assert_eq!(claimed(2).await, [None]);
    let directory = world.stop().await;
    let records = casevault_service::store::SledRecords::open(&directory.path().join("records")).unwrap();
    let key = *casevault_service::keys::ServerKey::from_seed(&[0xaa; 32]).public();
    assert_eq!(casevault_keyserver::fsck::check(&records, &key).await.unwrap().faults, []);
}
