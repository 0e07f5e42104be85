//! The organisation log: how long a client verifies one of 10,000 statements, on one core.
//! `cargo bench -p casevault-tests --bench log [-- STATEMENTS]`

use std::time::Instant;

use casevault_tests::long_log::LongLog;
use casevault_wire::codec::{decode, encode};
use casevault_wire::limit;
use casevault_wire::log::{Organisation, SignedLogEntry};

fn main() {
    let length = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let log = LongLog::of(length);
    let received: Vec<Vec<u8>> = log.entries.iter().map(encode).collect();
    let bytes: usize = received.iter().map(Vec::len).sum();

    let begin = Instant::now();
    let entries: Vec<SignedLogEntry> = received.iter().map(|entry| decode(entry, limit::LOG_ENTRY).expect("an entry")).collect();
    let decoded = begin.elapsed();
    let (first, rest) = entries.split_first().expect("a first");
    let mut organisation = Organisation::found_pinned(first, &log.organisation(), &log.fingerprint()).expect("pinned");
    for entry in rest {
        organisation.apply(entry).expect("valid");
    }
    let verified = begin.elapsed();
    let again = Instant::now();
    let replayed = Organisation::replay(&entries, &organisation.verified()).expect("the same");
    let replay = again.elapsed();
    assert_eq!(replayed.position().length, length as u64);
    println!(
        "a log of {length} statements ({:.1} MB): decoded and verified in {:.2} s, {:.0} µs each (decoding {:.2} s); folded again in {:.2} s",
        bytes as f64 / 1e6,
        verified.as_secs_f64(),
        verified.as_secs_f64() * 1e6 / length as f64,
        decoded.as_secs_f64(),
        replay.as_secs_f64(),
    );
}
