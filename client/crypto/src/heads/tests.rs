//! Records of heads, what they notice, and what members in bad faith try with them.

mod liars;
mod world;

use casevault_wire::codec::Opaque;
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::limit;

use super::{Agreement, HeadAlarm, HeadStore, HeadsError, HeadsState, compare};
use crate::journal::tests::world::{AMAL, BELA};
use crate::keys::HeadsKey;
use crate::secret::Secret;
use world::{Member, Team, head};

// Obeys R-8.6-2, R-8.6-3, R-8.6-4, R-8.6-5.
#[test]
fn members_agree_and_the_late_recorder_adds_nothing() {
    let mut team = Team::new();
    let (mut amal, mut bela) = (Member::new(&team, AMAL), Member::new(&team, BELA));
    let first = amal.record(&mut team, &[(1, 3), (2, 1)]);
    assert_eq!(first.checkpoint, 1);
    let lost = bela.propose(&mut team, &[(1, 2)]).unwrap();
    bela.accept(&team, &first).unwrap();
    assert_eq!(bela.accept(&team, &lost), Err(HeadsError::Chain));
    assert_eq!(bela.propose(&mut team, &[(1, 2), (2, 1)]), None);
    let second = bela.record(&mut team, &[(1, 2), (2, 5), (3, 1)]);
    let taken = amal.accept(&team, &second).unwrap();
    assert_eq!((taken.recorder, taken.alarms, second.checkpoint), (team.world.device(BELA), vec![], 0));
    assert!(amal.store == bela.store && amal.state == bela.state);
    assert_eq!(amal.store.newest(9).unwrap().len(), 3);
}

// Obeys R-8.6-8.
#[test]
fn a_new_device_begins_at_a_checkpoint() {
    let mut team = Team::new();
    let mut amal = Member::new(&team, AMAL);
    let records: Vec<_> = (1..=limit::CHECKPOINT + 2).map(|n| amal.record(&mut team, &[((n % 7) as u16, n)])).collect();
    let last = records.iter().rposition(|record| record.checkpoint == 1).unwrap();
    assert_eq!(last as u64, limit::CHECKPOINT);
    let mut bela = Member::new(&team, BELA);
    bela.state = HeadsState::before(team.world.organisation.id(), team.world.team, &records[last]);
    for record in &records[last..] {
        bela.accept(&team, record).unwrap();
    }
    assert!(amal.store == bela.store && amal.state == bela.state);
}

// Breaks R-8.6-2.
#[test]
fn the_keyserver_cannot_reorder_change_or_replace_records() {
    let mut team = Team::new();
    let (mut amal, mut bela) = (Member::new(&team, AMAL), Member::new(&team, BELA));
    let (first, second) = (amal.record(&mut team, &[(1, 1)]), amal.record(&mut team, &[(1, 2)]));
    assert_eq!(bela.accept(&team, &second), Err(HeadsError::Chain));
    bela.accept(&team, &first).unwrap();
    assert_eq!(bela.accept(&team, &first), Err(HeadsError::Chain));
    assert_eq!(bela.accept(&team, &HeadRecord { checkpoint: 1, ..second.clone() }), Err(HeadsError::Recorder));
    assert_eq!(bela.accept(&team, &HeadRecord { generation: 2, ..second.clone() }), Err(HeadsError::KeyMissing(2)));
    let flipped = |at: usize| {
        let mut sealed = second.sealed.as_slice().to_vec();
        sealed[at] ^= 1;
        HeadRecord { sealed: Opaque::new(sealed).unwrap(), ..second.clone() }
    };
    for at in [0, 5, 30, 80, second.sealed.as_slice().len() - 1] {
        assert_eq!(bela.accept(&team, &flipped(at)), Err(HeadsError::Sealed));
    }
    team.keys.insert(2, HeadsKey::new(Secret::new([4; 32])));
    assert_eq!(bela.accept(&team, &HeadRecord { generation: 2, ..second.clone() }), Err(HeadsError::Sealed));
    bela.accept(&team, &second).unwrap();
}

// Obeys R-8.6-6.
#[test]
fn a_vault_that_says_two_things_is_caught_by_its_own_signatures() {
    let mut team = Team::new();
    let (mut amal, mut bela) = (Member::new(&team, AMAL), Member::new(&team, BELA));
    let journal = head(1, 0, 0).journal;
    let first = team.word(5, head(1, 5, 0));
    let first = amal.forge(&mut team, vec![first]);
    bela.accept(&team, &first).unwrap();

    let other = team.word(9, head(1, 5, 7));
    let record = bela.forge(&mut team, vec![other]);
    let taken = amal.accept(&team, &record).unwrap();
    assert_eq!(taken.alarms, [HeadAlarm::Fork { journal, length: 5 }]);
    assert_eq!(amal.store.word(&journal).unwrap().unwrap().head, head(1, 5, 0), "what was known first stays");

    let twice = team.word(5, head(1, 6, 0));
    let record = bela.forge(&mut team, vec![twice]);
    let taken = amal.accept(&team, &record).unwrap();
    assert_eq!(taken.alarms, [HeadAlarm::Fork { journal, length: 5 }], "one change cannot have left two heads");

    let mut team = Team::new();
    let (mut amal, mut bela) = (Member::new(&team, AMAL), Member::new(&team, BELA));
    let first = team.word(5, head(1, 5, 0));
    let first = amal.forge(&mut team, vec![first]);
    bela.accept(&team, &first).unwrap();
    let shorter = team.word(10, head(1, 4, 0));
    let record = bela.forge(&mut team, vec![shorter]);
    let taken = amal.accept(&team, &record).unwrap();
    assert_eq!(taken.alarms, [HeadAlarm::Rollback { journal, recorded: 5, served: 4 }]);
    let late = team.word(3, head(1, 3, 0));
    let record = bela.forge(&mut team, vec![late]);
    assert_eq!(amal.accept(&team, &record).unwrap().alarms, [], "an older word of a recorder that came late is none");
}

// Obeys R-8.6-7.
// Breaks R-8.6-7.
#[test]
fn rollback_fork_and_loss_are_told_apart() {
    let recorded = head(1, 5, 0);
    let journal = recorded.journal;
    assert_eq!(compare(&recorded, Some(&recorded), None), Ok(Agreement::Same));
    assert_eq!(compare(&recorded, Some(&head(1, 8, 0)), None), Ok(Agreement::Unread));
    assert_eq!(compare(&recorded, Some(&head(1, 8, 0)), Some(recorded.hash)), Ok(Agreement::Continues));
    let fork = Err(HeadAlarm::Fork { journal, length: 5 });
    assert_eq!(compare(&recorded, Some(&head(1, 8, 0)), Some(Hash([1; 32]))), fork);
    assert_eq!(compare(&recorded, Some(&head(1, 5, 7)), None), fork);
    let rollback = Err(HeadAlarm::Rollback { journal, recorded: 5, served: 4 });
    assert_eq!(compare(&recorded, Some(&head(1, 4, 0)), None), rollback);
    assert_eq!(compare(&recorded, None, None), Err(HeadAlarm::Missing { journal }));
}

#[test]
fn a_full_checkpoint_fits_a_record_and_small_records_look_alike() {
    let mut team = Team::new();
    let mut amal = Member::new(&team, AMAL);
    // Signatures of the vault are not checked by a recorder: these are of nobody.
    let word = team.word(1, head(0, 1, 0));
    let many = |count: usize| {
        (0..count).map(|n| super::Word { change: n as u64, head: world::numbered(n as u32), ..word }).collect::<Vec<_>>()
    };
    let record = amal.propose_words(&mut team, &many(limit::HEADS + 10)).unwrap();
    assert!(record.sealed.as_slice().len() < limit::HEAD_RECORD);
    amal.record(&mut team, &[(1, 1)]);
    let one = amal.record(&mut team, &[(7, 2)]);
    let other = amal.record(&mut team, &[(8, 2), (9, 2)]);
    assert_eq!(one.sealed.as_slice().len(), other.sealed.as_slice().len(), "padded alike");
}
