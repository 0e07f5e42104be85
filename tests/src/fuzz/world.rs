//! What targets need around what they are given: an organisation with a team of two, the same in every run.

use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::keys::{CaseKey, SigningKey};
use casevault_crypto::random::{Random, RandomError};
use casevault_crypto::secret::Secret;
use casevault_crypto::team_journal::{CaseKeys, GivenKey};
use casevault_wire::codec::{List, Text};
use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::id::{OrganisationId, PersonId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{
    Author, Founding, LogEntry, LogPosition, Organisation, Role, SignedLogEntry, Statement, TeamCreation, TeamKind,
};
use casevault_wire::server::ServerEntry;
use casevault_wire::signature::Signed;
use casevault_wire::time::Time;

/// Noon.
pub(super) const NOON: Time = Time(1_800_000_000_000);

/// Randomness that is the same in every run.
pub(super) struct Counter(pub(super) u64);

impl Random for Counter {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&hash_bytes(Label::BodyCommitment, &self.0.to_be_bytes()).0[..chunk.len()]);
        }
        Ok(())
    }
}

/// An organisation of an administrator and two caseworkers, who are its team of cases.
pub(super) struct World {
    pub(super) random: Counter,
    pub(super) log: Vec<SignedLogEntry>,
    pub(super) organisation: Organisation,
    pub(super) root: SigningKey,
    pub(super) keyserver: SigningKey,
    pub(super) vault: SigningKey,
    pub(super) devices: Vec<DeviceIdentity>,
    pub(super) team: TeamId,
    pub(super) keys: CaseKeys,
}

/// The person of this number; 0 is the administrator.
pub(super) fn person(at: usize) -> PersonId {
    PersonId([u8::try_from(at + 1).expect("few people"); 16])
}

impl World {
    pub(super) fn new() -> Self {
        let [keyserver, vault] = [0xaa, 0xbb].map(|seed| SigningKey::from_seed(&Secret::new([seed; 32])));
        Self::with_servers(keyserver, vault)
    }

    pub(super) fn with_servers(keyserver: SigningKey, vault: SigningKey) -> Self {
        let mut random = Counter(7);
        let root = SigningKey::generate(&mut random).expect("a counter counts");
        let entry =
            |key: &SigningKey| ServerEntry { address: Text::new("http://127.0.0.1:1").expect("short"), key: key.public() };
        let founding = Founding {
            root: root.public(),
            keyserver: entry(&keyserver),
            vault: entry(&vault),
            suite: limit::SUITE,
            salt: [9; 16],
        };
        let first = signed(&root, None, Author::Root, Statement::Found(founding));
        let organisation = Organisation::found(&first).expect("a founding");
        let devices = (0..3).map(|_| DeviceIdentity::generate(&mut random).expect("a counter counts")).collect();
        let (log, team, keys) = (vec![first], TeamId::ZERO, CaseKeys::default());
        let mut world = Self { random, log, organisation, root, keyserver, vault, devices, team, keys };
        world.populate();
        world
    }

    fn populate(&mut self) {
        for at in 0..self.devices.len() {
            let role = if at == 0 { Role::Administrator } else { Role::Caseworker };
            let keys = self.devices[at].public();
            for statement in [Statement::AddPerson(person(at), role), Statement::AddDevice(person(at), keys)] {
                let author = if at == 0 { (self.root.clone(), Author::Root) } else { self.author(0) };
                self.state_as(author, statement);
            }
        }
        let members = List::new(vec![person(1), person(2)]).expect("few people");
        let creation = TeamCreation { kind: TeamKind::RecoverableCases, members, salt: [8; 16] };
        self.state_as(self.author(0), Statement::CreateTeam(creation));
        self.team = TeamId(self.organisation.position().hash.0);
        let key = CaseKey::new(Secret::new([0x41; 32]));
        assert!(self.keys.give(1, GivenKey { key, created: 1 }));
    }

    /// Who signs as this device.
    pub(super) fn author(&self, at: usize) -> (SigningKey, Author) {
        (self.devices[at].signing.clone(), Author::Device(self.devices[at].id()))
    }

    fn state_as(&mut self, (key, author): (SigningKey, Author), statement: Statement) {
        let entry = signed(&key, Some(&self.organisation), author, statement);
        self.organisation.apply(&entry).expect("a good statement");
        self.log.push(entry);
    }
}

/// The next entry of the log, or the first.
pub(super) fn signed(key: &SigningKey, log: Option<&Organisation>, author: Author, statement: Statement) -> SignedLogEntry {
    let LogPosition { length, hash } = log.map_or(LogPosition { length: 0, hash: Hash::ZERO }, Organisation::position);
    let organisation = log.map_or(OrganisationId::ZERO, Organisation::id);
    let content = LogEntry { organisation, sequence: length, previous: hash, time: NOON, author, statement };
    let Signed { content, signature } = sign(key, content);
    Signed { content, signature }
}
