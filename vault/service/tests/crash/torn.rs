//! Power that fails between two waits for the disk: images of what may be left, each opened and held against what was acknowledged.
//!
//! The model is that of ALICE (OSDI '14) and SQLite's "Atomic Commit" for what is not waited for: any of the writes of a file may be
//! there and any not, and each may be torn between sectors of 512 bytes. Names are ext4's in its default mode: made, changed and
//! removed in order (the journal), but durable only once the directory was waited for. `fdatasync` keeps the length.
//!
//! `CASEVAULT_TORN` asks for that many images at each wait, `CASEVAULT_TORN_SEED` for others.

#[path = "record.rs"]
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use casevault_service::store::SledRecords;
use record::{CALLS, Record, Step};

const SECTOR: usize = 512;
/// Images at each wait.
const IMAGES: u64 = 3;
/// Writes of the process that is recorded.
const WRITES: &str = "24";

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |value| value.parse().unwrap())
}

/// Numbers that look random and are the same again for the same seed.
struct Moments(u64);

impl Moments {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// What becomes of that which was not waited for.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    NewestTorn,
    Any,
}

/// The directory as it may look when the power fails after `end` steps.
fn image(steps: &[Step], end: usize, (fate, moments): (Fate, &mut Moments)) -> BTreeMap<PathBuf, Vec<u8>> {
    let waited = |file: Option<usize>| {
        let waits = steps[..end].iter().filter_map(|step| match step {
            Step::Wait { file: of, began } if *of == file => Some(*began),
            _ => None,
        });
        waits.max().unwrap_or(0)
    };
    let named = waited(None);
    let names = match fate {
        Fate::Lost => named,
        Fate::NewestTorn => end,
        Fate::Any => named + moments.below(end - named + 1),
    };
    let newest = steps[..end].iter().rposition(|step| matches!(step, Step::Write { .. }));
    let (mut files, mut there) = (BTreeMap::<usize, Vec<u8>>::new(), BTreeMap::new());
    for (at, step) in steps[..end].iter().enumerate() {
        let stays = |file: usize, moments: &mut Moments| match fate {
            _ if at < waited(Some(file)) => true,
            Fate::Lost => false,
            Fate::NewestTorn => true,
            Fate::Any => moments.below(2) == 0,
        };
        match step {
            Step::Write { file, offset, bytes } if stays(*file, moments) => {
                let torn =
                    at >= waited(Some(*file)) && (Some(at) == newest || matches!(fate, Fate::Any) && moments.below(3) == 0);
                let left = if torn { moments.below(bytes.len().div_ceil(SECTOR)) * SECTOR } else { bytes.len() };
                let content = files.entry(*file).or_default();
                let (from, to) = (*offset as usize, *offset as usize + left);
                content.resize(content.len().max(to), 0);
                content[from..to].copy_from_slice(&bytes[..left]);
            }
            Step::Length { file, length } if stays(*file, moments) => files.entry(*file).or_default().resize(*length as usize, 0),
            Step::Name { file, was, name } if at < names => {
                was.iter().for_each(|was| there.retain(|name, _| name != was));
                there.insert(name.clone(), *file);
            }
            Step::Gone { name } if at < names => there.retain(|other, _| other != name),
            _ => {}
        }
    }
    there.into_iter().map(|(name, file)| (name, files.get(&file).cloned().unwrap_or_default())).collect()
}

/// Runs the writer of the tests of kills, and records what it does.
fn record(directory: &Path, trace: &Path) -> Option<Record> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-xx", "-s", "10000000", "-e", "signal=none", "-e", CALLS, "-o"]).arg(trace);
    strace.arg(std::env::current_exe().unwrap()).args(["--exact", "writer", "--nocapture"]);
    let output = strace.env(super::DIRECTORY, directory).env(super::COUNT, WRITES).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(Record::read(&std::fs::read_to_string(trace).unwrap(), directory))
}

// Obeys R-7.1-3.
#[tokio::test]
async fn power_that_fails_between_two_waits_loses_nothing_acknowledged() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("records");
    let Some(Record { steps, .. }) = record(&directory, &place.path().join("trace")) else {
        assert!(std::env::var_os("CI").is_none(), "CI can watch: .ci/run installs strace");
        return;
    };
    let mut moments = Moments(number("CASEVAULT_TORN_SEED", 1));
    let fates = [Fate::Lost, Fate::NewestTorn, Fate::Any];
    let (mut images, mut acknowledged) = (0, None);
    for (at, step) in steps.iter().enumerate() {
        if let Step::Acknowledged(number) = step {
            acknowledged = Some(*number);
        }
        if !matches!(step, Step::Wait { .. } | Step::Acknowledged(_)) {
            continue;
        }
        // Before a wait ended, and right after an acknowledgement.
        let end = at + usize::from(matches!(step, Step::Acknowledged(_)));
        for number in 0..number("CASEVAULT_TORN", IMAGES) {
            let fate = fates[(number as usize).min(2)];
            let left = place.path().join("image");
            let _ = std::fs::remove_dir_all(&left);
            std::fs::create_dir(&left).unwrap();
            for (name, content) in image(&steps, end, (fate, &mut moments)) {
                let path = left.join(name.strip_prefix(&directory).unwrap());
                if path == left.join("") || name.file_name().is_some_and(|name| name == "blobs") {
                    std::fs::create_dir_all(path).unwrap();
                } else {
                    std::fs::write(path, content).unwrap();
                }
            }
            let when = format!("{fate:?} after {end} of {} steps, {acknowledged:?} acknowledged", steps.len());
            images += 1;
            let opened = SledRecords::open(&left);
            // Where nothing was acknowledged, sled's configuration may be half there: it says so.
            if acknowledged.is_none() && opened.is_err() {
                continue;
            }
            let records = opened.unwrap_or_else(|error| panic!("{when}: {error:?}"));
            super::holds(&records, acknowledged, &when).await;
        }
    }
    println!("{images} images, {} steps, nothing lost", steps.len());
    assert!(acknowledged.is_some() && images > 0);
}
