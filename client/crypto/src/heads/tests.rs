//! Records of heads, and what they notice.

use std::collections::BTreeMap;

use casevault_wire::codec::Opaque;
use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::journal::{Head, SignedVaultState, VaultState};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::time::Time;
use proptest::prelude::*;

use super::{
    Agreement, HeadAlarm, HeadChange, HeadStatement, HeadStore, HeadsError, HeadsReader, HeadsState, MemoryHeads, accept,
    compare, empty_root, leaf, propose, root, update,
};
use crate::identity::sign;
use crate::journal::tests::world::Seeded;
use crate::keys::{HeadsKey, SigningKey};
use crate::seal::seal;
use crate::secret::Secret;

const ORGANISATION: OrganisationId = OrganisationId([1; 32]);
const TEAM: TeamId = TeamId([2; 32]);

fn head(journal: u16, length: u64, history: u8) -> Head {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&journal.to_be_bytes());
    let hash = if length == 0 { Hash::ZERO } else { hash_bytes(Label::JournalEntryHash, &[history, length as u8]) };
    Head { journal: JournalId(id), length, hash, generation: 1 }
}

fn change(journal: u16, length: u64) -> HeadChange {
    HeadChange { head: head(journal, length, 0), state: None }
}

/// A member: what one device remembers.
struct Member {
    state: HeadsState,
    store: MemoryHeads,
    keys: BTreeMap<u64, HeadsKey>,
    vault: SigningKey,
    random: Seeded,
}

impl Member {
    fn new() -> Self {
        let mut random = Seeded::new("member");
        Self {
            state: HeadsState::new(ORGANISATION, TEAM),
            store: MemoryHeads::default(),
            keys: [(1, HeadsKey::new(Secret::new([3; 32])))].into(),
            vault: SigningKey::generate(&mut random).unwrap(),
            random,
        }
    }

    fn propose(&mut self, changes: &[HeadChange]) -> Option<HeadRecord> {
        propose(&self.state, &self.store, &self.keys, changes, &mut self.random).unwrap()
    }

    fn accept(&mut self, record: &HeadRecord) -> Result<HeadStatement, HeadsError<std::convert::Infallible>> {
        let before = (self.state, self.store.clone());
        let vault = self.vault.public();
        let reader = HeadsReader { keys: &self.keys, vault: &vault };
        let result = accept(&mut self.state, &mut self.store, record, &reader);
        if result.is_err() {
            assert!(before == (self.state, self.store.clone()), "a refused record changes nothing");
        }
        result
    }

    fn record(&mut self, changes: &[HeadChange]) -> HeadRecord {
        let record = self.propose(changes).unwrap();
        self.accept(&record).unwrap();
        record
    }

    /// Seals any statement as the next record.
    fn forge(&mut self, statement: &HeadStatement) -> HeadRecord {
        self.forge_plaintext(&statement.encode_padded())
    }

    fn forge_plaintext(&mut self, plaintext: &[u8]) -> HeadRecord {
        let context = casevault_wire::context::Context {
            team: TEAM,
            version: self.state.length(),
            generation: 1,
            binding: self.state.last(),
            ..casevault_wire::context::Context::new(Label::SealHeads, ORGANISATION)
        };
        let sealed = seal(self.keys[&1].secret(), &context, plaintext, &mut self.random).unwrap();
        HeadRecord {
            sequence: self.state.length(),
            previous: self.state.last(),
            generation: 1,
            checkpoint: u8::from(self.state.length().is_multiple_of(limit::CHECKPOINT)),
            sealed: Opaque::new(sealed).unwrap(),
        }
    }

    fn statement(&self, heads: Vec<HeadChange>) -> HeadStatement {
        let mut after = self.store.clone();
        for change in &heads {
            let index = after.index(&change.head.journal).unwrap().unwrap_or(after.size().unwrap());
            update(&mut after, index, change.head).unwrap();
        }
        let (size, root) = (after.size().unwrap(), root(&after).unwrap());
        HeadStatement { heads: casevault_wire::codec::List::new(heads).unwrap(), size, root }
    }
}

/// RFC 9162 §2.1.1, as it is written there.
fn tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            hash_bytes(Label::HeadNode, &[tree_hash(left).0, tree_hash(right).0].concat())
        }
    }
}

proptest! {
    #[test]
    fn the_tree_kept_is_the_tree_computed(changes in proptest::collection::vec((0u16..40, 1u64..9), 0..120)) {
        let mut store = MemoryHeads::default();
        let mut heads: Vec<Head> = Vec::new();
        for (journal, length) in changes {
            let head = head(journal, length, 0);
            match heads.iter().position(|known| known.journal == head.journal) {
                Some(at) => heads[at] = head,
                None => heads.push(head),
            }
            let at = heads.iter().position(|known| known.journal == head.journal).unwrap();
            update(&mut store, at as u64, head).unwrap();
            let leaves: Vec<_> = heads.iter().map(leaf).collect();
            prop_assert_eq!(root(&store).unwrap(), tree_hash(&leaves));
        }
    }
}

#[test]
fn a_change_costs_one_hash_per_level() {
    let mut store = MemoryHeads::default();
    for journal in 0..1000 {
        update(&mut store, u64::from(journal), head(journal, 1, 0)).unwrap();
    }
    let mut counting = super::store::Overlay::new(&store).unwrap();
    update(&mut counting, 17, head(17, 2, 0)).unwrap();
    let nodes = (0..11).filter(|level| counting.node(*level, 17 >> level).unwrap() != store.node(*level, 17 >> level).unwrap());
    assert_eq!(nodes.count(), 10, "a leaf and its complete ancestors");
    assert_ne!(root(&counting).unwrap(), root(&store).unwrap());
}

#[test]
fn members_agree_and_the_late_recorder_adds_nothing() {
    let (mut amal, mut bela) = (Member::new(), Member::new());
    let first = amal.record(&[change(1, 3), change(2, 1)]);
    assert_eq!(first.checkpoint, 1);
    let lost = bela.propose(&[change(1, 2)]).unwrap();
    bela.accept(&first).unwrap();
    assert_eq!(bela.accept(&lost), Err(HeadsError::Chain));
    assert_eq!(bela.propose(&[change(1, 2), change(2, 1)]), None);
    let second = bela.record(&[change(1, 2), change(2, 5), change(3, 1)]);
    let statement = amal.accept(&second).unwrap();
    assert_eq!((statement.heads.as_slice().len(), statement.size, second.checkpoint), (2, 3, 0));
    assert!(amal.store == bela.store && amal.state == bela.state);
}

#[test]
fn a_new_device_begins_at_a_checkpoint() {
    let mut amal = Member::new();
    let mut records = Vec::new();
    for n in 1..=limit::CHECKPOINT + 2 {
        records.push(amal.record(&[change((n % 7) as u16, n)]));
    }
    let checkpoint = &records[limit::CHECKPOINT as usize];
    assert_eq!(checkpoint.checkpoint, 1);
    let mut bela = Member::new();
    bela.state = HeadsState::before(ORGANISATION, TEAM, checkpoint).unwrap();
    for record in &records[limit::CHECKPOINT as usize..] {
        bela.accept(record).unwrap();
    }
    assert!(amal.store == bela.store && amal.state == bela.state);
    assert_eq!(HeadsState::before(ORGANISATION, TEAM, &records[1]), None);
}

#[test]
fn the_keyserver_cannot_reorder_change_or_replace_records() {
    let (mut amal, mut bela) = (Member::new(), Member::new());
    let (first, second) = (amal.record(&[change(1, 1)]), amal.record(&[change(1, 2)]));
    assert_eq!(bela.accept(&second), Err(HeadsError::Chain));
    bela.accept(&first).unwrap();
    assert_eq!(bela.accept(&first), Err(HeadsError::Chain));
    assert_eq!(bela.accept(&HeadRecord { checkpoint: 1, ..second.clone() }), Err(HeadsError::Chain));
    assert_eq!(bela.accept(&HeadRecord { generation: 0, ..second.clone() }), Err(HeadsError::Chain));
    assert_eq!(bela.accept(&HeadRecord { generation: 2, ..second.clone() }), Err(HeadsError::KeyMissing(2)));
    let flipped = |at: usize| {
        let mut sealed = second.sealed.as_slice().to_vec();
        sealed[at] ^= 1;
        HeadRecord { sealed: Opaque::new(sealed).unwrap(), ..second.clone() }
    };
    for at in [0, 5, 30, 80, second.sealed.as_slice().len() - 1] {
        assert_eq!(bela.accept(&flipped(at)), Err(HeadsError::Sealed));
    }
    bela.keys.insert(2, HeadsKey::new(Secret::new([4; 32])));
    assert_eq!(bela.accept(&HeadRecord { generation: 2, ..second.clone() }), Err(HeadsError::Sealed));
    bela.accept(&second).unwrap();
}

#[test]
fn a_record_that_contradicts_itself_or_the_past_is_refused() {
    let mut amal = Member::new();
    amal.record(&[change(1, 3), change(2, 1)]);
    let good = amal.statement(vec![change(1, 4)]);
    for (statement, error) in [
        (HeadStatement { size: 3, ..good.clone() }, HeadsError::Contradiction),
        (HeadStatement { root: Hash([1; 32]), ..good.clone() }, HeadsError::Contradiction),
        (amal.statement(vec![change(1, 2)]), HeadsError::Contradiction),
        (
            amal.statement(vec![HeadChange { head: head(1, 3, 7), state: None }]),
            HeadsError::Alarm(HeadAlarm::Fork { journal: head(1, 0, 0).journal, length: 3 }),
        ),
    ] {
        let record = amal.forge(&statement);
        assert_eq!(amal.accept(&record), Err(error));
    }
    let mut padded = good.encode_padded();
    padded.push(0);
    let record = amal.forge_plaintext(&padded);
    assert_eq!(amal.accept(&record), Err(HeadsError::Sealed));
    let record = amal.forge(&good);
    amal.accept(&record).unwrap();
}

#[test]
fn the_vaults_word_belongs_to_the_head_beside_it() {
    let mut amal = Member::new();
    let word = |key: &SigningKey, team, length| -> SignedVaultState {
        let head = head(1, length, 0);
        sign(key, VaultState { organisation: ORGANISATION, team, change: 1, head, time: Time(1) })
    };
    let vault = amal.vault.clone();
    let stranger = SigningKey::generate(&mut Seeded::new("stranger")).unwrap();
    for state in [word(&stranger, TEAM, 4), word(&vault, TeamId([9; 32]), 4), word(&vault, TEAM, 5)] {
        let statement = amal.statement(vec![HeadChange { state: Some(state), ..change(1, 4) }]);
        let record = amal.forge(&statement);
        assert_eq!(amal.accept(&record), Err(HeadsError::Contradiction));
    }
    let record = amal.propose(&[HeadChange { state: Some(word(&vault, TEAM, 4)), ..change(1, 4) }]).unwrap();
    amal.accept(&record).unwrap();
}

#[test]
fn a_checkpoint_leaves_nothing_out_and_takes_nothing_back() {
    let mut amal = Member::new();
    for n in 1..=limit::CHECKPOINT {
        amal.record(&[change(1, n), change(2, n)]);
    }
    let last = limit::CHECKPOINT;
    let journal = |n| head(n, 0, 0).journal;
    for (heads, alarm) in [
        (vec![change(1, last + 1)], HeadAlarm::Missing { journal: journal(2) }),
        (vec![change(2, last), change(1, last)], HeadAlarm::Missing { journal: journal(1) }),
        (
            vec![change(1, last + 1), change(2, last - 1)],
            HeadAlarm::Rollback { journal: journal(2), recorded: last, served: last - 1 },
        ),
    ] {
        let statement = amal.statement(heads);
        let record = amal.forge(&statement);
        assert_eq!(amal.accept(&record), Err(HeadsError::Alarm(alarm)));
    }
    amal.record(&[change(2, last + 1)]);
}

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
fn ten_thousand_journals_fit_a_checkpoint() {
    let mut amal = Member::new();
    let changes: Vec<_> = (0..10_000).map(|journal| change(journal, 1)).collect();
    let record = amal.record(&changes);
    assert!(record.sealed.as_slice().len() < limit::HEAD_RECORD);
    let one = amal.record(&[change(77, 2)]);
    let other = amal.record(&[change(78, 2), change(79, 2)]);
    assert_eq!(one.sealed.as_slice().len(), other.sealed.as_slice().len(), "padded alike");
}
