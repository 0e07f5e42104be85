//! Invitations: one device, once, in time.

use casevault_service::store::Write;
use casevault_wire::codec::{List, Opaque};
use casevault_wire::id::{IdempotencyKey, InvitationId};
use casevault_wire::invitation::{Invitation, InvitationStanding, InvitationState, JoinRequest};
use casevault_wire::keyserver::{Invitations, Join, Joins, KeyPackageCount, KeyPackages, LogPage};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Role, Statement};
use casevault_wire::problem::Code;
use casevault_wire::request::Signer;

use crate::world::{NOON, Ngo, Party, World, device, device_keys, key, person, public, sign};

/// Invitation `seed`, whose key has that seed.
pub fn invitation(seed: u8) -> Invitation {
    Invitation {
        id: InvitationId([seed; 16]),
        access_key: public(&key(seed)),
        expires: NOON.plus(limit::INVITATION_LIFETIME),
        sealed: Opaque::new(vec![7; 200]).unwrap(),
    }
}

pub fn holder(ngo: &Ngo, seed: u8) -> Party {
    let signer = Signer::Invitation(InvitationId([seed; 16]));
    Party { organisation: ngo.log.id(), signer, key: key(seed), idempotency: IdempotencyKey([seed; 16]) }
}

pub fn join(seed: u8, device: u8) -> Join {
    let request = JoinRequest { invitation: InvitationId([seed; 16]), keys: device_keys(device), mac: [1; 32] };
    Join { signature: sign(&key(device), Label::JoinRequest, &request), request }
}

pub fn join_path(seed: u8) -> String {
    format!("/invitations/{}/join", InvitationId([seed; 16]))
}

// Obeys R-8.2-7, R-8.2-8.
// Breaks R-8.2-8, R-8.2-9.
#[tokio::test]
async fn the_first_join_binds_an_invitation() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    assert_eq!(world.post(&ngo.device(9), "/invitations", &invitation(60)).await.done(), Err(Code::Refused), "not of here");
    world.post(&ngo.device(1), "/invitations", &invitation(60)).await.done().unwrap();
    world.post(&ngo.device(1), "/invitations", &invitation(60)).await.done().unwrap();

    let invited = holder(&ngo, 60);
    let path = format!("/invitations/{}", InvitationId([60; 16]));
    assert_eq!(world.get::<Invitation>(&invited, &path).await, Ok(invitation(60)));
    assert_eq!(world.post(&invited, "/key-packages", &packages(2)).await.done(), Err(Code::Refused), "nobody joined yet");
    let stolen = Join { signature: sign(&key(71), Label::JoinRequest, &join(60, 70).request), ..join(60, 70) };
    assert_eq!(world.post(&invited, &join_path(60), &stolen).await.done(), Err(Code::Malformed), "not the device's signature");

    let both = (join(60, 70), join(60, 71));
    let path = join_path(60);
    let race = tokio::join!(world.post(&invited, &path, &both.0), world.post(&invited, &path, &both.1));
    let results = [race.0.done(), race.1.done()];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "exactly one binds it");
    assert!(results.contains(&Err(Code::Invitation)));
    let winner = if results[0].is_ok() { both.0 } else { both.1 };
    world.post(&invited, &join_path(60), &winner).await.done().unwrap();

    assert_eq!(world.get::<Joins>(&ngo.device(2), "/joins").await, Ok(Joins { joins: List::default() }), "not hers to judge");
    let joins: Joins = world.get(&ngo.device(1), "/joins").await.unwrap();
    assert_eq!(joins.joins.as_slice(), &[winner]);
}

fn packages(count: u8) -> KeyPackages {
    let single_use = (0..count).map(|n| Opaque::new(vec![n; 3000]).unwrap()).collect();
    KeyPackages {
        single_use: List::new(single_use).unwrap(),
        last_resort: Some(Opaque::new(vec![0xff; 3000]).unwrap()),
        instead: 0,
    }
}

// Obeys R-8.2-9.
// Breaks R-8.2-9.
#[tokio::test]
async fn a_device_that_waits_uploads_key_packages_and_reads_the_log() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 2).await;
    world.post(&ngo.device(1), "/invitations", &invitation(60)).await.done().unwrap();
    let invited = holder(&ngo, 60);
    world.post(&invited, &join_path(60), &join(60, 70)).await.done().unwrap();
    world.clock.advance(2 * limit::INVITATION_LIFETIME);
    let count: KeyPackageCount = world.post(&invited, "/key-packages", &packages(5)).await.value().unwrap();
    assert_eq!(count, KeyPackageCount { single_use: 5, last_resort_used: 0 });
    assert!(world.get::<LogPage>(&invited, "/log?from=0").await.is_ok(), "bound to a device, it stays good");
    let statements = vec![Statement::AddPerson(person(70), Role::Legal), Statement::AddDevice(person(70), device_keys(70))];
    ngo.state(&world, 1, statements).await.unwrap();
    let joins: Joins = world.get(&ngo.device(1), "/joins").await.unwrap();
    assert!(joins.joins.as_slice().is_empty(), "who is approved no longer waits");
    assert_eq!(world.get::<KeyPackageCount>(&ngo.device(70), "/key-packages").await, Ok(count), "the packages are its own");

    // Whoever else has the code, which nobody withdrew.
    let garbage = KeyPackages { instead: 1, ..packages(100) };
    assert_eq!(world.post(&invited, "/key-packages", &garbage).await.done(), Err(Code::Refused));
    assert_eq!(
        world.get::<LogPage>(&invited, "/log?from=0").await,
        Err(Code::Invitation),
        "the device is in the log, the code is over"
    );
    assert_eq!(world.post(&invited, &join_path(60), &join(60, 70)).await.done(), Err(Code::Invitation));
}

// Breaks R-8.2-7, R-8.2-8.
#[tokio::test]
async fn an_invitation_ends() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let forever = Invitation { expires: NOON.plus(limit::INVITATION_LIFETIME + 1), ..invitation(60) };
    assert_eq!(world.post(&ngo.device(1), "/invitations", &forever).await.done(), Err(Code::Invitation));
    for seed in [60, 61] {
        world.post(&ngo.device(1), "/invitations", &invitation(seed)).await.done().unwrap();
    }
    let path = format!("/invitations/{}", InvitationId([61; 16]));
    world.call(&ngo.device(1), "DELETE", &path, Vec::new()).await.done().unwrap();
    assert_eq!(world.post(&holder(&ngo, 61), &join_path(61), &join(61, 71)).await.done(), Err(Code::Invitation), "withdrawn");
    world.clock.advance(limit::INVITATION_LIFETIME + 1);
    assert_eq!(world.post(&holder(&ngo, 60), &join_path(60), &join(60, 70)).await.done(), Err(Code::Invitation), "expired");
    assert_eq!(world.get::<LogPage>(&holder(&ngo, 60), "/log?from=0").await, Err(Code::Invitation));
}

fn path(seed: u8) -> String {
    format!("/invitations/{}", InvitationId([seed; 16]))
}

async fn standings(world: &World, ngo: &Ngo, seed: u8) -> Vec<(u8, InvitationState)> {
    let known: Invitations = world.get(&ngo.device(seed), "/invitations").await.unwrap();
    known.invitations.as_slice().iter().map(|known| (known.invitation.0[0], known.state)).collect()
}

// Obeys R-8.2-7, R-8.2-8, R-8.2-10.
// Breaks R-8.2-7, R-8.2-10.
#[tokio::test]
async fn who_posted_an_invitation_and_administrators_know_of_it_and_withdraw_it() {
    use InvitationState::{Joined, Open, Used, Withdrawn};
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 3).await;
    for (by, seed) in [(1, 60), (2, 61), (2, 62), (3, 63)] {
        world.post(&ngo.device(by), "/invitations", &invitation(seed)).await.done().unwrap();
    }
    assert_eq!(
        world.post(&ngo.device(3), "/invitations", &invitation(61)).await.done(),
        Err(Code::Conflict),
        "it is not its own"
    );
    world.post(&holder(&ngo, 61), &join_path(61), &join(61, 71)).await.done().unwrap();
    assert_eq!(standings(&world, &ngo, 1).await, [(60, Open), (61, Joined), (62, Open), (63, Open)]);
    assert_eq!(standings(&world, &ngo, 2).await, [(61, Joined), (62, Open)]);
    let known: Invitations = world.get(&ngo.device(2), "/invitations").await.unwrap();
    let expected = InvitationStanding {
        invitation: InvitationId([61; 16]),
        device: device(2),
        expires: invitation(61).expires,
        state: Joined,
        joined: Some(device(71)),
    };
    assert_eq!(known.invitations.as_slice()[0], expected);
    let joins: Joins = world.get(&ngo.device(2), "/joins").await.unwrap();
    assert_eq!(joins.joins.as_slice(), &[join(61, 71)], "a caseworker judges who wants to be their device");
    assert!(world.get::<Joins>(&ngo.device(1), "/joins").await.unwrap().joins.as_slice().is_empty());

    assert_eq!(world.call(&ngo.device(2), "DELETE", &path(63), Vec::new()).await.done(), Err(Code::Refused), "somebody else's");
    world.call(&ngo.device(2), "DELETE", &path(62), Vec::new()).await.done().unwrap();
    world.call(&ngo.device(1), "DELETE", &path(63), Vec::new()).await.done().unwrap();
    ngo.state(&world, 2, vec![Statement::AddDevice(person(2), device_keys(71))]).await.unwrap();
    assert_eq!(standings(&world, &ngo, 1).await, [(60, Open), (61, Used), (62, Withdrawn), (63, Withdrawn)]);
}

// Breaks R-8.2-8.
#[tokio::test]
async fn who_was_removed_brings_nobody_in() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 2).await;
    for seed in [60, 61] {
        world.post(&ngo.device(2), "/invitations", &invitation(seed)).await.done().unwrap();
    }
    world.post(&holder(&ngo, 60), &join_path(60), &join(60, 70)).await.done().unwrap();
    assert!(world.get::<LogPage>(&holder(&ngo, 60), "/log?from=0").await.is_ok());
    ngo.state(&world, 1, vec![Statement::RemovePerson(person(2))]).await.unwrap();
    assert_eq!(world.get::<LogPage>(&holder(&ngo, 60), "/log?from=0").await, Err(Code::Invitation), "reads no more");
    assert_eq!(world.post(&holder(&ngo, 60), "/key-packages", &packages(2)).await.done(), Err(Code::Refused));
    assert_eq!(world.post(&holder(&ngo, 61), &join_path(61), &join(61, 71)).await.done(), Err(Code::Invitation));
    assert_eq!(standings(&world, &ngo, 1).await, [(60, InvitationState::Withdrawn), (61, InvitationState::Withdrawn)]);
}

// Breaks R-8.2-7.
#[tokio::test]
async fn a_caseworker_cannot_crowd_others_out_of_inviting() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 2).await;
    ngo.state(&world, 2, vec![Statement::AddDevice(person(2), device_keys(70))]).await.unwrap();
    for seed in 100..116 {
        world.post(&ngo.device(2), "/invitations", &invitation(seed)).await.done().unwrap();
        world.call(&ngo.device(2), "DELETE", &path(seed), Vec::new()).await.done().unwrap();
    }
    for device in [2, 70] {
        let one_more = world.post(&ngo.device(device), "/invitations", &invitation(60)).await;
        assert_eq!(one_more.done(), Err(Code::Busy), "by whichever device of theirs");
    }
    world.post(&ngo.device(1), "/invitations", &invitation(60)).await.done().unwrap();
    world.clock.advance(limit::INVITATION_LIFETIME + 1);
    let later = Invitation { expires: NOON.plus(2 * limit::INVITATION_LIFETIME), ..invitation(61) };
    world.post(&ngo.device(2), "/invitations", &later).await.done().unwrap();
}

/// 4,095 more invitations in every respect like this one.
async fn as_many_as_there_may_be(world: World, seed: u8) -> World {
    let many = |records: Vec<(Vec<u8>, Vec<u8>)>| {
        let (key, value) =
            records.into_iter().find(|(key, value)| key.ends_with(&[seed; 16]) && value.starts_with(&[seed; 16])).unwrap();
        let copy = |number: u128| {
            let id = number.to_be_bytes();
            ([&key[..key.len() - 16], &id].concat(), [&id, &value[16..]].concat())
        };
        Write { put: (1..4096).map(copy).collect(), ..Write::default() }
    };
    world.restart_with(many).await
}

// Obeys R-8.2-8.
// Breaks R-8.2-8.
#[tokio::test]
async fn only_open_invitations_take_the_place_of_others() {
    let world = World::start().await;
    let (mut ngo, _) = Ngo::with_team(&world, 3).await;
    for (by, seed) in [(1, 60), (2, 61)] {
        world.post(&ngo.device(by), "/invitations", &invitation(seed)).await.done().unwrap();
    }
    world.post(&holder(&ngo, 60), &join_path(60), &join(60, 70)).await.done().unwrap();
    let statements = vec![
        Statement::AddPerson(person(70), Role::Legal),
        Statement::AddDevice(person(70), device_keys(70)),
        Statement::RemovePerson(person(2)),
    ];
    ngo.state(&world, 1, statements).await.unwrap();
    let world = as_many_as_there_may_be(world, 60).await;
    world.post(&ngo.device(1), "/invitations", &invitation(62)).await.done().unwrap();
    assert_eq!(
        standings(&world, &ngo, 1).await,
        [(62, InvitationState::Open)],
        "4,096 people came in, and one who left invited others"
    );
    let world = as_many_as_there_may_be(world, 62).await;
    assert_eq!(world.post(&ngo.device(1), "/invitations", &invitation(63)).await.done(), Err(Code::Busy));
    world.call(&ngo.device(1), "DELETE", &path(62), Vec::new()).await.done().unwrap();
    world.post(&ngo.device(1), "/invitations", &invitation(63)).await.done().unwrap();
}
