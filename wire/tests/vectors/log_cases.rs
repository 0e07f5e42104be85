//! What the vectors of the organisation log say: for each, whether its last entry may follow the others.

use casevault_wire::feed::{FeedEvent, FeedItem, VoidCommit};
use casevault_wire::hash::Hash;
use casevault_wire::id::OrganisationId;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Author, DeviceKeys, Role, SealingKeyStatement, Statement, TeamKind, VoidStatement};

use super::organisation::{
    Log, ROOT, Sealing, Working, device, founded, founding, keys, pair, person, receipt_by, sealing_key, sign_as, team, working,
};
use super::recovery_cases;
use super::role_cases::{enrolments, roles};

/// One vector.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub rule: &'static str,
    pub comment: String,
    pub valid: bool,
    pub log: Log,
}

/// A vector that judges the last entry of `log`.
pub fn case(rule: &'static str, valid: bool, name: &str, comment: &str, log: Log) -> Case {
    Case { name: name.into(), rule, comment: comment.into(), valid, log }
}

/// All of them.
pub fn all() -> Vec<Case> {
    [
        chain(),
        founding_cases(),
        people(),
        devices(),
        many_devices(),
        roles_of_people(),
        teams(),
        keys_of_teams(),
        sealing_keys(),
        signatures(),
        root(),
        roles(),
        super::partner_cases::all(),
        recovery_cases::all(),
        enrolments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const CHAIN: &str = "R-8.1-1";
const STATE: &str = "R-8.1-2";
const AUTHOR: &str = "R-8.1-3";
const FLAG: &str = "R-2-11";
const IDENTITY: &str = "R-3-3";
const SIGNED: &str = "R-4.2-3";
const PURPOSE: &str = "R-4.2-4";
const AT_LENGTH: &str = "R-8.1-4";
const SEALING: &str = "R-8.1-8";

fn add(name: &str) -> Statement {
    Statement::AddPerson(person(name), Role::Caseworker)
}

fn chain() -> Vec<Case> {
    let changed = |change: fn(&mut casevault_wire::log::LogEntry)| founded().with_changed("admin", add("worker"), change);
    vec![
        case(CHAIN, true, "chain", "continues the log", founded().with("admin", add("worker"))),
        case(CHAIN, false, "chain-sequence-again", "has the number of the entry before", changed(|entry| entry.sequence -= 1)),
        case(CHAIN, false, "chain-sequence-gap", "leaves a number out", changed(|entry| entry.sequence += 1)),
        case(
            CHAIN,
            false,
            "chain-previous",
            "names another entry as the one before",
            changed(|entry| entry.previous = Hash([1; 32])),
        ),
        case(CHAIN, false, "chain-previous-zero", "names none", changed(|entry| entry.previous = Hash::ZERO)),
        case(
            CHAIN,
            false,
            "chain-organisation",
            "is of another organisation",
            changed(|entry| entry.organisation = OrganisationId([1; 32])),
        ),
        case(CHAIN, true, "chain-time-goes-back", "an earlier time: it orders nothing", changed(|entry| entry.time.0 = 0)),
    ]
}

fn founding_cases() -> Vec<Case> {
    let found =
        |change: fn(&mut casevault_wire::log::LogEntry)| Log::default().with_changed(ROOT, Statement::Found(founding()), change);
    let mut other_suite = founding();
    other_suite.suite = 0x0001;
    let mut by_stranger = Log::default();
    let entry = by_stranger.next(ROOT, Statement::Found(founding()));
    by_stranger.entries.push(sign_as(&pair("stranger"), Label::LogEntry, entry));
    vec![
        case(STATE, true, "found", "the first entry", found(|_| ())),
        case(STATE, false, "found-twice", "a second founding", founded().with(ROOT, Statement::Found(founding()))),
        case(STATE, false, "found-suite", "of another suite", Log::default().with(ROOT, Statement::Found(other_suite))),
        case(CHAIN, false, "found-sequence", "a first entry with the number 1", found(|entry| entry.sequence = 1)),
        case(CHAIN, false, "found-previous", "a first entry with one before", found(|entry| entry.previous = Hash([1; 32]))),
        case(
            CHAIN,
            false,
            "found-organisation",
            "that names an organisation",
            found(|e| e.organisation = OrganisationId([1; 32])),
        ),
        case(AUTHOR, false, "found-by-device", "by a device", found(|e| e.author = Author::Device(device("admin")))),
        case(AUTHOR, false, "found-by-stranger", "signed by another key than its root", by_stranger),
        case(STATE, false, "found-person", "a first entry that founds nothing", Log::default().with(ROOT, add("worker"))),
    ]
}

fn people() -> Vec<Case> {
    let w = working().log;
    let by_admin = |statement| w.clone().with("admin", statement);
    let gone = by_admin(Statement::RemovePerson(person("worker")));
    vec![
        case(IDENTITY, true, "person-new", "a person who never was there", by_admin(add("new"))),
        case(STATE, false, "person-twice", "a person who is there", by_admin(add("worker"))),
        case(IDENTITY, false, "person-again", "a person who left", gone.clone().with("admin", add("worker"))),
        case(STATE, true, "person-leaves", "a person leaves", gone.clone()),
        case(STATE, false, "person-leaves-twice", "who left", gone.with("admin", Statement::RemovePerson(person("worker")))),
    ]
}

fn devices() -> Vec<Case> {
    let w = working().log;
    let by_admin = |statement| w.clone().with("admin", statement);
    let gone = by_admin(Statement::RemovePerson(person("worker")));
    let revoked = by_admin(Statement::RevokeDevice(device("worker")));
    let fresh = |signing: &str, mls: &str| DeviceKeys { signing: keys(signing).signing, mls: keys(mls).mls };
    let add_device = |name: &str, keys| Statement::AddDevice(person(name), keys);
    vec![
        case(
            STATE,
            true,
            "device-second",
            "a second device",
            w.clone().with("worker", add_device("worker", keys("worker phone"))),
        ),
        case(STATE, false, "device-of-nobody", "of a person who is not there", by_admin(add_device("nobody", keys("nobody")))),
        case(
            STATE,
            false,
            "device-of-gone",
            "of a person who left",
            gone.clone().with("admin", add_device("worker", keys("new"))),
        ),
        case(
            STATE,
            false,
            "device-signing-key-again",
            "the signing key of a device",
            w.clone().with("worker", add_device("worker", fresh("other", "new"))),
        ),
        case(
            STATE,
            false,
            "device-mls-key-again",
            "the MLS key of a device",
            w.clone().with("worker", add_device("worker", fresh("new", "other"))),
        ),
        case(
            IDENTITY,
            false,
            "device-key-of-revoked",
            "the keys of a revoked device",
            revoked.clone().with("admin", add_device("worker", keys("worker"))),
        ),
        case(
            STATE,
            false,
            "device-one-key",
            "one key for both uses",
            w.clone().with("worker", add_device("worker", DeviceKeys { signing: keys("new").mls, mls: keys("new").mls })),
        ),
        case(STATE, true, "device-revoked", "a device is revoked", revoked.clone()),
        case(STATE, false, "device-revoked-twice", "which is", revoked.with("admin", Statement::RevokeDevice(device("worker")))),
        case(
            STATE,
            false,
            "device-last-of-administrator",
            "no administrator's device left",
            by_admin(Statement::RevokeDevice(device("admin"))),
        ),
    ]
}

fn many_devices() -> Vec<Case> {
    let another = |log: Log, number: usize| {
        let keys = keys(&format!("worker {number}"));
        log.with("worker", Statement::AddDevice(person("worker"), keys))
    };
    let all_that_may_be = (2..=limit::DEVICES).fold(working().log, another);
    let one_less = all_that_may_be.clone().with("worker", Statement::RevokeDevice(device("worker 2")));
    vec![
        case(STATE, true, "device-sixteenth", "the last that a person has at once", all_that_may_be.clone()),
        case(STATE, false, "device-seventeenth", "one more", another(all_that_may_be, 17)),
        case(STATE, true, "device-for-another", "one more after another was revoked", another(one_less, 17)),
    ]
}

fn roles_of_people() -> Vec<Case> {
    let w = working().log;
    let by_admin = |statement| w.clone().with("admin", statement);
    let two_admins = w.clone().enrol("deputy", Role::Administrator);
    vec![
        case(STATE, true, "role-set", "a new role", by_admin(Statement::SetRole(person("other"), Role::Supervisor))),
        case(
            STATE,
            false,
            "role-of-nobody",
            "of a person who is not there",
            by_admin(Statement::SetRole(person("nobody"), Role::Legal)),
        ),
        case(
            STATE,
            false,
            "role-analyst-in-team",
            "an analyst in a team of cases",
            by_admin(Statement::SetRole(person("worker"), Role::Analyst)),
        ),
        case(
            STATE,
            false,
            "role-last-administrator",
            "no administrator left",
            by_admin(Statement::SetRole(person("admin"), Role::Legal)),
        ),
        case(
            STATE,
            true,
            "role-one-of-two-administrators",
            "another administrator is left",
            two_admins.clone().with("admin", Statement::SetRole(person("admin"), Role::Legal)),
        ),
        case(
            STATE,
            false,
            "person-last-administrator",
            "no administrator left",
            by_admin(Statement::RemovePerson(person("admin"))),
        ),
        case(
            STATE,
            false,
            "person-last-administrator-with-device",
            "the other administrator has no device",
            by_admin(Statement::AddPerson(person("deputy"), Role::Administrator))
                .with("admin", Statement::RemovePerson(person("admin"))),
        ),
    ]
}

fn teams() -> Vec<Case> {
    let Working { log, team: of_cases, directory } = working();
    let by_admin = |statement| log.clone().with("admin", statement);
    let cases = |members: &[&str]| by_admin(team(TeamKind::Cases, members));
    vec![
        case(STATE, true, "team-empty", "a team of nobody yet", cases(&[])),
        case(STATE, true, "team-two", "a team of two", cases(&["worker", "other"])),
        case(STATE, false, "team-member-twice", "a member named twice", cases(&["worker", "worker"])),
        case(STATE, false, "team-of-nobody", "a member who is not there", cases(&["nobody"])),
        case(STATE, false, "team-of-analyst", "an analyst", cases(&["analyst"])),
        case(STATE, false, "directory-twice", "a second directory", by_admin(team(TeamKind::Directory, &[]))),
        case(
            STATE,
            false,
            "directory-with-members",
            "a directory that names members",
            founded().with("admin", team(TeamKind::Directory, &["admin"])),
        ),
        case(
            AT_LENGTH,
            true,
            "statement-while-member",
            "a member asks for a new key, and leaves afterwards",
            log.clone().with("worker", Statement::RotateTeam(of_cases)),
        ),
        case(
            AT_LENGTH,
            false,
            "statement-after-leaving",
            "who left the team in the entry before asks for a new key",
            by_admin(Statement::RemoveFromTeam(of_cases, person("worker"))).with("worker", Statement::RotateTeam(of_cases)),
        ),
        case(STATE, true, "join", "a person joins", by_admin(Statement::AddToTeam(of_cases, person("other")))),
        case(STATE, false, "join-twice", "who is in the team", by_admin(Statement::AddToTeam(of_cases, person("worker")))),
        case(STATE, false, "join-analyst", "an analyst", by_admin(Statement::AddToTeam(of_cases, person("analyst")))),
        case(STATE, false, "join-nobody", "who is not there", by_admin(Statement::AddToTeam(of_cases, person("nobody")))),
        case(
            AUTHOR,
            false,
            "join-directory",
            "the directory, where everybody is",
            by_admin(Statement::AddToTeam(directory, person("other"))),
        ),
        case(STATE, true, "leave", "a person leaves", by_admin(Statement::RemoveFromTeam(of_cases, person("worker")))),
        case(
            STATE,
            false,
            "leave-not-member",
            "who is not in the team",
            by_admin(Statement::RemoveFromTeam(of_cases, person("other"))),
        ),
        case(AUTHOR, false, "leave-directory", "the directory", by_admin(Statement::RemoveFromTeam(directory, person("worker")))),
        case(
            STATE,
            true,
            "join-again",
            "a person joins who left",
            by_admin(Statement::RemoveFromTeam(of_cases, person("worker")))
                .with("admin", Statement::AddToTeam(of_cases, person("worker"))),
        ),
    ]
}

fn keys_of_teams() -> Vec<Case> {
    let Working { log, team, .. } = working();
    let unknown = casevault_wire::id::TeamId([3; 32]);
    let void = |team| Statement::VoidCommit(VoidStatement { team, epoch: 1, commit: Hash([4; 32]) });
    vec![
        case(STATE, true, "rotate", "the team shall take a new key", log.clone().with("admin", Statement::RotateTeam(team))),
        case(
            STATE,
            false,
            "rotate-unknown",
            "a team that is not there",
            log.clone().with("admin", Statement::RotateTeam(unknown)),
        ),
        case(FLAG, true, "freeze", "frozen", log.clone().with("admin", Statement::FreezeTeam(team, 1))),
        case(FLAG, false, "freeze-two", "2 is no flag", log.clone().with("admin", Statement::FreezeTeam(team, 2))),
        case(
            STATE,
            false,
            "freeze-unknown",
            "a team that is not there",
            log.clone().with("admin", Statement::FreezeTeam(unknown, 1)),
        ),
        case(STATE, true, "void", "a commit is void", log.clone().with("admin", void(team))),
        case(STATE, false, "void-unknown", "of a team that is not there", log.with("admin", void(unknown))),
    ]
}

fn sealing_keys() -> Vec<Case> {
    let Working { log, team, directory } = working();
    let log_length = log.entries.len() as u64;
    let length = limit::SEALING_KEY;
    let says = |generation, sequence| sealing_key(&log, team, Sealing { generation, sequence, log_length, length });
    let with = |statement| log.clone().with("worker", Statement::TeamSealingKey(statement));
    let then = |statement| with(says(2, 20)).with("worker", Statement::TeamSealingKey(statement));
    let changed = |change: &dyn Fn(&mut FeedItem)| {
        let mut statement = says(1, 10);
        change(&mut statement.receipt.content);
        statement.receipt = receipt_by("keyserver", statement.receipt.content);
        with(statement)
    };
    let one = Sealing { generation: 1, sequence: 10, log_length, length };
    let short = sealing_key(&log, team, Sealing { length: length - 1, ..one });
    let beyond = sealing_key(&log, team, Sealing { log_length: log_length + 1, ..one });
    let wrong = SealingKeyStatement { key: says(9, 10).key, ..says(1, 10) };
    let by_member = SealingKeyStatement { receipt: receipt_by("worker signing", says(1, 10).receipt.content), ..says(1, 10) };
    let of_other = SealingKeyStatement { team, ..sealing_key(&log, directory, one) };
    let void = FeedEvent::Void(VoidCommit { team, epoch: 10, commit: Hash([4; 32]) });
    vec![
        case(SEALING, true, "sealing-key", "the first, with its receipt", with(says(1, 10))),
        case(
            SEALING,
            true,
            "sealing-key-later",
            "two generations later: nobody is left who had the one between",
            then(says(4, 40)),
        ),
        case(
            SEALING,
            true,
            "sealing-key-after-void",
            "a later receipt of the generation before: a commit was void",
            then(says(1, 30)),
        ),
        case(SEALING, false, "sealing-key-beyond", "of a commit that follows more of the log than there is", with(beyond)),
        case(SEALING, false, "sealing-key-again", "the same receipt", then(says(2, 20))),
        case(SEALING, false, "sealing-key-older", "an older receipt", then(says(1, 10))),
        case(
            SEALING,
            false,
            "sealing-key-older-ahead",
            "an older receipt of a later generation, which was void",
            then(says(3, 15)),
        ),
        case(SEALING, false, "sealing-key-unreached", "a generation for which the keyserver signed nothing", with(by_member)),
        case(SEALING, false, "sealing-key-wrong", "another key than the receipt names", with(wrong)),
        case(SEALING, false, "sealing-key-zero", "of generation 0", with(says(0, 10))),
        case(SEALING, false, "sealing-key-short", "of 1,215 bytes", with(short)),
        case(SEALING, false, "sealing-key-other-team", "with a receipt of another team", with(of_other)),
        case(
            SEALING,
            false,
            "sealing-key-other-organisation",
            "with a receipt of another organisation",
            changed(&|item| item.organisation = OrganisationId([1; 32])),
        ),
        case(SEALING, false, "sealing-key-no-receipt", "with a void", changed(&|item| item.event = void.clone())),
    ]
}

fn signatures() -> Vec<Case> {
    let log = working().log;
    let signed = |key: &str, label| {
        let mut log = log.clone();
        let entry = log.next("admin", add("new"));
        log.entries.push(sign_as(&pair(key), label, entry));
        log
    };
    let mut flipped = signed("admin signing", Label::LogEntry);
    flipped.entries.last_mut().unwrap().signature.0[0] ^= 1;
    let mut altered = signed("admin signing", Label::LogEntry);
    altered.entries.last_mut().unwrap().content.time.0 += 1;
    let revoked = log.clone().with("admin", Statement::RevokeDevice(device("worker")));
    let rotate = Statement::RotateTeam(working().team);
    vec![
        case(AUTHOR, true, "signature", "signed by the author", signed("admin signing", Label::LogEntry)),
        case(PURPOSE, true, "signature-key", "by the key that signs statements", signed("admin signing", Label::LogEntry)),
        case(SIGNED, true, "signature-of-content", "over what stands before it", signed("admin signing", Label::LogEntry)),
        case(AUTHOR, false, "signature-of-other", "signed by another device", signed("worker signing", Label::LogEntry)),
        case(AUTHOR, false, "signature-of-root", "a device's entry, signed by the root", signed("root", Label::LogEntry)),
        case(PURPOSE, false, "signature-mls-key", "signed by the device's MLS key", signed("admin mls", Label::LogEntry)),
        case(SIGNED, false, "signature-label", "signed under another label", signed("admin signing", Label::LogHead)),
        case(AUTHOR, false, "signature-flipped", "one bit of the signature flipped", flipped),
        case(SIGNED, false, "content-altered", "changed after it was signed", altered),
        case(AUTHOR, false, "author-unknown", "by a device that is not in the log", log.clone().with("stranger", add("new"))),
        case(AUTHOR, false, "author-revoked", "by a revoked device", revoked.with("worker", rotate.clone())),
        case(
            AUTHOR,
            false,
            "author-gone",
            "by the device of a person who left",
            log.with("admin", Statement::RemovePerson(person("worker"))).with("worker", rotate),
        ),
    ]
}

fn root() -> Vec<Case> {
    let start = || Log::default().with(ROOT, Statement::Found(founding()));
    let admin = |name: &str| Statement::AddPerson(person(name), Role::Administrator);
    let device_of = |name: &str| Statement::AddDevice(person("admin"), keys(name));
    vec![
        case(AUTHOR, true, "root-first-person", "one administrator", start().with(ROOT, admin("admin"))),
        case(AUTHOR, false, "root-first-person-role", "no administrator", start().with(ROOT, add("admin"))),
        case(AUTHOR, false, "root-second-person", "a second one", start().with(ROOT, admin("admin")).with(ROOT, admin("deputy"))),
        case(
            AUTHOR,
            true,
            "root-first-device",
            "the first device",
            start().with(ROOT, admin("admin")).with(ROOT, device_of("admin")),
        ),
        case(AUTHOR, false, "root-second-device", "a second one", founded().with(ROOT, device_of("phone"))),
        case(AUTHOR, false, "root-team", "a team", founded().with(ROOT, team(TeamKind::Cases, &["admin"]))),
    ]
}
