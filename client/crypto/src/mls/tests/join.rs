//! What a joiner checks.

use casevault_wire::log::Statement;

use super::world::{World, opaque, person};
use crate::mls::leaf::LeafProblem;
use crate::mls::{CommitRefused, JoinError, RecordError};

/// Three members, and a fourth whom the second adds.
fn invited() -> (World, casevault_wire::keyserver::WelcomeDelivery) {
    let mut world = World::new(6, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let accepted = world.commit(1);
    (world, accepted.delivery.unwrap())
}

// Obeys R-8.3-15.
// Breaks R-8.3-15.
// Plays A18, D16.
#[test]
fn a_joiner_refuses_a_tree_with_a_stranger_in_it() {
    let mut world = World::new(6, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let mut lie = world.honest(1, false);
    lie.add = vec![world.parsed_package(3), world.parsed_package(5)];
    let delivery = world.lie(1, lie).delivery.unwrap();
    assert_eq!(world.join(3, &delivery), Err(JoinError::Refused(CommitRefused::Survivor(LeafProblem::NotInTeam))));
    let honest = world.commit(0);
    assert_eq!(world.join(3, &honest.delivery.clone().unwrap()), Ok(()), "the next Welcome is as good as ever");
    world.receive(&honest);
    assert!(world.agree());
}

// Plays C05, D16.
#[test]
fn a_joiner_refuses_a_tree_with_somebody_put_out_since() {
    let mut world = World::new(6, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    let mut lie = world.honest(1, true);
    lie.add = vec![world.parsed_package(3)];
    let delivery = world.lie(1, lie).delivery.unwrap();
    assert_eq!(world.join(3, &delivery), Err(JoinError::Refused(CommitRefused::Survivor(LeafProblem::NotInTeam))));
}

// Plays A19, C05.
#[test]
fn a_welcome_serves_its_device_once() {
    let (mut world, delivery) = invited();
    assert_eq!(world.join(4, &delivery), Err(JoinError::NotForUs), "another device");
    assert_eq!(world.join(3, &delivery), Ok(()));
    assert!(matches!(world.join(3, &delivery), Err(JoinError::NotForUs | JoinError::AlreadyMember)), "again");
}

#[test]
fn a_failed_join_leaves_the_key_package_for_another_attempt() {
    let (mut world, delivery) = invited();
    let mut garbled = delivery.clone();
    let mut bundle = garbled.record.bundle.into_vec();
    bundle[70] ^= 1;
    garbled.record.bundle = opaque(bundle);
    assert_eq!(world.join(3, &garbled), Err(JoinError::Refused(CommitRefused::Bundle)));
    assert_eq!(world.join(3, &delivery), Ok(()));
}

#[test]
fn a_welcome_is_of_the_epoch_that_its_commit_began() {
    let (mut world, first) = invited();
    world.state(Statement::RotateTeam(world.team));
    let later = world.commit(1);
    let mixed = casevault_wire::keyserver::WelcomeDelivery { welcome: first.welcome.clone(), record: later.record };
    assert_eq!(world.join(3, &mixed), Err(JoinError::Refused(CommitRefused::Parameters)));
    let mut unsigned = first;
    unsigned.record.receipt.content.sequence += 1;
    assert_eq!(world.join(3, &unsigned), Err(JoinError::Record(RecordError::Receipt)));
}

// Plays A02, D16.
#[test]
fn a_garbled_welcome_is_refused() {
    let (mut world, delivery) = invited();
    let bytes = delivery.welcome.as_slice();
    for at in (0..bytes.len()).step_by(977) {
        let mut garbled = delivery.clone();
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1;
        garbled.welcome = opaque(flipped);
        assert!(world.join(3, &garbled).is_err(), "byte {at}");
        garbled.welcome = opaque(bytes[..at].to_vec());
        assert!(world.join(3, &garbled).is_err(), "cut at {at}");
    }
    assert_eq!(world.join(3, &delivery), Ok(()));
}
