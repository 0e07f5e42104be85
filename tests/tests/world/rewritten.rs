//! A vault whose records were made anew to agree with each other: its `fsck` cannot see it, and people's programs do.

use casevault_service::store::{Records as _, SledRecords, Write};
use casevault_tests::world::{Shelter, World};
use casevault_vault::fsck;
use casevault_vault::journal::Standing;
use casevault_vault::record::{self, JournalKey, kind};
use casevault_wire::codec::{Opaque, decode, encode};
use casevault_wire::journal::{Entry, entry_hash};

/// Alters the last entry of the longest journal, and its head and the index of changes with it.
async fn rewrite(data: &std::path::Path) {
    let records = SledRecords::open(&data.join("records")).unwrap();
    let (from, to) = record::all(kind::JOURNAL);
    let all = records.scan(&from, &to, usize::MAX).await.unwrap().into_iter();
    let all = all.map(|(key, value)| (key, decode::<Standing>(&value, 4096).unwrap()));
    let (key, standing) = all.max_by_key(|(_, standing)| standing.head.length).unwrap();
    let journal: JournalKey = record::name(kind::JOURNAL, &key).unwrap();
    let at = record::entry(&journal, standing.head.length - 1);
    let mut entry: Entry = decode(&records.read(&at).await.unwrap().unwrap(), 1 << 20).unwrap();
    let mut sealed = entry.sealed.into_vec();
    *sealed.last_mut().unwrap() ^= 1;
    entry.sealed = Opaque::new(sealed).unwrap();
    let mut head = standing.head;
    head.hash = entry_hash(&entry);
    let mut write = Write::default();
    write.put(at, encode(&entry));
    write.put(key, encode(&Standing { head, ..standing }));
    write.put(record::change(&journal.team, standing.change), encode(&head));
    records.write(write).await.unwrap();
}

// Breaks R-7.4-20.
#[tokio::test(flavor = "multi_thread")]
async fn what_fsck_cannot_see_is_seen_by_whoever_verifies() {
    let mut world = World::start();
    let Shelter { nadia, omar, .. } = world.shelter().await;
    let (case, _) = nadia.case_open("Rewritten", "Shelter", &[]).await.unwrap();
    for text in ["one", "two"] {
        nadia.note_add(&case.to_string(), text).await.unwrap();
    }
    omar.sync().await.unwrap();
    for client in [&nadia, &omar] {
        assert!(client.verify(None).await.unwrap().problems.is_empty(), "nothing is wrong yet");
    }
    world.check().unwrap();
    let data = world.directory.path().join("vault");
    rewrite(&data).await;
    assert_eq!(fsck(&data).await.unwrap(), [], "all of it agrees");
    world.restart_keyserver();
    world.restart_vault();
    for client in [&nadia, &omar] {
        let verified = client.verify(None).await;
        assert!(!verified.as_ref().is_ok_and(|report| report.problems.is_empty()), "{verified:?}");
    }
}
