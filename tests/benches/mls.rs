//! A team's group as the client changes it, with every check against the log, beside what the MLS library alone takes for the same
//! change of the same group, measured in the same run. `cargo bench -p casevault-tests --bench mls [-- 2 10 100 500]`

use casevault_crypto::{identity, keys, mls, random, team};

#[path = "../../client/crypto/src/mls/tests/world.rs"]
#[expect(dead_code, reason = "the crate's own tests use the rest")]
mod world;

use std::hint::black_box;
use std::time::{Duration, Instant};

use casevault_wire::codec::encode;
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::keyserver::{CommitRecord, WelcomeDelivery};
use casevault_wire::log::Statement;
use mls::{Basis, Change, Plan, Provider, Verification, join};
use openmls::prelude::tls_codec::DeserializeBytes as _;
use openmls::prelude::{
    GroupId, KeyPackageIn, LeafNodeIndex, MlsGroup, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn,
    PURE_CIPHERTEXT_WIRE_FORMAT_POLICY, ProcessedMessageContent, ProtocolVersion, StagedWelcome,
};
use openmls_memory_storage::MemoryStorage;
use openmls_traits::OpenMlsProvider as _;
use openmls_traits::storage::{CURRENT_VERSION, StorageProvider};
use world::{NOW, World, person};

/// Of how many runs a figure is the median.
const RUNS: usize = 7;

fn main() {
    let wanted: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    println!("members  what     ours     library  ratio   bytes");
    for members in if wanted.is_empty() { vec![2, 10, 100, 500] } else { wanted } {
        measure(members);
    }
}

fn measure(members: usize) {
    let mut world = World::new(members + 1, members);
    while !world.plan(0).add.is_empty() {
        let accepted = world.commit(0);
        match (&world.devices[1].state, &accepted.delivery) {
            (None, Some(delivery)) => drop(world.join(1, delivery)), // of many, a commit adds 128
            _ => drop(world.process(1, &accepted.record).expect("processed")),
        }
    }
    let newcomer = person(members);
    world.state(Statement::AddToTeam(world.team, newcomer));
    stage(&mut world, members, "add");
    let accepted = world.commit(0);
    process(&world, members, "process add", &accepted.record);
    enter(&world, members, &accepted.delivery.expect("somebody was added"));
    world.process(1, &accepted.record).expect("processed");
    world.state(Statement::RemoveFromTeam(world.team, newcomer));
    stage(&mut world, members, "remove");
    let accepted = world.commit(0);
    process(&world, members, "process remove", &accepted.record);
}

fn copy(storage: &MemoryStorage) -> MemoryStorage {
    let copy = MemoryStorage::default();
    copy.values.write().expect("unlocked").clone_from(&storage.values.read().expect("unlocked"));
    copy
}

/// The median of what `work` takes on a copy of a device's storage.
fn median<T>(world: &World, at: usize, mut work: impl FnMut(&Provider<'_, MemoryStorage>) -> T) -> Duration {
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let storage = copy(&world.devices[at].storage);
            let provider = Provider::new(&world.crypto, &storage);
            let begin = Instant::now();
            black_box(work(&provider));
            begin.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn say(members: usize, what: &str, (ours, library): (Duration, Duration), bytes: usize) {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let ratio = ours.as_secs_f64() / library.as_secs_f64();
    println!("{members:7}  {what:14} {:7.2} ms {:7.2} ms  {ratio:5.2}  {bytes:8}", millis(ours), millis(library));
}

fn library<S: StorageProvider<CURRENT_VERSION>>(world: &World, provider: &Provider<'_, S>) -> MlsGroup {
    MlsGroup::load(provider.storage(), &GroupId::from_slice(world.team.as_bytes())).expect("storage").expect("a group")
}

/// Making a commit. Nothing is merged.
fn stage(world: &mut World, members: usize, what: &str) {
    let plan: Plan = world.plan(0);
    let add: Vec<_> = plan.add.iter().map(|id| world.package(world.at(*id))).collect();
    let keys = world.keys(0, plan.rotate);
    let link = world.link(0, &keys, plan.rotate);
    let previous = world.devices[0].state.clone().expect("a member");
    let data = CommitData { link: link_hash(link.as_ref()), ..world.data(&keys, previous.epoch) };
    let change = Change { add, remove: plan.remove.clone(), data, now: NOW };
    let device = &world.devices[0];
    let basis = Basis { organisation: &world.organisation, previous: &previous, ring: &device.ring };
    let mut bytes = 0;
    let ours = median(world, 0, |provider| {
        let group = mls::Group::load(provider, world.organisation.id(), world.team).expect("storage").expect("a group");
        let (_, staged) = group.stage(provider, &device.signer, &basis, &change).expect("staged");
        bytes = staged.commit.as_slice().len();
    });
    let leaves: Vec<LeafNodeIndex> = {
        let provider = Provider::new(&world.crypto, &device.storage);
        let place = |id: &casevault_wire::id::DeviceId| id.as_bytes().to_vec();
        let removed: Vec<_> = plan.remove.iter().map(place).collect();
        let members = library(world, &provider).members().collect::<Vec<_>>();
        let is_removed = |identity: &[u8]| removed.iter().any(|id| identity.ends_with(id));
        members.iter().filter(|member| is_removed(member.credential.serialized_content())).map(|member| member.index).collect()
    };
    let alone = median(world, 0, |provider| {
        let mut group = library(world, provider);
        group.set_aad(encode(&change.data));
        let packages = change.add.iter().map(|bytes| {
            let package = KeyPackageIn::tls_deserialize_exact_bytes(bytes.as_slice()).expect("decoded");
            package.validate(provider.crypto(), ProtocolVersion::Mls10).expect("valid")
        });
        let builder = group.commit_builder().consume_proposal_store(false).force_self_update(true);
        let builder = builder.propose_adds(packages.collect::<Vec<_>>()).propose_removals(leaves.clone());
        let builder = builder.load_psks(provider.storage()).expect("none").create_group_info(false);
        let built = builder.build(provider.rand(), provider.crypto(), &device.signer, |_| true).expect("built");
        built.stage_commit(provider).expect("staged").into_messages()
    });
    say(members, what, (ours, alone), bytes);
}

/// Following a commit.
fn process(world: &World, members: usize, what: &str, record: &CommitRecord) {
    let device = &world.devices[1];
    let previous = device.state.clone().expect("a member");
    let basis = Basis { organisation: &world.organisation, previous: &previous, ring: &device.ring };
    let ours = median(world, 1, |provider| {
        let group = mls::Group::load(provider, world.organisation.id(), world.team).expect("storage").expect("a group");
        match group.verify(provider, &basis, record).expect("verified") {
            Verification::Commit(commit) => drop(commit.merge(provider).expect("merged")),
            Verification::Removed(_) => panic!("the second device stays"),
        }
    });
    let alone = median(world, 1, |provider| {
        let mut group = library(world, provider);
        let message = MlsMessageIn::tls_deserialize_exact_bytes(record.commit.as_slice()).expect("decoded");
        let message = message.try_into_protocol_message().expect("a protocol message");
        match group.process_message(provider, message).expect("processed").into_content() {
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                group.merge_staged_commit(provider, *staged).expect("merged");
            }
            _ => panic!("a commit"),
        }
    });
    say(members, what, (ours, alone), record.commit.as_slice().len());
}

/// Joining by a Welcome.
fn enter(world: &World, members: usize, delivery: &WelcomeDelivery) {
    let at = members;
    let device = world.devices[at].id();
    let ours = median(world, at, |provider| join(provider, delivery, &world.organisation, world.team, device).expect("joined"));
    let config = MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .use_ratchet_tree_extension(true)
        .build();
    let alone = median(world, at, |provider| {
        let message = MlsMessageIn::tls_deserialize_exact_bytes(delivery.welcome.as_slice()).expect("decoded");
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else { panic!("a Welcome") };
        let staged = StagedWelcome::new_from_welcome(provider, &config, welcome, None).expect("staged");
        staged.into_group(provider).expect("joined")
    });
    say(members, "join", (ours, alone), delivery.welcome.as_slice().len());
}
