//! What the vectors say of roles: the table of R-8.1-3 cell by cell, and who may add a device (R-8.1-13).

use casevault_wire::hash::Hash;
use casevault_wire::id::TeamId;
use casevault_wire::limit;
use casevault_wire::log::{Role, Statement, TeamKind, VoidStatement};

use super::log_cases::{Case, case};
use super::organisation::{Log, Sealing, Working, device, keys, person, sealing_key, team, working};

const AUTHOR: &str = "R-8.1-3";
const ENROLMENT: &str = "R-8.1-13";

/// Who states each row: each role, members and others, in the order of the rows' answers. The administrator is in no team of cases.
const AUTHORS: [(&str, &str); 6] = [
    ("admin", "an administrator"),
    ("worker", "a caseworker of the team"),
    ("other", "a caseworker who is not in the team"),
    ("supervisor", "a supervisor of the team"),
    ("legal", "a lawyer of the team"),
    ("analyst", "an analyst"),
];

/// Statements about others or the organisation, and who may make them.
type Row = (&'static str, Statement, [bool; 6]);

const ADMINISTRATOR: [bool; 6] = [true, false, false, false, false, false];
const MEMBERS: [bool; 6] = [false, true, false, true, true, false];
const ADMINISTRATOR_AND_MEMBERS: [bool; 6] = [true, true, false, true, true, false];
const EVERYBODY: [bool; 6] = [true; 6];
const NOBODY: [bool; 6] = [false; 6];

/// An organisation with everybody of [`AUTHORS`], a second administrator, a member who is spoken of, and a person without a device.
fn organisation() -> Working {
    let Working { log, directory, team } = working();
    let add = |name: &str| Statement::AddToTeam(team, person(name));
    let log = log
        .enrol("deputy", Role::Administrator)
        .enrol("supervisor", Role::Supervisor)
        .enrol("legal", Role::Legal)
        .enrol("target", Role::Caseworker)
        .with("admin", Statement::AddPerson(person("newcomer"), Role::Caseworker));
    let log = ["supervisor", "legal", "target"].into_iter().fold(log, |log, name| log.with("admin", add(name)));
    Working { log, directory, team }
}

fn rows(Working { log, directory, team: of_cases }: &Working) -> Vec<Row> {
    let (of_cases, directory) = (*of_cases, *directory);
    let log_length = log.entries.len() as u64;
    let key = Sealing { generation: 1, sequence: 10, log_length, length: limit::SEALING_KEY };
    let sealing = |team: TeamId| Statement::TeamSealingKey(sealing_key(log, team, key));
    let target = person("target");
    let void = Statement::VoidCommit(VoidStatement { team: of_cases, epoch: 1, commit: Hash([4; 32]) });
    vec![
        ("add-person", Statement::AddPerson(person("new"), Role::Caseworker), ADMINISTRATOR),
        ("add-first-device", Statement::AddDevice(person("newcomer"), keys("newcomer")), ADMINISTRATOR),
        ("add-device", Statement::AddDevice(target, keys("another")), NOBODY),
        ("set-role", Statement::SetRole(target, Role::Supervisor), ADMINISTRATOR),
        ("remove-person", Statement::RemovePerson(target), ADMINISTRATOR),
        ("create-team", team(TeamKind::Cases, &["target"]), ADMINISTRATOR),
        ("freeze-team", Statement::FreezeTeam(of_cases, 1), ADMINISTRATOR),
        ("void-commit", void, ADMINISTRATOR),
        ("revoke-device", Statement::RevokeDevice(device("target")), ADMINISTRATOR),
        ("add-to-team", Statement::AddToTeam(of_cases, person("deputy")), ADMINISTRATOR_AND_MEMBERS),
        ("add-to-directory", Statement::AddToTeam(directory, target), NOBODY),
        ("remove-from-team", Statement::RemoveFromTeam(of_cases, target), ADMINISTRATOR),
        ("remove-from-directory", Statement::RemoveFromTeam(directory, target), NOBODY),
        ("rotate-team", Statement::RotateTeam(of_cases), ADMINISTRATOR_AND_MEMBERS),
        ("rotate-directory", Statement::RotateTeam(directory), EVERYBODY),
        ("sealing-key", sealing(of_cases), MEMBERS),
        ("sealing-key-of-directory", sealing(directory), EVERYBODY),
    ]
}

/// Statements about oneself, made of one's name and the team, and who may make them.
type OwnRow = (&'static str, fn(&str, TeamId) -> Statement, [bool; 6]);

/// Statements about oneself.
fn own_rows() -> [OwnRow; 5] {
    [
        ("add-own-device", |name, _| Statement::AddDevice(person(name), keys("another")), EVERYBODY),
        ("revoke-own-device", |name, _| Statement::RevokeDevice(device(name)), EVERYBODY),
        ("leave-team", |name, team| Statement::RemoveFromTeam(team, person(name)), MEMBERS),
        ("set-own-role", |name, _| Statement::SetRole(person(name), Role::Caseworker), ADMINISTRATOR),
        ("remove-oneself", |name, _| Statement::RemovePerson(person(name)), ADMINISTRATOR),
    ]
}

/// The table of R-8.1-3, every cell both ways.
pub fn roles() -> Vec<Case> {
    let organisation = organisation();
    let says = |row: &str, (author, who): (&str, &str), statement: Statement, valid: bool| {
        let log = organisation.log.clone().with(author, statement);
        case(AUTHOR, valid, &format!("role-{row}-{author}"), &format!("{row} by {who}"), log)
    };
    let mut cases = Vec::new();
    for (row, statement, allowed) in rows(&organisation) {
        cases.extend(AUTHORS.into_iter().zip(allowed).map(|(author, valid)| says(row, author, statement.clone(), valid)));
    }
    for (row, statement, allowed) in own_rows() {
        let own = |author: (&str, &str)| statement(author.0, organisation.team);
        cases.extend(AUTHORS.into_iter().zip(allowed).map(|(author, valid)| says(row, author, own(author), valid)));
    }
    cases
}

/// A device is added, which speaks for itself under its own name.
fn add(name: &str, device: &str) -> Statement {
    Statement::AddDevice(person(name), keys(device))
}

fn revoke(name: &str) -> Statement {
    Statement::RevokeDevice(device(name))
}

/// A log in which a tablet of the worker's is added by `author`.
fn tablet(log: Log, author: &str) -> Log {
    log.with(author, add("worker", "tablet"))
}

fn enrolment((valid, name, comment, log): (bool, &str, &str, Log)) -> Case {
    case(ENROLMENT, valid, &format!("enrol-{name}"), comment, log)
}

/// How devices come in after the first, and what an administrator in bad faith tries.
pub fn enrolments() -> Vec<Case> {
    [further(), again()].concat()
}

/// While the person has a device.
fn further() -> Vec<Case> {
    let alone = working().log;
    let two = alone.clone().enrol("deputy", Role::Administrator);
    let both = two.clone().with("worker", add("worker", "worker phone"));
    let revoked = both.clone().with("worker phone", revoke("worker"));
    let cases = [
        (true, "second", "a device vouches for its person's second one", both.clone()),
        (true, "third", "and the second for a third", tablet(both, "worker phone")),
        (
            false,
            "second-by-administrator",
            "an administrator adds a device of a person who has one",
            tablet(two.clone(), "admin"),
        ),
        (false, "second-by-only-administrator", "the only one does", tablet(alone, "admin")),
        (false, "second-by-other", "a colleague does", tablet(two, "other")),
        (false, "second-by-revoked", "a device does that was revoked while another is left", tablet(revoked, "worker")),
    ];
    cases.into_iter().map(enrolment).collect()
}

/// When all that the person had were revoked.
fn again() -> Vec<Case> {
    let alone = working().log;
    let two = alone.clone().enrol("deputy", Role::Administrator);
    let both = two.clone().with("worker", add("worker", "worker phone"));
    let lost = |by: &str| two.clone().with(by, revoke("worker"));
    let lost_alone = alone.with("admin", revoke("worker"));
    let last_by_admin = both.clone().with("deputy", revoke("worker")).with("admin", revoke("worker phone"));
    let first_by_admin = both.with("admin", revoke("worker")).with("deputy", revoke("worker phone"));
    let deputy_lost = two.clone().with("admin", revoke("deputy")).with("admin", add("deputy", "tablet"));
    let cases = [
        (true, "again", "another administrator than the one who revoked the last", tablet(lost("admin"), "deputy")),
        (false, "again-by-revoker", "the one who revoked it", tablet(lost("admin"), "admin")),
        (true, "again-after-own-word", "its person revoked it", tablet(lost("worker"), "admin")),
        (false, "again-by-other", "a colleague", tablet(lost("admin"), "other")),
        (true, "again-by-only-administrator", "who revoked it, and is alone in office", tablet(lost_alone, "admin")),
        (false, "again-by-revoker-of-last", "who revoked the last of two, a colleague the first", tablet(last_by_admin, "admin")),
        (
            true,
            "again-by-revoker-of-first",
            "who revoked the first of two, a colleague the last",
            tablet(first_by_admin, "admin"),
        ),
        (true, "again-of-administrator", "an administrator's, by the only one who has a device left", deputy_lost),
    ];
    cases.into_iter().map(enrolment).collect()
}
