//! Slow connections, thousands of them, and more than there is room for: whoever asks honestly is served as if they were not there.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use casevault_sync::Client;
use casevault_tests::world::{ServerProcess, World, program};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections of the attack.
const SLOW: usize = 2000;
/// Honest requests that are measured at a time, and for how long at least.
const HONEST: usize = 200;
const PERIOD: Duration = Duration::from_secs(4);
/// How often the quiet and the attacked server are compared: others use this machine, too.
const ROUNDS: usize = 4;

/// How soon whoever comes new is let in, while those that have a place keep the server waiting for four times as long.
const LET_IN: Duration = Duration::from_secs(5);

/// Megabytes that a server may take for all of the attack.
const MORE: u64 = 128;

/// What one connection of the attack begins with, by its number: nothing at all, half of a head, bodies of which hardly anything comes, and
/// questions whose long answers nobody reads.
fn beginning(number: usize) -> Vec<u8> {
    match number % 5 {
        0 => Vec::new(),
        1 => b"GET /v1/nonces HTTP/1.1\r\nhost: a\r\nx: ".to_vec(),
        2 => b"POST /v1/organisations HTTP/1.1\r\nhost: a\r\ncontent-length: 60000\r\n\r\n".to_vec(),
        3 => b"POST /v1/teams/x/access HTTP/1.1\r\nhost: a\r\ncontent-length: 4000\r\n\r\n".to_vec(),
        _ => b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(16),
    }
}

/// A connection of the attack: a byte every ten seconds, and back as soon as it is thrown out.
async fn slow(address: String, number: usize, open: Arc<AtomicUsize>) {
    loop {
        let Ok(mut stream) = TcpStream::connect(&address).await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(&beginning(number))).await;
        open.fetch_add(1, Ordering::SeqCst);
        let (mut byte, mut pause) = ([0], Duration::from_millis(number as u64 * 10_000 / SLOW as u64));
        loop {
            tokio::select! {
                // Readers of answers read as slowly as the others write.
                read = stream.read(&mut byte), if number % 5 != 4 => if matches!(read, Ok(0) | Err(_)) { break },
                () = tokio::time::sleep(pause) => {
                    pause = Duration::from_secs(10);
                    let gone = if number % 5 == 4 { !matches!(stream.read(&mut byte).await, Ok(1)) } else { stream.write_all(b"y").await.is_err() };
                    if gone { break }
                }
            }
        }
        // As slowly as everything else.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

async fn attack(address: &str) -> JoinSet<()> {
    let (open, mut slows) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for number in 0..SLOW {
        slows.spawn(slow(address.trim_start_matches("http://").to_owned(), number, open.clone()));
    }
    while open.load(Ordering::SeqCst) < SLOW {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    slows
}

/// The time that all but one in a hundred honest requests take at most.
async fn p99(client: &Client, ask: &impl AsyncFn(&Client)) -> Duration {
    let begun = Instant::now();
    ask(client).await;
    assert!(begun.elapsed() < LET_IN, "let in after {:?}", begun.elapsed());
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < HONEST || began.elapsed() < PERIOD {
        let begun = Instant::now();
        ask(client).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

/// Megabytes that a process has in memory.
fn resident(server: &ServerProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

fn allow_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("as many as are allowed");
}

/// Compares what Amal's client asks while the servers are quiet and while one of them is attacked.
async fn holds(world: &World, server: &ServerProcess, ask: impl AsyncFn(&Client)) {
    allow_files();
    let mut measured = Vec::new();
    for _ in 0..ROUNDS {
        let (quiet, before) = (p99(&world.open("Amal"), &ask).await, resident(server));
        let slows = attack(&server.address).await;
        let (attacked, during) = (p99(&world.open("Amal"), &ask).await, resident(server));
        drop(slows);
        assert!(during < before + MORE, "{before} MiB, and {during} under attack");
        measured.push((quiet, attacked, during.saturating_sub(before)));
        if attacked < 2 * quiet {
            println!("quiet and attacked 99th percentiles, and MiB more: {measured:?}");
            return;
        }
    }
    panic!("quiet and attacked 99th percentiles, and MiB more: {measured:?}");
}

// Plays B07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b07_honest_requests_do_not_notice_two_thousand_slow_connections_to_the_keyserver() {
    let world = World::start();
    drop(world.found("Amal").await);
    holds(&world, &world.keyserver, async |amal| drop(amal.people().await.expect("answered"))).await;
}

// Plays B07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b07_honest_requests_do_not_notice_two_thousand_slow_connections_to_the_vault() {
    let world = World::start();
    drop(world.found("Amal").await);
    // Each of them asks the vault for changes and for what it knows of the log.
    holds(&world, &world.vault, async |amal| assert!(amal.sync().await.expect("answered").online)).await;
}

/// A keyserver that may have 800 files open.
fn with_few_files(directory: &Path) -> ServerProcess {
    let data = directory.join("few");
    let script = format!(
        "ulimit -n 800; exec {} --data {} --listen 127.0.0.1:0",
        program("casevault-keyserver").display(),
        data.display()
    );
    ServerProcess::start(Path::new("/bin/sh"), &["-c", &script], &directory.join("few.log"))
}

// Plays B07.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b07_where_there_are_more_connections_than_room_the_slowest_give_way() {
    allow_files();
    let directory = tempfile::tempdir().expect("a directory");
    let server = with_few_files(directory.path());
    let _slows = attack(&server.address).await;
    let url = format!("{}/v1/nonces", server.address);
    let kept = reqwest::Client::builder().no_proxy().build().expect("a client");
    for _ in 0..200 {
        let fresh = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = fresh.get(&url).timeout(Duration::from_secs(5)).send().await.expect("answered on a new connection");
        assert_eq!(answer.status(), 200);
        assert_eq!(kept.get(&url).send().await.expect("answered").status(), 200);
    }
}
