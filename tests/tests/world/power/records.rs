//! A server's records: killing the process at any moment, and power that fails between two waits for the disk, lose nothing that was
//! acknowledged and leave nothing half-written.
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use casevault_service::store::{Records, SledRecords, Write};
use casevault_tests::power::Failures;

/// Tells the writer, which is this test binary again, where to write.
const DIRECTORY: &str = "CASEVAULT_CRASH_DIRECTORY";
/// Its name as a test.
const WRITER: &str = "power::records::writer";
/// Tells it after how many writes it ends, if it is not killed.
const COUNT: &str = "CASEVAULT_CRASH_COUNT";
/// How many acknowledgements come before each kill; the records grow from round to round.
const ROUNDS: [usize; 8] = [1, 40, 7, 150, 3, 90, 21, 200];
/// Writes when the first process that is watched ends, and when the second does.
const WRITES: [&str; 2] = ["20", "26"];
/// Failures of power, unless more are asked for.
const FAILURES: usize = 150;

fn key(kind: u8, number: u64) -> Vec<u8> {
    [&[kind], number.to_be_bytes().as_slice()].concat()
}

/// Now and then so large that it is stored in pieces; and before and after the first restart longer than a part of sled's log.
fn value(number: u64) -> Vec<u8> {
    let length = match number {
        12 | 24 => 900_000,
        _ if number.is_multiple_of(9) => 70_000,
        _ => 200,
    };
    (0..length).map(|n| (n as u64 * 7 + number) as u8).collect()
}

/// Not a test of its own: writes until it is killed, and says what was acknowledged.
#[tokio::test]
async fn writer() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let records = SledRecords::open(Path::new(&directory)).unwrap();
    let last = records.scan_back(&key(1, 0), &key(1, u64::MAX), 1).await.unwrap();
    let mut number = last.first().map_or(0, |(key, _)| u64::from_be_bytes(key[1..].try_into().unwrap()) + 1);
    let end = std::env::var(COUNT).map_or(u64::MAX, |count| count.parse().unwrap());
    while number < end {
        let put =
            vec![(key(1, number), value(number)), (key(2, number), value(number)), (vec![3], number.to_be_bytes().to_vec())];
        let mut write = Write { put, ..Write::default() };
        write.expect(key(1, number), None);
        records.write(write).await.unwrap();
        // In one call, which whoever watches sees.
        std::io::stderr().write_all(format!("acknowledged {number}\n").as_bytes()).unwrap();
        number += 1;
    }
}

// Obeys R-7.1-3.
#[tokio::test]
async fn killing_the_process_loses_nothing_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = None;
    for count in ROUNDS {
        acknowledged = acknowledged.max(write_and_kill(directory.path(), count));
        let records = SledRecords::open(directory.path()).unwrap();
        holds(&records, acknowledged, "killed").await;
    }
}

// Plays X12.
// Obeys R-7.1-3.
#[tokio::test]
async fn power_that_fails_between_two_waits_loses_no_record_that_was_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("records");
    let [once, again] = WRITES.map(|writes| [(DIRECTORY, directory.to_str().unwrap()), (COUNT, writes)]);
    let Some(record) = super::record(WRITER, &directory, &[&once, &again]) else { return };
    let (mut images, mut acknowledged) = (0, None);
    for left in Failures::of(&record, FAILURES) {
        let image = place.path().join("image");
        left.lay(&image);
        images += 1;
        let opened = SledRecords::open(&image);
        // Where nothing was acknowledged, sled's configuration may be half there: it says so.
        if left.acknowledged.is_none() && opened.is_err() {
            continue;
        }
        let records = opened.unwrap_or_else(|error| panic!("{}: {error:?}", left.when));
        holds(&records, left.acknowledged, &left.when).await;
        acknowledged = left.acknowledged;
    }
    assert_eq!(std::fs::read_dir(directory.join("blobs")).unwrap().count(), 0, "no page is a file of its own");
    println!("records: {images} images, nothing lost");
    assert!(acknowledged.is_some());
}

/// Everything up to the last that was acknowledged is there, and every write whole or not at all.
async fn holds(records: &SledRecords, acknowledged: Option<u64>, when: &str) {
    let first = records.scan(&key(1, 0), &key(1, u64::MAX), usize::MAX).await.unwrap();
    let second = records.scan(&key(2, 0), &key(2, u64::MAX), usize::MAX).await.unwrap();
    assert!(first.len() as u64 >= acknowledged.map_or(0, |last| last + 1), "{when}: what was acknowledged is there");
    assert_eq!(first.len(), second.len(), "{when}: a write is there whole or not at all");
    for (number, (one, two)) in (0..).zip(first.iter().zip(&second)) {
        assert_eq!((&one.0, &one.1, &two.1), (&key(1, number), &value(number), &value(number)), "{when}");
    }
    let newest = records.read(&[3]).await.unwrap();
    let expected = (first.len() as u64).checked_sub(1).map(|last| last.to_be_bytes().to_vec());
    assert_eq!(newest, expected, "{when}: and so is what it replaced");
}

/// Runs the writer until it acknowledged `count` writes, kills it, and tells the last that it acknowledged.
fn write_and_kill(directory: &Path, count: usize) -> Option<u64> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", WRITER, "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stderr.take().unwrap()).lines();
    let mut numbers = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok());
    let last = numbers.by_ref().nth(count - 1);
    writer.kill().unwrap();
    writer.wait().unwrap();
    numbers.last().or(last)
}
