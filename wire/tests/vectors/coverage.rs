//! Each rule of the SPEC has evidence that it can be obeyed and broken: vectors, for rules about bytes, and marked tests, for rules about
//! what a program does over several requests or over time. There are no exceptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::vector::folder;

const SPEC: &str = include_str!("../../SPEC.md");

/// What stands above a test, alone in a comment, before the rules that it shows to be obeyed, or broken and noticed.
const MARKS: [(&str, bool); 2] = [("// Obeys R-", true), ("// Breaks R-", false)];

/// For each rule, whether something obeys it, and something breaks it.
type Evidence = BTreeMap<String, BTreeSet<bool>>;

/// The rules, in order of the text.
fn rules() -> Vec<&'static str> {
    let marked = SPEC.split("**R-").skip(1);
    let ids = marked.filter_map(|rest| rest.split_once("**").map(|(id, _)| id));
    ids.filter(|id| id.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-')).collect()
}

fn vectors() -> Evidence {
    let mut found = Evidence::new();
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

/// The Rust files of the workspace.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let kept = paths.filter(|path| !path.ends_with("target") && !path.ends_with(".git"));
    let found = kept.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// What the marks in a source say, and where one stands above something else than a test.
fn marks(source: &str) -> (Evidence, Vec<usize>) {
    let (mut found, mut astray) = (Evidence::new(), Vec::new());
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        let Some((list, obeys)) = MARKS.iter().find_map(|(mark, obeys)| Some((line.strip_prefix(mark)?, *obeys))) else {
            continue;
        };
        let below: Vec<_> = lines[at..].iter().take_while(|line| line.starts_with("//") || line.starts_with("#[")).collect();
        if !below.iter().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test")) {
            astray.push(at + 1);
        }
        for rule in list.trim_end_matches('.').split(", R-") {
            found.entry(rule.to_owned()).or_default().insert(obeys);
        }
    }
    (found, astray)
}

/// All evidence, and the marks that stand above no test.
fn evidence() -> (Evidence, Vec<String>) {
    let (mut all, mut astray) = (vectors(), Vec::new());
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")) {
        let (found, lines) = marks(&fs::read_to_string(&path).unwrap());
        found.into_iter().for_each(|(rule, kinds)| all.entry(rule).or_default().extend(kinds));
        astray.extend(lines.into_iter().map(|line| format!("{}:{line}", path.display())));
    }
    (all, astray)
}

#[test]
fn each_rule_is_obeyed_and_broken_by_a_vector_or_a_test() {
    let (rules, (evidence, astray)) = (rules(), evidence());
    assert!(rules.len() > 100, "the text's rules are found");
    assert_eq!(astray, [""; 0], "marks above no test");
    let both = |rule: &str| evidence.get(rule).is_some_and(|kinds| kinds.len() == 2);
    let without: Vec<_> = rules.iter().filter(|rule| !both(rule)).collect();
    assert!(without.is_empty(), "rules without something that obeys and something that breaks them: {without:?}");
    let unknown: Vec<_> = evidence.keys().filter(|rule| !rules.contains(&rule.as_str())).collect();
    assert!(unknown.is_empty(), "evidence for rules that are not in the text: {unknown:?}");
}

#[test]
fn a_mark_counts_above_a_test_alone() {
    let mark = |kind: &str, rules: &str| format!("// {kind} R-{rules}.\n");
    let (obeys, breaks) = (mark("Obeys", "9-1, R-9-2"), mark("Breaks", "9-1"));
    let (found, astray) = marks(&format!("{obeys}{breaks}#[test]\nfn told() {{}}\n"));
    assert_eq!(found, [("9-1".to_owned(), [true, false].into()), ("9-2".to_owned(), [true].into())].into());
    assert_eq!(astray, [0; 0]);
    assert_eq!(marks(&format!("{obeys}fn helper() {{}}\n#[test]\nfn told() {{}}\n")).1, [1]);
}

#[test]
fn no_rule_stands_twice() {
    let rules = rules();
    assert_eq!(rules.iter().collect::<BTreeSet<_>>().len(), rules.len());
}
