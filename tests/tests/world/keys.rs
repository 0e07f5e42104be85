//! Whose keys open what: of everything that the vault has, exactly what is said.

use std::collections::BTreeSet;

use casevault_sync::Client;
use casevault_sync::view::Delivery;
use casevault_tests::scan::{Captured, entries, opened};
use casevault_tests::secrets;
use casevault_tests::world::{World, silent};
use casevault_wire::id::JournalId;
use casevault_wire::limit;

/// The secrets of this kind that the device of `name` holds.
fn held(world: &World, name: &str, wanted: &str) -> Vec<Vec<u8>> {
    let (_, secrets) = secrets::of(&world.profile(name)).into_iter().find(|(kind, _)| *kind == wanted).unwrap();
    secrets
}

/// A case with a document and a note.
async fn case(world: &World, client: &Client, title: &str) -> JournalId {
    let (case, _) = client.case_open(title, "Shelter", &[]).await.unwrap();
    write(world, client, case, title).await;
    case
}

async fn write(world: &World, client: &Client, case: JournalId, what: &str) {
    client.note_add(&case.to_string(), what).await.unwrap();
    let file = world.file(what, what.as_bytes());
    client.add_documents(&case.to_string(), &[file], silent()).await.unwrap();
}

/// What the vault has; it runs again afterwards.
async fn stored(world: &mut World) -> Vec<Captured> {
    world.vault.kill();
    let entries = entries(&world.directory.path().join("vault")).await;
    world.restart_vault();
    entries
}

// Plays A29, C02.
#[tokio::test(flavor = "multi_thread")]
async fn c02_with_the_vaults_help_who_left_opens_what_was_there_before_and_nothing_after() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let read = case(&world, &shelter.nadia, "read by Omar").await;
    let unread = case(&world, &shelter.nadia, "never read by Omar").await;
    shelter.nadia.team_rotate("Shelter").await.unwrap();
    write(&world, &shelter.nadia, read, "after a rotation").await;
    shelter.omar.sync().await.unwrap();
    shelter.omar.case(&read.to_string()).await.unwrap();
    let before: BTreeSet<_> = stored(&mut world).await.iter().map(Captured::place).collect();
    drop(shelter.omar);
    shelter.amal.remove_person("Omar").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    write(&world, &shelter.nadia, read, "after he left").await;
    case(&world, &shelter.nadia, "opened after he left").await;
    shelter.nadia.team_rotate("Shelter").await.unwrap();
    write(&world, &shelter.nadia, unread, "after yet another rotation").await;

    let all = stored(&mut world).await;
    let key = |secret: Vec<u8>| <[u8; 32]>::try_from(secret).ok();
    let keys: Vec<_> = secrets::of(&world.profile("Omar")).into_iter().flat_map(|(_, secrets)| secrets).filter_map(key).collect();
    let his = opened(&all, &keys);
    assert_eq!(his, before, "in his teams' own journals, in cases that he read or not, under every key of before");
    let after = all.iter().filter(|entry| !before.contains(&entry.place())).count();
    assert!(after > 10, "and of {after} entries since none, key generations and keys that were given among them");
    drop(shelter.nadia);
    let keys: Vec<_> =
        secrets::of(&world.profile("Nadia")).into_iter().flat_map(|(_, secrets)| secrets).filter_map(key).collect();
    assert_eq!(opened(&all, &keys).len(), all.len(), "who stayed opens all");
}

// Plays C09.
#[tokio::test(flavor = "multi_thread")]
async fn c09_every_version_and_every_sealing_has_keys_of_its_own() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let same = [world.file("one", b"the same bytes"), world.file("two", b"the same bytes")];
    let large = world.file("large", &vec![5; limit::SMALL_BLOB + 1]);
    let mut added = 0;
    for vault_lives in [true, true, false, false] {
        if !vault_lives {
            world.vault.kill();
        }
        let files = [same.as_slice(), std::slice::from_ref(&large)].concat();
        for file in shelter.nadia.add_documents(&case, &files, silent()).await.unwrap() {
            assert_eq!(file.outcome.unwrap().delivery == Delivery::Sent, vault_lives);
            added += 1;
        }
    }
    world.restart_vault();
    shelter.nadia.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    assert!(shelter.nadia.verify(Some(&case)).await.unwrap().problems.is_empty());
    drop(shelter.nadia);
    let keys = held(&world, "Nadia", "content keys");
    assert_eq!((keys.len(), keys.iter().collect::<BTreeSet<_>>().len()), (added, added), "no key is used twice");
    let digests: BTreeSet<_> = digests(&world.directory.path().join("vault").join("blobs"));
    assert_eq!(digests.len(), added, "and nothing that was stored is what was stored before");
}

/// The names of all files below `directory`.
fn digests(directory: &std::path::Path) -> BTreeSet<std::ffi::OsString> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.flat_map(|entry| if entry.path().is_dir() { digests(&entry.path()) } else { [entry.file_name()].into() }).collect()
}

// Plays J06.
#[tokio::test(flavor = "multi_thread")]
async fn j06_a_device_writes_every_case_under_a_key_of_that_case_alone() {
    let world = World::start();
    let shelter = world.shelter().await;
    for title in ["one", "two", "three"] {
        let (case, _) = shelter.nadia.case_open(title, "Shelter", &[]).await.unwrap();
        shelter.omar.sync().await.unwrap();
        shelter.omar.note_add(&case.to_string(), "his").await.unwrap();
    }
    drop((shelter.nadia, shelter.omar));
    let authors: Vec<_> = ["Nadia", "Omar"].iter().flat_map(|name| held(&world, name, "author keys")).collect();
    let devices: Vec<_> = ["Nadia", "Omar"].iter().flat_map(|name| held(&world, name, "keys of the device")).collect();
    assert!(authors.len() >= 8, "three cases, and the teams' own journals");
    assert_eq!(authors.iter().chain(&devices).collect::<BTreeSet<_>>().len(), authors.len() + devices.len());
}
