//! Each rule of the SPEC has a vector that obeys it and one that breaks it, or stands here with the reason why not yet, or why not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::vector::folder;

const SPEC: &str = include_str!("../../SPEC.md");

/// Rules about what a program does over time. Bytes cannot show them; tests of the program do.
const BEHAVIOUR: &[&str] = &[
    "6.1-6", "6.2-2", "6.3-17", "6.5-6", "6.6-5", "7.1-1", "7.1-3", "7.1-4", "7.2-6", "7.3-2", "7.4-14", "7.4-18", "7.4-20",
    "8.1-7", "8.1-9", "8.3-19", "8.3-20", "8.3-21", "8.3-22", "8.6-8", "9-2", "10-1", "10-2", "10-3", "10-4",
];

/// Rules whose vectors need an MLS group, or a server's state. Their tests are in the crates; vectors would be recordings.
const RECORDED: &[&str] = &[
    "7.2-2", "7.2-3", "7.2-4", "7.2-5", "7.4-1", "7.4-2", "7.4-3", "7.4-4", "7.4-5", "7.4-6", "7.4-7", "7.4-8", "7.4-9",
    "7.4-10", "7.4-11", "7.4-12", "7.4-13", "7.4-15", "7.4-16", "7.4-17", "7.4-19", "8.1-5", "8.1-6", "8.2-7", "8.2-8", "8.2-9",
    "8.3-1", "8.3-3", "8.3-4", "8.3-5", "8.3-8", "8.3-9", "8.3-10", "8.3-11", "8.3-12", "8.3-13", "8.3-14", "8.3-15", "8.3-16",
    "8.3-17", "8.3-18", "8.4-2", "8.4-3", "8.4-4", "8.4-5", "8.4-6", "8.4-7", "8.5-2", "8.5-3", "8.5-4", "8.5-5", "8.5-6",
    "8.5-10", "8.7-1", "8.7-2", "8.7-3", "8.7-4", "8.7-5", "9-1",
];

/// Rules that could have vectors, or one more, and have not.
const MISSING: &[&str] = &[
    "4.1-2", "4.1-3", "4.2-2", "6.1-1", "6.1-2", "6.1-3", "6.1-5", "6.3-15", "6.3-16", "6.4-1", "6.4-2", "6.4-3", "6.4-4",
    "6.4-5", "6.4-6", "6.4-7", "6.4-8", "6.4-9", "6.5-1", "6.5-2", "6.5-3", "6.5-4", "6.5-5", "6.6-2", "6.6-3", "8.2-3", "8.2-5",
    "8.2-6", "8.6-2", "8.6-3", "8.6-4", "8.6-5", "8.6-6", "8.6-7",
];

/// The rules, in order of the text.
fn rules() -> Vec<&'static str> {
    let marked = SPEC.split("**R-").skip(1);
    let ids = marked.filter_map(|rest| rest.split_once("**").map(|(id, _)| id));
    ids.filter(|id| id.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-')).collect()
}

/// For each rule, whether there are vectors that obey it, and that break it.
fn vectors() -> BTreeMap<String, BTreeSet<bool>> {
    let mut found: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    let folders = fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    for file in folders.flat_map(|path| fs::read_dir(path).unwrap()) {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let vector: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let rule = vector["rule"].as_str().unwrap().strip_prefix("R-").unwrap();
        found.entry(rule.to_owned()).or_default().insert(vector["valid"].as_bool().unwrap());
    }
    found
}

#[test]
fn each_rule_has_a_vector_that_obeys_and_one_that_breaks_it() {
    let rules = rules();
    assert!(rules.len() > 100, "the text's rules are found");
    let vectors = vectors();
    let both = |rule: &str| vectors.get(rule).is_some_and(|kinds| kinds.len() == 2);
    let excused: BTreeSet<_> = [BEHAVIOUR, RECORDED, MISSING].concat().into_iter().collect();
    let without: Vec<_> = rules.iter().filter(|rule| !both(rule) && !excused.contains(*rule)).collect();
    assert!(without.is_empty(), "rules without both kinds of vector: {without:?}");
    let needless: Vec<_> = excused.iter().filter(|rule| both(rule) || !rules.contains(rule)).collect();
    assert!(needless.is_empty(), "excused without need: {needless:?}");
}

#[test]
fn each_vector_names_a_rule_of_the_text() {
    let rules = rules();
    let unknown: Vec<_> = vectors().into_keys().filter(|rule| !rules.contains(&rule.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_rule_stands_twice() {
    let rules = rules();
    assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len());
}
