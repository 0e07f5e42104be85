//! The organisation log, folded over statements of any content by whoever may or may not make them.

use std::sync::LazyLock;

use casevault_wire::codec::decode;
use casevault_wire::id::PersonId;
use casevault_wire::limit;
use casevault_wire::log::{Author, Organisation, Role, SignedLogEntry, Statement};

use super::bytes::Bytes;
use super::world::{World, signed};

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// What was refused leaves the state as it was, and what was accepted folds the same from any point on.
pub(super) fn log_fold(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let mut organisation = WORLD.organisation.clone();
    let mut log = WORLD.log.clone();
    for _ in 0..32 {
        if bytes.is_empty() {
            break;
        }
        let entry = entry(&organisation, &log, &mut bytes);
        let before = organisation.clone();
        match organisation.apply(&entry) {
            Ok(()) => log.push(entry),
            Err(_) => assert!(organisation == before, "a refused entry changes nothing"),
        }
        assert_eq!(organisation.position().length, log.len() as u64);
    }
    refolds(&organisation, &log);
}

/// An entry that chains, signed by its author, with a statement out of the input; now and then one of another kind.
fn entry(organisation: &Organisation, log: &[SignedLogEntry], bytes: &mut Bytes<'_>) -> SignedLogEntry {
    let who = bytes.byte();
    let (key, author) = match who % 4 {
        3 => (WORLD.root.clone(), Author::Root),
        at => WORLD.author(usize::from(at)),
    };
    let piece = bytes.piece();
    let statement: Statement = decode(piece, limit::LOG_ENTRY).unwrap_or_else(|_| {
        let known = &log[usize::from(who) % log.len()];
        known.content.statement.clone()
    });
    match who >> 6 {
        0 => log[usize::from(who) % log.len()].clone(),
        1 => decode(piece, limit::LOG_ENTRY).unwrap_or_else(|_| signed(&key, Some(organisation), Author::Root, statement)),
        _ => signed(&key, Some(organisation), author, statement),
    }
}

fn refolds(organisation: &Organisation, log: &[SignedLogEntry]) {
    let mut again = Organisation::found(&log[0]).expect("the same founding");
    log[1..].iter().for_each(|entry| again.apply(entry).expect("what was accepted is accepted again"));
    assert!(again == *organisation, "a fold of a prefix and the rest is the fold of all");
    assert!(Organisation::replay(log, &organisation.verified()).as_ref() == Ok(organisation), "a replay is the fold");
    for length in 1..=organisation.position().length {
        let hash = organisation.hash_at(length);
        assert!(hash.is_some(), "every position of the log has a hash");
        for team in organisation.teams().keys() {
            let devices = organisation.team_devices_at(team, length);
            assert!(devices.iter().all(|device| organisation.is_team_device_at(team, device, length)));
            organisation.is_rotation_due(team, 0, length);
        }
    }
    let administers = |id: &PersonId| organisation.role_at(id, organisation.position().length) == Some(Role::Administrator);
    let left = organisation.people().keys().any(|id| administers(id) && organisation.current_devices(id).next().is_some());
    assert!(left, "nobody is left to administer");
}
