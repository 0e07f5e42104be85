//! The vault lets everybody in and hands out what they ask for: nothing that people wrote is readable to more people than before.
//! What expects a refusal is naturally not told here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use casevault_sync::view::Delivery;
use casevault_tests::plaintext::{found, search};
use casevault_tests::world::{Door, World, program, silent};

use super::bad_luck::copy_profile;
use super::plaintext::holds_no_word;

// Plays A17, A29.
#[tokio::test(flavor = "multi_thread")]
async fn with_open_doors_no_server_and_no_wire_holds_a_word_of_what_people_wrote() {
    holds_no_word(World::start_taped(Door::Open).await).await;
}

/// The tapes of one kind, `asked` or `answered`, between the devices and the vault so far, connection by connection.
fn tapes(world: &World, kind: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = std::fs::read_dir(world.tapes().join("vault")).unwrap().map(|entry| entry.unwrap().path());
    let some = all.filter(|path| path.extension().is_some_and(|of| of == kind));
    some.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// The end of the only request that was sent to the vault since `before`: the end of a sealed entry.
fn end_of_last(world: &World, before: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<u8> {
    let mut after = tapes(world, "asked");
    after.retain(|name, bytes| before.get(name) != Some(bytes));
    let (_, last) = after.pop_first().expect("something was sent");
    assert!(after.is_empty(), "by one device, on one connection");
    last[last.len() - 48..].to_vec()
}

/// How many connections were answered with these bytes.
fn answers_with(world: &World, bytes: &[u8]) -> usize {
    tapes(world, "answered").values().filter(|tape| tape.windows(bytes.len()).any(|window| window == bytes)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_open_doors_a_removed_device_gets_the_ciphertext_and_reads_nothing_new() {
    let world = World::start_taped(Door::Open).await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Before", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.nadia.note_add(&case, "before").await.unwrap();
    shelter.omar.sync().await.unwrap();
    drop(shelter.omar);
    copy_profile(&world.profile("Omar"), &world.profile("Copy"));
    shelter.amal.remove_person("Omar").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let file = world.file("after.txt", b"written after Omar left");
    shelter.nadia.add_documents(&case, &[file], silent()).await.unwrap();
    let before = tapes(&world, "asked");
    assert_eq!(shelter.nadia.note_add(&case, "told after Omar left").await.unwrap(), Delivery::Sent);
    let sealed = end_of_last(&world, &before);
    assert_eq!(answers_with(&world, &sealed), 0, "nobody has asked for it yet");
    for (times, name) in ["Omar", "Copy"].into_iter().enumerate() {
        let omar = world.open(name);
        let seen = omar.case(&case).await;
        assert!(seen.as_ref().map_or(true, |view| view.notes.len() == 1 && view.documents.is_empty()), "{name}: {seen:?}");
        let _ = omar.sync().await;
        let out = world.directory.path().join("stolen");
        assert!(omar.get_document(&case, "after.txt", &out, silent()).await.is_err());
        assert!(!out.exists());
        assert!(omar.search("after").await.unwrap().is_empty());
        assert!(answers_with(&world, &sealed) > times, "{name} got the ciphertext");
        drop(omar);
        assert!(found(&search(&["after Omar left"]), &world.profile(name)).found.is_empty());
    }
    shelter.nadia.sync().await.unwrap();
    assert_eq!(shelter.nadia.case(&case).await.unwrap().notes.len(), 2);
}

/// Whether the program at `path` contains `mark`.
fn contains(path: &std::path::Path, mark: &str) -> bool {
    std::fs::read(path).unwrap().windows(mark.len()).any(|window| window == mark.as_bytes())
}

#[test]
fn no_program_contains_a_build_that_lies() {
    // Put together here, so that this test does not contain them for its own sake.
    let (member, operator) = (["tests/src/", "liar.rs"].concat(), ["tests/src/", "evil.rs"].concat());
    let door = ["a casevault build for tests: ", "its door is open"].concat();
    for shipped in ["casevault", "casevault-vault", "casevault-keyserver"] {
        for mark in [&member, &operator, &door] {
            assert!(!contains(&program(shipped), mark), "{shipped} contains {mark}");
        }
    }
    let here = std::env::current_exe().unwrap();
    assert!(contains(&here, &member) && contains(&here, &operator), "a lying member and lying operators are in these tests");
    assert!(contains(&program("casevault-vault-open-door"), &door), "and this is what they meet");
}
