//! A vault that dies while journals are removed, at any write and at any moment.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{Pair, StoreError};
use casevault_vault::blob::LocalBlobs;
use casevault_vault::fsck;
use casevault_vault::vault::{Settings, Vault};
use casevault_wire::id::TeamId;
use casevault_wire::server::ServerKind;
use futures_util::future::BoxFuture;

use super::*;

/// Records that take so many writes more.
struct Dying(SledRecords, AtomicUsize);

impl Records for Dying {
    fn read<'a>(&'a self, key: &'a [u8]) -> BoxFuture<'a, Result<Option<Vec<u8>>, StoreError>> {
        self.0.read(key)
    }
    fn scan<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        self.0.scan(from, to, limit)
    }
    fn scan_back<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Pair>, StoreError>> {
        self.0.scan_back(from, to, limit)
    }
    fn keys<'a>(&'a self, from: &'a [u8], to: &'a [u8], limit: usize) -> BoxFuture<'a, Result<Vec<Vec<u8>>, StoreError>> {
        self.0.keys(from, to, limit)
    }
    fn write(&self, write: Write) -> BoxFuture<'_, Result<(), StoreError>> {
        match self.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => self.0.write(write),
            Err(_) => Box::pin(std::future::ready(Err(StoreError::Unavailable))),
        }
    }
}

/// A vault that serves nobody, at `now`, which takes so many writes.
fn open(data: &Path, now: Time, writes: usize) -> Vault {
    let node = Node::new(ServerKind::Vault, ServerKey::open(data).unwrap(), Arc::new(ManualClock::at(now)), Stop::default());
    let records = Dying(SledRecords::open(&data.join("records")).unwrap(), AtomicUsize::new(writes));
    Vault::new(Arc::new(node), Arc::new(records), Arc::new(LocalBlobs::open(data).unwrap()), Settings::default())
}

// Obeys R-7.4-26.
#[tokio::test]
async fn a_vault_that_dies_at_any_write_goes_on_at_its_next_start() {
    let mut story = Story::new().await;
    let blobs: Vec<_> = (0..40_u8).map(|number| vec![number; 10]).collect();
    let sealed: Vec<_> = (0..40).map(|_| b"one of many".as_slice()).collect();
    let more = batch(&blobs.iter().map(Vec::as_slice).collect::<Vec<_>>(), entries(&story.head, 1, &sealed));
    story.member.append(CASE, more).await.unwrap();
    let upload = story.member.begin(CASE, 4).await.unwrap();
    story.member.write(&upload, 0, b"four").await.unwrap();
    story.member.finish(&upload, BlobDigest::of(b"four")).await.unwrap();
    for journal in [CASE, DOSSIER] {
        story.member.mark(journal).await.unwrap();
    }
    let now = Time(story.world.vault().now().0 + DELETION_HOLD);
    assert_eq!(story.world.fsck().await, []);
    let data = story.world.data();
    let mut lives = 0;
    loop {
        let vault = open(&data, now, 1);
        let _ = vault.recover_pending().await;
        let done = vault.remove_due(now).await.unwrap();
        drop(vault);
        assert_eq!(fsck(&data).await.unwrap(), [], "life {lives}");
        let records = SledRecords::open(&data.join("records")).unwrap();
        let (from, to) = record::all(record::kind::MARK);
        if records.keys(&from, &to, 1).await.unwrap().is_empty() && done > 0 {
            break;
        }
        lives += 1;
    }
    assert!(lives > 8, "{lives}");
    assert_eq!(files(&data), 1);
}

/// Tells the vault, which is this test binary again, where its data are, and of which organisation.
const DATA: &str = "CASEVAULT_DELETIONS_DATA";
const ORGANISATION: &str = "CASEVAULT_DELETIONS_ORGANISATION";
/// How many removals are done before each kill.
const ROUNDS: [usize; 4] = [1, 9, 4, 15];
/// When the vault in the other process marks.
const BEGIN: Time = Time(1);

fn numbered(organisation: OrganisationId, number: u64) -> JournalKey {
    let journal = JournalId([[9; 8], number.to_be_bytes()].concat().try_into().unwrap());
    JournalKey { team: TeamKey { organisation, team: TeamId([1; 32]) }, journal }
}

/// Not a test of its own: removes journals until it is killed, and says which are gone.
#[tokio::test]
async fn remover() {
    use casevault_vault::grant::By;
    use casevault_vault::journal::{Append, Chain};
    use casevault_vault::record::BlobKey;
    let (Ok(data), Ok(organisation)) = (std::env::var(DATA), std::env::var(ORGANISATION)) else { return };
    let organisation = OrganisationId::parse(&organisation).unwrap();
    let vault = open(Path::new(&data), BEGIN, usize::MAX);
    vault.recover_pending().await.unwrap();
    for number in 0.. {
        let journal = numbered(organisation, number);
        let sealed: Vec<_> = (0..40).map(|_| b"one of many".as_slice()).collect();
        let chain = Chain::of(journal.journal, &entries(&empty(journal.journal), 1, &sealed)).unwrap();
        let blobs = (0..40_u8).map(|number| vec![number; 10]);
        let blobs = blobs.map(|blob| (BlobKey { journal, digest: BlobDigest::of(&blob) }, blob.into())).collect();
        if vault.append(Append { journal, by: By::Team(1), chain, blobs }).await.is_ok() {
            vault.mark(&journal, 1).await.unwrap();
            vault.remove_due(Time(BEGIN.0 + DELETION_HOLD)).await.unwrap();
            writeln!(std::io::stderr().lock(), "removed {number}").unwrap();
        }
    }
}

// Obeys R-7.4-26.
#[tokio::test]
async fn what_is_removed_stays_so_and_what_is_half_removed_goes_whenever_the_vault_is_killed() {
    let mut story = Story::new().await;
    let organisation = story.world.organisation;
    story.world.stop().await;
    let data = story.world.data();
    for count in ROUNDS {
        let mut remover = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "deletions::killed::remover", "--nocapture"])
            .env(DATA, &data)
            .env(ORGANISATION, organisation.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(remover.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut removed = lines.filter_map(|line| line.strip_prefix("removed ")?.parse::<u64>().ok());
        let mut last = removed.by_ref().nth(count - 1).unwrap();
        remover.kill().unwrap();
        remover.wait().unwrap();
        last = removed.last().unwrap_or(last);
        assert_eq!(story.world.fsck().await, []);
        let vault = open(&data, BEGIN, usize::MAX);
        for number in 0..=last {
            let read = vault.entries(&numbered(organisation, number), 0).await;
            assert_eq!(read.map_err(|problem| problem.0).err(), Some(Code::Refused), "{number} of {last}");
        }
    }
    let vault = open(&data, Time(BEGIN.0 + DELETION_HOLD), usize::MAX);
    vault.recover_pending().await.unwrap();
    vault.remove_due(Time(BEGIN.0 + DELETION_HOLD)).await.unwrap();
    drop(vault);
    assert_eq!(story.world.fsck().await, []);
    assert!(files(&data) <= 3 + 40, "at most the last, which was not marked yet");
}
