//! What is sealed.

use casevault_wire::codec::{List, Opaque, Text};
use casevault_wire::commit::CommitData;
use casevault_wire::context::Context;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{OrganisationId, PersonId, RecoveryPolicyId, RotationId, TeamId};
use casevault_wire::invitation::Invitation;
use casevault_wire::journal::{Entry, Head, VaultState};
use casevault_wire::label::Label;
use casevault_wire::log::Role;
use casevault_wire::recovery::{Escrow, RecoveryPolicy};
use casevault_wire::statistics::sealing_context;
use casevault_wire::time::Time;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::types::HpkeCiphertext;

use super::{Artefact, Door, KEY, artefact};
use crate::content::{DocumentSeal, open_document, seal_document};
use crate::derive;
use crate::heads::{HeadsReader, HeadsState, MemoryHeads, Recorder, Word, accept, propose};
use crate::identity::{DeviceIdentity, sign};
use crate::invitation::{Code, Content, Destination};
use crate::journal::tests::world::{AMAL, CASE, Seeded, World};
use crate::journal::{ChainState, Reader};
use crate::keys::{BundleKey, CaseKey, ContentKey, HeadsKey, RecoverySeed, StoreKey, SystemSecret, TeamKey};
use crate::keystore::tests as keystore;
use crate::mls::Crypto;
use crate::mls::hpke_config;
use crate::recovery::{RecoveryKeys, open_escrow, seal_escrow};
use crate::secret::Secret;
use crate::statistics::seal_share;
use crate::team::{Generation, SealingSeed, TeamKeyRing, open_bundle, open_from, seal_bundle, seal_to};
use crate::team_journal::{CaseKeys, GivenKey};

/// Where the suite stands behind an encapsulation and a sealed key.
const BEHIND_HPKE: usize = 1120 + 48;

fn secret() -> Secret {
    Secret::new(KEY)
}

fn crypto() -> Crypto {
    Crypto::new().unwrap()
}

/// Every key that comes from one secret.
pub(super) fn derived(secret: &Secret, context: &Context) -> Vec<[u8; 32]> {
    let (team, store) = (TeamKey::new(secret.clone()), StoreKey::new(secret.clone()));
    let seed = RecoverySeed::new(secret.clone());
    let organisation = context.organisation;
    let invitation = Secret::new([KEY[0]; 20]);
    let sealing = casevault_wire::codec::encode(&derive::recovery_sealing_seed(&seed, organisation));
    vec![
        *secret.expose(),
        *derive::team_journal_key(&team, context).secret().expose(),
        *derive::team_access_key(&team, context).seed().expose(),
        *derive::heads_key(&team, context).secret().expose(),
        *derive::link_key(&team, context).secret().expose(),
        *derive::content(&ContentKey::new(secret.clone()), &[0; 32], organisation).key.expose(),
        *derive::grant_key(&CaseKey::new(secret.clone()), context).seed().expose(),
        *derive::database_key(&store).secret().expose(),
        *derive::outbox_key(&store).secret().expose(),
        sealing.try_into().unwrap(),
        *derive::recovery_signing_key(&seed, organisation).seed().expose(),
        *derive::keystore_key(secret, &SystemSecret::new(secret.clone())).expose(),
        *derive::invitation_access_key(&invitation, organisation).seed().expose(),
        *derive::invitation_key(&invitation, organisation).secret().expose(),
        *derive::join_mac_key(&invitation, organisation).secret().expose(),
    ]
}

pub(super) fn record(label: Label) -> Artefact {
    let (bytes_and_door, version) = match label {
        Label::SealEntry => (entry(), 0),
        Label::SealBundle => (bundle(), 0),
        Label::SealTeamLink => (link(), 0),
        Label::SealHeads => (heads(), 0),
        Label::SealInvitation => (invitation(), 0),
        Label::SealKeystore => (keystore(), 8),
        Label::SealToTeam => (to_team(), BEHIND_HPKE),
        Label::SealToRecovery => (to_recovery(), BEHIND_HPKE),
        Label::DeriveContent => (document(), 0),
        other => unreachable!("{other:?} seals nothing"),
    };
    let (bytes, door) = bytes_and_door;
    let known = if label == Label::SealToRecovery { BEHIND_HPKE } else { 0 };
    Artefact { version: Some(version), known, ..artefact(label, bytes, door) }
}

fn entry() -> (Vec<u8>, Door) {
    let mut world = World::new();
    world.keys = CaseKeys::default();
    assert!(world.keys.give(1, GivenKey { key: CaseKey::new(secret()), created: 1 }));
    let author = world.author(AMAL);
    let state = ChainState::new(world.place());
    let first = world.write(&author, &state, &["a note"]).remove(0);
    let opens = move |bytes: &[u8]| {
        let Ok(sealed) = Opaque::new(bytes.to_vec()) else { return false };
        let entry = Entry { journal: CASE, sequence: 0, generation: 1, previous: Hash::ZERO, sealed };
        Reader { organisation: &world.organisation, keys: &world.keys }.accept(&mut state.clone(), &entry).is_ok()
    };
    (first.sealed.into_vec(), Box::new(opens))
}

fn generation() -> Generation {
    let sealing = SealingSeed::generate(&mut Seeded::new("sealing")).unwrap();
    Generation { number: 2, since: 1, key: TeamKey::new(secret()), sealing }
}

const ORGANISATION: OrganisationId = OrganisationId([1; 32]);
const TEAM: TeamId = TeamId([2; 32]);

fn bundle() -> (Vec<u8>, Door) {
    let (crypto, keys, key) = (crypto(), generation(), BundleKey::new(secret()));
    let data = CommitData {
        organisation: ORGANISATION,
        team: TEAM,
        epoch: 1,
        rotation: RotationId([3; 16]),
        log_length: 1,
        log_hash: Hash([4; 32]),
        generation: keys.number,
        access_key: keys.access_key(ORGANISATION, TEAM).public(),
        sealing_key: keys.sealing_key(&crypto),
        link: Hash::ZERO,
    };
    let sealed = seal_bundle(&crypto, &key, &data, &keys, &mut Seeded::new("bundle")).unwrap();
    (sealed.into_vec(), Box::new(move |bytes| open_bundle(&crypto, &key, &data, bytes).is_ok()))
}

fn link() -> (Vec<u8>, Door) {
    let mut ring = TeamKeyRing::new(ORGANISATION, TEAM);
    ring.insert(1, TeamKey::new(secret()));
    let link = ring.seal_link(&generation(), &mut Seeded::new("link")).unwrap().unwrap();
    let opens =
        move |bytes: &[u8]| Opaque::new(bytes.to_vec()).is_ok_and(|link| ring.check_link(&generation(), Some(&link)).is_ok());
    (link.into_vec(), Box::new(opens))
}

fn heads() -> (Vec<u8>, Door) {
    let world = World::new();
    let state = HeadsState::new(world.organisation.id(), world.team);
    let keys = [(1, HeadsKey::new(secret()))].into();
    let head = Head { journal: CASE, length: 1, hash: Hash([1; 32]), generation: 1 };
    let said = VaultState { organisation: world.organisation.id(), team: world.team, change: 1, head, time: Time(1) };
    let word = Word::of(&sign(&world.vault, said));
    let recorder = Recorder { device: &world.devices[&AMAL], log: world.organisation.position(), keys: &keys };
    let record = propose(&state, &MemoryHeads::default(), &recorder, &[word], &mut Seeded::new("heads")).unwrap().unwrap();
    let sealed = record.sealed.as_slice().to_vec();
    let opens = move |bytes: &[u8]| {
        let Ok(sealed) = Opaque::new(bytes.to_vec()) else { return false };
        let reader = HeadsReader { organisation: &world.organisation, keys: &keys };
        accept(&mut state.clone(), &mut MemoryHeads::default(), &HeadRecord { sealed, ..record.clone() }, &reader).is_ok()
    };
    (sealed, Box::new(opens))
}

fn invitation() -> (Vec<u8>, Door) {
    let mut random = Seeded::new("invitation");
    let address = Text::new("https://server").unwrap();
    let destination =
        Destination { organisation: ORGANISATION, fingerprint: Hash([2; 32]), keyserver: address.clone(), vault: address };
    let code = Code::generate(destination, &mut random).unwrap();
    let inviter = DeviceIdentity::generate(&mut random).unwrap().public();
    let content = Content { person: PersonId([3; 16]), role: Role::Legal, inviter };
    let invitation = code.invitation(&content, Time(9), &mut random).unwrap();
    let sealed = invitation.sealed.as_slice().to_vec();
    let opens = move |bytes: &[u8]| {
        Opaque::new(bytes.to_vec()).is_ok_and(|sealed| code.open(&Invitation { sealed, ..invitation.clone() }).is_ok())
    };
    (sealed, Box::new(opens))
}

fn keystore() -> (Vec<u8>, Door) {
    (keystore::cheap_file(&StoreKey::new(secret())), Box::new(keystore::opens_cheaply))
}

fn to_team() -> (Vec<u8>, Door) {
    let (crypto, seed) = (crypto(), SealingSeed::generate(&mut Seeded::new("to team")).unwrap());
    let context = Context { team: TEAM, ..Context::new(Label::SealToTeam, ORGANISATION) };
    let sealed = seal_to(&crypto, &seed.public(&crypto), &context, b"a key", &mut Seeded::new("content")).unwrap();
    (sealed, Box::new(move |bytes| open_from(&crypto, &seed, &context, bytes).is_ok()))
}

fn to_recovery() -> (Vec<u8>, Door) {
    let crypto = crypto();
    let keys = RecoveryKeys::derive(&RecoverySeed::new(secret()), ORGANISATION);
    let (sealing_key, signing_key) = keys.public(&crypto);
    let id = RecoveryPolicyId([4; 8]);
    let policy =
        RecoveryPolicy { id, sealing_key, signing_key, threshold: 2, trustees: List::default(), delay: 1, until: Time(2) };
    let place = (ORGANISATION, TEAM);
    let escrow = seal_escrow(&crypto, place, &policy, &generation(), &mut Seeded::new("escrow")).unwrap();
    let sealed = escrow.sealed.as_slice().to_vec();
    let opens = move |bytes: &[u8]| {
        let sealed = Opaque::new(bytes.to_vec());
        sealed.is_ok_and(|sealed| open_escrow(&crypto, place, &keys, &Escrow { sealed, ..escrow.clone() }).is_ok())
    };
    (sealed, Box::new(opens))
}

/// A blob is opened by an event that names whatever its digest is: the digest is not what refuses it.
fn document() -> (Vec<u8>, Door) {
    let key = ContentKey::new(secret());
    let (blob, seal) = seal_document(&key, ORGANISATION, b"a statement", &mut Seeded::new("document")).unwrap();
    let opens = move |bytes: &[u8]| {
        let seal = DocumentSeal { digest: BlobDigest::of(bytes), ..seal };
        open_document(&key, ORGANISATION, &seal, bytes).is_ok()
    };
    (blob, Box::new(opens))
}

/// A share of a report, sealed to a server, which has a key that is not a team's.
pub(super) fn share() -> Artefact {
    let crypto = crypto();
    let pair = crypto.derive_hpke_keypair(hpke_config(), &[0x5a; 32]).unwrap();
    let key = Opaque::new(pair.public.clone()).unwrap();
    let info = sealing_context(ORGANISATION, Hash([3; 32]));
    let sealed = seal_share(&crypto, &key, (&info, b"with"), b"a share").unwrap();
    let opens = move |bytes: &[u8]| {
        let Some((encapsulation, rest)) = bytes.split_at_checked(1120) else { return false };
        let sealed = HpkeCiphertext { kem_output: encapsulation.to_vec().into(), ciphertext: rest.to_vec().into() };
        crypto.hpke_open(hpke_config(), &sealed, &pair.private, &info, b"with").is_ok()
    };
    artefact(Label::SealToAggregator, sealed, opens)
}
