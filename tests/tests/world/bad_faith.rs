//! A member's device does what no client would: the others notice, nobody else is accused, and their work goes on.

use casevault_sync::view::AlarmKind;
use casevault_tests::liar::Liar;
use casevault_tests::world::World;
use casevault_wire::codec::{Opaque, decode, encode};
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::keyserver::HeadPage;
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
