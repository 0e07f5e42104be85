//! MLS messages: key packages, commits and Welcomes, changed by a keyserver that signs a receipt for whatever it made of them.

use std::cell::RefCell;
use std::collections::HashMap;

use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::mls::{
    Basis, Change, Crypto, DeviceSigner, Group, GroupState, Joined, Provider, Verification, join, key_package, plan,
};
use casevault_crypto::team::{Generation, TeamKeyRing, seal_bundle};
use casevault_wire::codec::{Opaque, decode, encode};
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt, SignedFeedItem};
use casevault_wire::hash::Hash;
use casevault_wire::id::RotationId;
use casevault_wire::keyserver::{CommitRecord, WelcomeDelivery};
use casevault_wire::limit;
use casevault_wire::log::LogPosition;
use casevault_wire::mls::{commit_data, commit_hash};
use openmls_memory_storage::MemoryStorage;

use super::bytes::Bytes;
use super::world::{Counter, NOON, World};

type Values = HashMap<Vec<u8>, Vec<u8>>;

/// A member.
struct Member {
    identity: DeviceIdentity,
    signer: DeviceSigner,
    storage: MemoryStorage,
    ring: TeamKeyRing,
    state: Option<GroupState>,
}

/// A group that its first member made; what the second one had before it was added and after; what brought that about, and what
/// came next.
struct Met {
    crypto: Crypto,
    world: World,
    second: Member,
    package: Vec<u8>,
    fresh: Values,
    delivery: WelcomeDelivery,
    authenticator: Vec<u8>,
    joined: Values,
    next: CommitRecord,
}

thread_local! {
    static MET: RefCell<Met> = RefCell::new(meet());
}

impl Member {
    fn new(world: &World, at: usize) -> Self {
        let identity = world.devices[at].clone();
        let id = world.organisation.id();
        let signer = DeviceSigner::new(id, &identity);
        let ring = TeamKeyRing::new(id, world.team);
        Self { identity, signer, storage: MemoryStorage::default(), ring, state: None }
    }

    fn load(&self, world: &World, crypto: &Crypto) -> Group {
        let provider = Provider::new(crypto, &self.storage);
        Group::load(&provider, world.organisation.id(), world.team).expect("memory does not fail").expect("a group")
    }

    fn values(&self) -> Values {
        self.storage.values.read().expect("one thread").clone()
    }

    fn put_back(&self, values: &Values) {
        self.storage.values.write().expect("one thread").clone_from(values);
    }

    fn adopt(&mut self, data: &CommitData, keys: &Generation) {
        self.state = Some(GroupState::from(data));
        self.ring.insert(keys.number, keys.key.clone());
    }
}

fn data(world: &World, crypto: &Crypto, keys: &Generation, epoch: u64) -> CommitData {
    let LogPosition { length, hash } = world.organisation.position();
    CommitData {
        organisation: world.organisation.id(),
        team: world.team,
        epoch,
        rotation: RotationId([u8::try_from(epoch + 1).expect("few epochs"); 16]),
        log_length: length,
        log_hash: hash,
        generation: keys.number,
        access_key: keys.access_key(world.organisation.id(), world.team).public(),
        sealing_key: keys.sealing_key(crypto),
        link: Hash::ZERO,
    }
}

fn receipt(world: &World, data: &CommitData, commit: Hash) -> SignedFeedItem {
    let event = FeedEvent::Receipt(Receipt::of(data, commit));
    let item = FeedItem { organisation: world.organisation.id(), sequence: 0, previous: Hash::ZERO, time: NOON, event };
    sign(&world.keyserver, item)
}

fn meet() -> Met {
    let (crypto, mut world) = (Crypto::new().expect("this machine has randomness"), World::new());
    let (mut first, mut second) = (Member::new(&world, 1), Member::new(&world, 2));
    let keys = Generation::generate(1, &mut world.random).expect("a counter counts");
    Group::create(&Provider::new(&crypto, &first.storage), &first.signer, world.team).expect("a new group");
    first.adopt(&data(&world, &crypto, &keys, 0), &keys);
    let package = key_package::generate(&Provider::new(&crypto, &second.storage), &second.signer, NOON).expect("a package");
    let fresh = second.values();
    let (record, welcome) = commit(&world, &crypto, &mut first, &keys, vec![package.clone()]);
    let delivery = WelcomeDelivery { welcome: welcome.expect("somebody is added"), record };
    let provider = Provider::new(&crypto, &second.storage);
    let joined = join(&provider, &delivery, &world.organisation, world.team, second.identity.id()).expect("an honest Welcome");
    let (authenticator, joined_data, joined_keys) = (joined.group.epoch_authenticator().to_vec(), joined.data, joined.keys);
    second.adopt(&joined_data, &joined_keys);
    let joined = second.values();
    let (next, _) = commit(&world, &crypto, &mut first, &keys, Vec::new());
    Met { crypto, world, second, package: package.into_vec(), fresh, delivery, authenticator, joined, next }
}

/// The first member commits, and merges; what the keyserver has then.
fn commit(
    world: &World,
    crypto: &Crypto,
    by: &mut Member,
    keys: &Generation,
    add: Vec<casevault_wire::keyserver::KeyPackage>,
) -> (CommitRecord, Option<casevault_wire::keyserver::Welcome>) {
    let previous = by.state.clone().expect("a member");
    let said = CommitData { link: link_hash(None), ..data(world, crypto, keys, previous.epoch + 1) };
    let remove = plan(&world.organisation, &world.team, &by.load(world, crypto).devices(), previous.log_length).remove;
    let change = Change { add, remove, data: said, now: NOON };
    let basis = Basis { organisation: &world.organisation, previous: &previous, ring: &by.ring };
    let provider = Provider::new(crypto, &by.storage);
    let (group, staged) = by.load(world, crypto).stage(&provider, &by.signer, &basis, &change).expect("an honest commit");
    let bundle = seal_bundle(crypto, &staged.bundle_key, &change.data, keys, &mut Counter(20)).expect("keys that the data name");
    group.merge_pending(&provider).expect("memory does not fail");
    let receipt = receipt(world, &change.data, commit_hash(staged.commit.as_slice()));
    by.adopt(&change.data, keys);
    (CommitRecord { commit: staged.commit, bundle, link: None, receipt }, staged.welcome)
}

/// A key package, changed or from nowhere: only the one that its device made is good.
pub(super) fn mls_key_packages(data: &[u8]) {
    MET.with_borrow(|met| {
        let validate = |bytes: &[u8]| key_package::validate(&met.crypto, bytes, &met.world.organisation, met.world.team, NOON);
        assert_eq!(validate(&met.package), Ok(met.second.identity.id()));
        let changed = Bytes::new(data).mutate(&met.package);
        let longer = [&met.package[..], data].concat();
        for package in [data, &changed, &longer] {
            assert_eq!(validate(package).is_ok(), *package == met.package[..], "a package counts as it was signed");
        }
    });
}

/// What a keyserver can make of a record without the members' keys, with its own receipt for it.
fn changed(world: &World, record: &CommitRecord, bytes: &mut Bytes<'_>) -> CommitRecord {
    let which = bytes.byte();
    let mut record = record.clone();
    if which & 1 != 0 {
        record.commit = Opaque::new(bytes.mutate(record.commit.as_slice())).unwrap_or_default();
    }
    if which & 2 != 0 {
        record.bundle = Opaque::new(bytes.mutate(record.bundle.as_slice())).unwrap_or_default();
    }
    if which & 4 != 0 {
        record.link = Some(Opaque::new(bytes.piece().to_vec()).unwrap_or_default());
    }
    if which & 8 != 0 {
        record = decode(&bytes.mutate(&encode(&record)), limit::BODY).unwrap_or(record);
    }
    if let Ok(data) = commit_data(record.commit.as_slice()) {
        record.receipt = receipt(world, &data, commit_hash(record.commit.as_slice()));
    }
    record
}

/// A commit, changed: only the one that its member made is good.
pub(super) fn mls_commits(data: &[u8]) {
    MET.with_borrow(|met| {
        let record = changed(&met.world, &met.next, &mut Bytes::new(data));
        met.second.put_back(&met.joined);
        let previous = met.second.state.as_ref().expect("a member");
        let basis = Basis { organisation: &met.world.organisation, previous, ring: &met.second.ring };
        let provider = Provider::new(&met.crypto, &met.second.storage);
        let verified = met.second.load(&met.world, &met.crypto).verify(&provider, &basis, &record);
        let honest = record == met.next;
        assert_eq!(matches!(verified, Ok(Verification::Commit(_))), honest, "a commit counts as it was made");
        assert!(!matches!(verified, Ok(Verification::Removed(_))), "nobody is removed");
    });
}

/// A Welcome, changed: who joins is where everybody is.
pub(super) fn mls_welcomes(data: &[u8]) {
    MET.with_borrow(|met| {
        let mut bytes = Bytes::new(data);
        let record = changed(&met.world, &met.delivery.record, &mut bytes);
        let welcome = Opaque::new(bytes.mutate(met.delivery.welcome.as_slice())).unwrap_or_default();
        let delivery = WelcomeDelivery { welcome, record };
        met.second.put_back(&met.fresh);
        let provider = Provider::new(&met.crypto, &met.second.storage);
        let joined = join(&provider, &delivery, &met.world.organisation, met.world.team, met.second.identity.id());
        match joined {
            Ok(Joined { group, .. }) => assert_eq!(group.epoch_authenticator(), met.authenticator),
            Err(_) => assert!(delivery != met.delivery, "an honest Welcome is good"),
        }
    });
}
