//! Servers that die, devices that are away, and people who write at once: nothing is lost and nothing is told twice.

use std::collections::BTreeSet;
use std::path::PathBuf;

use casevault_service::store::{Records as _, SledRecords};
use casevault_sync::view::{AlarmKind, ChangeState, Delivery};
use casevault_sync::{Client, ClientError};
use casevault_tests::evil::Act;
use casevault_tests::world::{World, silent};
use casevault_vault::record::kind;
use casevault_wire::limit;

/// What a device does in a case, one after the other.
const STEPS: usize = 5;

struct Device<'a> {
    client: &'a Client,
    small: PathBuf,
    large: PathBuf,
}

impl Device<'_> {
    /// Does step `step`; `case` is known from the first step on.
    async fn step(&self, step: usize, title: &str, case: &mut String) -> Delivery {
        match step {
            0 => {
                let (opened, delivery) = self.client.case_open(title, "Shelter", &[]).await.unwrap();
                *case = opened.to_string();
                delivery
            }
            1 => self.client.note_add(case, title).await.unwrap(),
            2 => self.add(case, &self.small).await,
            3 => self.add(case, &self.large).await,
            _ => self.client.case_set(case, &[("cv_GuardianName".into(), title.into())]).await.unwrap(),
        }
    }

    async fn add(&self, case: &str, file: &std::path::Path) -> Delivery {
        let mut added = self.client.add_documents(case, &[file.to_owned()], silent()).await.unwrap();
        added.remove(0).outcome.unwrap().delivery
    }
}

async fn reads_all(world: &World, reader: &Client, case: &str, title: &str) {
    let view = reader.case(case).await.unwrap();
    assert_eq!(view.summary.title, title);
    assert_eq!(view.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), [title]);
    assert_eq!(view.fields, [("cv_GuardianName".to_owned(), title.to_owned())]);
    assert_eq!(view.documents.len(), 2);
    for name in ["small", "large"] {
        let out = world.directory.path().join(format!("{title} {name}"));
        reader.get_document(case, name, &out, silent()).await.unwrap();
        assert_eq!(std::fs::read(out).unwrap(), std::fs::read(world.directory.path().join("files").join(name)).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_written_while_the_vault_is_dead_arrives_once_it_is_back() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let large: Vec<u8> = (0..limit::SMALL_BLOB + 7).map(|n| (n % 253) as u8).collect();
    let (small, large) = (world.file("small", b"a small document"), world.file("large", &large));
    let nadia = Device { client: &shelter.nadia, small, large };
    for killed_before in 0..=STEPS {
        let title = format!("killed before step {killed_before}");
        let mut case = String::new();
        for step in 0..STEPS {
            if step == killed_before {
                world.vault.kill();
            }
            let expected = if step < killed_before { Delivery::Sent } else { Delivery::Queued };
            assert_eq!(nadia.step(step, &title, &mut case).await, expected, "{title}, step {step}");
        }
        world.restart_vault();
        let report = nadia.client.sync().await.unwrap();
        assert_eq!((report.queued, report.sent > 0), (0, killed_before < STEPS), "{title}");
        shelter.omar.sync().await.unwrap();
        reads_all(&world, &shelter.omar, &case, &title).await;
    }
    let verified = shelter.omar.verify(None).await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    drop(shelter);
    world.stop_and_check().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_keyserver_stops_nobody_from_writing_to_the_vault() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    world.keyserver.kill();
    let (case, delivery) = shelter.nadia.case_open("Without keyserver", "Shelter", &[]).await.unwrap();
    assert_eq!(delivery, Delivery::Sent);
    shelter.nadia.note_add(&case.to_string(), "still here").await.unwrap();
    assert!(matches!(shelter.omar.sync().await, Err(ClientError::Unreachable)));
    world.restart_keyserver();
    shelter.nadia.sync().await.unwrap();
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.case(&case.to_string()).await.unwrap().notes.len(), 1);
    let verified = shelter.omar.verify(None).await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_write_at_once_lose_nothing() {
    const NOTES: usize = 15;
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Both write", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.omar.sync().await.unwrap();
    let write = async |client: &Client, who: &str| {
        for number in 0..NOTES {
            assert_eq!(client.note_add(&case, &format!("{who} {number}")).await.unwrap(), Delivery::Sent);
        }
    };
    tokio::join!(write(&shelter.nadia, "Nadia"), write(&shelter.omar, "Omar"));
    for client in [&shelter.nadia, &shelter.omar] {
        let notes = client.case(&case).await.unwrap().notes;
        let texts: BTreeSet<&str> = notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!((notes.len(), texts.len()), (2 * NOTES, 2 * NOTES));
        for who in ["Nadia", "Omar"] {
            let in_order: Vec<_> = notes.iter().map(|note| &note.text).filter(|text| text.starts_with(who)).collect();
            assert_eq!(
                in_order,
                (0..NOTES).map(|number| format!("{who} {number}")).collect::<Vec<_>>().iter().collect::<Vec<_>>()
            );
        }
        let verified = client.verify(None).await.unwrap();
        assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_away_for_fifty_commits_opens_everything() {
    let world = World::start();
    let shelter = world.shelter().await;
    let mut cases = Vec::new();
    for commit in 0..50 {
        let (_, state) = shelter.nadia.team_rotate("Shelter").await.unwrap();
        assert_eq!(state, ChangeState::Done);
        if commit % 10 == 5 {
            let (case, _) = shelter.nadia.case_open(&format!("Case {commit}"), "Shelter", &[]).await.unwrap();
            let file = world.file(&format!("of {commit}"), format!("document of {commit}").as_bytes());
            shelter.nadia.add_documents(&case.to_string(), &[file], silent()).await.unwrap();
            cases.push((case.to_string(), commit));
        }
    }
    let report = shelter.omar.sync().await.unwrap();
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    let (hers, his) = (shelter.nadia.team("Shelter").await.unwrap(), shelter.omar.team("Shelter").await.unwrap());
    assert_eq!((hers.generation, his.generation), (51, 51));
    for (case, commit) in cases {
        let out = world.directory.path().join(commit.to_string());
        shelter.omar.get_document(&case, &format!("of {commit}"), &out, silent()).await.unwrap();
        assert_eq!(std::fs::read(out).unwrap(), format!("document of {commit}").into_bytes());
        assert_eq!(shelter.omar.note_add(&case, "read").await.unwrap(), Delivery::Sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_one_although_the_answer_to_its_beginning_was_lost() {
    let (mut world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case 1", "Shelter", &[]).await.unwrap();
    operators.vault.when(|asked| asked.is("POST", "/uploads"), Act::Lose);
    let file = world.file("large", &vec![7; limit::SMALL_BLOB + 1]);
    let _ = shelter.nadia.add_documents(&case.to_string(), &[file], silent()).await;
    operators.vault.repent();
    shelter.nadia.sync().await.unwrap();
    world.check().unwrap();
    let records = SledRecords::open(&world.directory.path().join("vault/records")).unwrap();
    let uploads = records.scan(&[kind::UPLOAD], &[kind::PENDING], usize::MAX).await.unwrap();
    assert_eq!(uploads.len(), 1);
}

pub fn copy_profile(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_profile(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// `casevault sync` in a profile: its exit code, and what it says to a script when it fails.
pub fn sync_by_command(world: &World, name: &str) -> (Option<i32>, serde_json::Value) {
    let passphrase = world.file("passphrase", casevault_tests::world::PASSPHRASE);
    let mut command = std::process::Command::new(casevault_tests::world::program("casevault"));
    command.arg("--profile").arg(world.profile(name)).arg("--passphrase-file").arg(passphrase).args(["--json", "sync"]);
    let output = command.output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stderr).unwrap())
}

// Obeys R-8.3-23.
// Breaks R-8.3-23.
// Plays C11, E12.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_that_is_restored_from_a_copy_gets_nothing_new() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Before", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.nadia.note_add(&case, "before").await.unwrap();
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.case(&case).await.unwrap().notes.len(), 1);
    drop(shelter.omar);
    copy_profile(&world.profile("Omar"), &world.profile("Copy"));
    shelter.amal.remove_person("Omar").await.unwrap();
    shelter.nadia.sync().await.unwrap();
    shelter.nadia.note_add(&case, "after").await.unwrap();
    shelter.nadia.add_documents(&case, &[world.file("after.txt", b"after")], silent()).await.unwrap();
    for name in ["Omar", "Copy"] {
        let omar = world.open(name);
        let out = world.directory.path().join(name);
        assert!(omar.get_document(&case, "after.txt", &out, silent()).await.is_err());
        let case_view = omar.case(&case).await;
        assert!(case_view.as_ref().map_or(true, |view| view.notes.len() == 1), "{name}: {case_view:?}");
        let written = omar.note_add(&case, "by somebody who was removed").await;
        assert!(!matches!(written, Ok(Delivery::Sent)), "{name}");
        let refused = omar.sync().await;
        assert!(matches!(refused, Err(ClientError::Removed)), "{name}: {refused:?}");
        let written = omar.note_add(&case, "once more").await;
        assert!(matches!(written, Err(ClientError::Removed)), "{name}: {written:?}");
        let log = omar.log().await.unwrap();
        assert_eq!(log.last().unwrap().statement, "remove-person", "{name}: the log says who did it, and nothing after");
        assert!(omar.get_document(&case, "after.txt", &out, silent()).await.is_err());
        assert!(!out.exists());
        drop(omar);
        let (exit, said) = sync_by_command(&world, name);
        assert_eq!(exit, Some(15));
        assert_eq!(said["error"]["code"], "removed");
        assert!(said["error"]["hint"].as_str().unwrap().contains("be invited anew"), "{said}");
    }
    shelter.nadia.sync().await.unwrap();
    let view = shelter.nadia.case(&case).await.unwrap();
    assert_eq!(view.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["before", "after"]);
}

// Obeys R-8.1-7.
// Breaks R-8.1-7.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyserver_that_was_set_back_is_noticed_and_not_believed() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (now, before) = (world.directory.path().join("keyserver"), world.directory.path().join("before"));
    world.keyserver.kill();
    copy_profile(&now, &before);
    world.restart_keyserver();
    shelter.amal.team_create("Another team", &["Nadia".into()]).await.unwrap();
    assert_eq!(shelter.nadia.sync().await.unwrap().alarms, [], "the log goes on from what she has");
    world.keyserver.kill();
    std::fs::remove_dir_all(&now).unwrap();
    std::fs::rename(&before, &now).unwrap();
    world.restart_keyserver();
    let report = shelter.nadia.sync().await.unwrap();
    assert!(report.alarms.iter().any(|alarm| alarm.kind == AlarmKind::Rollback), "{report:?}");
    assert!(!report.online);
    assert!(matches!(shelter.nadia.log().await, Err(ClientError::Verification)), "it is not shown in the place of hers");
}
