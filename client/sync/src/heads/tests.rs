//! Recorded heads against the vault's, in a real store.

use casevault_crypto::heads::{HeadAlarm, HeadStore, Word};
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::Head;
use casevault_wire::signature::Signature;
use casevault_wire::time::Time;
use casevault_wire::vault::Change;

use super::check::{check, look_again, note_changes};
use super::kept::SqlHeads;
use crate::store::sql::Connection;
use crate::store::with_store;

const SHELTER: TeamId = TeamId([1; 32]);
const LEGAL: TeamId = TeamId([2; 32]);

fn head(journal: u16, length: u64, hash: u8) -> Head {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&journal.to_be_bytes());
    Head { journal: JournalId(id), length, hash: Hash([hash; 32]), generation: 1 }
}

/// A colleague recorded a head; its signatures were checked on the way in.
fn recorded(db: &Connection, team: TeamId, head: Head) {
    let word = Word { change: 1, head, time: Time(1), signature: Signature([0; 64]) };
    SqlHeads::new(db, team).put(word).unwrap();
}

fn served(db: &Connection, team: TeamId, head: Head) {
    note_changes(db, &team, &[Change { change: 1, head }]).unwrap();
}

/// This device has read the first entry of a journal.
fn read(db: &Connection, team: TeamId, journal: JournalId) {
    let sql = "INSERT INTO entries (team, journal, sequence, time, device, person, class, body, hash, header, log_length)
        VALUES (?1, ?2, 0, 0, x'', x'', 0, x'', ?3, x'', 0)";
    db.execute(sql, [team.0.as_slice(), &journal.0, &[9; 32]]).unwrap();
}

fn unchecked(db: &Connection) -> u64 {
    db.query_row("SELECT count(*) FROM heads WHERE unchecked = 1", [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

#[test]
fn one_teams_journals_are_never_compared_with_anothers_records() {
    with_store(|db| {
        served(db, SHELTER, head(1, 5, 5));
        recorded(db, SHELTER, head(1, 5, 5));
        // A member of the other team writes under the id of this one's journal: the vault keeps the two apart.
        served(db, LEGAL, head(1, 1, 1));
        assert_eq!(check(db, &SHELTER).unwrap(), []);
        assert_eq!(check(db, &LEGAL).unwrap(), []);
        recorded(db, LEGAL, head(1, 1, 1));
        assert_eq!(check(db, &LEGAL).unwrap(), []);

        // This device has read the one team's journal, and none of the other's.
        read(db, SHELTER, head(1, 0, 0).journal);
        served(db, LEGAL, head(1, 2, 2));
        assert_eq!(check(db, &LEGAL).unwrap(), [], "its entries are another journal's");
    });
}

#[test]
fn only_what_changed_is_compared_and_each_alarm_is_raised_once() {
    with_store(|db| {
        for journal in 0..500 {
            recorded(db, SHELTER, head(journal, 3, 3));
            served(db, SHELTER, head(journal, 3, 3));
        }
        assert_eq!((unchecked(db), check(db, &SHELTER).unwrap()), (500, vec![]));
        assert_eq!(unchecked(db), 0, "nothing is new");

        served(db, SHELTER, head(7, 2, 2));
        assert_eq!(unchecked(db), 1);
        let journal = head(7, 0, 0).journal;
        assert_eq!(check(db, &SHELTER).unwrap(), [HeadAlarm::Rollback { journal, recorded: 3, served: 2 }]);
        assert_eq!(check(db, &SHELTER).unwrap(), [], "an alarm, and synchronising goes on");
        served(db, SHELTER, head(7, 3, 3));
        assert_eq!(check(db, &SHELTER).unwrap(), [], "and if the vault has it again, all is well");

        let plan: String = db
            .query_row("EXPLAIN QUERY PLAN SELECT journal FROM heads WHERE team = ?1 AND unchecked = 1", [SHELTER.0], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(plan.contains("heads_unchecked"), "{plan}");
    });
}

#[test]
fn a_fork_shows_once_the_entries_are_read() {
    with_store(|db| {
        recorded(db, SHELTER, head(1, 1, 3));
        served(db, SHELTER, head(1, 4, 4));
        assert_eq!(check(db, &SHELTER).unwrap(), [], "longer, and not read");
        let journal = head(1, 0, 0).journal;
        read(db, SHELTER, journal);
        look_again(db, &SHELTER, &journal).unwrap();
        assert_eq!(check(db, &SHELTER).unwrap(), [HeadAlarm::Fork { journal, length: 1 }]);
        recorded(db, SHELTER, head(2, 1, 1));
        assert_eq!(check(db, &SHELTER).unwrap(), [HeadAlarm::Missing { journal: head(2, 0, 0).journal }]);
    });
}
