//! Records of heads, as a member in bad faith may make them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use casevault_crypto::heads::{HeadStatement, HeadStore as _, HeadsReader, HeadsState, MemoryHeads, Word, accept};
use casevault_crypto::identity::sign;
use casevault_crypto::keys::HeadsKey;
use casevault_crypto::seal::seal;
use casevault_crypto::secret::Secret;
use casevault_wire::blob::padme;
use casevault_wire::codec::{List, Opaque, decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::JournalId;
use casevault_wire::journal::{Head, VaultState};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::time::Time;

use super::bytes::Bytes;
use super::world::{Counter, World};

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// A record of any plaintext, and one that a member signed, of words that the vault said or did not.
pub(super) fn head_records(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (keys, mut store) = ([(1, HeadsKey::new(Secret::new([3; 32])))].into(), MemoryHeads::default());
    let mut state = HeadsState::new(WORLD.organisation.id(), WORLD.team);
    if let Ok(record) = decode::<HeadRecord>(data, limit::HEAD_RECORD) {
        assert!(
            accept(&mut state, &mut store, &record, &HeadsReader { organisation: &WORLD.organisation, keys: &keys }).is_err()
        );
    }
    for _ in 0..4 {
        if bytes.is_empty() {
            break;
        }
        let plaintext = if bytes.byte().is_multiple_of(4) { bytes.piece().to_vec() } else { statement(&state, &mut bytes) };
        let Some(record) = record(&state, &keys, &plaintext, bytes.byte()) else { return };
        let before = (state, store.clone());
        let taken = accept(&mut state, &mut store, &record, &HeadsReader { organisation: &WORLD.organisation, keys: &keys });
        match taken {
            Ok(_) => assert_eq!(state.length(), before.0.length() + 1),
            Err(_) => assert!((state, store.clone()) == before, "a refused record changes nothing"),
        }
        only_said(&store);
    }
}

/// What a device remembers, the vault has signed.
fn only_said(store: &MemoryHeads) {
    for Word { change, head, time, signature } in store.newest(limit::HEADS).expect("memory does not fail") {
        let (organisation, team) = (WORLD.organisation.id(), WORLD.team);
        let said = VaultState { organisation, team, change, head, time };
        WORLD.vault.public().verify(Label::VaultState, &said, &signature).expect("the vault never said that");
    }
}

fn statement(state: &HeadsState, bytes: &mut Bytes<'_>) -> Vec<u8> {
    let device = &WORLD.devices[usize::from(bytes.byte()) % 3];
    let mut words = Vec::new();
    for _ in 0..bytes.byte() % 5 {
        let journal = JournalId([bytes.byte() % 3; 16]);
        let head = Head { journal, length: u64::from(bytes.byte()), hash: Hash([bytes.byte() % 2; 32]), generation: 1 };
        let (organisation, team) = (WORLD.organisation.id(), WORLD.team);
        let said = VaultState { organisation, team, change: bytes.long(), head, time: Time(1) };
        let by = if bytes.byte().is_multiple_of(8) { &WORLD.keyserver } else { &WORLD.vault };
        words.push(Word::of(&sign(by, said)));
    }
    let statement = HeadStatement {
        organisation: WORLD.organisation.id(),
        team: WORLD.team,
        sequence: state.length(),
        previous: state.last(),
        checkpoint: bytes.byte() % 3,
        device: device.id(),
        log: WORLD.organisation.position(),
        words: List::new(words).expect("few words"),
    };
    let mut plaintext = encode(&sign(&device.signing, statement));
    let class = usize::try_from(padme(plaintext.len() as u64)).expect("short").max(limit::HEADS_FLOOR);
    plaintext.resize(class, 0);
    plaintext
}

fn record(state: &HeadsState, keys: &BTreeMap<u64, HeadsKey>, plaintext: &[u8], checkpoint: u8) -> Option<HeadRecord> {
    let context = Context {
        team: WORLD.team,
        version: state.length(),
        generation: 1,
        binding: state.last(),
        ..Context::new(Label::SealHeads, WORLD.organisation.id())
    };
    let sealed = seal(keys[&1].secret(), &context, plaintext, &mut Counter(11)).expect("a counter counts");
    let sealed = Opaque::new(sealed).ok()?;
    Some(HeadRecord { sequence: state.length(), previous: state.last(), generation: 1, checkpoint: checkpoint % 3, sealed })
}
