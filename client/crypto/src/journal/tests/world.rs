//! An organisation with an administrator and three caseworkers; Amal and Bela are in the team, Chidi is not.

use std::collections::BTreeMap;

use casevault_wire::codec::{List, Text, encode};
use casevault_wire::id::{DeviceId, JournalId, PersonId, TeamId};
use casevault_wire::journal::Entry;
use casevault_wire::limit;
use casevault_wire::log::{
    Author as LogAuthor, Founding, LogEntry, LogPosition, Organisation, Role, SignedLogEntry, Statement, TeamCreation, TeamKind,
    log_entry_hash, root_fingerprint,
};
use casevault_wire::server::ServerEntry;
use casevault_wire::time::Time;

use crate::event::{Body, Note};
use crate::identity::{DeviceIdentity, sign};
use crate::journal::{AcceptedEvent, Author, ChainState, JournalError, Place, Reader, Writer};
use crate::keys::{CaseKey, SigningKey};
use crate::random::{Random, RandomError};
use crate::secret::Secret;
use crate::team_journal::{CaseKeys, GivenKey};

/// Randomness from a seed.
pub(crate) struct Seeded(blake3::OutputReader);

impl Seeded {
    pub(crate) fn new(seed: &str) -> Self {
        Self(blake3::Hasher::new().update(seed.as_bytes()).finalize_xof())
    }
}

impl Random for Seeded {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        self.0.fill(out);
        Ok(())
    }
}

pub(crate) const ADMIN: PersonId = PersonId([1; 16]);
pub(crate) const AMAL: PersonId = PersonId([2; 16]);
pub(crate) const BELA: PersonId = PersonId([3; 16]);
pub(crate) const CHIDI: PersonId = PersonId([4; 16]);
pub(crate) const CASE: JournalId = JournalId([0xca; 16]);

pub(crate) struct World {
    pub(crate) random: Seeded,
    pub(crate) log: Vec<SignedLogEntry>,
    pub(crate) organisation: Organisation,
    pub(crate) vault: SigningKey,
    pub(crate) devices: BTreeMap<PersonId, DeviceIdentity>,
    pub(crate) team: TeamId,
    pub(crate) keys: CaseKeys,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded("world")
    }

    /// Another organisation than that of another seed, with the same people.
    pub(crate) fn seeded(seed: &str) -> Self {
        let mut random = Seeded::new(seed);
        let root = SigningKey::generate(&mut random).unwrap();
        let (keyserver, vault) = (SigningKey::generate(&mut random).unwrap(), SigningKey::generate(&mut random).unwrap());
        let server = |key: &SigningKey| ServerEntry { address: Text::new("https://server").unwrap(), key: key.public() };
        let founding = Founding {
            root: root.public(),
            keyserver: server(&keyserver),
            vault: server(&vault),
            suite: limit::SUITE,
            salt: [9; 16],
        };
        let first = sign(
            &root,
            LogEntry {
                organisation: Default::default(),
                sequence: 0,
                previous: Default::default(),
                time: Time(1),
                author: LogAuthor::Root,
                statement: Statement::Found(founding),
            },
        );
        let organisation = Organisation::found(&first).unwrap();
        assert_eq!(organisation.fingerprint(), root_fingerprint(&root.public()));
        let devices = [ADMIN, AMAL, BELA, CHIDI].map(|person| (person, DeviceIdentity::generate(&mut random).unwrap())).into();
        let (log, team, keys) = (vec![first], TeamId::ZERO, CaseKeys::default());
        let mut world = Self { random, log, organisation, vault, devices, team, keys };
        world.state_as(LogAuthor::Root, &root, Statement::AddPerson(ADMIN, Role::Administrator));
        let keys = world.devices[&ADMIN].public();
        world.state_as(LogAuthor::Root, &root, Statement::AddDevice(ADMIN, keys));
        world.state(Statement::CreateTeam(TeamCreation { kind: TeamKind::Directory, members: List::default(), salt: [7; 16] }));
        for person in [AMAL, BELA, CHIDI] {
            world.state(Statement::AddPerson(person, Role::Caseworker));
            let keys = world.devices[&person].public();
            world.state(Statement::AddDevice(person, keys));
        }
        let members = List::new(vec![AMAL, BELA]).unwrap();
        let creation = TeamCreation { kind: TeamKind::Cases, members, salt: [8; 16] };
        world.team = TeamId(world.state(Statement::CreateTeam(creation)).0);
        world.give(1, 1);
        world
    }

    /// The administrator states something.
    pub(crate) fn state(&mut self, statement: Statement) -> casevault_wire::hash::Hash {
        let device = self.devices[&ADMIN].clone();
        self.state_as(LogAuthor::Device(device.id()), &device.signing, statement)
    }

    fn state_as(&mut self, author: LogAuthor, key: &SigningKey, statement: Statement) -> casevault_wire::hash::Hash {
        let LogPosition { length, hash } = self.organisation.position();
        let organisation = self.organisation.id();
        let entry = sign(key, LogEntry { organisation, sequence: length, previous: hash, time: Time(length), author, statement });
        self.organisation.apply(&entry).unwrap();
        let hash = log_entry_hash(&entry);
        self.log.push(entry);
        hash
    }

    /// Gives the team the case key `generation`, made in the team generation `created`.
    pub(crate) fn give(&mut self, generation: u64, created: u64) {
        let key = CaseKey::new(Secret::new([generation as u8 + 0x40; 32]));
        assert!(self.keys.give(generation, GivenKey { key, created }));
    }

    pub(crate) fn place(&self) -> Place {
        Place { organisation: self.organisation.id(), team: self.team, journal: CASE }
    }

    pub(crate) fn device(&self, person: PersonId) -> DeviceId {
        self.devices[&person].id()
    }

    /// An author for `person`'s device, certified at the log's present end.
    pub(crate) fn author(&mut self, person: PersonId) -> Author {
        let (place, log) = (self.place(), self.organisation.position());
        Author::generate(&place, &self.devices[&person], log, &mut self.random).unwrap()
    }

    /// `author` appends notes, in the newest team generation and at the log's present end.
    pub(crate) fn write(&mut self, author: &Author, state: &ChainState, notes: &[&str]) -> Vec<Entry> {
        let team_generation = self.keys.iter().last().map_or(0, |(_, given)| given.created);
        self.write_in(team_generation, author, state, notes)
    }

    pub(crate) fn write_in(&mut self, team_generation: u64, author: &Author, state: &ChainState, notes: &[&str]) -> Vec<Entry> {
        let log = self.organisation.position();
        let bodies: Vec<_> = notes.iter().map(|text| note(text)).collect();
        let writer = Writer { author, keys: &self.keys, team_generation, log };
        writer.append(state, &bodies, Time(1000), &mut self.random).unwrap().entries
    }

    pub(crate) fn accept(&self, state: &mut ChainState, entry: &Entry) -> Result<AcceptedEvent, JournalError> {
        let before = encode(state);
        let result = Reader { organisation: &self.organisation, keys: &self.keys }.accept(state, entry);
        if result.is_err() {
            assert_eq!(encode(state), before, "a refused entry changes nothing");
        }
        result
    }

    pub(crate) fn accept_all(&self, state: &mut ChainState, entries: &[Entry]) -> Vec<AcceptedEvent> {
        entries.iter().map(|entry| self.accept(state, entry).unwrap()).collect()
    }
}

pub(crate) fn note(text: &str) -> Body {
    Body::Note(Note { text: Text::new(text).unwrap() })
}

/// The notes among events.
pub(crate) fn notes(events: &[AcceptedEvent]) -> Vec<(DeviceId, String)> {
    let text = |event: &AcceptedEvent| match &event.body {
        Body::Note(note) => Some((event.device, note.text.as_str().to_owned())),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
