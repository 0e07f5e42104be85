//! The suite that every backend of [`Records`] runs in its tests. Each check panics with the rule that is broken.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test suite reports by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Records, StoreError, Write};

/// Runs the suite. `open` opens the same, at first empty, records again and again.
pub async fn records<F>(open: F)
where
    F: Fn() -> Result<Arc<dyn Records>, StoreError>,
{
    let records = open().expect("records open");
    a_write_is_all_or_nothing(&*records).await;
    preconditions_hold(&*records).await;
    scans_are_ordered_and_bounded(&*records).await;
    values_of_every_size_read_back(&*records).await;
    a_value_that_is_being_replaced_is_read_whole(&*records).await;
    one_of_many_concurrent_claims_wins(&records).await;
    let count = concurrent_writers_all_land(&records).await;
    drop(records);
    let records = open().expect("records open again");
    everything_is_there_after_reopening(&*records, count).await;
}

fn write(put: &[(&[u8], &[u8])]) -> Write {
    Write { put: put.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect(), ..Write::default() }
}

async fn a_write_is_all_or_nothing(records: &dyn Records) {
    records.write(write(&[(b"a/1", b"one"), (b"a/2", b"two")])).await.expect("a write without preconditions succeeds");
    let mut second = write(&[(b"a/1", b"other"), (b"a/3", b"three")]);
    second.delete(b"a/2".to_vec());
    second.expect(b"a/2".to_vec(), Some(b"not two".to_vec()));
    assert_eq!(records.write(second).await, Err(StoreError::Conflict), "a precondition that does not hold is a conflict");
    assert_eq!(records.read(b"a/1").await, Ok(Some(b"one".to_vec())), "a refused write changes nothing");
    assert_eq!(records.read(b"a/2").await, Ok(Some(b"two".to_vec())), "a refused write deletes nothing");
    assert_eq!(records.read(b"a/3").await, Ok(None), "a refused write adds nothing");
}

async fn preconditions_hold(records: &dyn Records) {
    let mut create = write(&[(b"b/1", b"1")]);
    create.expect(b"b/1".to_vec(), None);
    assert_eq!(records.write(create.clone()).await, Ok(()), "absence can be a precondition");
    assert_eq!(records.write(create).await, Err(StoreError::Conflict), "and holds once");
    let mut replace = write(&[(b"b/1", b"2")]);
    replace.expect(b"b/1".to_vec(), Some(b"1".to_vec()));
    assert_eq!(records.write(replace.clone()).await, Ok(()), "a value can be a precondition");
    assert_eq!(records.write(replace).await, Err(StoreError::Conflict), "and holds once");
    let mut remove = Write::default();
    remove.expect(b"b/1".to_vec(), Some(b"2".to_vec()));
    remove.delete(b"b/1".to_vec());
    assert_eq!(records.write(remove).await, Ok(()));
    assert_eq!(records.read(b"b/1").await, Ok(None), "a deleted record is gone");
}

async fn scans_are_ordered_and_bounded(records: &dyn Records) {
    let pairs: Vec<_> = (0u16..300).map(|n| ([b"c/", n.to_be_bytes().as_slice()].concat(), vec![n as u8])).collect();
    let mut shuffled = pairs.clone();
    shuffled.rotate_left(117);
    shuffled.reverse();
    records.write(Write { put: shuffled, ..Write::default() }).await.expect("a large write succeeds");
    let all = records.scan(b"c/", b"c0", usize::MAX).await.expect("a scan succeeds");
    assert_eq!(all, pairs, "a scan is in order of keys and ends before `to`");
    let some = records.scan(&pairs[10].0, &pairs[20].0, 5).await.expect("a scan succeeds");
    assert_eq!(some, pairs[10..15], "a scan begins at `from` and ends at its limit");
    let back = records.scan_back(&pairs[10].0, &pairs[20].0, 2).await.expect("a scan succeeds");
    assert_eq!(back, [pairs[19].clone(), pairs[18].clone()], "a scan backwards begins before `to`");
    let keys = records.keys(&pairs[10].0, &pairs[20].0, 2).await.expect("keys are read");
    assert_eq!(keys, [pairs[10].0.clone(), pairs[11].0.clone()], "keys are those of a scan");
    assert_eq!(records.scan(b"d", b"c", 9).await, Ok(Vec::new()), "an empty range is empty");
    assert_eq!(records.scan(b"c/", b"c/", 9).await, Ok(Vec::new()), "an empty range is empty");
}

/// Sizes around the edges of pieces and segments.
const SIZES: [usize; 8] = [0, 1, 4 * 1024, 4 * 1024 + 1, 100_000, 512 * 1024, 2 * 1024 * 1024, 9 * 1024 * 1024];

fn value(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n * 31 + n / 251 + size) as u8).collect()
}

async fn values_of_every_size_read_back(records: &dyn Records) {
    for size in SIZES {
        records.write(write(&[(b"d/changing", &value(size))])).await.expect("a write succeeds");
        let key = [b"d/", size.to_be_bytes().as_slice()].concat();
        records.write(write(&[(&key, &value(size))])).await.expect("a write succeeds");
        assert_eq!(records.read(b"d/changing").await, Ok(Some(value(size))), "{size} bytes read back");
    }
    for size in SIZES.into_iter().rev() {
        records.write(write(&[(b"d/changing", &value(size))])).await.expect("a write succeeds");
        assert_eq!(records.read(b"d/changing").await, Ok(Some(value(size))), "a smaller value replaces a larger one");
    }
    let mut remove = Write::default();
    remove.delete(b"d/changing".to_vec());
    records.write(remove).await.expect("a write succeeds");
    let found = records.scan(b"d/", b"d0", usize::MAX).await.expect("a scan succeeds");
    assert_eq!(found.len(), SIZES.len(), "pieces of large values are no records");
}

async fn a_value_that_is_being_replaced_is_read_whole(records: &dyn Records) {
    let whole = |value: &[u8]| value.windows(2).all(|two| two[0] == two[1]);
    for round in 0..60u8 {
        let replacing = records.write(write(&[(b"g/1", &vec![round; 1024 * 1024])]));
        let read = records.read(b"g/1").await.expect("a read succeeds").unwrap_or_default();
        assert!(whole(&read), "a value is read whole, in round {round}");
        let found = records.scan(b"g/", b"g0", 9).await.expect("a scan succeeds");
        assert!(found.iter().all(|(_, value)| whole(value)), "a value is scanned whole, in round {round}");
        replacing.await.expect("a write succeeds");
    }
}

async fn one_of_many_concurrent_claims_wins(records: &Arc<dyn Records>) {
    let won = Arc::new(AtomicUsize::new(0));
    let claims = (0..32u8).map(|claimant| {
        let (records, won) = (records.clone(), won.clone());
        tokio::spawn(async move {
            let mut claim = write(&[(b"e/claim", &[claimant])]);
            claim.expect(b"e/claim".to_vec(), None);
            match records.write(claim).await {
                Ok(()) => {
                    won.fetch_add(1, Ordering::SeqCst);
                    assert_eq!(records.read(b"e/claim").await, Ok(Some(vec![claimant])), "the winner's value stands");
                }
                Err(error) => assert_eq!(error, StoreError::Conflict),
            }
        })
    });
    join(claims).await;
    assert_eq!(won.load(Ordering::SeqCst), 1, "exactly one claim wins");
}

async fn concurrent_writers_all_land(records: &Arc<dyn Records>) -> u32 {
    let count = 400u32;
    let writers = (0..count).map(|n| {
        let records = records.clone();
        tokio::spawn(async move {
            let key = [b"f/", n.to_be_bytes().as_slice()].concat();
            records.write(write(&[(&key, &n.to_be_bytes())])).await.expect("a write succeeds");
            assert_eq!(records.read(&key).await, Ok(Some(n.to_be_bytes().to_vec())), "an acknowledged write is read");
        })
    });
    join(writers).await;
    count
}

async fn everything_is_there_after_reopening(records: &dyn Records, count: u32) {
    assert_eq!(records.read(b"a/1").await, Ok(Some(b"one".to_vec())), "records survive");
    assert_eq!(records.read(b"b/1").await, Ok(None), "deletions survive");
    for size in SIZES {
        let key = [b"d/", size.to_be_bytes().as_slice()].concat();
        assert_eq!(records.read(&key).await, Ok(Some(value(size))), "{size} bytes survive");
    }
    let found = records.scan(b"f/", b"f0", usize::MAX).await.expect("a scan succeeds");
    assert_eq!(found.len() as u32, count, "every acknowledged write survives");
}

async fn join(tasks: impl Iterator<Item = tokio::task::JoinHandle<()>>) {
    for task in tasks.collect::<Vec<_>>() {
        if let Err(error) = task.await {
            panic!("a task failed: {error}");
        }
    }
}
