//! What a team owes to the log, and since when.

use casevault_wire::limit::SEALING_KEY;
use casevault_wire::log::{Organisation, Role, Statement};

use super::organisation::{Log, Sealing, Working, device, person, sealing_key, working};

/// The log folded.
fn fold(log: &Log) -> Organisation {
    let (first, rest) = log.entries.split_first().unwrap();
    let mut organisation = Organisation::found(first).unwrap();
    rest.iter().for_each(|entry| organisation.apply(entry).unwrap());
    organisation
}

/// The log with the team's key of this generation, stated by the worker.
fn keyed(working: &Working, log: Log, generation: u64) -> Log {
    let length = log.entries.len() as u64;
    keyed_at(working, log, (generation, length))
}

/// The same with the key of a commit that was made when the log had this length.
fn keyed_at(working: &Working, log: Log, (generation, log_length): (u64, u64)) -> Log {
    let sealing = Sealing { generation, sequence: generation, log_length, length: SEALING_KEY };
    let statement = sealing_key(&log, working.team, sealing);
    log.with("worker", Statement::TeamSealingKey(statement))
}

// Obeys R-8.3-22.
#[test]
fn a_team_waits_from_a_departure_or_an_instruction_until_a_key_is_stated() {
    let working = working();
    let team = working.team;
    let waits = |log: &Log| fold(log).is_waiting(&team);
    assert!(waits(&working.log), "nobody has made its keys");
    let made = keyed(&working, working.log.clone(), 1);
    assert!(!waits(&made));
    let with_other = made.with("admin", Statement::AddToTeam(team, person("other")));
    assert!(!waits(&with_other), "an addition needs no new key");
    let same = with_other.clone();
    for due in [
        Statement::RotateTeam(team),
        Statement::RemoveFromTeam(team, person("other")),
        Statement::RemovePerson(person("other")),
        Statement::RevokeDevice(device("other")),
    ] {
        let log = same.clone().with("admin", due.clone());
        assert!(waits(&log), "{due:?}");
        assert!(!waits(&keyed(&working, log, 2)), "{due:?}");
    }
    for nothing in [Statement::RevokeDevice(device("analyst")), Statement::SetRole(person("other"), Role::Legal)] {
        assert!(!waits(&same.clone().with("admin", nothing.clone())), "{nothing:?}");
    }
    assert!(
        fold(&same.with("admin", Statement::RemovePerson(person("analyst")))).last_due(&working.directory) > 0,
        "everybody is in it"
    );
}

// Breaks R-8.8-8.
// Plays A28, C03.
#[test]
fn a_key_is_not_fresh_for_being_stated_late_nor_for_having_been_stated_before_somebody_came() {
    let working = working();
    let team = working.team;
    let fresh = |log: &Log| fold(log).is_sealing_key_fresh(&team);
    let made = keyed(&working, working.log.clone(), 1);
    assert!(fresh(&made));
    let with_other = made.with("admin", Statement::AddToTeam(team, person("other")));
    assert!(fresh(&with_other), "an addition needs no new key");
    let at = with_other.entries.len() as u64;
    for gone in [Statement::RemoveFromTeam(team, person("other")), Statement::RevokeDevice(device("other"))] {
        let log = with_other.clone().with("admin", gone.clone());
        assert!(!fresh(&log), "who came after the key was stated has it all the same: {gone:?}");
        assert!(!fresh(&keyed_at(&working, log.clone(), (2, at))), "stated now, made while they were there: {gone:?}");
        assert!(fresh(&keyed_at(&working, log, (2, at + 1))), "{gone:?}");
    }
}

#[test]
fn whoever_comes_and_goes_between_two_commits_has_been_there() {
    let working = working();
    let team = working.team;
    let before = working.log.entries.len() as u64;
    let log = working.log.with("admin", Statement::AddToTeam(team, person("other")));
    let log = log.with("admin", Statement::RemoveFromTeam(team, person("other")));
    let organisation = fold(&log);
    assert!(organisation.has_lost(&team, before, before + 2));
    assert!(!organisation.has_lost(&team, before, before + 1) && !organisation.has_lost(&team, before + 2, before + 9));
    assert_eq!(organisation.instructions(&team, before, before + 2), [before + 1, before + 2]);
    assert_eq!(organisation.last_due(&team), before + 2);
}

#[test]
fn a_team_whose_last_device_is_gone_has_none() {
    let working = working();
    assert!(fold(&working.log).has_device(&working.team));
    let log = working.log.with("admin", Statement::RevokeDevice(device("worker")));
    assert!(!fold(&log).has_device(&working.team) && fold(&log).has_device(&working.directory));
}
