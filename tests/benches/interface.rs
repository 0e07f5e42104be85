//! The interface for people with many cases: the size of a page, how long the program works on one, what it holds in memory when nobody
//! asks anything, and when a page can be used on a slow machine. `cargo bench -p casevault-tests --bench interface [-- CASES]`

use std::time::{Duration, Instant};

use casevault_tests::browser::{Browser, Look};
use casevault_tests::interface::Interface;
use casevault_tests::world::{PASSPHRASE, World};

/// Times that each page is asked for.
const TIMES: usize = 21;
/// How many times as slowly the browser works.
const SLOWER: u32 = 6;

fn main() {
    let cases = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure(cases));
}

async fn measure(cases: usize) {
    let world = World::start();
    let shelter = world.shelter().await;
    let begun = Instant::now();
    for case in 0..cases {
        let fields = [("prs_FirstName".to_owned(), format!("Mariam {case}")), ("prs_Gender".to_owned(), "Feminine".to_owned())];
        shelter.nadia.case_open(&format!("2026-{case:04}"), "Shelter", &fields).await.expect("opened");
    }
    drop(shelter);
    println!("{cases} cases, opened in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let interface = Interface::start(&world.profile("Nadia"));
    interface.enter();
    println!("asks for the passphrase after {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
    let words = std::str::from_utf8(PASSPHRASE).expect("text").replace(' ', "+");
    let begun = Instant::now();
    assert_eq!(interface.post("/unlock", &format!("passphrase={words}")).status, 303);
    println!("unlocked after {:.0} ms", begun.elapsed().as_secs_f64() * 1000.0);
    tokio::time::sleep(Duration::from_secs(5)).await;
    for path in ["/cases", "/cases?page=40", "/people", "/waiting"] {
        page(&interface, path, path);
    }
    let case = interface.first_case();
    page(&interface, "a case", &case);
    page(&interface, "its timeline", &format!("{case}/timeline"));
    for word in ["Mariam", "2026-1999", "ia"] {
        let (took, bytes) = asked(|| interface.post("/cases/search", &format!("q={word}&part=1")).body.len());
        println!("search for {word}: {took:.1} ms, {bytes} bytes");
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!("memory: {} MB", resident(interface.pid()));
    drop(interface);
    usable(&world).await;
}

/// How long a page takes, and its length.
fn page(interface: &Interface, name: &str, path: &str) {
    assert_eq!(interface.get(path).status, 200, "{path}");
    let (took, bytes) = asked(|| interface.get(path).body.len());
    println!("{name}: {took:.1} ms, {bytes} bytes");
}

/// The median time, in milliseconds, and what was answered last.
fn asked(ask: impl Fn() -> usize) -> (f64, usize) {
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..TIMES {
        let begun = Instant::now();
        bytes = ask();
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    (times[TIMES / 2], bytes)
}

/// What a process holds, in MB.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is told");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

/// When the list of cases can be used in a browser that works slowly.
async fn usable(world: &World) {
    let interface = Interface::start(&world.profile("Nadia"));
    let browser = Browser::start(Look::default()).await;
    browser.enter(&interface).await;
    browser.unlock().await;
    browser.slow_down(SLOWER).await;
    let mut times = Vec::new();
    for _ in 0..7 {
        browser.goto(&format!("{}/cases", interface.address)).await;
        browser.wait("#results .list a").await;
        let one = browser.run("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd").await;
        times.push(one.as_f64().expect("a number"));
    }
    times.sort_by(f64::total_cmp);
    println!("the list can be used after {:.0} ms at {SLOWER} times as slow", times[3]);
    browser.end().await;
}
