//! What may be added, and when.

use casevault_wire::limit;
use casevault_wire::log::Statement;
use casevault_wire::time::Time;

use super::world::{NOW, World, person};
use crate::mls::key_package::{KeyPackageProblem, generate_last_resort, validate};
use crate::mls::leaf::LeafProblem;

// Obeys R-8.3-5.
// Breaks R-8.3-5.
// Plays A19.
#[test]
fn a_key_package_serves_within_its_lifespan_by_the_committers_clock() {
    let world = World::new(3, 2);
    let package = world.package(1);
    let check = |now| validate(&world.crypto, package.as_slice(), &world.organisation, world.team, now);
    assert_eq!(check(NOW), Ok(world.devices[1].id()));
    assert_eq!(check(NOW.plus(limit::KEY_PACKAGE_LIFETIME)), Err(KeyPackageProblem::NotFresh));
    assert_eq!(check(Time(NOW.0 - 365 * 24 * 3600 * 1000)), Err(KeyPackageProblem::NotFresh), "a clock a year wrong");
    assert!(package.as_slice().len() <= limit::KEY_PACKAGE);
}

// Plays A19.
#[test]
fn a_key_package_of_a_stranger_or_a_revoked_device_is_refused() {
    let mut world = World::new(3, 2);
    let check = |world: &World, at| validate(&world.crypto, world.package(at).as_slice(), &world.organisation, world.team, NOW);
    assert_eq!(check(&world, 2), Err(KeyPackageProblem::Leaf(LeafProblem::NotInTeam)));
    world.state(Statement::AddToTeam(world.team, person(2)));
    assert_eq!(check(&world, 2), Ok(world.devices[2].id()));
    world.state(Statement::RevokeDevice(world.devices[2].id()));
    assert_eq!(check(&world, 2), Err(KeyPackageProblem::Leaf(LeafProblem::NotInTeam)));
}

#[test]
fn a_flipped_or_cut_key_package_is_refused() {
    let world = World::new(2, 2);
    let package = world.package(1).into_vec();
    let check = |bytes: &[u8]| validate(&world.crypto, bytes, &world.organisation, world.team, NOW);
    for at in (0..package.len()).step_by(97) {
        let mut flipped = package.clone();
        flipped[at] ^= 1;
        assert!(check(&flipped).is_err(), "byte {at}");
        assert_eq!(check(&package[..at]), Err(KeyPackageProblem::Malformed));
    }
    assert_eq!(check(&[package.as_slice(), &[0]].concat()), Err(KeyPackageProblem::Malformed), "left-over byte");
}

// Obeys R-8.3-4.
#[test]
fn a_last_resort_package_is_flagged_and_may_be_added() {
    let world = World::new(3, 2);
    let package = generate_last_resort(&world.provider(1), &world.devices[1].signer, NOW).unwrap();
    assert!(crate::mls::key_package::decode(&world.crypto, package.as_slice()).unwrap().last_resort());
    assert_eq!(validate(&world.crypto, package.as_slice(), &world.organisation, world.team, NOW), Ok(world.devices[1].id()));
}
