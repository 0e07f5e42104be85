//! The tables of the SPEC are the constants of the code.

use casevault_wire::label::Label;
use casevault_wire::problem::Code;
use casevault_wire::{limit, log::Role};

const SPEC: &str = include_str!("../../SPEC.md");

/// The cells of every row of the tables in the section that begins with `heading`.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let (_, section) = SPEC.split_once(&format!("\n{heading}")).unwrap();
    let end = section.find("\n## ").unwrap_or(section.len()).min(section.find("\n### ").unwrap_or(section.len()));
    let lines = section[..end].lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

#[test]
fn the_registry_of_labels_is_the_specs() {
    let code: Vec<_> = Label::ALL.iter().map(|label| (format!("{:#06x}", label.code()), label.name().to_owned())).collect();
    let spec: Vec<_> = rows("### 4.3 Registry of labels").iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(spec, code);
}

#[test]
fn the_problem_codes_are_the_specs() {
    let mut code: Vec<_> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let mut spec: Vec<_> = rows("## 9. Problems").iter().map(|row| row[0].clone()).collect();
    code.sort();
    spec.sort();
    assert_eq!(spec, code);
}

/// Names and values of limits.
macro_rules! limits {
    ($($name:ident)*) => { vec![$((stringify!($name).to_owned(), limit::$name as u64)),*] };
}

#[test]
fn the_limits_are_the_specs() {
    let code: Vec<(String, u64)> = limits![
        SUITE SEALING_KEY ADDRESS LOG_ENTRY LOG_PAGE LOG FOUNDING DEVICES TEAM_MEMBERS COMMIT WELCOME COMMIT_DATA BUNDLE TEAM_LINK KEY_PACKAGE
        KEY_PACKAGES CLAIMS COMMIT_PAGE ENTRY ENTRY_PAGE CHANGE_PAGE BODY UPLOAD_PIECE BLOB SMALL_BLOB BATCH_BLOBS HEAD_RECORD
        HEAD_PAGE FEED_PAGE NONCE_LIFETIME INVITATION_LIFETIME INVITATION_SEALED KEY_PACKAGE_LIFETIME EVENT_BODY ENTRY_FLOOR
        AUTHORS NAME MEDIA_TYPE NOTE FIELD FIELD_VALUE FIELDS OPENED BOXES EVIDENCE_FILE TIME_STAMP HEADS HEADS_FLOOR CHECKPOINT VOUCHER_LIFETIME HEAD_AGE
        PARTNER_LOG TRUSTEES ESCROW ESCROWS PURPOSE RECIPIENTS COVERED GRANTED GRANT_ENTRIES GRANT_BATCH GOALS DATE ENVELOPE INBOX INBOX_PARTNER
        INBOX_PAGE INBOX_LIFETIME DELETIONS DELETION_HOLD ERASURE_WAIT ERASURE_SLACK KEPT CASE_KEYS JOB REPORTS
        PERIODS PUBLIC_SHARE SEALED_SHARE PROOF SUM STATISTICS_WAIT
    ];
    let source = include_str!("../../src/limit.rs").lines().filter_map(|line| line.strip_prefix("pub const "));
    let source: Vec<_> = source.map(|line| line.split(':').next().unwrap().to_owned()).collect();
    let names: Vec<_> = code.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, source, "this test names every limit");
    let spec: Vec<_> = rows("## 5. Limits").iter().map(|row| (row[0].clone(), row[1].parse::<u64>().unwrap())).collect();
    assert_eq!(spec, code);
}

#[test]
fn the_roles_are_the_specs() {
    let list = "Roles: 1 administrator, 2 caseworker, 3 supervisor, 4 legal, 5 analyst.";
    assert!(SPEC.contains(list));
    let code: Vec<_> = Role::ALL.iter().map(|role| format!("{} {}", *role as u8, role.as_str())).collect();
    assert_eq!(list, format!("Roles: {}.", code.join(", ")));
}
