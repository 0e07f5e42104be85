//! Where devices stand: the keyserver tells a device from its copy, and a repetition from both.

use casevault_wire::codec::{List, encode};
use casevault_wire::keyserver::{KeyPackageCount, KeyPackages};
use casevault_wire::problem::Code;
use casevault_wire::standing::{Found, Standing, Step, Stepped};

use crate::world::{Ngo, World};

async fn take(world: &World, ngo: &Ngo, seed: u8, step: &Step) -> Result<(Found, u8), Code> {
    let stepped: Stepped = world.post(&ngo.device(seed), "/standing", step).await.value()?;
    Ok((stepped.found, stepped.copied))
}

/// The step from `count` to the next, each drawn as its own number.
fn step(count: u8) -> Step {
    Step { from: Standing { count: count.into(), state: [count; 16] }, next: [count + 1; 16] }
}

// Obeys R-8.10-1, R-8.10-2, R-8.10-5.
// Breaks R-8.10-2, R-8.10-5.
// Plays C11.
#[tokio::test]
async fn a_step_is_taken_once_repeated_at_will_and_never_by_a_copy() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 3).await;
    let same = Ok((Found::Same, 0));
    for count in 0..3 {
        assert_eq!(take(&world, &ngo, 2, &step(count)).await, same);
        assert_eq!(take(&world, &ngo, 2, &step(count)).await, same, "the answer was lost");
    }
    assert_eq!(take(&world, &ngo, 3, &step(0)).await, same, "each device for itself");
    let world = world.restart().await;
    assert_eq!(take(&world, &ngo, 2, &step(2)).await, same, "what was acknowledged is kept");
    world.clock.advance(1);
    assert_eq!(take(&world, &ngo, 2, &step(1)).await, Ok((Found::Other, 1)), "from a backup");
    let copy = Step { next: [9; 16], ..step(2) };
    assert_eq!(take(&world, &ngo, 2, &copy).await, Ok((Found::Other, 1)), "a copy that was slower");
    assert_eq!(take(&world, &ngo, 2, &step(3)).await, Ok((Found::Same, 1)), "the device goes on, and hears of it");
    assert_eq!(take(&world, &ngo, 2, &step(9)).await, Ok((Found::Ahead, 1)));
    assert_eq!(take(&world, &ngo, 3, &step(1)).await, same);
    assert_eq!(world.post(&ngo.device(9), "/standing", &step(0)).await.done(), Err(Code::Refused));
}

// Obeys R-8.10-3.
// Breaks R-8.10-3.
#[tokio::test]
async fn a_repetition_that_meets_its_original_is_no_copy_and_the_answer_counts_packages() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let first = step(0);
    let both = tokio::join!(take(&world, &ngo, 2, &first), take(&world, &ngo, 2, &first));
    assert_eq!(both, (Ok((Found::Same, 0)), Ok((Found::Same, 0))));
    let (one, other) = (step(1), Step { next: [7; 16], ..step(1) });
    let race = tokio::join!(take(&world, &ngo, 2, &one), take(&world, &ngo, 2, &other));
    let (first, late) = if race.0.is_ok() { (race, &other) } else { ((race.1, race.0), &one) };
    assert_eq!(first, (Ok((Found::Same, 0)), Err(Code::Conflict)), "of two at once one is the device");
    world.clock.advance(1);
    assert_eq!(take(&world, &ngo, 2, late).await, Ok((Found::Other, 1)), "and the other is none at its next word");
    let package = casevault_wire::codec::Opaque::new(vec![1; 100]).unwrap();
    let packages = KeyPackages { single_use: List::new(vec![package]).unwrap(), last_resort: None, instead: 0 };
    world.post(&ngo.device(2), "/key-packages", &packages).await.done().unwrap();
    let stepped: Stepped = world.post(&ngo.device(2), "/standing", &step(5)).await.value().unwrap();
    assert_eq!(stepped.packages, KeyPackageCount { single_use: 1, last_resort_used: 1 });
}

// Obeys R-8.10-2.
// Breaks R-8.10-2.
#[tokio::test]
async fn a_request_that_arrives_after_the_next_step_was_taken_accuses_nobody() {
    let world = World::start().await;
    let (ngo, _) = Ngo::with_team(&world, 2).await;
    let device = ngo.device(2);
    let (target, body) = (format!("/v1/organisations/{}/standing", ngo.log.id()), encode(&step(0)));
    let held = world.sign(&device, "POST", &target, &body).await;
    for count in [0, 1] {
        world.clock.advance(1000);
        assert_eq!(take(&world, &ngo, 2, &step(count)).await, Ok((Found::Same, 0)), "repeated, and gone on");
    }
    let late = world.send("POST", &target, Some(&held), body).await;
    assert_eq!(late.done(), Err(Code::Conflict));
    assert_eq!(take(&world, &ngo, 2, &step(2)).await, Ok((Found::Same, 0)), "the device is itself");
    world.clock.advance(1);
    assert_eq!(take(&world, &ngo, 2, &step(0)).await, Ok((Found::Other, 1)), "whoever says so now is not");
}
