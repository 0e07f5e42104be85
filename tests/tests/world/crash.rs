//! Everything killed at any moment while people write: the vault, the keyserver, and the program on the writers' devices. What was
//! acknowledged is there, once.
//!
//! `CASEVAULT_CRASH_ROUNDS`, `CASEVAULT_CRASH_DEATHS` (in a round) and `CASEVAULT_CRASH_SEED` ask for more and other moments.

#[path = "crash/load.rs"]
mod load;
#[path = "crash/reckoning.rs"]
mod reckoning;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use casevault_sync::{Client, Role};
use casevault_tests::moments::{Moments, asked};
use casevault_tests::world::World;
use tokio::sync::Notify;

use load::{Load, Told};
use reckoning::Reckoning;

/// Deaths in a round, unless more are asked for.
const DEATHS: u64 = 3;

/// What stops the writers: at once, or when they have done what they are doing.
#[derive(Clone, Default)]
struct Strings {
    kill: Arc<Notify>,
    stop: Arc<AtomicBool>,
}

impl Strings {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Kills some of the three, and starts again what is a server; how many servers it killed.
async fn die(world: &mut World, moments: &mut Moments, strings: &Strings) -> u64 {
    tokio::time::sleep(Duration::from_micros(moments.below(500_000) as u64)).await;
    let of = moments.below(8);
    let (vault, keyserver, client) = (matches!(of, 0 | 1 | 5 | 7), matches!(of, 2 | 5 | 6 | 7), matches!(of, 3 | 4 | 6 | 7));
    if client {
        strings.kill.notify_one();
    }
    if vault {
        world.vault.kill();
    }
    if keyserver {
        world.keyserver.kill();
    }
    tokio::time::sleep(Duration::from_micros(moments.below(200_000) as u64)).await;
    if keyserver {
        world.restart_keyserver();
    }
    if vault {
        world.restart_vault();
    }
    u64::from(vault) + u64::from(keyserver)
}

async fn storm(world: &mut World, moments: &mut Moments, strings: &Strings) -> u64 {
    let mut killed = 0;
    for _ in 0..asked("CASEVAULT_CRASH_DEATHS").unwrap_or(DEATHS) {
        killed += die(world, moments, strings).await;
    }
    strings.stop.store(true, Ordering::Relaxed);
    killed
}

/// A colleague's device, a process that lives through all of it, writes to the same case.
async fn meanwhile(omar: &Client, case: &str, (round, strings): (u64, &Strings), told: &mut Told) {
    let mut number = 0;
    while !strings.stopped() {
        number += 1;
        let text = format!("Omar's note {round}.{number}");
        match omar.note_add(case, &text).await {
            Ok(_) => told.note(case, &text, true),
            Err(error) => told.errors.push(format!("Omar's note: {error:?}")),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_at_any_moment_what_was_acknowledged_is_there_once() {
    let (rounds, seed) = (asked("CASEVAULT_CRASH_ROUNDS").unwrap_or(6), asked("CASEVAULT_CRASH_SEED").unwrap_or(1));
    let mut world = World::start();
    let shelter = world.shelter().await;
    let lena = world.bring_in(&shelter.amal, "Lena", Role::Caseworker).await;
    let (case, _) = shelter.nadia.case_open("Written in a storm", "Shelter", &[]).await.unwrap();
    shelter.omar.sync().await.unwrap();
    drop((shelter.amal, shelter.nadia));
    world.file("first", b"");
    let mut moments = Moments(seed);
    let mut load = Load::new(&world, &case.to_string(), Moments(seed.wrapping_mul(0x9E37_79B9)));
    let mut reckoning = Reckoning::new(&world, shelter.omar, lena);
    for round in 1..=rounds {
        let strings = Strings::default();
        let mut of_omar = Told::default();
        let common = load.case.clone();
        let (killed, (), ()) = tokio::join!(
            storm(&mut world, &mut moments, &strings),
            load.run(&strings),
            meanwhile(&reckoning.omar, &common, (round, &strings), &mut of_omar),
        );
        let told = load.told(of_omar);
        reckoning.settle(&told, &format!("seed {seed}, round {round}")).await;
        reckoning.servers += killed;
        reckoning.say(&format!("seed {seed}, round {round}"));
        world.check().unwrap_or_else(|said| panic!("seed {seed}, round {round}: {said}"));
        world.restart_keyserver();
        world.restart_vault();
    }
    reckoning.end(seed).await;
    drop(reckoning);
    world.stop_and_check().unwrap();
}
