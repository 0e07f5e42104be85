//! Servers killed at any moment while a device writes: what was acknowledged is there, once.
//!
//! `CASEVAULT_CRASH_ROUNDS` and `CASEVAULT_CRASH_SEED` ask for more and other moments.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use casevault_sync::view::Delivery;
use casevault_sync::{Client, ClientError};
use casevault_tests::world::{World, silent};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |value| value.parse().expect("a number"))
}

/// Numbers that look random and are the same again for the same seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What the device was told.
#[derive(Default)]
struct Told {
    notes: BTreeMap<String, Delivery>,
    documents: BTreeMap<String, Delivery>,
    errors: Vec<ClientError>,
}

/// Writes notes and documents until it is told to stop, and remembers what it was told of each.
async fn write(world_files: std::path::PathBuf, nadia: Client, case: String, stop: Arc<AtomicBool>) -> (Client, Told) {
    let mut told = Told::default();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        if number % 3 == 0 {
            let name = format!("document {number}");
            let file = world_files.join(&name);
            std::fs::write(&file, name.repeat(200)).unwrap();
            match nadia.add_documents(&case, &[file], silent()).await.map(|mut added| added.remove(0).outcome) {
                Ok(Ok(view)) => drop(told.documents.insert(name, view.delivery)),
                Ok(Err(error)) | Err(error) => told.errors.push(error),
            }
        } else {
            let text = format!("note {number}");
            match nadia.note_add(&case, &text).await {
                Ok(delivery) => drop(told.notes.insert(text, delivery)),
                Err(error) => told.errors.push(error),
            }
        }
    }
    (nadia, told)
}

async fn crash(world: &mut World, moments: &mut Moments) {
    tokio::time::sleep(Duration::from_micros(moments.next(500_000))).await;
    let of_vault = moments.next(3) > 0;
    if of_vault {
        world.vault.kill();
    } else {
        world.keyserver.kill();
    }
    tokio::time::sleep(Duration::from_micros(moments.next(100_000))).await;
    if of_vault {
        world.restart_vault();
    } else {
        world.restart_keyserver();
    }
}

/// Each thing that was told is there once, and nothing is there twice.
fn assert_once(told: &BTreeMap<String, Delivery>, there: impl Iterator<Item = String>) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for name in there {
        *count.entry(name).or_default() += 1;
    }
    assert_eq!(count.values().copied().max(), Some(1), "{count:?}");
    for (name, delivery) in told {
        assert!(count.contains_key(name), "{name} was {delivery:?} and is not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_killed_at_any_moment_keep_what_they_acknowledged_once() {
    let (rounds, seed) = (number("CASEVAULT_CRASH_ROUNDS", 6), number("CASEVAULT_CRASH_SEED", 1));
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Written in a storm", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let stop = Arc::new(AtomicBool::new(false));
    world.file("first", b"");
    let files = world.directory.path().join("files");
    let writing = tokio::spawn(write(files, shelter.nadia, case.clone(), stop.clone()));
    let mut moments = Moments(seed);
    for _ in 0..rounds {
        crash(&mut world, &mut moments).await;
    }
    stop.store(true, Ordering::Relaxed);
    let (nadia, told) = writing.await.unwrap();
    assert!(told.errors.is_empty(), "seed {seed}: {:?}", told.errors);
    let report = nadia.sync().await.unwrap();
    assert_eq!((report.queued, report.alarms.len()), (0, 0), "seed {seed}: {report:?}");
    let sent = |told: &BTreeMap<String, Delivery>| told.values().filter(|delivery| **delivery == Delivery::Sent).count();
    assert!(sent(&told.notes) > 0 && sent(&told.documents) > 0, "something was acknowledged");

    let omar = shelter.omar;
    omar.sync().await.unwrap();
    let view = omar.case(&case).await.unwrap();
    assert_once(&told.notes, view.notes.iter().map(|note| note.text.clone()));
    assert_once(&told.documents, view.documents.iter().map(|document| document.name.clone()));
    for client in [&omar, &nadia] {
        let verified = client.verify(None).await.unwrap();
        assert!(verified.problems.is_empty(), "seed {seed}: {:?}", verified.problems);
        assert_eq!(verified.documents, told.documents.len() as u64);
    }
    let out = world.directory.path().join("out");
    for fetched in omar.get_documents(&case, &out, silent()).await.unwrap() {
        let name = fetched.path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(std::fs::read_to_string(&fetched.path).unwrap(), name.repeat(200));
    }
    drop((omar, nadia, shelter.amal));
    world.stop_and_check().unwrap();
}
