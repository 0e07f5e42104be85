//! What waits on a device: one thing that cannot be sent keeps nothing else from it, and nothing is told for lost that is kept.

use casevault_sync::view::{AddedDocument, AlarmKind, Delivery};
use casevault_tests::world::{World, silent};
use casevault_wire::limit;

fn deliveries(added: &[AddedDocument]) -> Vec<Delivery> {
    added.iter().map(|file| file.outcome.as_ref().unwrap().delivery).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_team_that_somebody_left_keeps_nothing_else_from_being_sent() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    shelter.amal.team_create("North", &["Nadia".into(), "Omar".into()]).await.unwrap();
    for client in [&shelter.nadia, &shelter.omar, &shelter.nadia] {
        client.sync().await.unwrap();
    }
    let (south, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (north, _) = shelter.nadia.case_open("Northern case", "North", &[]).await.unwrap();
    let (south, north) = (south.to_string(), north.to_string());
    assert_eq!(shelter.nadia.search("Northern").await.unwrap().len(), 1);
    world.vault.kill();
    assert_eq!(shelter.nadia.note_add(&north, "for the north").await.unwrap(), Delivery::Queued);
    let written = shelter.nadia.unsent().unwrap().remove(0);
    world.restart_vault();
    shelter.amal.team_remove("North", "Nadia").await.unwrap();
    shelter.omar.sync().await.unwrap();

    assert_eq!(shelter.nadia.note_add(&south, "once").await.unwrap(), Delivery::Sent);
    assert_eq!(shelter.nadia.case(&south).await.unwrap().notes.len(), 1);
    let report = shelter.nadia.sync().await.unwrap();
    assert_eq!(report.alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Removed]);
    assert_eq!(report.queued, 1);
    let aside = shelter.nadia.unsent().unwrap().remove(0);
    assert_eq!((aside.text.as_str(), aside.member, aside.time), ("for the north", false, written.time));
    assert!(shelter.nadia.search("Northern").await.unwrap().is_empty(), "not her team's any more");

    assert!(shelter.nadia.drop_unsent(Some(&[aside.item, aside.item + 1])).await.is_err(), "all or none");
    assert_eq!(shelter.nadia.drop_unsent(Some(&[aside.item])).await.unwrap(), 1);
    assert_eq!(shelter.nadia.sync().await.unwrap().queued, 0);
}

/// Asks again until the vault has heard of what an administrator stated.
async fn until(mut heard: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if heard().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the vault has not heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_team_is_frozen_is_kept_and_sent_once() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) =
        shelter.nadia.case_open("Case of Mira", "Shelter", &[("cv_GuardianName".into(), "Leila".into())]).await.unwrap();
    let case = case.to_string();
    let files = [world.file("small", b"small"), world.file("large", &vec![7; limit::SMALL_BLOB + 1])];
    shelter.amal.team_freeze("Shelter", true).await.unwrap();
    until(async || shelter.nadia.note_add(&case, "is it frozen?").await.unwrap() == Delivery::Queued).await;
    let added = shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
    assert_eq!(deliveries(&added), [Delivery::Queued, Delivery::Queued]);
    assert_eq!(shelter.nadia.case_set(&case, &[("cv_GuardianName".into(), "Samira".into())]).await.unwrap(), Delivery::Queued);
    let written = shelter.nadia.unsent().unwrap().last().unwrap().time;
    shelter.amal.team_freeze("Shelter", false).await.unwrap();
    until(async || shelter.nadia.sync().await.is_ok_and(|report| report.queued == 0)).await;
    assert_eq!(
        shelter.nadia.custody(&case).await.unwrap().last().unwrap().time,
        written,
        "when it was written, not when it was sent"
    );
    shelter.omar.sync().await.unwrap();
    let out = world.directory.path().join("out");
    let exported = shelter.omar.get_documents(&case, &out, silent()).await.unwrap();
    assert!(exported.len() == 2 && exported.iter().all(|document| document.outcome.is_ok()), "{exported:?}");
    for (word, found) in [("Leila", 0), ("Samira", 1)] {
        assert_eq!(shelter.nadia.search(word).await.unwrap().len(), found, "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_bytes_are_lost_keeps_no_note_from_being_sent() {
    let mut world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    let outbox = world.profile("Nadia").join("outbox");
    let files = [world.file("one", b"one"), world.file("two", b"two")];
    world.vault.kill();
    std::fs::rename(&outbox, outbox.with_extension("away")).unwrap();
    let lost = shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
    assert!(lost.len() == 2 && lost.iter().all(|file| file.outcome.is_err()), "each is told: {lost:?}");
    std::fs::rename(outbox.with_extension("away"), &outbox).unwrap();

    shelter.nadia.add_documents(&case, &files, silent()).await.unwrap();
    let file = std::fs::read_dir(&outbox).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(file).unwrap();
    assert_eq!(shelter.nadia.note_add(&case, "behind them").await.unwrap(), Delivery::Queued);
    world.restart_vault();
    let _ = shelter.nadia.sync().await;
    let seen = shelter.omar.sync().await.and(Ok(shelter.omar.case(&case).await.unwrap())).unwrap();
    assert_eq!((seen.notes.len(), seen.documents.len()), (1, 1));
    let held = shelter.nadia.unsent().unwrap();
    assert_eq!(held.iter().map(|item| item.event.as_str()).collect::<Vec<_>>(), ["document-added", "metadata-found"]);
    let number = held[0].item;
    assert_eq!(shelter.nadia.drop_unsent(Some(&[number])).await.unwrap(), 2, "what was found in it goes with it");
    assert_eq!(shelter.nadia.sync().await.unwrap().queued, 0);
}
