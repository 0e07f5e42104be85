//! Each rule of a commit, broken by a member that breaks no rule of MLS.

use casevault_wire::commit::link_hash;
use casevault_wire::hash::Hash;
use casevault_wire::id::{DeviceId, OrganisationId};
use casevault_wire::log::Statement;
use casevault_wire::signature::PublicKey;
use openmls::prelude::{
    Capabilities, CredentialType, CredentialWithKey, Extension, Extensions, KeyPackage, LeafNodeParameters, Lifetime, MlsGroup,
    MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, PreSharedKeyProposal, Proposal,
    RequiredCapabilitiesExtension,
};
use openmls::schedule::PreSharedKeyId;
use openmls_traits::OpenMlsProvider;
use tls_codec::Deserialize as _;

use super::liar::Lie;
use super::world::{World, opaque, person};
use crate::identity::DeviceIdentity;
use crate::keys::TeamKey;
use crate::mls::key_package::KeyPackageProblem;
use crate::mls::leaf::LeafProblem;
use crate::mls::verify::gate;
use crate::mls::{
    CommitRefused, DeviceSigner, Group, JoinError, RecordError, SUITE, StageError, VerifyError, config, credential,
};
use crate::team::{Generation, TeamKeyRing};

/// A world of three members, and what the second committed.
fn told(change: impl FnOnce(&mut World, &mut Lie)) -> (World, casevault_wire::keyserver::CommitRecord) {
    told_with(false, change)
}

fn told_with(rotate: bool, change: impl FnOnce(&mut World, &mut Lie)) -> (World, casevault_wire::keyserver::CommitRecord) {
    let mut world = World::new(5, 3);
    world.gather();
    let mut lie = world.honest(1, rotate);
    change(&mut world, &mut lie);
    let accepted = world.lie(1, lie);
    (world, accepted.record)
}

/// Everybody refuses, and the team goes on with the next honest commit.
fn refused(mut world: World, record: &casevault_wire::keyserver::CommitRecord, reason: CommitRefused) {
    world.refuses(0, record, reason);
    world.refuses(2, record, reason);
    let honest = world.commit(0);
    world.receive(&honest);
    assert!(world.agree());
}

// Obeys R-8.3-3, R-8.3-8, R-8.3-9, R-8.3-10, R-8.3-12.
#[test]
fn what_the_liar_commits_without_lying_is_accepted() {
    for rotate in [false, true] {
        let (mut world, record) = told_with(rotate, |_, _| ());
        assert_eq!(world.process(0, &record), Ok(true));
        assert_eq!(world.process(0, &record), Err(VerifyError::Epoch), "replayed");
    }
}

// Plays D01.
// Breaks R-8.3-9, R-8.5-10.
#[test]
fn a_member_cannot_take_anothers_name() {
    let (world, record) = told(|world, lie| {
        let id = world.organisation.id();
        let own = world.devices[1].signer.credential();
        let stolen = CredentialWithKey { credential: credential::credential(id, world.devices[0].id()), ..own };
        lie.leaf = LeafNodeParameters::builder().with_credential_with_key(stolen).build();
    });
    refused(world, &record, CommitRefused::Renamed);
}

// Breaks R-8.3-3.
#[test]
fn a_member_cannot_declare_other_capabilities() {
    let (world, record) = told(|_, lie| {
        let more = Capabilities::new(None, Some(&[SUITE]), None, None, Some(&[CredentialType::Basic, CredentialType::X509]));
        lie.leaf = LeafNodeParameters::builder().with_capabilities(more).build();
    });
    refused(world, &record, CommitRefused::Renamed);
}

// Plays D02.
// Breaks R-8.3-11.
#[test]
fn nobody_is_removed_whom_the_log_has_in_the_team() {
    let (world, record) = told_with(true, |world, lie| lie.remove = vec![world.leaf_of(2)]);
    refused(world, &record, CommitRefused::Removed);
}

// Plays A18, D02.
// Breaks R-8.3-11.
#[test]
fn nobody_is_added_whom_the_log_does_not_have_in_the_team() {
    let (world, record) = told(|world, lie| lie.add = vec![world.parsed_package(4)]);
    refused(world, &record, CommitRefused::Added(LeafProblem::NotInTeam));
}

/// A key package by any keys, for any device.
fn forged(world: &mut World, device: DeviceId, lifetime: Option<Lifetime>) -> KeyPackage {
    let identity = DeviceIdentity::generate(&mut world.random).unwrap();
    let signer = DeviceSigner::new(world.organisation.id(), &identity);
    let mut named = signer.credential();
    named.credential = credential::credential(world.organisation.id(), device);
    let builder = KeyPackage::builder()
        .leaf_node_capabilities(config::capabilities())
        .key_package_lifetime(lifetime.unwrap_or_else(config::lifetime));
    builder.build(SUITE, &world.provider(1), &signer, named).unwrap().into_key_package()
}

// Plays A18.
#[test]
fn a_device_that_no_administrator_certified_is_not_added() {
    let (world, record) = told(|world, lie| lie.add = vec![forged(world, DeviceId([0xee; 16]), None)]);
    refused(world, &record, CommitRefused::Added(LeafProblem::Uncertified));
}

// Plays A18.
#[test]
fn a_ghost_with_a_members_name_and_another_key_is_not_added() {
    let (world, record) = told(|world, lie| {
        let member = world.devices[0].id();
        lie.add = vec![forged(world, member, None)];
    });
    refused(world, &record, CommitRefused::Added(LeafProblem::SignatureKey));
}

// Breaks R-8.3-4.
// Plays A19.
#[test]
fn a_key_package_without_a_lifespan_is_not_added() {
    let mut world = World::new(4, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let mut lie = world.honest(1, false);
    let signer = &world.devices[3].signer;
    let bare = KeyPackage::builder().leaf_node_capabilities(config::capabilities()).key_package_lifetime(config::lifetime());
    lie.add = vec![bare.build(SUITE, &world.provider(3), signer, signer.credential()).unwrap().into_key_package()];
    let accepted = world.lie(1, lie);
    refused(world, &accepted.record, CommitRefused::KeyPackage(KeyPackageProblem::Form));
}

// Breaks R-8.3-12.
#[test]
fn a_removal_brings_a_new_team_key() {
    let mut world = World::together(3);
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    let mut lie = world.honest(1, false);
    lie.remove = vec![world.leaf_of(2)];
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::RotationDue);
    world.refuses(2, &accepted.record, CommitRefused::RotationDue);
}

#[test]
fn an_instruction_to_rotate_is_followed() {
    let mut world = World::together(3);
    world.state(Statement::RotateTeam(world.team));
    let lie = world.honest(1, false);
    let accepted = world.lie(1, lie);
    world.state(Statement::RotateTeam(world.team));
    refused(world, &accepted.record, CommitRefused::RotationDue);
}

// Plays C05.
#[test]
fn nobody_stays_whom_the_log_has_put_out() {
    let mut world = World::together(3);
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    let lie = world.honest(1, true);
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::Survivor(LeafProblem::NotInTeam));
}

// Plays C01.
#[test]
fn a_removed_member_commits_nothing_more() {
    let mut world = World::together(3);
    world.state(Statement::RemoveFromTeam(world.team, person(1)));
    let lie = world.honest(1, true);
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::Committer(LeafProblem::NotInTeam));
}

// Breaks R-8.3-12.
#[test]
fn the_generation_stays_or_is_the_next() {
    let (world, record) = told_with(true, |_, lie| {
        lie.keys.number += 1;
        lie.data.generation += 1;
    });
    refused(world, &record, CommitRefused::Generation);
    let (world, record) = told(|_, lie| lie.data.generation -= 1);
    refused(world, &record, CommitRefused::Generation);
}

#[test]
fn public_keys_follow_the_generation() {
    let (world, record) = told(|_, lie| lie.data.access_key = PublicKey([1; 32]));
    refused(world, &record, CommitRefused::Keys);
    let (world, record) = told_with(true, |world, lie| {
        lie.data.sealing_key = world.devices[1].state.as_ref().unwrap().sealing_key.clone();
    });
    refused(world, &record, CommitRefused::Keys);
    let (world, record) = told_with(true, |world, lie| {
        lie.data.access_key = world.devices[1].state.as_ref().unwrap().access_key;
    });
    refused(world, &record, CommitRefused::Keys);
}

// Plays A02, D17.
// Breaks R-8.3-13, R-8.3-16.
#[test]
fn the_bundle_holds_the_keys_that_the_data_name() {
    let (world, record) = told_with(true, |world, lie| lie.keys = Generation::generate(2, &mut world.random).unwrap());
    refused(world, &record, CommitRefused::Bundle);
    let (world, mut record) = told(|_, _| ());
    let mut bundle = record.bundle.into_vec();
    bundle[60] ^= 1;
    record.bundle = opaque(bundle);
    refused(world, &record, CommitRefused::Bundle);
}

// Plays A02.
#[test]
fn no_byte_of_a_key_blob_that_servers_keep_can_be_changed() {
    let (mut world, record) = told_with(true, |_, _| ());
    let flip = |bytes: &[u8], at: usize| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1;
        flipped
    };
    let (bundle, link) = (record.bundle.as_slice(), record.link.as_ref().unwrap().as_slice());
    for at in 0..bundle.len() {
        let changed = casevault_wire::keyserver::CommitRecord { bundle: opaque(flip(bundle, at)), ..record.clone() };
        assert_eq!(world.process(0, &changed), Err(VerifyError::Refused(CommitRefused::Bundle)), "byte {at}");
    }
    for at in 0..link.len() {
        let changed = casevault_wire::keyserver::CommitRecord { link: Some(opaque(flip(link, at))), ..record.clone() };
        assert_eq!(world.process(0, &changed), Err(VerifyError::Record(RecordError::Mismatch)), "byte {at}");
    }
    assert_eq!(world.process(0, &record), Ok(true), "nothing else was wrong");
}

// Plays A02.
#[test]
fn the_public_half_of_a_sealing_key_is_computed_and_never_believed() {
    let (world, record) = told_with(true, |world, lie| {
        let other = Generation::generate(2, &mut world.random).unwrap();
        lie.data.sealing_key = other.sealing_key(&world.crypto);
    });
    refused(world, &record, CommitRefused::Bundle);
}

#[test]
fn a_link_that_leads_nowhere_or_elsewhere_is_refused_by_those_who_merge() {
    let named = |lie: &mut Lie| lie.data.link = link_hash(lie.link.as_ref());
    let (world, record) = told_with(true, |_, lie| {
        lie.link = Some(opaque(vec![7; 100]));
        named(lie);
    });
    refused(world, &record, CommitRefused::Link);
    let (world, record) = told_with(true, |world, lie| {
        let mut others = TeamKeyRing::new(world.organisation.id(), world.team);
        others.insert(1, TeamKey::generate(&mut world.random).unwrap());
        lie.link = others.seal_link(&lie.keys, &mut world.random).unwrap();
        named(lie);
    });
    refused(world, &record, CommitRefused::Link);
}

#[test]
fn a_garbled_link_is_refused_by_whom_the_commit_adds() {
    let mut world = World::new(4, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let mut lie = world.honest(1, true);
    lie.add = vec![world.parsed_package(3)];
    lie.link = Some(opaque(vec![7; 100]));
    lie.data.link = link_hash(lie.link.as_ref());
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::Link);
    assert_eq!(world.join(3, &accepted.delivery.unwrap()), Err(JoinError::Refused(CommitRefused::Link)));
}

#[test]
fn a_link_comes_with_a_new_generation_and_never_without() {
    let (world, record) = told_with(true, |_, lie| (lie.link, lie.data.link) = (None, Hash::ZERO));
    refused(world, &record, CommitRefused::Link);
    let (world, record) = told(|_, lie| {
        lie.link = Some(opaque(vec![7; 100]));
        lie.data.link = link_hash(lie.link.as_ref());
    });
    refused(world, &record, CommitRefused::Link);
}

/// What makes of a new generation one that history begins with.
fn cut(lie: &mut Lie) {
    (lie.link, lie.data.link) = (None, Hash::ZERO);
    lie.keys.since = lie.keys.number;
}

// Obeys R-8.3-28.
#[test]
fn a_cut_of_history_is_followed() {
    let (mut world, record) = told_with(true, |_, lie| cut(lie));
    assert_eq!(world.process(0, &record), Ok(true));
    assert_eq!(world.process(2, &record), Ok(true));
}

// Breaks R-8.3-28.
#[test]
fn a_cut_of_history_adds_and_removes_nobody() {
    let mut world = World::new(4, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let mut lie = world.honest(1, true);
    lie.add = vec![world.parsed_package(3)];
    cut(&mut lie);
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::Link);
    let mut world = World::new(4, 3);
    world.gather();
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    let mut lie = world.honest(1, true);
    lie.remove = vec![world.leaf_of(2)];
    cut(&mut lie);
    let accepted = world.lie(1, lie);
    world.refuses(0, &accepted.record, CommitRefused::Link);
}

// Breaks R-8.3-28.
#[test]
fn history_begins_where_it_began_unless_it_is_cut() {
    let (world, record) = told_with(true, |_, lie| lie.keys.since = lie.keys.number);
    refused(world, &record, CommitRefused::Link);
    let (world, record) = told(|_, lie| lie.keys.since = 0);
    refused(world, &record, CommitRefused::Link);
}

#[test]
fn a_link_that_the_commit_does_not_name_is_the_keyservers_fault() {
    let (mut world, record) = told_with(true, |_, _| ());
    for link in [None, Some(opaque(vec![7; 100]))] {
        let swapped = casevault_wire::keyserver::CommitRecord { link, ..record.clone() };
        assert_eq!(world.process(0, &swapped), Err(VerifyError::Record(RecordError::Mismatch)));
    }
    assert_eq!(world.process(0, &record), Ok(true));
}

#[test]
fn a_commit_renews_its_committers_leaf() {
    let mut world = World::new(4, 3);
    world.gather();
    world.state(Statement::AddToTeam(world.team, person(3)));
    let mut lie = world.honest(1, false);
    (lie.add, lie.path) = (vec![world.parsed_package(3)], false);
    let accepted = world.lie(1, lie);
    refused(world, &accepted.record, CommitRefused::NoPath);
}

// Plays C06, D02.
// Breaks R-8.3-10.
#[test]
fn preshared_keys_are_refused_known_or_not() {
    for known in [false, true] {
        let mut world = World::together(3);
        let id = PreSharedKeyId::external(b"psk".to_vec(), vec![0; 32]);
        let holders = if known { vec![0, 1, 2] } else { vec![1] };
        for at in holders {
            id.store(&world.provider(at), &[1; 32]).unwrap();
        }
        let mut lie = world.honest(1, false);
        lie.proposals = vec![Proposal::PreSharedKey(Box::new(PreSharedKeyProposal::new(id)))];
        let accepted = world.lie(1, lie);
        let reason = if known { CommitRefused::Proposal } else { CommitRefused::Protocol };
        refused(world, &accepted.record, reason);
    }
}

// Plays D02.
#[test]
fn the_groups_extensions_do_not_change() {
    let (world, record) = told(|_, lie| {
        let required = RequiredCapabilitiesExtension::new(&[], &[], &[CredentialType::Basic]);
        lie.context = Some(Extensions::single(Extension::RequiredCapabilities(required)).unwrap());
    });
    refused(world, &record, CommitRefused::Proposal);
}

// Breaks R-8.3-8.
#[test]
fn a_commit_follows_the_log_and_never_an_older_one() {
    let (world, record) = told(|_, lie| lie.data.log_hash = Hash([1; 32]));
    refused(world, &record, CommitRefused::LogHash);
    let (world, record) = told(|world, lie| {
        lie.data.log_length -= 1;
        lie.data.log_hash = world.organisation.hash_at(lie.data.log_length).unwrap();
    });
    refused(world, &record, CommitRefused::LogWentBack);
    let (world, record) = told(|_, lie| lie.data.log_length = 0);
    refused(world, &record, CommitRefused::LogWentBack);
    let (mut world, record) = told(|_, lie| lie.data.log_length += 9);
    let length = world.organisation.position().length;
    assert_eq!(world.process(0, &record), Err(VerifyError::NeedLog(length + 9)));
}

#[test]
fn a_commit_of_another_organisation_is_refused() {
    let (world, record) = told(|_, lie| lie.data.organisation = OrganisationId([1; 32]));
    refused(world, &record, CommitRefused::OtherTeam);
}

// Obeys R-8.5-10.
#[test]
fn data_that_disagree_with_the_framing_are_the_keyservers_fault() {
    let (mut world, record) = told(|_, lie| lie.data.epoch += 1);
    assert_eq!(world.process(0, &record), Err(VerifyError::Record(RecordError::Malformed)));
}

#[test]
fn a_receipt_is_for_one_commit_alone() {
    let (mut world, record) = told(|_, _| ());
    let other = world.honest(1, false);
    let other = world.lie(1, other).record;
    let mut swapped = record.clone();
    swapped.receipt = other.receipt;
    assert_eq!(world.process(0, &swapped), Err(VerifyError::Record(RecordError::Mismatch)));
    let mut unsigned = record;
    unsigned.receipt.content.sequence += 1;
    assert_eq!(world.process(0, &unsigned), Err(VerifyError::Record(RecordError::Receipt)));
}

// Plays A20 and B10.
#[test]
fn a_keyserver_that_ends_an_epoch_twice_splits_the_team_and_the_halves_never_meet_again() {
    let mut world = World::new(3, 3);
    world.gather();
    let [one, other] = [1, 2].map(|by| {
        let lie = world.honest(by, false);
        world.lie(by, lie).record
    });
    assert_eq!(world.process(0, &one), Ok(true));
    assert_eq!(world.process(1, &other), Ok(true), "the keyserver has signed a receipt for each");
    assert!(!world.agree());
    let next = world.commit(0).record;
    world.refuses(1, &next, CommitRefused::Protocol);
    assert_eq!(world.process(1, &one), Err(VerifyError::Epoch), "what was merged is not taken back");
}

#[test]
fn a_flipped_byte_of_a_commit_is_refused() {
    let (world, record) = told(|_, _| ());
    let bytes = record.commit.as_slice();
    for at in [bytes.len() - 1, bytes.len() - 200, bytes.len() / 2] {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1;
        let mut forged = record.clone();
        let data = casevault_wire::mls::commit_data(&flipped).unwrap();
        forged.receipt = world.receipt(&data, casevault_wire::mls::commit_hash(&flipped));
        forged.commit = opaque(flipped);
        assert_eq!(world.verify(0, &forged).unwrap_err(), VerifyError::Refused(CommitRefused::Protocol), "byte {at}");
    }
}

#[test]
fn a_commit_as_a_public_message_does_not_pass_the_gate() {
    let mut world = World::together(3);
    let mut mls = world.load(1).mls;
    let plain = MlsGroupJoinConfig::builder().wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY).build();
    mls.set_configuration(&world.devices[1].storage, &plain).unwrap();
    let lie = world.honest(1, false);
    let accepted = world.tell(1, &mut mls, lie);
    assert_eq!(gate(accepted.record.commit.as_slice()).map(|_| ()), Err(CommitRefused::Malformed));
    assert_eq!(world.process(0, &accepted.record), Err(VerifyError::Record(RecordError::Malformed)));
}

// Plays A18, A23, C06.
#[test]
fn an_outsider_cannot_join_by_an_external_commit() {
    let mut world = World::new(4, 3);
    world.gather();
    let commit = external_commit(&world);
    assert_eq!(gate(&commit).map(|_| ()), Err(CommitRefused::Malformed));
    let mut record = told(|_, _| ()).1;
    let data = casevault_wire::mls::commit_data(record.commit.as_slice()).unwrap();
    record.receipt = world.receipt(&data, casevault_wire::mls::commit_hash(&commit));
    record.commit = opaque(commit);
    assert_eq!(world.process(0, &record), Err(VerifyError::Record(RecordError::Malformed)));
}

/// What the library makes of a group info that leaked, with cryptography that lacks our refusals.
fn external_commit(world: &World) -> Vec<u8> {
    let info = world.load(1).mls.export_group_info(&world.crypto, &world.devices[1].signer, true).unwrap();
    let info = MlsMessageIn::tls_deserialize_exact(info.to_bytes().unwrap()).unwrap();
    let MlsMessageBodyIn::GroupInfo(info) = info.extract() else { panic!("a group info") };
    let (outsider, provider) = (&world.devices[3].signer, openmls_libcrux_crypto::Provider::new().unwrap());
    let leaf = LeafNodeParameters::builder().with_capabilities(config::capabilities()).build();
    let (_, bundle) = MlsGroup::external_commit_builder()
        .with_config(config::join())
        .build_group(&provider, info, outsider.credential())
        .unwrap()
        .leaf_node_parameters(leaf)
        .load_psks(provider.storage())
        .unwrap()
        .build(provider.rand(), provider.crypto(), outsider, |_| true)
        .unwrap()
        .finalize(&provider)
        .unwrap();
    bundle.into_commit().to_bytes().unwrap()
}

// Breaks R-8.3-14.
// Plays C11.
#[test]
fn an_own_commit_that_the_device_does_not_know_means_a_copy_of_it() {
    let mut world = World::together(3);
    let lie = world.honest(1, false);
    let accepted = world.lie(1, lie);
    assert_eq!(world.process(1, &accepted.record), Err(VerifyError::Own));
}

// Breaks R-8.3-19.
#[test]
fn a_member_does_not_stage_what_others_would_refuse() {
    let mut world = World::together(3);
    let mut plan = world.plan(0);
    plan.remove = vec![world.devices[2].id()];
    plan.rotate = true;
    assert_eq!(world.try_commit(0, &plan).map(|_| ()), Err(StageError::Refused(CommitRefused::Removed)));
    assert!(Group::load(&world.provider(0), world.organisation.id(), world.team).unwrap().unwrap().pending().is_none());
    world.state(Statement::RemoveFromTeam(world.team, person(2)));
    plan.rotate = false;
    assert_eq!(world.try_commit(0, &plan).map(|_| ()), Err(StageError::Refused(CommitRefused::RotationDue)));
}
