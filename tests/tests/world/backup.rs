//! A server's disk is lost, or held to ransom, and what the operator kept is restored.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use casevault_sync::Client;
use casevault_sync::view::{AlarmKind, Delivery};
use casevault_tests::world::{Shelter, World, program, silent};

/// Runs a command of a server's program on its data directory; both are stopped.
fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(program(&format!("casevault-{name}"))).args(arguments).output().unwrap()
}

pub fn backup(world: &mut World, name: &str, to: &str) -> PathBuf {
    world.check().unwrap();
    let (data, file) = (world.directory.path().join(name), world.directory.path().join(to));
    let done = run(name, &["backup", "--data", data.to_str().unwrap(), "--to", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    world.restart_keyserver();
    world.restart_vault();
    file
}

/// Somebody makes the directory useless; what was backed up is restored in its place.
pub fn restore(world: &mut World, name: &str, file: &Path) {
    world.keyserver.kill();
    world.vault.kill();
    let data = world.directory.path().join(name);
    std::fs::rename(&data, world.directory.path().join(format!("encrypted {name}"))).unwrap();
    let done = run(name, &["restore", "--from", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    world.check().unwrap();
    world.restart_keyserver();
    world.restart_vault();
}

// Plays A39.
#[tokio::test(flavor = "multi_thread")]
async fn a39_restore_drill() {
    let mut world = World::start();
    let people = world.shelter().await;
    let case = written(&world, &people).await;
    let testimony = world.file("testimony.mp4", &large());
    people.nadia.add_documents(&case, &[testimony], silent()).await.unwrap();
    people.omar.sync().await.unwrap();
    for name in ["vault", "keyserver"] {
        let file = backup(&mut world, name, &format!("{name}.backup"));
        restore(&mut world, name, &file);
    }
    for client in [&people.amal, &people.nadia, &people.omar] {
        let report = client.sync().await.unwrap();
        assert_eq!((report.queued, report.alarms.len()), (0, 0), "{report:?}");
        let report = client.verify(None).await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    }
    let out = world.directory.path().join("out");
    for (name, content) in [("passport.jpg", b"passport".to_vec()), ("testimony.mp4", large())] {
        people.omar.get_document(&case, name, &out, silent()).await.unwrap();
        assert!(std::fs::read(&out).unwrap() == content, "{name}");
        std::fs::remove_file(&out).unwrap();
    }
    people.omar.note_add(&case, "and it goes on").await.unwrap();
    people.nadia.team_rotate("Shelter").await.unwrap();
    people.nadia.sync().await.unwrap();
    assert_eq!(people.nadia.case(&case).await.unwrap().notes.len(), 2);
    drop(people);
    world.stop_and_check().unwrap();
}

/// What was acknowledged since is not there, and nobody takes what is there for all of it.
// Plays A39.
// Obeys R-8.6-9.
// Breaks R-8.6-9.
#[tokio::test(flavor = "multi_thread")]
async fn a39_a_vault_restored_to_an_older_state_is_noticed() {
    let mut world = World::start();
    let people = world.shelter().await;
    let case = written(&world, &people).await;
    people.omar.sync().await.unwrap();
    let file = backup(&mut world, "vault", "old");
    people.nadia.note_add(&case, "since").await.unwrap();
    for client in [&people.nadia, &people.omar] {
        client.sync().await.unwrap();
    }
    restore(&mut world, "vault", &file);
    for client in [&people.nadia, &people.omar] {
        assert!(alarmed(client).await, "and never says that all is well");
        assert!(!client.verify(None).await.unwrap().problems.is_empty());
    }
    let (other, _) = people.nadia.case_open("Goes on", "Shelter", &[]).await.unwrap();
    people.nadia.note_add(&other.to_string(), "elsewhere").await.unwrap();
    let _ = people.omar.sync().await;
    assert_eq!(people.omar.case(&other.to_string()).await.unwrap().notes.len(), 1);
    let written = people.nadia.note_add(&case, "a second history").await;
    assert!(matches!(written, Ok(Delivery::Queued)), "{written:?}");
    world.check().unwrap();
}

// Plays A39.
// Obeys R-8.3-27.
// Breaks R-8.3-27.
#[tokio::test(flavor = "multi_thread")]
async fn a39_a_vault_restored_to_an_older_key_is_led_on_and_noticed() {
    let mut world = World::start();
    let people = world.shelter().await;
    let case = written(&world, &people).await;
    let file = backup(&mut world, "vault", "old");
    for client in [&people.nadia, &people.omar, &people.nadia, &people.omar] {
        client.team_rotate("Shelter").await.unwrap();
        client.sync().await.unwrap();
    }
    for client in [&people.nadia, &people.omar] {
        client.sync().await.unwrap();
    }
    restore(&mut world, "vault", &file);
    assert!(alarmed(&people.nadia).await, "the vault forgot a key that it took");
    let _ = people.omar.sync().await;
    assert_eq!(people.omar.case(&case).await.unwrap().notes.len(), 1, "what it has is served again");
    world.check().unwrap();
}

// Plays A39.
#[tokio::test(flavor = "multi_thread")]
async fn a39_a_keyserver_restored_to_an_older_state_is_noticed() {
    let mut world = World::start();
    let people = world.shelter().await;
    let file = backup(&mut world, "keyserver", "old");
    // The least that it can lose: that they came by.
    for client in [&people.amal, &people.nadia, &people.omar] {
        client.sync().await.unwrap();
    }
    restore(&mut world, "keyserver", &file);
    for client in [&people.amal, &people.nadia, &people.omar] {
        assert!(alarmed(client).await);
    }
    world.check().unwrap();
}

async fn written(world: &World, people: &Shelter) -> String {
    let (case, _) = people.nadia.case_open("Case", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    people.nadia.note_add(&case, "before").await.unwrap();
    let passport = world.file("passport.jpg", b"passport");
    people.nadia.add_documents(&case, &[passport], silent()).await.unwrap();
    case
}

/// A document that is restored in pieces.
fn large() -> Vec<u8> {
    (0..5_000_000_u32).map(|number| (number % 251) as u8).collect()
}

/// Whether a client that synchronises says that a server was set back.
async fn alarmed(client: &Client) -> bool {
    let _ = client.sync().await;
    client.alarms().unwrap().iter().any(|(_, alarm)| alarm.kind == AlarmKind::Rollback)
}
