//! Chains that obey the rules.

use casevault_wire::codec::{decode, encode};
use casevault_wire::time::Time;

use super::world::{AMAL, BELA, World, note, notes};
use crate::event::{Body, class};
use crate::journal::plaintext::encode_padded;
use crate::journal::{ChainState, Header, Opening, TeamKeys, Writer, class_length};
use crate::journal::{Place, Reader};
use crate::keys::JournalKey;
use crate::secret::{Secret, SecretBytes};

#[test]
fn two_devices_write_one_chain() {
    let mut world = World::new();
    let (amal, bela) = (world.author(AMAL), world.author(BELA));
    let mut at_amal = ChainState::new(world.place());
    let entries = world.write(&amal, &at_amal, &["met her at the station", "asked for a doctor"]);
    assert_eq!(entries.len(), 3, "the certificate comes first");
    let events = world.accept_all(&mut at_amal, &entries);
    let more = world.write(&bela, &at_amal, &["seen by the doctor"]);
    let later = world.accept_all(&mut at_amal, &more);
    assert_eq!(events[0].class(), class::AUTHOR_CERTIFICATE);
    assert_eq!((later[0].class(), later[1].person), (class::AUTHOR_CERTIFICATE, BELA));

    let mut anew = ChainState::new(world.place());
    let all = world.accept_all(&mut anew, &[entries, more].concat());
    assert_eq!(anew, at_amal);
    let (a, b) = (world.device(AMAL), world.device(BELA));
    let said = [(a, "met her at the station"), (a, "asked for a doctor"), (b, "seen by the doctor")];
    assert_eq!(notes(&all), said.map(|(device, text)| (device, text.to_owned())));
    let third = world.write(&amal, &anew, &["again"]);
    assert_eq!(third.len(), 1, "an author is certified once");
}

#[test]
fn whoever_loses_the_race_appends_again() {
    let mut world = World::new();
    let (amal, bela) = (world.author(AMAL), world.author(BELA));
    let empty = ChainState::new(world.place());
    let (won, lost) = (world.write(&amal, &empty, &["first"]), world.write(&bela, &empty, &["second"]));
    let mut state = empty;
    world.accept_all(&mut state, &won);
    assert!(world.accept(&mut state, &lost[0]).is_err());
    let rebased = world.write(&bela, &state, &["second"]);
    assert_eq!(notes(&world.accept_all(&mut state, &rebased)).len(), 1);
}

#[test]
fn what_is_remembered_survives_the_store() {
    let mut world = World::new();
    let author = world.author(AMAL);
    let mut state = ChainState::new(world.place());
    let entries = world.write(&author, &state, &["a", "b"]);
    let writer = Writer { author: &author, keys: &world.keys, team_generation: 1, log: world.organisation.position() };
    let ahead = writer.append(&state, &[note("a"), note("b")], Time(1000), &mut world.random).unwrap().state;
    world.accept_all(&mut state, &entries);
    assert_eq!((ahead.length(), ahead.team_generation()), (state.length(), state.team_generation()));
    let stored: ChainState = decode(&encode(&state), 4096).unwrap();
    assert_eq!(stored, state);
    assert_eq!(stored.head().length, 3);
    let author: crate::journal::Author = decode(&encode(&author), 4096).unwrap();
    let more = world.write(&author, &stored, &["c"]);
    world.accept_all(&mut state, &more);
}

#[test]
fn what_the_writer_foresees_is_what_the_reader_finds() {
    let mut world = World::new();
    let author = world.author(AMAL);
    let state = ChainState::new(world.place());
    let writer = Writer { author: &author, keys: &world.keys, team_generation: 1, log: world.organisation.position() };
    let appended = writer.append(&state, &[note("a")], Time(1000), &mut world.random).unwrap();
    let mut read = state;
    world.accept_all(&mut read, &appended.entries);
    assert_eq!(read, appended.state);
}

#[test]
fn an_unknown_event_is_kept_and_chained() {
    let mut world = World::new();
    let author = world.author(AMAL);
    let mut state = ChainState::new(world.place());
    let later = Body::Unknown { class: 0x0999, bytes: SecretBytes::from(b"from a later version".to_vec()) };
    let writer = Writer { author: &author, keys: &world.keys, team_generation: 1, log: world.organisation.position() };
    let bodies = [later.clone(), note("after it")];
    let entries = writer.append(&state, &bodies, Time(1000), &mut world.random).unwrap().entries;
    let events = world.accept_all(&mut state, &entries);
    assert_eq!(events[1].body, later);
    assert_eq!(events[2].header.content.previous, events[1].header_hash);
}

#[test]
fn a_team_journal_follows_the_team_key() {
    let mut world = World::new();
    let place = Place::of_team(world.organisation.id(), world.team);
    assert!(place.is_of_team() && !world.place().is_of_team());
    let log = world.organisation.position();
    let author = crate::journal::Author::generate(&place, &world.devices[&AMAL], log, &mut world.random).unwrap();
    let key = |byte| JournalKey::new(Secret::new([byte; 32]));
    let mut keys = TeamKeys([(1, key(1))].into());
    let mut state = ChainState::new(place);
    for (generation, team_keys) in [(1, 1), (4, 4)] {
        keys.0.insert(team_keys, key(team_keys as u8));
        let writer = Writer { author: &author, keys: &keys, team_generation: generation, log };
        let entries = writer.append(&state, &[note("x")], Time(1), &mut world.random).unwrap().entries;
        for entry in entries {
            Reader { organisation: &world.organisation, keys: &keys }.accept(&mut state, &entry).unwrap();
        }
    }
    assert_eq!(state.head().generation, 4);
    assert_eq!(state.length(), 3, "a team's journal has no key generations of its own");
}

#[test]
fn lengths_are_classes() {
    let mut world = World::new();
    let author = world.author(AMAL);
    let state = ChainState::new(world.place());
    let length = |world: &mut World, text: &str| world.write(&author, &state, &[text])[1].sealed.as_slice().len();
    let short = length(&mut world, "");
    assert_eq!(short, length(&mut world, &"x".repeat(150)));
    assert_eq!(length(&mut world, &"x".repeat(9_000)), length(&mut world, &"x".repeat(9_100)));
    for length in [0, 1, 511, 512] {
        assert_eq!(class_length(length), 512);
    }
    assert_eq!(class_length(513), 544);
    let longest = world.write(&author, &state, &[&"x".repeat(casevault_wire::limit::NOTE)]);
    assert!(longest[1].sealed.as_slice().len() <= casevault_wire::limit::ENTRY);
}

#[test]
fn a_header_opens_only_to_its_own_body() {
    let opening = Opening { salt: [1; 32], body: casevault_wire::codec::Opaque::new(b"note".to_vec()).unwrap() };
    let other = Opening { salt: [2; 32], body: casevault_wire::codec::Opaque::new(b"note".to_vec()).unwrap() };
    assert_ne!(opening.commitment(), other.commitment(), "the same body twice does not look the same");
    let mut world = World::new();
    let author = world.author(AMAL);
    let header = Header {
        journal: super::world::CASE,
        sequence: 0,
        previous: casevault_wire::hash::Hash::ZERO,
        time: Time(1),
        class: class::NOTE,
        author: author.public(),
        log: world.organisation.position(),
        team_generation: 1,
        commitment: other.commitment(),
    };
    let plaintext = encode_padded(&crate::identity::sign(author.key(), header), &opening);
    assert_eq!(crate::journal::plaintext::decode_padded(&plaintext).err(), Some(crate::journal::PlaintextError::Commitment));
}
