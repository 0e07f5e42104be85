//! What a keyserver does before it serves, and whom others' logs hinder.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casevault_keyserver::Keyserver;
use casevault_keyserver::fsck::{Fault, check};
use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{MemoryRecords, Pair, Records, SledRecords, StoreError, Write};
use casevault_wire::codec::encode;
use casevault_wire::keyserver::LogPage;
use casevault_wire::log::Statement;
use casevault_wire::problem::Code;
use casevault_wire::server::ServerKind;

use crate::world::{NOON, Ngo, World};

/// The kind of entries of logs.
const LOG: u8 = 2;

/// What records answer, some day.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Counts the entries of logs that are read.
struct Counting {
    records: MemoryRecords,
    entries: AtomicUsize,
}

impl Counting {
    fn count(&self, pairs: &[Pair]) {
        let entries = pairs.iter().filter(|(key, _)| key.first() == Some(&LOG)).count();
        self.entries.fetch_add(entries, Ordering::SeqCst);
    }
}

impl Records for Counting {
    fn read<'a>(&'a self, key: &'a [u8]) -> Answer<'a, Option<Vec<u8>>> {
        self.count(&[(key.to_vec(), Vec::new())]);
        self.records.read(key)
    }

    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> Answer<'a, Vec<Pair>> {
        Box::pin(async move {
            let found = self.records.scan(from, to, limit).await?;
            self.count(&found);
            Ok(found)
        })
    }

    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> Answer<'a, Vec<Vec<u8>>> {
        self.records.keys(from, to, limit)
    }

    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> Answer<'a, Vec<Pair>> {
        Box::pin(async move {
            let found = self.records.scan_back(from, to, limit).await?;
            self.count(&found);
            Ok(found)
        })
    }

    fn write(&self, write: Write) -> Answer<'_, ()> {
        self.records.write(write)
    }
}

/// A keyserver with an organisation whose log has many entries, and one with few.
async fn two() -> (World, Ngo, Ngo) {
    let world = World::start().await;
    let (mut long, team) = Ngo::with_team(&world, 3).await;
    for _ in 0..3 {
        long.state(&world, 1, vec![Statement::RotateTeam(team.id); 200]).await.unwrap();
    }
    let short = Ngo::found(world.key, 1);
    world.send("POST", "/v1/organisations", None, encode(&short.append())).await.done().unwrap();
    (world, long, short)
}

// Plays X11.
// Obeys R-8.7-7.
// Breaks R-8.7-7.
#[tokio::test]
async fn x11_a_start_reads_nobodys_log() {
    let (world, ..) = two().await;
    let directory = world.stop().await;
    let records = MemoryRecords::copy(&SledRecords::open(&directory.path().join("records")).unwrap()).await.unwrap();
    let records = Arc::new(Counting { records, entries: AtomicUsize::new(0) });
    let clock = Arc::new(ManualClock::at(NOON));
    let node = Node::new(ServerKind::Keyserver, ServerKey::from_seed(&[0xaa; 32]), clock, Stop::default());
    Keyserver::load(Arc::new(node), records.clone(), 2).await.unwrap();
    assert_eq!(records.entries.load(Ordering::SeqCst), 2, "the founding of each");
}

// Plays X11.
// Breaks R-8.7-7.
#[tokio::test]
async fn x11_a_log_that_does_not_verify_stops_its_own_organisation() {
    let (world, long, short) = two().await;
    let prefix = [&[LOG], long.log.id().as_bytes().as_slice()].concat();
    let damage = |all: Vec<Pair>| {
        let (key, _) = all.into_iter().filter(|(key, _)| key.starts_with(&prefix)).nth(7).unwrap();
        Write { put: vec![(key, vec![1])], ..Write::default() }
    };
    let world = world.restart_with(damage).await;
    let page: LogPage = world.get(&short.vault(), "/log?from=0").await.unwrap();
    assert_eq!(page.entries.as_slice().len(), 3);
    assert_eq!(world.get::<LogPage>(&long.vault(), "/log?from=0").await, Err(Code::Unavailable));
    let again = encode(&Ngo::found(world.key, 0).append());
    assert_eq!(world.send("POST", "/v1/organisations", None, again).await.done(), Err(Code::Unavailable), "it is there");
    let key = world.key;
    let directory = world.stop().await;
    let records = SledRecords::open(&directory.path().join("records")).unwrap();
    let faults: Vec<_> = check(&records, &key).await.unwrap().faults.iter().map(|finding| finding.fault).collect();
    assert_eq!(faults, [Fault::Form, Fault::Log]);
}
