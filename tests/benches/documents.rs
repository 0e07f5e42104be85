//! Storing and fetching documents through real servers, beside the slowest steps that nobody can leave out, measured in the same run.
//! `cargo bench -p casevault-tests --bench documents [-- A B C one]`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use casevault_sync::{Client, Role};
use casevault_tests::world::{World, silent};

const MIB: f64 = 1024.0 * 1024.0;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let runs = |set: &str| wanted.is_empty() || wanted.iter().any(|name| name == set);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let world = World::start();
        let (writer, reader) = team(&world).await;
        let source = world.directory.path().join("source");
        if runs("A") {
            let files = log_normal(&source.join("A"));
            limits();
            set(&world, "A: 2,000 files, median 200 KiB", (&writer, &reader), &files).await;
            peer(&source.join("A"), "restic");
        }
        if runs("B") {
            let files = vec![file(&source.join("B"), 0, 1 << 30, 2)];
            limits();
            set(&world, "B: one file of 1 GiB", (&writer, &reader), &files).await;
            for name in ["restic", "rclone"] {
                peer(&source.join("B"), name);
            }
        }
        if runs("C") {
            let files: Vec<_> = (0..10_000).map(|n| file(&source.join("C"), n, 2048, n as u64)).collect();
            set(&world, "C: 10,000 files of 2 KiB", (&writer, &reader), &files).await;
            peer(&source.join("C"), "restic");
        }
        if runs("one") {
            one(&world, (&writer, &reader), &source).await;
        }
    });
}

async fn team(world: &World) -> (Client, Client) {
    let administrator = world.found("Administrator").await;
    let writer = world.bring_in(&administrator, "Writer", Role::Caseworker).await;
    let reader = world.bring_in(&administrator, "Reader", Role::Caseworker).await;
    administrator.team_create("Team", &["Writer".into(), "Reader".into()]).await.expect("a team");
    for client in [&writer, &reader, &writer] {
        client.sync().await.expect("synchronised");
    }
    (writer, reader)
}

async fn set(world: &World, name: &str, (writer, reader): (&Client, &Client), files: &[PathBuf]) {
    let (case, _) = writer.case_open(name, "Team", &[]).await.expect("a case");
    let case = case.to_string();
    settle();
    let pids = [std::process::id(), world.vault.pid()];
    let levels = pids.map(level);
    let bytes: u64 = files.iter().map(|file| std::fs::metadata(file).expect("a file").len()).sum();
    let stored = timed(async {
        let added = writer.add_documents(&case, files, silent()).await.expect("added");
        assert!(added.iter().all(|document| document.outcome.is_ok()));
    })
    .await;
    reader.sync().await.expect("synchronised");
    settle();
    let out = world.directory.path().join("out");
    let fetched = timed(async {
        let got = reader.get_documents(&case, &out, silent()).await.expect("fetched");
        assert!(got.len() == files.len() && got.iter().all(|document| document.outcome.is_ok()));
    })
    .await;
    std::fs::remove_dir_all(&out).expect("removed");
    let rate = |time: Duration| (bytes as f64 / MIB / time.as_secs_f64(), files.len() as f64 / time.as_secs_f64());
    let ((store_bytes, store_files), (fetch_bytes, fetch_files)) = (rate(stored), rate(fetched));
    println!(
        "{name}: store {:.2} s ({store_bytes:.0} MiB/s, {store_files:.0} files/s), fetch {:.2} s ({fetch_bytes:.0} MiB/s, {fetch_files:.0} files/s)",
        stored.as_secs_f64(),
        fetched.as_secs_f64()
    );
    let above: Vec<_> = pids.iter().zip(levels).map(|(pid, level)| memory(*pid, "VmHWM").saturating_sub(level)).collect();
    println!("   memory above the level before: both clients {} MiB, vault {} MiB", above[0], above[1]);
}

/// One document of 200 KiB, added to and read from a case that has 2,000.
async fn one(world: &World, (writer, reader): (&Client, &Client), source: &Path) {
    let (case, _) = writer.case_open("one", "Team", &[]).await.expect("a case");
    let case = case.to_string();
    let many: Vec<_> = (0..2000).map(|n| file(&source.join("many"), n, 2048, n as u64)).collect();
    writer.add_documents(&case, &many, silent()).await.expect("added");
    reader.sync().await.expect("synchronised");
    let (mut adds, mut gets) = (Vec::new(), Vec::new());
    for n in 0..21 {
        let document = file(&source.join("one"), 5000 + n, 200 * 1024, 77 + n as u64);
        adds.push(
            timed(async { drop(writer.add_documents(&case, std::slice::from_ref(&document), silent()).await.expect("added")) })
                .await,
        );
        let name = document.file_name().expect("a name").to_string_lossy().into_owned();
        let out = world.directory.path().join(format!("one-{n}"));
        gets.push(timed(async { drop(reader.get_document(&case, &name, &out, silent()).await.expect("fetched")) }).await);
    }
    adds.sort();
    gets.sort();
    println!(
        "one document of 200 KiB in a case of 2,000: add {:.1} ms, read {:.1} ms (medians of 21)",
        millis(adds[10]),
        millis(gets[10])
    );
}

/// Waits until the disk has what was written before: it is not to be measured with what comes.
fn settle() {
    let synced = std::process::Command::new("sync").status().expect("sync runs");
    assert!(synced.success());
}

/// What people would use instead, on the same files, if it is installed.
fn peer(files: &Path, name: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers.sh");
    match std::process::Command::new(script).arg(files).arg(name).output() {
        Ok(output) if output.status.success() => print!("   {}", String::from_utf8_lossy(&output.stdout)),
        Ok(output) => println!("   {name} could not be measured: {}", String::from_utf8_lossy(&output.stderr).trim()),
        Err(error) => println!("   {name} could not be measured: {error}"),
    }
}

/// What no implementation can leave out: the AEAD, SHA-256, and a file on the disk.
fn limits() {
    let bytes = vec![7u8; 1 << 30];
    let hash = once(|| {
        std::hint::black_box(casevault_tests::limit::sha256(&bytes));
    });
    let mut sealed = bytes.clone();
    let seal = once(|| casevault_tests::limit::seal(&mut sealed));
    let directory = tempfile::tempdir().expect("a directory");
    let disk = once(|| {
        let mut file = std::fs::File::create(directory.path().join("limit")).expect("a file");
        file.write_all(&bytes).expect("written");
        file.sync_all().expect("synced");
    });
    let rate = |time: Duration| 1024.0 / time.as_secs_f64();
    println!(
        "limits of 1 GiB: SHA-256 {:.0} MiB/s, ChaCha20-Poly1305 {:.0} MiB/s, file with fsync {:.0} MiB/s",
        rate(hash),
        rate(seal),
        rate(disk)
    );
}

fn once(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

async fn timed(work: impl Future<Output = ()>) -> Duration {
    let start = Instant::now();
    work.await;
    start.elapsed()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What a process has in memory now, MiB. Its peak is counted from here on.
fn level(pid: u32) -> u64 {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("the peak is forgotten");
    memory(pid, "VmRSS")
}

/// A figure of a process's memory, MiB.
fn memory(pid: u32, figure: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// A file of `length` bytes that do not compress, the same for the same seed.
fn file(directory: &Path, number: usize, length: usize, seed: u64) -> PathBuf {
    std::fs::create_dir_all(directory).expect("a directory");
    let path = directory.join(format!("exhibit-{number:05}.pdf"));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file"));
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut left = length;
    while left > 0 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let bytes = state.to_le_bytes();
        let now = left.min(bytes.len());
        out.write_all(&bytes[..now]).expect("written");
        left -= now;
    }
    out.flush().expect("written");
    path
}

/// 2,000 files of about 1 GiB in all: log-normal sizes, median 200 KiB, sigma 1.4, at most 20 MiB.
fn log_normal(directory: &Path) -> Vec<PathBuf> {
    let mut state = 20_240_607u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    (0..2000)
        .map(|n| {
            let normal = (-2.0 * uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * uniform()).cos();
            let length = (200.0 * 1024.0 * (1.4 * normal).exp()).clamp(1024.0, 20.0 * MIB);
            file(directory, n, length as usize, n as u64)
        })
        .collect()
}
