//! Journeys through the real servers.

use casevault_sync::view::{ChangeState, Delivery};
use casevault_sync::{ClientError, Role};
use casevault_tests::world::{World, silent};

#[tokio::test(flavor = "multi_thread")]
async fn a_team_shares_documents_and_a_removed_member_gets_nothing_new() {
    let world = World::start();
    let amal = world.found("Amal").await;
    let nadia = world.bring_in(&amal, "Nadia", Role::Caseworker).await;
    let omar = world.bring_in(&amal, "Omar", Role::Caseworker).await;
    amal.team_create("Shelter", &["Nadia".into(), "Omar".into()]).await.unwrap();
    nadia.sync().await.unwrap();
    omar.sync().await.unwrap();
    nadia.sync().await.unwrap();
    let (case, delivery) = nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    assert_eq!(delivery, Delivery::Sent);
    let case = case.to_string();

    let source = world.directory.path().join("source");
    std::fs::create_dir(&source).unwrap();
    let small = source.join("passport.pdf");
    let large = source.join("testimony.mp4");
    let empty = source.join("empty.txt");
    std::fs::write(&small, b"passport of Mira").unwrap();
    std::fs::write(&large, (0..9_000_000u32).map(|n| (n % 251) as u8).collect::<Vec<_>>()).unwrap();
    std::fs::write(&empty, b"").unwrap();
    // As much as one request carries, more than one piece of an upload, and one that fills both.
    let scans: Vec<_> = [3 << 20, 4 << 20, 2 << 20, 1 << 20, (4 << 20) - 65_600].into_iter().enumerate().collect();
    let scans: Vec<_> = scans.iter().map(|(n, length)| world.file(&format!("scan-{n}.jpg"), &vec![*n as u8; *length])).collect();
    let files = [vec![small.clone(), large.clone()], scans.clone(), vec![empty.clone()]].concat();
    let added = nadia.add_documents(&case, &files, silent()).await.unwrap();
    assert_eq!(added.iter().map(|document| document.path.clone()).collect::<Vec<_>>(), files);
    for document in &added {
        assert_eq!(document.outcome.as_ref().unwrap().delivery, Delivery::Sent);
    }

    let report = omar.sync().await.unwrap();
    assert!(report.alarms.is_empty(), "{:?}", report.alarms);
    for (name, file) in [("passport.pdf", &small), ("testimony.mp4", &large), ("empty.txt", &empty)] {
        let out = world.directory.path().join(format!("omar-{name}"));
        omar.get_document(&case, name, &out, silent()).await.unwrap();
        assert_eq!(std::fs::read(out).unwrap(), std::fs::read(file).unwrap());
    }
    let out = world.directory.path().join("omar-all");
    omar.get_documents(&case, &out, silent()).await.unwrap();
    for scan in &scans {
        assert!(std::fs::read(out.join(scan.file_name().unwrap())).unwrap() == std::fs::read(scan).unwrap());
    }
    omar.note_add(&case, "seen by Omar").await.unwrap();
    let view = nadia.case(&case).await.unwrap();
    assert_eq!(view.notes.len(), 1);
    assert_eq!(view.notes[0].person_name.as_deref(), Some("Omar"));
    assert!(matches!(amal.case(&case).await, Err(ClientError::Unknown(_))));

    let (_, state) = amal.team_remove("Shelter", "Omar").await.unwrap();
    assert_eq!(state, ChangeState::Requested);
    nadia.sync().await.unwrap();
    let new = source.join("new.txt");
    std::fs::write(&new, b"not for Omar").unwrap();
    nadia.add_documents(&case, &[new], silent()).await.unwrap();
    let out = world.directory.path().join("omar-new");
    assert!(omar.get_document(&case, "new.txt", &out, silent()).await.is_err());
    let _ = omar.sync().await;
    assert!(omar.get_document(&case, "new.txt", &out, silent()).await.is_err());
    assert!(!out.exists());
    let verified = nadia.verify(None).await.unwrap();
    assert!(verified.problems.is_empty(), "{:?}", verified.problems);
    assert_eq!(verified.documents, 9);
}
