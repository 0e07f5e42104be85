//! A member's device does what no client would: the others notice, nobody else is accused, and their work goes on.

use casevault_crypto::event::{Body, DocumentAdded, DocumentReplaced, Note};
use casevault_sync::view::AlarmKind;
use casevault_tests::liar::Liar;
use casevault_tests::pen::Pen;
use casevault_tests::world::{World, silent};
use casevault_wire::codec::{Opaque, Text, decode, encode};
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::keyserver::HeadPage;
use casevault_wire::time::Time;
use reqwest::Method;

async fn records(liar: &mut Liar) -> HeadPage {
    decode(&liar.ask(Method::GET, ("/heads", "from=0"), Vec::new()).await, 1 << 24).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_rubbish_accuses_no_server_and_stops_nobody() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    assert!(shelter.omar.sync().await.unwrap().alarms.is_empty());
    let team = shelter.nadia.team("Shelter").await.unwrap().team;

    drop(shelter.omar);
    let mut omar = Liar::of(&world, "Omar", team);
    let last = records(&mut omar).await.records.into_vec().pop().unwrap();
    for checkpoint in [0, 1] {
        let newest = records(&mut omar).await.records.into_vec().pop().unwrap();
        let rubbish = HeadRecord {
            sequence: newest.sequence + 1,
            previous: record_hash(&newest),
            generation: u64::from(checkpoint) * 1_000_000,
            checkpoint,
            sealed: Opaque::new(vec![7; 2000]).unwrap(),
        };
        omar.ask(Method::POST, ("/heads", ""), encode(&rubbish)).await;
    }

    for _ in 0..2 {
        let report = shelter.nadia.sync().await.unwrap();
        assert!(report.online, "everything was synchronised");
        assert_eq!(report.alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Heads]);
    }
    shelter.nadia.note_add(&case, "work goes on").await.unwrap();
    let after = records(&mut omar).await.records.into_vec();
    assert!(
        after.first().is_some_and(|record| record.checkpoint == 1 && record.sequence == last.sequence + 3),
        "all heads again"
    );
    drop(omar);
    let omar = world.open("Omar");
    assert_eq!(omar.sync().await.unwrap().alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [AlarmKind::Heads]);
    assert_eq!(omar.case(&case).await.unwrap().notes.len(), 1);
}

fn note(text: &str) -> Body {
    Body::Note(Note { text: Text::new(text).unwrap() })
}

// Plays D10, D11.
// Obeys R-6.5-2.
// Breaks R-6.5-2.
#[tokio::test(flavor = "multi_thread")]
async fn d11_who_writes_over_a_document_or_before_a_time_takes_nothing_away() {
    let world = World::start();
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Case of Mira", "Shelter", &[]).await.unwrap();
    let (team, text) = (shelter.nadia.team("Shelter").await.unwrap().team, case.to_string());
    let evidence = world.file("evidence", b"what she said");
    shelter.nadia.add_documents(&text, &[evidence], silent()).await.unwrap();
    shelter.nadia.note_add(&text, "first").await.unwrap();
    shelter.omar.sync().await.unwrap();
    shelter.omar.case(&text).await.unwrap();
    drop(shelter.omar);

    let mut omar = Pen::of(&world, "Omar", (team, case));
    let original = omar.versions.remove(0);
    for (number, time) in [(1, 0), (0, 1), (u64::MAX, u64::MAX), (1, 2)] {
        let (version, blob) = omar.version(&original, number, b"something else");
        let over = if time == 2 {
            Body::DocumentAdded(DocumentAdded(version))
        } else {
            Body::DocumentReplaced(DocumentReplaced(version))
        };
        let entries = omar.entries(&[over, note(&time.to_string())], Time(time));
        assert!(omar.send(vec![blob], entries).await.is_success());
    }
    shelter.nadia.note_add(&text, "last").await.unwrap();

    let report = shelter.nadia.verify(Some(&text)).await.unwrap();
    assert_eq!(report.documents, 5, "every version is kept, the first among them: {report:?}");
    let said: Vec<_> = report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(said, [AlarmKind::Document], "and that an id was added twice is told");
    let view = shelter.nadia.case(&text).await.unwrap();
    let notes: Vec<_> = view.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["first", "0", "1", &u64::MAX.to_string(), "2", "last"], "in the order of the journal");
    let custody = shelter.nadia.custody(&text).await.unwrap();
    assert!(custody.iter().map(|line| line.sequence).eq(0..custody.len() as u64), "and so is custody, without a gap");
    let by_omar = custody.iter().filter(|line| line.person_name.as_deref() == Some("Omar") && !line.documents.is_empty());
    assert_eq!(by_omar.count(), 4, "which says who did it");
    assert_eq!(view.documents.len(), 1);
    let out = world.directory.path().join("out");
    shelter.nadia.get_document(&text, "evidence", &out, silent()).await.unwrap();
    assert_eq!(std::fs::read(out).unwrap(), b"something else", "the last in the journal is the current one");
    drop(shelter.nadia);
    let shown = world.device("Nadia").run(&["case", "show", &text]).await;
    assert_eq!(shown.code, Some(0), "whatever the times: {}", shown.error);
}
