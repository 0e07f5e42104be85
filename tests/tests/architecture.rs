//! The rules that the tree itself keeps: who may depend on whom, and what only certain modules may do.
//!
//! Each rule is a function from a description of the tree to a list of violations, in a module of its own, which also plants
//! violations and sees them found. Here they meet the real tree.

#[cfg(test)]
#[path = "architecture/absent.rs"]
mod absent;
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
#[path = "architecture/shipped.rs"]
mod shipped;
#[cfg(test)]
#[path = "architecture/supply.rs"]
mod supply;
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
fn what_is_for_tests_is_in_no_release() {
    assert_none(
        "no manifest switches on what is for tests",
        &dependencies::shipped_for_tests(&dependencies::features_of_workspace()),
    );
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

#[test]
fn no_server_hears_of_consent_or_why_something_is_deleted() {
    assert_none(
        "no label and no request tells a server of consent, or of an erasure",
        &absent::untold(&Tree::of_workspace(), &absent::labels()),
    );
}

// Plays I01.
#[test]
fn i01_what_is_built_in_comes_from_the_registry_and_what_runs_meanwhile_was_looked_at() {
    assert_none("crates come from the registry, by their checksums", &supply::from_elsewhere(&supply::lock()));
    let found = supply::run_at_build(&supply::resolved());
    assert_none("what runs while we build was looked at", &supply::not_looked_at(&found, supply::looked_at()));
}

// Plays I02.
#[test]
fn i02_no_crate_is_there_in_a_version_with_a_published_fault() {
    assert_none("published faults are mended", &supply::faulty(&supply::lock()));
}

// Plays F12.
#[test]
fn f12_the_interface_alone_listens_and_on_the_loopback_address() {
    assert_none("nothing that clients are made of listens but one file", &only_here::listening(&Tree::of_workspace()));
    let mut serving = shipped::crates(&shipped::built_of(shipped::CLIENT), shipped::SERVING);
    serving.retain(|violation| !shipped::INTERFACE.contains(&violation.place.as_str()));
    assert_none("no client has another server built in", &serving);
}

// Plays A38 and G07: nothing that was downloaded is run, and no program is started on a document.
#[test]
fn a38_no_program_starts_another_or_loads_code() {
    assert_none("no program starts another", &only_here::starting(&Tree::of_workspace()));
    assert_none("no program is built to", &shipped::crates(&shipped::built_of(shipped::SHIPPED), shipped::ACTING));
}

// Plays G03.
#[test]
fn g03_no_program_expands_what_was_compressed() {
    assert_none("no server decompresses", &shipped::crates(&shipped::built_of(shipped::SERVERS), shipped::EXPANDING));
    let mut expanding = shipped::crates(&shipped::built_of(shipped::CLIENT), shipped::EXPANDING);
    expanding.retain(|violation| !shipped::DRAWING.contains(&violation.place.as_str()));
    assert_none("the client has nothing to decompress with but what draws", &expanding);
    assert_none("and draws in one place, behind limits", &only_here::drawing(&Tree::of_workspace()));
}

// Plays E13: a feature that prints secrets, as openmls has them, is in no program.
#[test]
fn e13_no_program_has_a_feature_that_prints_secrets_or_skips_checks() {
    assert_none("no feature is for tests or prints", &shipped::features(&shipped::built_of(shipped::SHIPPED), shipped::LOOSE));
}
