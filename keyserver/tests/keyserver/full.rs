//! A keyserver whose disk is full.

use casevault_keyserver::fsck::check;
use casevault_service::disk::{COMMON, KEPT};
use casevault_service::store::SledRecords;
use casevault_wire::codec::{List, Opaque, encode};
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::keyserver::KeyPackages;
use casevault_wire::log::Statement;
use casevault_wire::mls::commit_hash;
use casevault_wire::problem::Code;
use casevault_wire::standing::Step;

use crate::world::{Ngo, Team, World, person};

// Plays X09.
// Obeys R-7.1-8.
// Breaks R-7.1-8.
#[tokio::test]
async fn x09_on_a_full_disk_somebody_is_put_out_all_the_same() {
    let world = World::start().await;
    let (mut ngo, team) = Ngo::with_team(&world, 4).await;
    team.grown(&world, &ngo, 4).await;
    world.disk.leave(COMMON - 1);
    let sealed = Opaque::new(vec![1; 50]).unwrap();
    let head = HeadRecord { sequence: 0, previous: Hash::ZERO, generation: 1, checkpoint: 1, sealed };
    assert_eq!(world.post(&ngo.device(2), &team.path("/heads"), &head).await.done(), Err(Code::Full));
    let single_use = List::new(vec![Opaque::new(vec![1; 100]).unwrap()]).unwrap();
    let packages = KeyPackages { single_use, last_resort: None, instead: 0 };
    assert_eq!(world.post(&ngo.device(2), "/key-packages", &packages).await.done(), Err(Code::Full));
    let usual = Team::upload(&team.data(&ngo, 2, 1), &[], 8, false);
    assert_eq!(team.commit(&world, &ngo, 2, &usual).await.done(), Err(Code::Full), "a commit that puts nobody out");
    let other = encode(&Ngo::found(world.key, 1).append());
    assert_eq!(world.send("POST", "/v1/organisations", None, other).await.done(), Err(Code::Full));

    let before = ngo.feed(&world).await.len();
    let step = Step { from: Default::default(), next: [1; 16] };
    world.post(&ngo.device(2), "/standing", &step).await.done().unwrap();
    ngo.state(&world, 1, vec![Statement::FreezeTeam(team.id, 1), Statement::RemovePerson(person(4))]).await.unwrap();
    let removal = Team::upload(&team.data(&ngo, 2, 2), &[], 9, true);
    team.commit(&world, &ngo, 2, &removal).await.done().unwrap();
    let hash = commit_hash(removal.commit.as_slice());
    for seed in [2, 3] {
        team.acknowledge(&world, &ngo, seed, (2, hash)).await.done().unwrap();
    }
    assert_eq!(ngo.feed(&world).await.len(), before + 4, "a freeze, a head of the log, a receipt and a confirmation");

    world.disk.leave(KEPT - 1);
    assert_eq!(ngo.state(&world, 1, vec![Statement::FreezeTeam(team.id, 0)]).await, Err(Code::Full));
    world.disk.leave(KEPT);
    ngo.state(&world, 1, vec![Statement::FreezeTeam(team.id, 0)]).await.unwrap();
    let key = world.key;
    let directory = world.stop().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    assert_eq!(check(&records, &key).await.unwrap().faults, []);
}
