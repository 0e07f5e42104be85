//! Journals: entries that hold what a member in bad faith may put into them.

use std::sync::LazyLock;

use casevault_crypto::case::{Case, effects};
use casevault_crypto::directory::Directory;
use casevault_crypto::event::{Body, class};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::{Author, ChainState, Header, Place, Reader, Writer, class_length};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::seal::seal;
use casevault_crypto::team_journal::TeamJournal;
use casevault_wire::codec::{Opaque, decode, encode};
use casevault_wire::context::Context;
use casevault_wire::hash::hash_bytes;
use casevault_wire::id::JournalId;
use casevault_wire::journal::Entry;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::time::Time;

use super::bytes::Bytes;
use super::world::{NOON, World};

/// A case that its author began with a certificate and a note.
struct Begun {
    world: World,
    author: SigningKey,
    state: ChainState,
}

const CASE: JournalId = JournalId([0xca; 16]);

static BEGUN: LazyLock<Begun> = LazyLock::new(|| {
    let mut world = World::new();
    let place = Place { organisation: world.organisation.id(), team: world.team, journal: CASE };
    let log = world.organisation.position();
    let author = Author::generate(&place, &world.devices[1], log, &mut world.random).expect("a counter counts");
    let writer = Writer { author: &author, keys: &world.keys, team_generation: 1, log };
    let note = Body::decode(0x0108, &[2, b'h', b'i']);
    let appended = writer.append(&ChainState::new(place), &[note], NOON, &mut world.random).expect("a journal begins");
    let reader = Reader { organisation: &world.organisation, keys: &world.keys };
    let mut state = ChainState::new(place);
    for entry in &appended.entries {
        reader.accept(&mut state, entry).expect("an honest entry");
    }
    // What an author has is its key and its certificate.
    let (key, _): (SigningKey, casevault_crypto::journal::SignedCertificate) =
        decode(&encode(&author), 1024).expect("fields in order");
    Begun { world, author: key, state }
});

/// The entry that comes next and holds `plaintext`.
fn next(begun: &Begun, plaintext: &[u8]) -> Option<Entry> {
    let head = begun.state.head();
    let context = Context {
        team: begun.world.team,
        journal: CASE,
        version: head.length,
        generation: 1,
        binding: head.hash,
        ..Context::new(Label::SealEntry, begun.world.organisation.id())
    };
    let key = casevault_crypto::journal::KeyRing::key(&begun.world.keys, 1).expect("the first key").secret;
    let sealed = seal(&key, &context, plaintext, &mut super::world::Counter(9)).expect("a counter counts");
    let sealed = Opaque::new(sealed).ok()?;
    Some(Entry { journal: CASE, sequence: head.length, generation: 1, previous: head.hash, sealed })
}

/// Accepts or refuses `entry`; what is refused changes nothing.
fn accept(begun: &Begun, entry: &Entry) -> bool {
    let (mut state, before) = (begun.state.clone(), encode(&begun.state));
    let reader = Reader { organisation: &begun.world.organisation, keys: &begun.world.keys };
    match reader.accept(&mut state, entry) {
        Ok(event) => {
            assert_eq!(state.length(), begun.state.length() + 1);
            assert!(reader.accept(&mut state, entry).is_err(), "an entry counts once");
            fold(begun, &event);
            true
        }
        Err(_) => {
            assert!(encode(&state) == before, "a refused entry changes nothing");
            assert!(state.pass(entry) || entry.sequence != begun.state.length() || entry.previous != begun.state.head().hash);
            false
        }
    }
}

/// Every fold takes every event.
fn fold(begun: &Begun, event: &casevault_crypto::journal::AcceptedEvent) {
    let mut case = Case::new(CASE);
    case.apply(event);
    effects(event).into_iter().for_each(|effect| case.take(effect));
    TeamJournal::default().apply(event);
    Directory::default().apply(event, &begun.world.organisation);
}

/// Any bytes where a padded event belongs: nobody but their author can have signed them.
pub(super) fn journal_plaintexts(data: &[u8]) {
    if let Some(entry) = next(&BEGUN, data) {
        assert!(!accept(&BEGUN, &entry), "not signed");
    }
    if let Ok(entry) = decode::<Entry>(data, limit::ENTRY) {
        assert!(!accept(&BEGUN, &entry), "not sealed");
    }
}

/// A signed event of any class, header and body, padded well or not: what is in order is taken, and nothing else.
pub(super) fn journal_bodies(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let begun = &*BEGUN;
    let (how, class, odd) = (bytes.byte(), bytes.short(), bytes.long());
    let (extra, fill) = if how & 8 == 0 { (0, 0) } else { (usize::from(bytes.byte()), bytes.byte()) };
    let body = encode(&Opaque::<{ limit::EVENT_BODY }>::new(bytes.rest().to_vec()).unwrap_or_default());
    let opening = [&[7; 32], &body[..]].concat();
    let honest = Header {
        journal: CASE,
        sequence: begun.state.length(),
        previous: begun.state.header_hash(),
        time: Time(odd),
        class,
        author: begun.author.public(),
        log: begun.world.organisation.position(),
        team_generation: 1,
        commitment: hash_bytes(Label::BodyCommitment, &opening),
    };
    let mut header = honest;
    match how % 8 {
        1 => header.log.length = odd,
        2 => header.sequence = odd,
        3 => header.team_generation = odd,
        4 => header.commitment.0[0] ^= 1,
        5 => header.previous.0[0] ^= 1,
        _ => {}
    }
    let mut plaintext = [encode(&sign(&begun.author, header)), opening].concat();
    let length = class_length(plaintext.len());
    let padding = length - plaintext.len();
    plaintext.resize(length, fill);
    plaintext.resize(length + extra, 0);
    let in_order = header == honest && extra == 0 && (fill == 0 || padding == 0);
    let Some(entry) = next(begun, &plaintext) else { return };
    // There is one certificate of an author, and no key generation is due.
    let wanted = in_order && !matches!(class, class::AUTHOR_CERTIFICATE | class::KEY_GENERATION);
    assert_eq!(accept(begun, &entry), wanted);
}

/// Bodies of every class: what is read is written the same, and what is not is kept.
pub(super) fn event_bodies(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (class, body) = (bytes.short(), bytes.rest());
    for class in class::ALL.iter().map(|(class, _)| *class).chain([class]) {
        let read = Body::decode(class, body);
        assert!(read.encode() == body, "nothing is lost");
        assert_eq!(read.class(), class);
        let _ = format!("{read:?}");
    }
}
