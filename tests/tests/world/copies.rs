//! Devices that are copied or restored from a backup, and a keyserver that is: each is noticed, and nobody else pays for it.

use casevault_sync::view::{Alarm, AlarmKind, Delivery};
use casevault_sync::{Client, ClientError};
use casevault_tests::world::{World, silent};

use super::bad_luck::{copy_profile, sync_by_command};

fn kinds(alarms: &[Alarm]) -> Vec<AlarmKind> {
    alarms.iter().map(|alarm| alarm.kind).collect()
}

/// Nadia, Amal, and their case, to which Omar wrote while the vault was away: his profile is closed, and what he wrote waits in it.
async fn omar_has_something_that_waits(world: &mut World) -> (Client, Client, String) {
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Before", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.omar.sync().await.unwrap();
    world.vault.kill();
    assert_eq!(shelter.omar.note_add(&case, "waits").await.unwrap(), Delivery::Queued);
    drop(shelter.omar);
    world.restart_vault();
    (shelter.nadia, shelter.amal, case)
}

// Obeys R-8.10-5.
// Breaks R-8.10-1, R-8.10-5.
// Plays C11, E09.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_from_a_backup_sends_nothing_and_the_device_hears_of_it() {
    let mut world = World::start();
    let (nadia, _, case) = omar_has_something_that_waits(&mut world).await;
    copy_profile(&world.profile("Omar"), &world.profile("Backup"));
    let omar = world.open("Omar");
    assert!(omar.sync().await.unwrap().alarms.is_empty());
    assert!(omar.sync().await.unwrap().alarms.is_empty(), "a restart is no copy");

    let backup = world.open("Backup");
    let written = backup.note_add(&case, "from the backup").await;
    assert!(matches!(written, Err(ClientError::Copied)), "whatever it does first: {written:?}");
    let refused = backup.sync().await;
    assert!(matches!(refused, Err(ClientError::Copied)), "{refused:?}");
    let opened = backup.case_open("Another", "Shelter", &[]).await;
    assert!(matches!(opened, Err(ClientError::Copied)), "{opened:?}");
    let texts = |view: casevault_sync::view::CaseView| view.notes.into_iter().map(|note| note.text).collect::<Vec<_>>();
    assert!(texts(backup.case(&case).await.unwrap()).contains(&"waits".to_owned()), "what waits stays readable");
    drop(backup);
    let (exit, said) = sync_by_command(&world, "Backup");
    assert_eq!((exit, &said["error"]["code"]), (Some(14), &"copied".into()));
    assert!(said["error"]["hint"].as_str().unwrap().contains("device revoke"), "{said}");

    assert_eq!(kinds(&omar.sync().await.unwrap().alarms), [AlarmKind::Copied], "somebody has a copy of it");
    assert_eq!(omar.note_add(&case, "goes on").await.unwrap(), Delivery::Sent);
    assert!(nadia.sync().await.unwrap().alarms.is_empty(), "nobody else's affair");
    assert_eq!(texts(nadia.case(&case).await.unwrap()), ["waits", "goes on"]);
}

// Obeys R-8.10-5.
// Plays C11, E09.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_copy_does_first_it_sends_nothing_and_takes_nothing_over() {
    let mut world = World::start();
    let (nadia, amal, case) = omar_has_something_that_waits(&mut world).await;
    for copy in ["Adds", "Reads"] {
        copy_profile(&world.profile("Omar"), &world.profile(copy));
    }
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    omar.sync().await.unwrap();

    let adds = world.open("Adds");
    let added = adds.add_documents(&case, &[world.file("passport.txt", b"a passport")], silent()).await;
    assert!(matches!(added, Err(ClientError::Copied)), "{added:?}");
    let closed = adds.case_close(&case).await;
    assert!(matches!(closed, Err(ClientError::Copied)), "{closed:?}");
    let invited = adds.invite_device(None).await;
    assert!(matches!(invited, Err(ClientError::Copied)), "{invited:?}");
    let seen = adds.case(&case).await.unwrap();
    assert_eq!(
        (seen.summary.status.as_str(), seen.notes.len(), seen.documents.len()),
        ("Active", 1, 0),
        "nothing new waits either"
    );

    // The team's keys change, and are to change again: whoever follows the first change and is of the team makes the second.
    nadia.team_rotate("Shelter").await.unwrap();
    amal.team_rotate("Shelter").await.unwrap();
    let reads = world.open("Reads");
    let seen = reads.case(&case).await.unwrap();
    assert_eq!(seen.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["waits"], "what it has");
    assert_eq!(kinds(&omar.sync().await.unwrap().alarms), [AlarmKind::Copied], "no commit was made in its name");
    assert!(amal.status().await.unwrap().changes.is_empty(), "it has made the second change itself");
    assert!(nadia.sync().await.unwrap().alarms.is_empty());
    let seen = nadia.case(&case).await.unwrap();
    assert_eq!((seen.summary.status.as_str(), seen.notes.len(), seen.documents.len()), ("Active", 1, 0));
}

// Obeys R-8.10-3.
// Breaks R-8.10-5.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_keyserver_is_away_a_device_writes_and_who_is_known_for_a_copy_does_not() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Before", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.omar.sync().await.unwrap();
    assert_eq!(shelter.omar.note_add(&case, "on a good connection").await.unwrap(), Delivery::Sent);
    drop(shelter.omar);
    copy_profile(&world.profile("Omar"), &world.profile("Copy"));
    let omar = world.open("Omar");
    omar.sync().await.unwrap();
    omar.sync().await.unwrap();
    let copy = world.open("Copy");
    assert!(matches!(copy.sync().await, Err(ClientError::Copied)));
    drop((omar, copy));
    world.keyserver.kill();

    let (omar, copy) = (world.open("Omar"), world.open("Copy"));
    assert_eq!(omar.note_add(&case, "on a bad connection").await.unwrap(), Delivery::Sent);
    let file = world.file("passport.txt", b"a passport");
    let added = omar.add_documents(&case, std::slice::from_ref(&file), silent()).await.unwrap();
    assert_eq!(added[0].outcome.as_ref().unwrap().delivery, Delivery::Sent);
    assert!(matches!(copy.note_add(&case, "by the copy").await, Err(ClientError::Copied)));
    assert!(matches!(copy.add_documents(&case, &[file], silent()).await, Err(ClientError::Copied)));
    world.restart_keyserver();
    assert_eq!(kinds(&omar.sync().await.unwrap().alarms), [AlarmKind::Copied], "somebody used a copy of it");
    let seen = shelter.nadia.case(&case).await.unwrap();
    assert_eq!((seen.notes.len(), seen.documents.len()), (2, 1));
}

// Obeys R-8.10-4.
// Breaks R-8.10-4.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyserver_from_a_backup_is_alarmed_about_and_shuts_nobody_out() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    shelter.omar.sync().await.unwrap();
    shelter.nadia.sync().await.unwrap();
    let (now, before) = (world.directory.path().join("keyserver"), world.directory.path().join("before"));
    world.keyserver.kill();
    copy_profile(&now, &before);
    world.restart_keyserver();
    for client in [&shelter.omar, &shelter.nadia] {
        for _ in 0..2 {
            assert!(client.sync().await.unwrap().alarms.is_empty());
        }
    }
    world.keyserver.kill();
    std::fs::remove_dir_all(&now).unwrap();
    std::fs::rename(&before, &now).unwrap();
    world.restart_keyserver();
    for client in [&shelter.omar, &shelter.nadia] {
        for _ in 0..2 {
            let report = client.sync().await.unwrap();
            assert_eq!((kinds(&report.alarms), report.online), (vec![AlarmKind::Rollback], true));
        }
        let (_, delivery) = client.case_open("After", "Shelter", &[]).await.unwrap();
        assert_eq!(delivery, Delivery::Sent);
    }
    drop(shelter);
    world.stop_and_check().unwrap();
}
