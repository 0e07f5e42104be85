//! Images of what may be left of a directory when the power fails.

use std::collections::{BTreeMap, HashMap};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::record::{Of, Record, Step};
use crate::moments::{Moments, asked};

const SECTOR: usize = 512;

/// What becomes of that which was not waited for.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    NewestTorn,
    Any,
}

const FATES: [Fate; 4] = [Fate::Lost, Fate::NewestTorn, Fate::Any, Fate::Any];

/// The failures of power that a record is held against: before each wait for the disk ended, and right after each acknowledgement.
pub struct Failures<'a> {
    record: &'a Record,
    /// After how many steps, and with which fate.
    moments: std::vec::IntoIter<(usize, Fate)>,
    random: Moments,
}

impl<'a> Failures<'a> {
    /// So many of them, of all, at random, unless whoever runs the tests asks for so many at each wait.
    pub fn of(record: &'a Record, usual: usize) -> Self {
        let mut random = Moments(asked("CASEVAULT_TORN_SEED").unwrap_or(1));
        let ends: Vec<_> = (record.before..record.steps.len()).filter_map(|at| end(&record.steps, at)).collect();
        assert!(!ends.is_empty(), "something was waited for");
        let mut moments: Vec<_> = match asked("CASEVAULT_TORN") {
            Some(each) => {
                (0..each).flat_map(|number| ends.iter().map(move |end| (*end, FATES[number.min(3) as usize]))).collect()
            }
            None => (0..usual).map(|number| (ends[random.below(ends.len())], FATES[number % FATES.len()])).collect(),
        };
        moments.sort_by_key(|(end, _)| *end);
        Self { record, moments: moments.into_iter(), random }
    }
}

fn end(steps: &[Step], at: usize) -> Option<usize> {
    match steps[at] {
        Step::Wait { .. } => Some(at),
        Step::Acknowledged(_) => Some(at + 1),
        _ => None,
    }
}

impl Iterator for Failures<'_> {
    type Item = Left;

    fn next(&mut self) -> Option<Left> {
        let (end, fate) = self.moments.next()?;
        let steps = &self.record.steps;
        let acknowledged = steps[..end].iter().rev().find_map(|step| match step {
            Step::Acknowledged(number) => Some(*number),
            _ => None,
        });
        let when = format!("{fate:?} after {end} of {} steps, {acknowledged:?} acknowledged", steps.len());
        let there = image(self.record, end, (fate, &mut self.random));
        Some(Left { there, directory: self.record.directory.clone(), acknowledged, when })
    }
}

/// What is left of a directory.
pub struct Left {
    /// Files and what they hold; directories hold nothing.
    there: BTreeMap<PathBuf, Option<Vec<u8>>>,
    directory: PathBuf,
    /// What was acknowledged last.
    pub acknowledged: Option<u64>,
    /// Which failure this was, for whoever reads what a test says.
    pub when: String,
}

impl Left {
    /// Makes the directory `to` look so.
    pub fn lay(&self, to: &Path) {
        let _ = std::fs::remove_dir_all(to);
        let mode = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("ours");
        std::fs::create_dir_all(to).expect("made");
        mode(to, 0o700);
        for (name, content) in &self.there {
            let path = to.join(name.strip_prefix(&self.directory).expect("below"));
            match content {
                Some(content) => std::fs::write(&path, content).expect("written"),
                None => std::fs::create_dir(&path).expect("made"),
            }
            mode(&path, if content.is_some() { 0o600 } else { 0o700 });
        }
    }
}

/// The directory as it may look when the power fails after `end` steps.
fn image(record: &Record, end: usize, (fate, random): (Fate, &mut Moments)) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let steps = &record.steps[..end];
    let mut waits = HashMap::new();
    for step in steps {
        if let Step::Wait { of, began } = step {
            waits.entry(of.clone()).and_modify(|last: &mut usize| *last = (*last).max(*began)).or_insert(*began);
        }
    }
    let waited = |of: Of| waits.get(&of).copied().unwrap_or(0);
    let newest = steps.iter().rposition(|step| matches!(step, Step::Write { .. }));
    let (mut files, mut there, mut cuts) = (HashMap::<usize, Vec<u8>>::new(), BTreeMap::new(), HashMap::new());
    for (at, step) in steps.iter().enumerate() {
        let mut named = |name: &Path, random: &mut Moments| {
            let parent = name.parent().expect("below the directory").to_owned();
            at < *cuts.entry(parent.clone()).or_insert_with(|| {
                let durable = waited(Of::Names(parent));
                match fate {
                    Fate::Lost => durable,
                    Fate::NewestTorn => end,
                    Fate::Any => durable + random.below(end - durable + 1),
                }
            })
        };
        let stays = |file: usize, random: &mut Moments| match fate {
            _ if at < waited(Of::File(file)) => true,
            Fate::Lost => false,
            Fate::NewestTorn => true,
            Fate::Any => random.below(2) == 0,
        };
        match step {
            Step::Write { file, offset, bytes } if stays(*file, random) => {
                let durable = at < waited(Of::File(*file));
                let torn = !durable && (Some(at) == newest || matches!(fate, Fate::Any) && random.below(3) == 0);
                let left = if torn { random.below(bytes.len().div_ceil(SECTOR).max(1)) * SECTOR } else { bytes.len() };
                put(files.entry(*file).or_default(), *offset, &bytes[..left]);
            }
            Step::Length { file, length } if stays(*file, random) => {
                files.entry(*file).or_default().resize(usize::try_from(*length).expect("short"), 0);
            }
            Step::Name { file, was, name } if named(name, random) => {
                was.iter().for_each(|was| {
                    there.remove(was);
                });
                there.insert(name.clone(), *file);
            }
            Step::Gone { name } if named(name, random) => {
                there.remove(name);
            }
            _ => {}
        }
    }
    let reached = reached(&record.directory, &there);
    let content = |file: Option<usize>| file.map(|file| files.get(&file).cloned().unwrap_or_default());
    reached.into_iter().map(|(name, file)| (name, content(file))).collect()
}

fn put(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let from = usize::try_from(offset).expect("short");
    content.resize(content.len().max(from + bytes.len()), 0);
    content[from..from + bytes.len()].copy_from_slice(bytes);
}

/// What is in directories that are there, of which the names were recorded.
fn reached(directory: &Path, there: &BTreeMap<PathBuf, Option<usize>>) -> BTreeMap<PathBuf, Option<usize>> {
    let mut reached: BTreeMap<PathBuf, Option<usize>> = BTreeMap::new();
    for (name, file) in there {
        let parent = name.parent().filter(|_| name != directory);
        if parent.is_some_and(|parent| parent == directory || reached.get(parent) == Some(&None)) {
            reached.insert(name.clone(), *file);
        }
    }
    reached
}
