//! The rules that the tree itself keeps: who may depend on whom, and what only certain modules may do.
//!
//! Each rule is a function from a description of the tree to a list of violations, in a module of its own, which also plants
//! violations and sees them found. Here they meet the real tree.

#[cfg(test)]
#[path = "architecture/dependencies.rs"]
mod dependencies;
#[cfg(test)]
#[path = "architecture/hygiene.rs"]
mod hygiene;
#[cfg(test)]
#[path = "architecture/labels.rs"]
mod labels;
#[cfg(test)]
#[path = "architecture/only_here.rs"]
mod only_here;
#[cfg(test)]
#[path = "architecture/tree.rs"]
mod tree;

use tree::{Tree, Violation};

fn assert_none(rule: &str, violations: &[Violation]) {
    let list: String = violations.iter().map(|violation| format!("\n  {violation}")).collect();
    assert!(violations.is_empty(), "{rule}:{list}");
}

#[test]
fn dependencies_point_in_one_direction() {
    assert_none("crates depend only on what they may", &dependencies::wrong_direction(&dependencies::of_workspace()));
}

#[test]
fn only_http_modules_know_status_codes() {
    assert_none("only `http` modules name StatusCode", &only_here::status_codes(&Tree::of_workspace()));
}

#[test]
fn only_store_modules_know_a_database() {
    assert_none("only `store` modules name a database", &only_here::databases(&Tree::of_workspace()));
}

#[test]
fn only_one_file_derives_keys() {
    assert_none("only client/crypto/src/derive.rs uses HKDF", &only_here::derivation(&Tree::of_workspace()));
}

// Plays A07.
#[test]
fn a07_nothing_is_encrypted_that_would_not_notice_a_change() {
    let tree = Tree::of_workspace();
    assert_none("two files call an AEAD", &only_here::sealing(&tree));
    assert_none("no bare cipher is called", &only_here::bare_ciphers(&tree));
    assert_none("no crate of ours is built with one", &dependencies::bare_ciphers(&dependencies::of_workspace()));
}

#[test]
fn only_the_store_says_what_was_verified_before() {
    assert_none("one file replays a log that was verified before", &only_here::trust_in_own_store(&Tree::of_workspace()));
}

#[test]
fn labels_stand_in_one_registry() {
    assert_none("labels are constructed in the registry only", &labels::outside_registry(&Tree::of_workspace()));
}

#[test]
fn every_label_is_used() {
    assert_none("each label has a use, or a reason to have none", &labels::unused(&Tree::of_workspace(), labels::WAITING));
}

#[test]
fn files_are_short() {
    assert_none("no file is longer than 500 lines, tests aside", &hygiene::long_files(&Tree::of_workspace()));
}

#[test]
fn lint_exceptions_have_reasons() {
    assert_none("each exception from a lint says why", &hygiene::exceptions_without_reason(&Tree::of_workspace()));
}

#[test]
fn the_tree_names_no_machine() {
    assert_none("no path of a machine and no host of a registry", &hygiene::machine_names(&Tree::of_workspace()));
}
