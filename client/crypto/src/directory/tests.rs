//! Nobody can pass for somebody else by taking their name.

use casevault_wire::codec::Text;
use casevault_wire::hash::Hash;
use casevault_wire::id::PersonId;
use casevault_wire::log::{LogPosition, Role, Statement};
use casevault_wire::signature::{Signature, Signed};
use casevault_wire::time::Time;

use super::Directory;
use crate::event::{Body, DeviceName, PersonName, TeamName};
use crate::journal::tests::world::{ADMIN, AMAL, BELA, CHIDI, World};
use crate::journal::{AcceptedEvent, Header};

/// What `person` says, the log having `length` entries.
fn said(world: &World, person: PersonId, length: u64, body: Body) -> AcceptedEvent {
    let journal = casevault_wire::journal::team_journal(&world.organisation.directory().unwrap());
    let log = LogPosition { length, hash: world.organisation.hash_at(length).unwrap() };
    let (previous, commitment, author) = (Hash::ZERO, Hash::ZERO, Default::default());
    let (sequence, time, team_generation, class) = (0, Time(0), 1, body.class());
    let header = Header { journal, sequence, previous, time, class, author, log, team_generation, commitment };
    AcceptedEvent {
        journal,
        sequence,
        time,
        device: world.device(person),
        person,
        generation: 1,
        team_generation,
        body,
        header_hash: Hash::ZERO,
        header: Signed { content: header, signature: Signature([0; 64]) },
        salt: [0; 32],
        guest: false,
    }
}

fn person(person: PersonId, name: &str) -> Body {
    Body::PersonName(PersonName { person, name: Text::new(name).unwrap() })
}

#[test]
fn people_name_themselves_and_administrators_name_anybody() {
    let mut world = World::new();
    let then = world.organisation.position().length;
    world.state(Statement::AddPerson(PersonId([9; 16]), Role::Administrator));
    world.state(Statement::SetRole(CHIDI, Role::Supervisor));
    let mut directory = Directory::default();
    let device = |name: &str| Body::DeviceName(DeviceName { device: world.device(AMAL), name: Text::new(name).unwrap() });
    let team = |name: &str| Body::TeamName(TeamName { team: world.team, name: Text::new(name).unwrap() });
    for (who, body) in [
        (ADMIN, person(AMAL, "Amal")),
        (BELA, person(AMAL, "not Amal")),
        (BELA, person(BELA, "Bela")),
        (CHIDI, device("not Amal's")),
        (AMAL, device("Amal's telephone")),
        (CHIDI, team("not a team of mine")),
        (BELA, team("Shelter")),
    ] {
        directory.apply(&said(&world, who, then, body), &world.organisation);
    }
    assert_eq!(directory.people, [(AMAL, "Amal".to_owned()), (BELA, "Bela".to_owned())].into());
    assert_eq!(directory.devices, [(world.device(AMAL), "Amal's telephone".to_owned())].into());
    assert_eq!(directory.teams, [(world.team, "Shelter".to_owned())].into());
}

#[test]
fn a_role_counts_where_the_event_stands_in_the_log() {
    let mut world = World::new();
    let before = world.organisation.position().length;
    world.state(Statement::SetRole(CHIDI, Role::Administrator));
    let during = world.organisation.position().length;
    world.state(Statement::SetRole(CHIDI, Role::Caseworker));
    let after = world.organisation.position().length;
    for (length, named) in [(before, false), (during, true), (after, false)] {
        let mut directory = Directory::default();
        directory.apply(&said(&world, CHIDI, length, person(AMAL, "Amal")), &world.organisation);
        assert_eq!(directory.people.contains_key(&AMAL), named);
    }
}
