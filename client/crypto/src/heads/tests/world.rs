//! A team, the vault that it uses, and what one member's device remembers.

use std::collections::BTreeMap;
use std::convert::Infallible;

use casevault_wire::codec::{List, Opaque};
use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{JournalId, PersonId};
use casevault_wire::journal::{Head, VaultState};
use casevault_wire::label::Label;
use casevault_wire::time::Time;

use crate::heads::statement::encode_padded;
use crate::heads::{
    HeadStatement, HeadsError, HeadsReader, HeadsState, MemoryHeads, Recorder, SignedHeadStatement, Taken, Word, accept, propose,
};
use crate::identity::{DeviceIdentity, sign};
use crate::journal::tests::world::World;
use crate::keys::{HeadsKey, SigningKey};
use crate::seal::seal;
use crate::secret::Secret;

/// A head of journal `journal` in one of its histories.
pub(super) fn head(journal: u16, length: u64, history: u8) -> Head {
    let hash = if length == 0 {
        Hash::ZERO
    } else {
        hash_bytes(Label::JournalEntryHash, &[[history; 8], length.to_be_bytes()].concat())
    };
    Head { length, hash, ..numbered(u32::from(journal)) }
}

/// A head of the journal of this number.
pub(super) fn numbered(journal: u32) -> Head {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&journal.to_be_bytes());
    Head { journal: JournalId(id), length: 1, hash: Hash([1; 32]), generation: 1 }
}

pub(super) struct Team {
    pub(super) world: World,
    pub(super) keys: BTreeMap<u64, HeadsKey>,
    changes: u64,
}

impl Team {
    pub(super) fn new() -> Self {
        Self { world: World::new(), keys: [(1, HeadsKey::new(Secret::new([3; 32])))].into(), changes: 0 }
    }

    /// What the vault says of a head that it is asked to make now.
    pub(super) fn says(&mut self, head: Head) -> Word {
        self.changes += 1;
        self.word(self.changes, head)
    }

    /// What the vault says of a head.
    pub(super) fn word(&self, change: u64, head: Head) -> Word {
        Word::of(&sign(&self.world.vault, self.vault_state(change, head)))
    }

    /// What somebody else says that the vault says.
    pub(super) fn word_by(&self, key: &SigningKey, change: u64, head: Head) -> Word {
        Word::of(&sign(key, self.vault_state(change, head)))
    }

    pub(super) fn vault_state(&self, change: u64, head: Head) -> VaultState {
        VaultState { organisation: self.world.organisation.id(), team: self.world.team, change, head, time: Time(1) }
    }
}

pub(super) struct Member {
    pub(super) device: DeviceIdentity,
    pub(super) state: HeadsState,
    pub(super) store: MemoryHeads,
}

impl Member {
    pub(super) fn new(team: &Team, person: PersonId) -> Self {
        Self {
            device: team.world.devices[&person].clone(),
            state: HeadsState::new(team.world.organisation.id(), team.world.team),
            store: MemoryHeads::default(),
        }
    }

    /// The record of what the vault says now of these journals at these lengths.
    pub(super) fn propose(&mut self, team: &mut Team, heads: &[(u16, u64)]) -> Option<HeadRecord> {
        let words: Vec<_> = heads.iter().map(|(journal, length)| team.says(head(*journal, *length, 0))).collect();
        self.propose_words(team, &words)
    }

    pub(super) fn propose_words(&mut self, team: &mut Team, words: &[Word]) -> Option<HeadRecord> {
        let recorder = Recorder { device: &self.device, log: team.world.organisation.position(), keys: &team.keys };
        propose(&self.state, &self.store, &recorder, words, &mut team.world.random).unwrap()
    }

    pub(super) fn accept(&mut self, team: &Team, record: &HeadRecord) -> Result<Taken, HeadsError<Infallible>> {
        let before = (self.state, self.store.clone());
        let reader = HeadsReader { organisation: &team.world.organisation, keys: &team.keys };
        let result = accept(&mut self.state, &mut self.store, record, &reader);
        if result.is_err() {
            assert!(before == (self.state, self.store.clone()), "a refused record changes nothing");
        }
        result
    }

    pub(super) fn record(&mut self, team: &mut Team, heads: &[(u16, u64)]) -> HeadRecord {
        let record = self.propose(team, heads).unwrap();
        self.accept(team, &record).unwrap();
        record
    }

    /// The statement that this member would sign next.
    pub(super) fn statement(&self, team: &Team, words: Vec<Word>) -> HeadStatement {
        HeadStatement {
            organisation: team.world.organisation.id(),
            team: team.world.team,
            sequence: self.state.length(),
            previous: self.state.last(),
            checkpoint: 0,
            device: self.device.id(),
            log: team.world.organisation.position(),
            words: List::new(words).unwrap(),
        }
    }

    /// Seals any statement as the next record.
    pub(super) fn seal(&mut self, team: &mut Team, statement: &SignedHeadStatement) -> HeadRecord {
        let plaintext = encode_padded(statement);
        self.seal_plaintext(team, statement.content.checkpoint, &plaintext)
    }

    /// Seals anything as the next record.
    pub(super) fn seal_plaintext(&mut self, team: &mut Team, checkpoint: u8, plaintext: &[u8]) -> HeadRecord {
        let sealed = seal(team.keys[&1].secret(), &self.state.context(1), plaintext, &mut team.world.random).unwrap();
        HeadRecord {
            sequence: self.state.length(),
            previous: self.state.last(),
            generation: 1,
            checkpoint,
            sealed: Opaque::new(sealed).unwrap(),
        }
    }

    /// Signs and seals words as the next record, and takes it over.
    pub(super) fn forge(&mut self, team: &mut Team, words: Vec<Word>) -> HeadRecord {
        let statement = sign(&self.device.signing, self.statement(team, words));
        let record = self.seal(team, &statement);
        self.accept(team, &record).unwrap();
        record
    }
}
