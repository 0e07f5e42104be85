//! Every step that makes something durable fails, or its process dies there, before and after it: what was acknowledged is there, once,
//! and every invariant holds.
//!
//! As it is, each step meets the faults of [`SHORT`], and each program some random pairs. `CASEVAULT_FAULT_TIMES` asks for all faults of
//! [`LONG`], at each of so many first times that the step is reached; `CASEVAULT_FAULT_PAIRS` for so many pairs, and `CASEVAULT_FAULT_SEED`
//! for others.

#[path = "faults/client.rs"]
mod client;
#[path = "faults/servers.rs"]
mod servers;
#[path = "faults/told.rs"]
pub mod told;

use std::collections::BTreeSet;
use std::path::Path;

use casevault_tests::moments::{Moments, asked};

/// What is planted on each side of a step.
const SHORT: [&str; 3] = ["before=error", "after=abort", "after=error"];
const LONG: [&str; 7] =
    ["before=abort", "before=error", "before=full", "before=delay", "after=abort", "after=error", "after=full"];

/// The random pairs, unless more are asked for.
const PAIRS: u64 = 3;

/// How many random pairs there shall be, and what they are drawn from.
fn pairs() -> (u64, Moments) {
    (asked("CASEVAULT_FAULT_PAIRS").unwrap_or(PAIRS), Moments(asked("CASEVAULT_FAULT_SEED").unwrap_or(1)))
}

/// The names of all steps in the sources below `directory`.
fn steps(directory: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut waiting, mut names) = (vec![root.join(directory)], BTreeSet::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(path).unwrap();
            let found = text.split("fault(\"").skip(1).filter_map(|rest| rest.split_once('"'));
            names.extend(found.map(|(name, _)| name.to_owned()));
        }
    }
    names
}

/// Each step with each fault.
fn singly(names: &BTreeSet<String>) -> Vec<String> {
    let times = asked("CASEVAULT_FAULT_TIMES");
    let faults: &[&str] = if times.is_some() { &LONG } else { &SHORT };
    let mut all = Vec::new();
    for name in names {
        for fault in faults {
            all.extend((1..=times.unwrap_or(1)).map(|time| format!("{name}/{fault}#{time}")));
        }
    }
    all
}

/// A random fault.
fn random(names: &BTreeSet<String>, moments: &mut Moments) -> String {
    let name = names.iter().nth(moments.below(names.len())).unwrap();
    format!("{name}/{}#{}", LONG[moments.below(LONG.len())], 1 + moments.below(4))
}

/// Two faults at once, or one that happens while another is put right.
fn random_pair(names: &BTreeSet<String>, moments: &mut Moments) -> String {
    format!("{},{}", random(names, moments), random(names, moments))
}

/// The programs as they are shipped have nothing of it: neither the variable nor a step's name.
#[test]
fn the_programs_meet_no_fault() {
    for name in ["casevault", "casevault-vault", "casevault-keyserver"] {
        let has = |program_name: &str, what: &str| {
            let program = std::fs::read(casevault_tests::world::program(program_name)).unwrap();
            program.windows(what.len()).any(|window| window == what.as_bytes())
        };
        assert!(!has(name, "CASEVAULT_FAULT"), "{name}");
        assert!(has(&format!("{name}-faults"), "CASEVAULT_FAULT"), "{name}");
    }
}
