//! Ctrl-C in the middle of a transfer: the program says so, nothing is lost, nothing is left lying about, and the same command again
//! ends what was begun.

use std::path::{Path, PathBuf};
use std::time::Duration;

use casevault_tests::device::{Device, Ended, Running};
use casevault_tests::world::{Door, World, silent};
use rustix::process::Signal;

/// Bytes that two files of different names do not share.
fn content(name: &str, length: usize) -> Vec<u8> {
    name.bytes().cycle().enumerate().map(|(at, byte)| byte ^ (at / 251) as u8).take(length).collect()
}

fn size(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    entries.map(|entry| entry.unwrap().metadata().map_or(0, |metadata| metadata.len())).sum()
}

/// Interrupts a command once the tape before the vault has grown by `bytes`.
async fn interrupt(world: &World, mut running: Running, bytes: u64) -> Ended {
    let tape = world.tapes().join("vault");
    let from = size(&tape);
    while size(&tape) < from + bytes {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.signal(Signal::INT);
    running.end().await
}

fn was_interrupted(ended: &Ended) {
    assert_eq!(ended.code, Some(130), "{} {}", ended.answer, ended.error);
    let said: serde_json::Value = serde_json::from_str(&ended.error).unwrap_or_else(|_| panic!("one document: {}", ended.error));
    assert_eq!(said["error"]["code"], "interrupted");
    assert!(ended.answer.is_null(), "{}", ended.answer);
}

async fn done(device: &Device, arguments: &[&str]) -> serde_json::Value {
    let ended = device.run(arguments).await;
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.error);
    ended.answer
}

async fn storyteller() -> (World, Device, String) {
    let world = World::start_taped(Door::Closed).await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Interrupted", "Shelter", &[]).await.unwrap();
    shelter.omar.sync().await.unwrap();
    drop(shelter);
    let nadia = world.device("Nadia");
    (world, nadia, case.to_string())
}

async fn adds_all(world: &World, nadia: &Device, case: &str, files: &[PathBuf]) {
    let mut arguments = vec!["doc", "add", case];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let added = done(nadia, &arguments).await;
    assert_eq!(added.as_array().map(Vec::len), Some(files.len()));
    assert_eq!(done(nadia, &["sync"]).await["queued"], 0);
    assert_eq!(size(&world.profile("Nadia").join("outbox")), 0, "nothing lies about");
    done(nadia, &["verify"]).await;
    let omar = world.open("Omar");
    let out = world.directory.path().join("out of Omar");
    let fetched = omar.get_documents(case, &out, silent()).await.unwrap();
    assert!(fetched.len() == files.len() && fetched.iter().all(|document| document.outcome.is_ok()), "each is there once");
    for file in files {
        assert_eq!(std::fs::read(file).unwrap(), std::fs::read(out.join(file.file_name().unwrap())).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_whose_sending_is_interrupted_are_there_once_when_it_is_repeated() {
    let (world, nadia, case) = storyteller().await;
    let names: Vec<String> = (0..40).map(|number| format!("paper {number}")).collect();
    let files: Vec<_> = names.iter().map(|name| world.file(name, &content(name, 700_000))).collect();
    let mut arguments = vec!["doc", "add", &case];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    was_interrupted(&interrupt(&world, nadia.start(&arguments), 14_000_000).await);
    adds_all(&world, &nadia, &case, &files).await;
    adds_all_again(&nadia, &arguments).await;
}

/// Once more changes nothing.
async fn adds_all_again(nadia: &Device, arguments: &[&str]) {
    let again = done(nadia, arguments).await;
    assert_eq!(done(nadia, &["doc", "list", arguments[2]]).await, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_whose_transfer_is_interrupted_either_way_is_whole_when_it_is_repeated() {
    let (world, nadia, case) = storyteller().await;
    let file = world.file("testimony", &content("testimony", 40_000_000));
    let add = ["doc", "add", &case, file.to_str().unwrap()];
    was_interrupted(&interrupt(&world, nadia.start(&add), 9_000_000).await);
    adds_all(&world, &nadia, &case, std::slice::from_ref(&file)).await;
    let directory = world.directory.path().join("fetched");
    std::fs::create_dir(&directory).unwrap();
    let out = directory.join("testimony");
    let get = ["doc", "get", &case, "testimony", "--out", out.to_str().unwrap()];
    was_interrupted(&interrupt(&world, nadia.start(&get), 9_000_000).await);
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0, "no part of it lies about");
    done(&nadia, &get).await;
    assert!(std::fs::read(&out).unwrap() == std::fs::read(&file).unwrap());
}
