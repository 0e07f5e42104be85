//! An organisation with a log, a keyserver's key, and devices with their own storages.

use std::collections::HashMap;

use casevault_wire::codec::{List, Opaque, Text, encode};
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId, PersonId, RotationId, TeamId};
use casevault_wire::keyserver::{CommitRecord, GenerationLink, TeamLink, WelcomeDelivery};
use casevault_wire::limit;
use casevault_wire::log::{Author, Founding, LogEntry, LogPosition, Organisation, Role, Statement, TeamCreation, TeamKind};
use casevault_wire::mls::commit_hash;
use casevault_wire::server::ServerEntry;
use casevault_wire::time::Time;
use openmls_memory_storage::MemoryStorage;

use crate::identity::{DeviceIdentity, sign};
use crate::keys::SigningKey;
use crate::mls::{
    Basis, Change, Crypto, DeviceSigner, Group, GroupState, JoinError, Joined, Plan, Provider, StageError, Verification,
    VerifyError, join, key_package, plan,
};
use crate::random::{Random, RandomError};
use crate::team::{Generation, TeamKeyRing, seal_bundle};

pub const NOW: Time = Time(1_900_000_000_000);

/// Randomness that is the same in every run.
pub struct Counter(pub u64);

impl Random for Counter {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        for chunk in out.chunks_mut(32) {
            self.0 += 1;
            let block = casevault_wire::hash::hash_bytes(casevault_wire::label::Label::BodyCommitment, &self.0.to_be_bytes());
            chunk.copy_from_slice(&block.0[..chunk.len()]);
        }
        Ok(())
    }
}

pub struct Device {
    pub identity: DeviceIdentity,
    pub signer: DeviceSigner,
    pub storage: MemoryStorage,
    pub state: Option<GroupState>,
    pub ring: TeamKeyRing,
    pub keys: Option<Generation>,
}

impl Device {
    pub fn id(&self) -> DeviceId {
        self.identity.id()
    }
}

pub struct World {
    pub crypto: Crypto,
    pub random: Counter,
    pub organisation: Organisation,
    pub keyserver: SigningKey,
    pub team: TeamId,
    pub devices: Vec<Device>,
    pub links: Vec<GenerationLink>,
    next: u64,
}

pub fn person(at: usize) -> PersonId {
    let mut id = [0; PersonId::LENGTH];
    id[..8].copy_from_slice(&(at as u64 + 1).to_be_bytes());
    PersonId(id)
}

/// What a commit leaves at the keyserver.
pub struct Accepted {
    pub record: CommitRecord,
    pub delivery: Option<WelcomeDelivery>,
}

impl World {
    /// `members` people with a device each and a team of the first `in_team`, whose group the first has made.
    pub fn new(members: usize, in_team: usize) -> Self {
        let mut random = Counter(7);
        let identities: Vec<_> = (0..members).map(|_| DeviceIdentity::generate(&mut random).unwrap()).collect();
        let keyserver = SigningKey::generate(&mut random).unwrap();
        let organisation = found(&identities, &keyserver, &mut random);
        let mut world = Self {
            crypto: Crypto::new().unwrap(),
            random,
            keyserver,
            team: TeamId::ZERO,
            devices: Vec::new(),
            links: Vec::new(),
            next: 0,
            organisation,
        };
        let people = (0..in_team).map(person).collect();
        let creation = TeamCreation { kind: TeamKind::Cases, members: List::new(people).unwrap(), salt: [5; 16] };
        world.devices = identities.into_iter().map(|identity| world.device(identity)).collect();
        world.state(Statement::CreateTeam(creation));
        world.team = TeamId(world.organisation.position().hash.0);
        for device in &mut world.devices {
            device.ring = TeamKeyRing::new(world.organisation.id(), world.team);
        }
        world.create_group();
        world
    }

    /// As [`Self::new`], with everybody of the team in the group.
    pub fn together(members: usize) -> Self {
        let mut world = Self::new(members, members);
        world.gather();
        world
    }

    /// The first device adds everybody whom the log wants.
    pub fn gather(&mut self) {
        self.gather_by(0);
    }

    /// This device adds everybody whom the log wants.
    pub fn gather_by(&mut self, by: usize) {
        let accepted = self.commit(by);
        self.receive(&accepted);
    }

    fn device(&self, identity: DeviceIdentity) -> Device {
        let id = self.organisation.id();
        let signer = DeviceSigner::new(id, &identity);
        let ring = TeamKeyRing::new(id, TeamId::ZERO);
        Device { identity, signer, storage: MemoryStorage::default(), state: None, ring, keys: None }
    }

    fn create_group(&mut self) {
        let keys = Generation::generate(1, &mut self.random).unwrap();
        let data = CommitData { epoch: 0, ..self.data(&keys, 0) };
        let device = &mut self.devices[0];
        Group::create(&Provider::new(&self.crypto, &device.storage), &device.signer, self.team).unwrap();
        device.state = Some(GroupState::from(&data));
        device.ring.insert(1, keys.key.clone());
        device.keys = Some(keys);
    }

    /// Another device of `person`; its place in the list.
    pub fn enrol(&mut self, person: PersonId) -> usize {
        let identity = DeviceIdentity::generate(&mut self.random).unwrap();
        self.state(Statement::AddDevice(person, identity.public()));
        let mut device = self.device(identity);
        device.ring = TeamKeyRing::new(self.organisation.id(), self.team);
        self.devices.push(device);
        self.devices.len() - 1
    }

    /// The first device, an administrator's, states something.
    pub fn state(&mut self, statement: Statement) {
        let author = &self.devices[0].identity;
        append(&mut self.organisation, &author.signing, Author::Device(author.id()), statement);
    }

    /// Honest data for an epoch after `epoch` with `keys`.
    pub fn data(&mut self, keys: &Generation, epoch: u64) -> CommitData {
        self.next += 1;
        let LogPosition { length, hash } = self.organisation.position();
        let mut rotation = [0; 16];
        rotation[..8].copy_from_slice(&self.next.to_be_bytes());
        CommitData {
            organisation: self.organisation.id(),
            team: self.team,
            epoch: epoch + 1,
            rotation: RotationId(rotation),
            log_length: length,
            log_hash: hash,
            generation: keys.number,
            access_key: keys.access_key(self.organisation.id(), self.team).public(),
            sealing_key: keys.sealing_key(&self.crypto),
            link: Hash::ZERO,
        }
    }

    pub fn plan(&self, by: usize) -> Plan {
        let state = self.devices[by].state.as_ref().unwrap();
        plan(&self.organisation, &self.team, &self.load(by).devices(), state.log_length)
    }

    pub fn load(&self, at: usize) -> Group {
        let provider = Provider::new(&self.crypto, &self.devices[at].storage);
        Group::load(&provider, self.organisation.id(), self.team).unwrap().unwrap()
    }

    pub fn provider(&self, at: usize) -> Provider<'_, MemoryStorage> {
        Provider::new(&self.crypto, &self.devices[at].storage)
    }

    pub fn at(&self, id: DeviceId) -> usize {
        self.devices.iter().position(|device| device.id() == id).unwrap()
    }

    pub fn package(&self, at: usize) -> casevault_wire::keyserver::KeyPackage {
        key_package::generate(&self.provider(at), &self.devices[at].signer, NOW).unwrap()
    }

    /// Keys for a commit by `by`: the ones there are, or the next.
    pub fn keys(&mut self, by: usize, rotate: bool) -> Generation {
        let device = &self.devices[by];
        if rotate { device.ring.generate_next(&mut self.random).unwrap() } else { device.keys.clone().unwrap() }
    }

    /// The link to the key that `by` has, under `keys` if they are new.
    pub fn link(&mut self, by: usize, keys: &Generation, rotate: bool) -> Option<TeamLink> {
        rotate.then(|| self.devices[by].ring.seal_link(keys, &mut self.random).unwrap().unwrap())
    }

    /// `by` commits whatever the log asks for, merges it on the keyserver's receipt, and the keyserver has it.
    pub fn commit(&mut self, by: usize) -> Accepted {
        let plan = self.plan(by);
        self.try_commit(by, &plan).unwrap()
    }

    pub fn try_commit(&mut self, by: usize, plan: &Plan) -> Result<Accepted, StageError> {
        let add = plan.add.iter().map(|id| self.package(self.at(*id))).collect();
        let keys = self.keys(by, plan.rotate);
        let epoch = self.devices[by].state.as_ref().unwrap().epoch;
        let link = self.link(by, &keys, plan.rotate);
        let data = CommitData { link: link_hash(link.as_ref()), ..self.data(&keys, epoch) };
        let change = Change { add, remove: plan.remove.clone(), data, now: NOW };
        let previous = self.devices[by].state.clone().unwrap();
        let basis = Basis { organisation: &self.organisation, previous: &previous, ring: &self.devices[by].ring };
        let before = self.snapshot(by);
        let staged = self.load(by).stage(&self.provider(by), &self.devices[by].signer, &basis, &change);
        let (group, staged) = staged.inspect_err(|_| self.restore(by, before))?;
        assert_eq!(staged.added.len(), change.add.len());
        let data = change.data;
        let bundle = seal_bundle(&self.crypto, &staged.bundle_key, &data, &keys, &mut self.random).unwrap();
        self.links.extend(link.clone().map(|link| GenerationLink { generation: keys.number, link }));
        group.merge_pending(&self.provider(by)).unwrap();
        self.adopt(by, &data, keys);
        let receipt = self.receipt(&data, commit_hash(staged.commit.as_slice()));
        let record = CommitRecord { commit: staged.commit, bundle, link, receipt };
        let delivery = staged.welcome.map(|welcome| WelcomeDelivery { welcome, record: record.clone() });
        Ok(Accepted { record, delivery })
    }

    /// `at` forgets the group that it has.
    pub fn forget(&mut self, at: usize) {
        self.load(at).delete(&self.provider(at)).unwrap();
        self.devices[at].state = None;
    }

    /// `at`, which has the team's keys, makes the group anew after epoch `last`.
    pub fn make_anew(&mut self, at: usize, last: u64) {
        let keys = self.keys(at, true);
        let link = self.link(at, &keys, true);
        let data = CommitData { link: link_hash(link.as_ref()), ..self.data(&keys, last) };
        Group::create_at(&self.provider(at), &self.devices[at].signer, self.team, last + 1).unwrap();
        self.adopt(at, &data, keys);
    }

    fn adopt(&mut self, at: usize, data: &CommitData, keys: Generation) {
        let device = &mut self.devices[at];
        device.state = Some(GroupState::from(data));
        device.ring.insert(keys.number, keys.key.clone());
        device.keys = Some(keys);
    }

    /// The keyserver's receipt.
    pub fn receipt(&self, data: &CommitData, commit: Hash) -> SignedFeedItem {
        let event = FeedEvent::Receipt(Receipt::of(data, commit));
        let organisation = self.organisation.id();
        sign(&self.keyserver, FeedItem { organisation, sequence: 0, previous: Hash::ZERO, time: NOW, event })
    }

    /// Everybody but the committer processes a commit or joins by it.
    pub fn receive(&mut self, accepted: &Accepted) {
        for at in 0..self.devices.len() {
            let epoch = casevault_wire::mls::commit_data(accepted.record.commit.as_slice()).unwrap().epoch;
            match (&self.devices[at].state, &accepted.delivery) {
                (Some(state), _) if state.epoch + 1 == epoch => {
                    self.process(at, &accepted.record).unwrap();
                }
                (None, Some(delivery)) => {
                    let _ = self.join(at, delivery);
                }
                _ => (),
            }
        }
    }

    /// `at` verifies and merges in one transaction; whether it is still a member.
    pub fn process(&mut self, at: usize, record: &CommitRecord) -> Result<bool, VerifyError> {
        let before = self.snapshot(at);
        let verified = self.verify(at, record).inspect_err(|_| self.restore(at, before))?;
        let provider = self.provider(at);
        match verified {
            Verification::Commit(commit) => {
                let data = commit.data().clone();
                let (group, keys) = commit.merge(&provider).unwrap();
                assert_eq!(group.epoch(), data.epoch);
                self.adopt(at, &data, keys);
                Ok(true)
            }
            Verification::Removed(removed) => {
                removed.delete(&provider).unwrap();
                self.devices[at].state = None;
                Ok(false)
            }
        }
    }

    pub fn verify(&self, at: usize, record: &CommitRecord) -> Result<Verification, VerifyError> {
        let previous = self.devices[at].state.as_ref().unwrap();
        let basis = Basis { organisation: &self.organisation, previous, ring: &self.devices[at].ring };
        self.load(at).verify(&self.provider(at), &basis, record)
    }

    pub fn join(&mut self, at: usize, delivery: &WelcomeDelivery) -> Result<(), JoinError> {
        let before = self.snapshot(at);
        let joined = join(&self.provider(at), delivery, &self.organisation, self.team, self.devices[at].id());
        let Joined { data, keys, .. } = joined.inspect_err(|_| self.restore(at, before))?;
        self.adopt(at, &data, keys);
        Ok(())
    }

    pub fn snapshot(&self, at: usize) -> HashMap<Vec<u8>, Vec<u8>> {
        self.devices[at].storage.values.read().unwrap().clone()
    }

    /// Rolls a device's storage back.
    pub fn restore(&self, at: usize, before: HashMap<Vec<u8>, Vec<u8>>) {
        *self.devices[at].storage.values.write().unwrap() = before;
    }

    /// Whether everybody with a group is in the same epoch of the same group.
    pub fn agree(&self) -> bool {
        let groups: Vec<_> =
            (0..self.devices.len()).filter(|at| self.devices[*at].state.is_some()).map(|at| self.load(at)).collect();
        groups.windows(2).all(|pair| pair[0].epoch_authenticator() == pair[1].epoch_authenticator())
    }
}

fn found(identities: &[DeviceIdentity], keyserver: &SigningKey, random: &mut Counter) -> Organisation {
    let root = SigningKey::generate(random).unwrap();
    let server = |key: &SigningKey| ServerEntry { address: Text::new("http://127.0.0.1:1").unwrap(), key: key.public() };
    let founding = Founding {
        root: root.public(),
        keyserver: server(keyserver),
        vault: server(&SigningKey::generate(random).unwrap()),
        suite: limit::SUITE,
        salt: [9; 16],
    };
    let first = LogEntry {
        organisation: OrganisationId::ZERO,
        sequence: 0,
        previous: Hash::ZERO,
        time: NOW,
        author: Author::Root,
        statement: Statement::Found(founding),
    };
    let mut organisation = Organisation::found(&sign(&root, first)).unwrap();
    for (at, identity) in identities.iter().enumerate() {
        let (key, author) = match at {
            0 => (&root, Author::Root),
            _ => (&identities[0].signing, Author::Device(identities[0].id())),
        };
        let role = if at == 0 { Role::Administrator } else { Role::Caseworker };
        append(&mut organisation, key, author, Statement::AddPerson(person(at), role));
        append(&mut organisation, key, author, Statement::AddDevice(person(at), identity.public()));
    }
    organisation
}

fn append(organisation: &mut Organisation, key: &SigningKey, author: Author, statement: Statement) {
    let LogPosition { length, hash } = organisation.position();
    let entry = LogEntry { organisation: organisation.id(), sequence: length, previous: hash, time: NOW, author, statement };
    organisation.apply(&sign(key, entry)).unwrap();
}

/// A record with other bytes for a commit.
pub fn opaque<const N: usize>(bytes: Vec<u8>) -> Opaque<N> {
    Opaque::new(bytes).unwrap()
}

pub fn encoded(data: &CommitData) -> Vec<u8> {
    encode(data)
}
