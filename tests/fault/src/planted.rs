//! The faults that a test planted in this process.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Names what is planted.
const VARIABLE: &str = "CASEVAULT_FAULT";
/// How long a delay is.
const DELAY: Duration = Duration::from_millis(100);
/// The disk's errors.
const IO: i32 = 5;
const NO_SPACE: i32 = 28;

/// One fault.
struct Fault {
    place: String,
    what: String,
    /// How often the place is passed before it happens.
    passes: AtomicU32,
}

fn parse(text: &str) -> Option<Fault> {
    let (place, what) = text.split_once('=')?;
    let (what, time) = what.split_once('#').unwrap_or((what, "1"));
    let passes = time.parse::<u32>().ok()?.checked_sub(1)?;
    Some(Fault { place: place.to_owned(), what: what.to_owned(), passes: AtomicU32::new(passes) })
}

fn planted() -> &'static [Fault] {
    static PLANTED: OnceLock<Vec<Fault>> = OnceLock::new();
    PLANTED.get_or_init(|| {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        text.split(',').filter_map(parse).collect()
    })
}

/// What `clock=` says.
pub(crate) fn clock_ahead() -> u64 {
    let clock = planted().iter().find(|fault| fault.place == "clock");
    clock.and_then(|fault| fault.what.parse().ok()).unwrap_or_default()
}

/// Does what is planted on this side of a step. A fault happens from its time on: a disk that failed goes on failing.
pub(crate) fn meet(name: &str, side: &str) -> io::Result<()> {
    for fault in planted() {
        if fault.place.split_once('/') != Some((name, side)) {
            continue;
        }
        let passed = fault.passes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if passed.is_ok() {
            continue;
        }
        // Whoever looks for it reads standard error; a process without one dies all the same.
        let _ = writeln!(io::stderr(), "fault: {name}/{side} {}", fault.what);
        match fault.what.as_str() {
            "abort" => std::process::abort(),
            "full" => return Err(io::Error::from_raw_os_error(NO_SPACE)),
            "delay" => std::thread::sleep(DELAY),
            _ => return Err(io::Error::from_raw_os_error(IO)),
        }
    }
    Ok(())
}
