//! A member with all keys, and a vault, try to pass something off. Every entry here is sealed correctly; what is wrong is inside.

use casevault_wire::codec::{Opaque, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, JournalId, OrganisationId, TeamId};
use casevault_wire::journal::{Entry, entry_hash};
use casevault_wire::log::{LogPosition, Statement};
use casevault_wire::time::Time;

use super::world::{AMAL, BELA, CASE, CHIDI, World, note, notes};
use crate::event::{Body, class};
use crate::identity::sign;
use crate::journal::plaintext::{decode_padded, encode_padded};
use crate::journal::{
    Author, Certificate, ChainState, Header, JournalError, KeyRing, Opening, Place, PlaintextError, SignedHeader, WriteError,
    Writer, header_hash,
};
use crate::keys::SigningKey;
use crate::seal::{open, seal};

/// A chain of Amal's with one note, and how to forge what comes next.
pub(super) struct Forger {
    pub(super) world: World,
    pub(super) author: Author,
    pub(super) state: ChainState,
    pub(super) generation: u64,
    /// The entries of the chain.
    pub(super) honest: Vec<Entry>,
}

impl Forger {
    pub(super) fn new() -> Self {
        let mut world = World::new();
        let author = world.author(AMAL);
        let mut state = ChainState::new(world.place());
        let entries = world.write(&author, &state, &["truth"]);
        world.accept_all(&mut state, &entries);
        Self { world, author, state, generation: 1, honest: entries }
    }

    /// An honest next header for `body`.
    pub(super) fn header(&self, opening: &Opening, class: u16) -> Header {
        Header {
            journal: CASE,
            sequence: self.state.length(),
            previous: self.state.header_hash(),
            time: Time(2000),
            class,
            author: self.author.public(),
            log: self.world.organisation.position(),
            team_generation: 1,
            commitment: opening.commitment(),
        }
    }

    /// Seals any plaintext as the next entry.
    pub(super) fn seal(&mut self, plaintext: &[u8]) -> Entry {
        let state = &self.state;
        let key = self.world.keys.key(self.generation).unwrap();
        let context = state.place.context(state.length, self.generation, state.entry);
        let sealed = seal(&key.secret, &context, plaintext, &mut self.world.random).unwrap();
        Entry {
            journal: CASE,
            sequence: state.length,
            generation: self.generation,
            previous: state.entry,
            sealed: Opaque::new(sealed).unwrap(),
        }
    }

    /// The next entry, its honest header changed by `change` and signed by `key`.
    pub(super) fn forge(&mut self, key: &SigningKey, body: &Body, change: impl FnOnce(&mut Header)) -> Entry {
        let opening = opening(body);
        let mut header = self.header(&opening, body.class());
        change(&mut header);
        let plaintext = encode_padded(&sign(key, header), &opening);
        self.seal(&plaintext)
    }

    pub(super) fn refused(&mut self, entry: &Entry) -> JournalError {
        self.world.accept(&mut self.state.clone(), entry).unwrap_err()
    }

    fn refused_with(&mut self, change: impl FnOnce(&mut Header)) -> JournalError {
        let key = self.author.key().clone();
        let entry = self.forge(&key, &note("a lie"), change);
        self.refused(&entry)
    }
}

pub(super) fn opening(body: &Body) -> Opening {
    Opening { salt: [5; 32], body: Opaque::new(body.encode()).unwrap() }
}

#[test]
fn the_forger_can_also_write_honestly() {
    let mut forger = Forger::new();
    let key = forger.author.key().clone();
    let entry = forger.forge(&key, &note("honest"), |_| {});
    let event = forger.world.accept(&mut forger.state, &entry).unwrap();
    assert_eq!(notes(&[event])[0].1, "honest");
}

#[test]
fn a_header_of_another_place_is_refused() {
    let mut forger = Forger::new();
    assert_eq!(forger.refused_with(|header| header.journal = JournalId([1; 16])), JournalError::Header);
    assert_eq!(forger.refused_with(|header| header.sequence += 1), JournalError::Header);
    assert_eq!(forger.refused_with(|header| header.sequence -= 1), JournalError::Header);
    assert_eq!(forger.refused_with(|header| header.previous = Hash::ZERO), JournalError::Header);
    assert_eq!(forger.refused_with(|header| header.commitment = Hash([1; 32])), PlaintextError::Commitment.into());
}

#[test]
fn a_log_position_that_is_not_the_authors_is_refused() {
    let mut forger = Forger::new();
    let position = forger.world.organisation.position();
    let earlier = LogPosition { length: 4, hash: forger.world.organisation.hash_at(4).unwrap() };
    assert_eq!(forger.refused_with(|header| header.log = earlier), JournalError::LogFell);
    assert_eq!(forger.refused_with(|header| header.log.hash = Hash([1; 32])), JournalError::LogFork);
    let beyond = forger.refused_with(|header| header.log.length += 5);
    assert_eq!(beyond, JournalError::LogBehind { length: position.length + 5 });
    assert!(beyond.is_waiting() && !JournalError::LogFell.is_waiting());
    let mut fresh = Forger::new();
    fresh.state = ChainState::new(fresh.world.place());
    assert_eq!(fresh.refused_with(|header| header.log = LogPosition::default()), JournalError::LogFork);
}

// Plays D07.
#[test]
fn an_event_is_its_authors_own() {
    let mut forger = Forger::new();
    let bela = forger.world.author(BELA);
    let amal = forger.author.key().clone();
    let uncertified = forger.forge(bela.key(), &note("x"), |header| header.author = bela.public());
    assert_eq!(forger.refused(&uncertified), JournalError::Author);
    let in_her_name = forger.forge(bela.key(), &note("x"), |_| {});
    assert_eq!(forger.refused(&in_her_name), JournalError::Signature);
    let changed = {
        let opening = opening(&note("x"));
        let mut signed = sign(&amal, forger.header(&opening, class::NOTE));
        signed.content.time = Time(1);
        forger.seal(&encode_padded(&signed, &opening))
    };
    assert_eq!(forger.refused(&changed), JournalError::Signature);
    let reclassed = forger.forge(&amal, &note("x"), |header| header.class = class::KEY_GENERATION);
    assert_eq!(forger.refused(&reclassed), JournalError::KeyGeneration);
}

// Plays D07.
#[test]
fn a_certificate_is_of_a_device_of_the_team_for_this_journal() {
    let mut forger = Forger::new();
    let place = forger.world.place();
    let log = forger.world.organisation.position();
    let certify = |forger: &mut Forger, device_of, change: fn(&mut Certificate)| {
        let device = forger.world.devices[&device_of].clone();
        let author = Author::generate(&place, &device, log, &mut forger.world.random).unwrap();
        let mut certificate = author.certificate().content;
        change(&mut certificate);
        let body = Body::AuthorCertificate(sign(&device.signing, certificate));
        let entry = forger.forge(author.key(), &body, |header| header.author = author.public());
        forger.world.accept(&mut forger.state.clone(), &entry).map(|event| event.person)
    };
    assert_eq!(certify(&mut forger, BELA, |_| {}), Ok(BELA));
    assert_eq!(certify(&mut forger, CHIDI, |_| {}), Err(JournalError::NotInTeam));
    for change in [
        (|c| c.organisation = OrganisationId([1; 32])) as fn(&mut Certificate),
        |c| c.team = TeamId([1; 32]),
        |c| c.journal = JournalId([1; 16]),
        |c| c.author = casevault_wire::signature::PublicKey([1; 32]),
        |c| c.device = DeviceId([1; 16]),
        |c| c.log.length += 1,
    ] {
        assert_eq!(certify(&mut forger, BELA, change), Err(JournalError::Certificate));
    }
    assert_eq!(certify(&mut forger, BELA, |c| c.log.hash = Hash([1; 32])), Err(JournalError::LogFork));
    let amal = forger.world.device(AMAL);
    let bela = forger.world.devices[&BELA].clone();
    let stolen = Author::generate(&place, &bela, log, &mut forger.world.random).unwrap();
    let mut in_her_name = stolen.certificate().content;
    in_her_name.device = amal;
    let body = Body::AuthorCertificate(sign(&bela.signing, in_her_name));
    let entry = forger.forge(stolen.key(), &body, |header| header.author = stolen.public());
    assert_eq!(forger.refused(&entry), JournalError::Certificate);
}

#[test]
fn an_author_is_certified_once_and_readably() {
    let mut forger = Forger::new();
    let key = forger.author.key().clone();
    let again = Body::AuthorCertificate(forger.author.certificate().clone());
    let entry = forger.forge(&key, &again, |_| {});
    assert_eq!(forger.refused(&entry), JournalError::Certificate);
    let garbled = forger.forge(&key, &note("x"), |header| header.class = class::AUTHOR_CERTIFICATE);
    assert_eq!(forger.refused(&garbled), JournalError::Certificate);
}

// Plays A08.
#[test]
fn an_entry_of_another_place_does_not_open() {
    let mut forger = Forger::new();
    let key = forger.author.key().clone();
    let good = forger.forge(&key, &note("x"), |_| {});
    let place = forger.world.place();
    let changed = |forger: &mut Forger, change: fn(&mut Place)| {
        let mut elsewhere = place;
        change(&mut elsewhere);
        let mut state = forger.state.clone();
        state.place = elsewhere;
        let entry = Entry { journal: elsewhere.journal, ..good.clone() };
        forger.world.accept(&mut state, &entry).unwrap_err()
    };
    assert_eq!(changed(&mut forger, |place| place.journal = JournalId([1; 16])), JournalError::Sealed);
    assert_eq!(changed(&mut forger, |place| place.team = TeamId([1; 32])), JournalError::Sealed);
    assert_eq!(changed(&mut forger, |place| place.organisation = OrganisationId([1; 32])), JournalError::Place);
    let elsewhere = Entry { journal: JournalId([1; 16]), ..good };
    assert_eq!(forger.refused(&elsewhere), JournalError::Place);
}

// Plays A08, D08.
#[test]
fn entries_come_in_order_and_once() {
    let mut forger = Forger::new();
    let author = forger.author.clone();
    let entries = forger.world.write(&author, &forger.state, &["one", "two"]);
    assert_eq!(forger.refused(&entries[1]), JournalError::Chain, "swapped or skipped");
    let mut state = forger.state.clone();
    forger.world.accept_all(&mut state, &entries);
    assert_eq!(forger.world.accept(&mut state, &entries[1]), Err(JournalError::Chain), "replayed");
    let renumbered = Entry { sequence: entries[0].sequence, previous: entries[0].previous, ..entries[1].clone() };
    assert_eq!(forger.refused(&renumbered), JournalError::Sealed);
    let rechained = Entry { previous: Hash([1; 32]), ..entries[0].clone() };
    assert_eq!(forger.refused(&rechained), JournalError::Chain);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let mut forger = Forger::new();
    let author = forger.author.clone();
    let entry = forger.world.write(&author, &forger.state, &["x"]).remove(0);
    let bytes = encode(&entry);
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        let Ok(changed) = casevault_wire::codec::decode::<Entry>(&bytes, bytes.len()) else { continue };
        assert!(forger.world.accept(&mut forger.state.clone(), &changed).is_err(), "byte {at}");
        assert_ne!(entry_hash(&changed), entry_hash(&entry));
    }
    for end in 0..entry.sealed.as_slice().len() {
        let sealed = Opaque::new(entry.sealed.as_slice()[..end].to_vec()).unwrap();
        assert_eq!(forger.refused(&Entry { sealed, ..entry.clone() }), JournalError::Sealed);
    }
}

#[test]
fn padding_is_zeros_to_the_class_and_nothing_else() {
    let mut forger = Forger::new();
    let key = forger.author.key().clone();
    let opening = opening(&note("x"));
    let header = sign(&key, forger.header(&opening, class::NOTE));
    let good = encode_padded(&header, &opening).to_vec();
    let unpadded = [encode(&header), encode(&opening)].concat();
    let mut hidden = good.clone();
    *hidden.last_mut().unwrap() = 1;
    let longer = [good.clone(), vec![0; 32]].concat();
    for plaintext in [&unpadded, &hidden, &longer, &good[..good.len() - 1].to_vec()] {
        let entry = forger.seal(plaintext);
        assert_eq!(forger.refused(&entry), PlaintextError::Padding.into());
    }
    for plaintext in [&[][..], &[0; 512], &good[..200]] {
        let entry = forger.seal(plaintext);
        assert!(matches!(forger.refused(&entry), JournalError::Plaintext(_) | JournalError::Header));
    }
    let entry = forger.seal(&good);
    assert!(forger.world.accept(&mut forger.state, &entry).is_ok());
}

#[test]
fn a_resealed_event_of_another_author_cannot_move() {
    // Bela takes Amal's signed event out of its seal and seals it again, later in the chain.
    let mut forger = Forger::new();
    let author = forger.author.clone();
    let entries = forger.world.write(&author, &forger.state, &["said once", "said after"]);
    let key = forger.world.keys.key(1).unwrap();
    let context = forger.state.place.context(entries[0].sequence, 1, entries[0].previous);
    let plaintext = open(&key.secret, &context, entries[0].sealed.as_slice()).unwrap();
    let (signed, _): (SignedHeader, Opening) = decode_padded(&plaintext).unwrap();
    forger.world.accept_all(&mut forger.state, &entries);
    assert_ne!(header_hash(&signed), forger.state.header_hash());
    let moved = forger.seal(&plaintext);
    assert_eq!(forger.refused(&moved), JournalError::Header);
}

#[test]
fn whoever_left_the_team_cannot_write() {
    let mut forger = Forger::new();
    let bela = forger.world.author(BELA);
    let entries = forger.world.write(&bela, &forger.state, &["still here"]);
    forger.world.accept_all(&mut forger.state, &entries);
    forger.world.state(Statement::RemoveFromTeam(forger.world.team, BELA));
    let team_generation = 1;
    let writer = |world: &World| Writer {
        author: &bela,
        keys: Box::leak(Box::new(world.keys.clone())),
        team_generation,
        log: world.organisation.position(),
    };
    let entries = writer(&forger.world).append(&forger.state, &[note("x")], Time(1), &mut forger.world.random).unwrap().entries;
    assert_eq!(forger.refused(&entries[0]), JournalError::NotInTeam);
    forger.world.state(Statement::RevokeDevice(forger.world.device(AMAL)));
    let author = forger.author.clone();
    let entries = forger.world.write(&author, &forger.state, &["x"]);
    assert_eq!(forger.refused(&entries[0]), JournalError::NotInTeam, "a revoked device");
}

// Breaks R-6.3-17.
#[test]
fn the_writer_makes_nothing_that_readers_refuse() {
    let mut forger = Forger::new();
    let log = forger.world.organisation.position();
    let append = |forger: &mut Forger, log: LogPosition, team_generation, bodies: &[Body]| {
        let Forger { world, author, state, .. } = forger;
        Writer { author, keys: &world.keys, team_generation, log }
            .append(state, bodies, Time(1), &mut world.random)
            .map(|appended| appended.entries.len())
    };
    assert_eq!(append(&mut forger, log, 1, &[note("x")]), Ok(1));
    assert_eq!(append(&mut forger, log, 2, &[note("x")]), Err(WriteError::KeyNeeded));
    assert_eq!(append(&mut forger, log, 0, &[note("x")]), Err(WriteError::Behind));
    assert_eq!(append(&mut forger, LogPosition { length: 4, ..log }, 1, &[note("x")]), Err(WriteError::Behind));
    let reserved = Body::AuthorCertificate(forger.author.certificate().clone());
    assert_eq!(append(&mut forger, log, 1, &[reserved]), Err(WriteError::Reserved));
    let long = Body::Unknown { class: 9, bytes: vec![0; casevault_wire::limit::EVENT_BODY + 1].into() };
    assert_eq!(append(&mut forger, log, 1, &[long]), Err(WriteError::TooLong));
    forger.state.place.journal = JournalId([1; 16]);
    assert_eq!(append(&mut forger, log, 1, &[note("x")]), Err(WriteError::Author));
}

// Obeys R-6.3-15.
// Breaks R-6.3-15.
#[test]
fn a_refused_entry_can_be_passed_and_shows_as_a_gap() {
    let mut forger = Forger::new();
    let author = forger.author.clone();
    let junk = forger.seal(b"junk");
    assert!(forger.refused(&junk) == PlaintextError::Malformed.into());
    assert!(!forger.state.clone().pass(&Entry { sequence: 9, ..junk.clone() }));
    assert!(forger.state.pass(&junk));
    let entries = forger.world.write(&author, &forger.state, &["after the junk"]);
    let events = forger.world.accept_all(&mut forger.state, &entries);
    assert_eq!((events[0].sequence, forger.state.length()), (3, 4));
}
