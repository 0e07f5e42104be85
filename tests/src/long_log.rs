//! A log as a large organisation has it after years: thousands of statements of every common kind, each signed.

use casevault_crypto::identity::{DeviceIdentity, RootKey, sign};
use casevault_crypto::keys::SigningKey;
use casevault_crypto::random::SystemRandom;
use casevault_wire::codec::{List, Opaque, Text};
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt};
use casevault_wire::hash::{Hash, hash};
use casevault_wire::id::{OrganisationId, PersonId, RotationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{
    Author, Founding, LogEntry, LogPosition, Role, SealingKeyStatement, SignedLogEntry, Statement, TeamCreation, TeamKind,
    log_entry_hash,
};
use casevault_wire::server::ServerEntry;
use casevault_wire::time::Time;

/// A log that grows, with the keys that sign it.
pub struct LongLog {
    /// Its entries.
    pub entries: Vec<SignedLogEntry>,
    root: RootKey,
    keyserver: SigningKey,
    administrator: DeviceIdentity,
    receipts: u64,
}

fn person(number: u64) -> PersonId {
    let mut id = [0x50; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    PersonId(id)
}

impl LongLog {
    /// An organisation with one administrator, person 0.
    pub fn founded() -> Self {
        let random = &mut SystemRandom;
        let keyserver = SigningKey::generate(random).expect("a key");
        let root = RootKey::generate(random).expect("a key");
        let administrator = DeviceIdentity::generate(random).expect("keys");
        let mut log = Self { entries: Vec::new(), root, keyserver, administrator, receipts: 0 };
        let server = |key| ServerEntry { address: Text::new("https://server.example").expect("short"), key };
        let founding = Founding {
            root: log.root.0.public(),
            keyserver: server(log.keyserver.public()),
            vault: server(log.keyserver.public()),
            suite: limit::SUITE,
            salt: [7; 16],
        };
        log.state(Author::Root, Statement::Found(founding));
        log.state(Author::Root, Statement::AddPerson(person(0), Role::Administrator));
        let keys = log.administrator.public();
        log.state(Author::Root, Statement::AddDevice(person(0), keys));
        log
    }

    /// A log of `length` statements, at least 100: two fifths people and devices, the rest teams with their keys, and who joins and leaves.
    pub fn of(length: usize) -> Self {
        let mut log = Self::founded();
        let people = length as u64 / 5;
        for number in 1..=people {
            log.administer(Statement::AddPerson(person(number), Role::Caseworker));
            let keys = DeviceIdentity::generate(&mut SystemRandom).expect("keys").public();
            log.administer(Statement::AddDevice(person(number), keys));
        }
        let mut team = log.team(1);
        let mut number = 0;
        while log.entries.len() < length {
            number += 1;
            let somebody = person(2 + number % (people - 1));
            match number % 8 {
                0 => team = log.team(number % people + 1),
                1 => log.seal(team),
                2 => log.administer(Statement::RotateTeam(team)),
                3 => log.seal(team),
                4 => log.administer(Statement::RotateTeam(team)),
                5 => log.administer(Statement::FreezeTeam(team, 1)),
                6 => log.administer(Statement::FreezeTeam(team, 0)),
                _ => log.administer(Statement::SetRole(somebody, Role::Supervisor)),
            }
        }
        log
    }

    /// The organisation's id.
    pub fn organisation(&self) -> OrganisationId {
        self.entries.first().map_or(OrganisationId::ZERO, |first| OrganisationId(log_entry_hash(first).0))
    }

    /// The root's fingerprint.
    pub fn fingerprint(&self) -> Hash {
        casevault_wire::log::root_fingerprint(&self.root.0.public())
    }

    /// A statement by the administrator.
    pub fn administer(&mut self, statement: Statement) {
        self.state(Author::Device(self.administrator.id()), statement);
    }

    fn state(&mut self, author: Author, statement: Statement) {
        let position = self
            .entries
            .last()
            .map_or(LogPosition::default(), |last| LogPosition { length: self.entries.len() as u64, hash: log_entry_hash(last) });
        let entry = LogEntry {
            organisation: self.organisation(),
            sequence: position.length,
            previous: position.hash,
            time: Time(1_800_000_000_000),
            author,
            statement,
        };
        let key = if author == Author::Root { &self.root.0 } else { &self.administrator.signing };
        self.entries.push(sign(key, entry));
    }

    /// A team of the administrator and one more.
    fn team(&mut self, other: u64) -> TeamId {
        let members = List::new(vec![person(0), person(other)]).expect("two");
        self.administer(Statement::CreateTeam(TeamCreation { kind: TeamKind::Cases, members, salt: [3; 16] }));
        TeamId(self.entries.last().map(log_entry_hash).expect("just made").0)
    }

    /// The team's next sealing key, with the keyserver's receipt.
    fn seal(&mut self, team: TeamId) {
        self.receipts += 1;
        let key = Opaque::new(self.receipts.to_be_bytes().repeat(limit::SEALING_KEY / 8)).expect("its length");
        let receipt = Receipt {
            team,
            epoch: self.receipts,
            commit: Hash([1; 32]),
            rotation: RotationId([2; 16]),
            log_length: self.entries.len() as u64,
            generation: self.receipts,
            access_key: self.keyserver.public(),
            sealing_key: hash(Label::SealingKeyHash, &key),
        };
        let item = FeedItem {
            organisation: self.organisation(),
            sequence: self.receipts,
            previous: Hash([4; 32]),
            time: Time(1_800_000_000_000),
            event: FeedEvent::Receipt(receipt),
        };
        let receipt = sign(&self.keyserver, item);
        self.administer(Statement::TeamSealingKey(SealingKeyStatement { team, receipt, key }));
    }
}
