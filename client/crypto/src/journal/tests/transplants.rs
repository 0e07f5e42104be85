//! What an author signed stands where it was written, whoever seals it again elsewhere; and nothing but the sealed certificate says that
//! two journals have an author in common.

use std::collections::BTreeSet;

use casevault_wire::codec::{Opaque, encode};
use casevault_wire::id::{JournalId, TeamId};
use casevault_wire::journal::Entry;

use super::world::{AMAL, BELA, CASE, World};
use crate::event::class;
use crate::journal::plaintext::decode_padded;
use crate::journal::{Author, ChainState, KeyRing, Place};
use crate::seal::{open, seal};
use crate::secret::SecretBytes;

/// What is sealed in `entries` of the journal at `place`.
fn plaintexts(world: &World, place: &Place, entries: &[Entry]) -> Vec<SecretBytes> {
    let opened = entries.iter().map(|entry| {
        let context = place.context(entry.sequence, entry.generation, entry.previous);
        open(&world.keys.key(entry.generation).unwrap().secret, &context, entry.sealed.as_slice()).unwrap()
    });
    opened.collect()
}

/// The plaintext sealed as the next entry after `state`, as anybody in the team can seal it.
fn resealed(world: &mut World, state: &ChainState, plaintext: &[u8]) -> Entry {
    let head = state.head();
    let context = state.place.context(head.length, 1, head.hash);
    let sealed = seal(&world.keys.key(1).unwrap().secret, &context, plaintext, &mut world.random).unwrap();
    let (journal, sequence, previous) = (head.journal, head.length, head.hash);
    Entry { journal, sequence, generation: 1, previous, sealed: Opaque::new(sealed).unwrap() }
}

// Plays D07.
#[test]
fn d07_what_somebody_signed_is_accepted_in_its_place_and_in_no_other() {
    let mut world = World::new();
    let (amal, bela) = (world.author(AMAL), world.author(BELA));
    let place = world.place();
    let empty = ChainState::new(place);
    let mut written = world.write(&amal, &empty, &["said once", "said again"]);
    let mut state = empty.clone();
    world.accept_all(&mut state, &written);
    written.extend(world.write(&bela, &state, &["and answered"]));
    // Every state that this case has been in, and the beginnings of others: of the team, of another team, and one in which Amal has
    // written too.
    let mut targets = vec![empty];
    for entry in &written {
        let mut after = targets.last().unwrap().clone();
        world.accept_all(&mut after, std::slice::from_ref(entry));
        targets.push(after);
    }
    let other = Place { journal: JournalId([0xcb; 16]), ..place };
    targets.push(ChainState::new(other));
    targets.push(ChainState::new(Place { team: TeamId([3; 32]), ..place }));
    let log = world.organisation.position();
    let there = Author::generate(&other, &world.devices[&AMAL], log, &mut world.random).unwrap();
    let mut with_her = ChainState::new(other);
    let hers = world.write(&there, &with_her, &["said there"]);
    world.accept_all(&mut with_her, &hers);
    targets.push(with_her);

    let plaintexts = plaintexts(&world, &place, &written);
    for (from, plaintext) in plaintexts.iter().enumerate() {
        for (to, target) in targets.iter().enumerate() {
            let entry = resealed(&mut world, target, plaintext);
            let accepted = world.accept(&mut target.clone(), &entry).is_ok();
            assert_eq!(accepted, from == to, "event {from} after state {to}");
        }
    }
}

/// Eight bytes in a row of what is sealed in `entries`: the certificates, and all else.
fn pieces(world: &World, place: &Place, entries: &[Entry]) -> [BTreeSet<Vec<u8>>; 2] {
    let mut pieces = [BTreeSet::new(), BTreeSet::new()];
    for plaintext in plaintexts(world, place, entries) {
        let (header, opening) = decode_padded(&plaintext).unwrap();
        let is_certificate = header.content.class == class::AUTHOR_CERTIFICATE;
        let (header, opening) = (encode(&header), encode(&opening));
        pieces[1].extend(header.windows(8).map(<[u8]>::to_vec));
        pieces[usize::from(!is_certificate)].extend(opening.windows(8).map(<[u8]>::to_vec));
    }
    pieces
}

// Plays J06.
#[test]
fn j06_two_cases_of_one_author_have_no_more_in_common_than_two_of_two() {
    let mut world = World::new();
    let log = world.organisation.position();
    let mut cases = Vec::new();
    for (person, journal) in [(AMAL, CASE), (AMAL, JournalId([0xcb; 16])), (BELA, JournalId([0xcc; 16]))] {
        let place = Place { journal, ..world.place() };
        let author = Author::generate(&place, &world.devices[&person], log, &mut world.random).unwrap();
        let entries = world.write(&author, &ChainState::new(place), &["met at the station", "asked for a doctor"]);
        cases.push(pieces(&world, &place, &entries));
    }
    let common = |one: usize, other: usize, which: usize| &cases[one][which] & &cases[other][which];
    assert_eq!(common(0, 1, 1), common(0, 2, 1), "headers, signatures, salts and bodies");
    assert_eq!(common(0, 1, 1), common(1, 2, 1));
    let device = world.device(AMAL).0;
    let names = |certificates: BTreeSet<Vec<u8>>| certificates.iter().any(|piece| device.starts_with(piece));
    assert!(names(common(0, 1, 0)) && !names(common(0, 2, 0)), "the certificate alone names the device");
}
