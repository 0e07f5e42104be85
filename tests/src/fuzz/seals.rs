//! Sealed records and keys: what was sealed opens, and nothing else does.

use std::sync::LazyLock;

use casevault_crypto::keys::{BundleKey, RecoverySeed, TeamKey};
use casevault_crypto::mls::Crypto;
use casevault_crypto::recovery::{RecoveryKeys, open_escrow};
use casevault_crypto::seal::{OVERHEAD, OpenError, open, seal};
use casevault_crypto::secret::Secret;
use casevault_crypto::team::{Generation, SealingSeed, TeamKeyRing, open_bundle, open_from, seal_bundle, seal_to};
use casevault_wire::codec::{Opaque, decode, encode};
use casevault_wire::commit::CommitData;
use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, RotationId, TeamId};
use casevault_wire::keyserver::{GenerationLink, Links};
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::recovery::Escrow;

use super::bytes::Bytes;
use super::world::Counter;

const ORGANISATION: OrganisationId = OrganisationId([1; 32]);
const TEAM: TeamId = TeamId([2; 32]);

static CRYPTO: LazyLock<Crypto> = LazyLock::new(|| Crypto::new().expect("this machine has randomness"));

/// A committing seal opens as it was sealed, in its context, under its key; changed anywhere, it does not.
pub(super) fn seal_records(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let keys = [bytes.array::<32>(), bytes.array()].map(Secret::new);
    let context: Context = decode(bytes.take(148), 148).unwrap_or(Context::new(Label::SealEntry, ORGANISATION));
    let other = decode(&bytes.mutate(&encode(&context)), 148).unwrap_or(context);
    let plaintext = bytes.piece();
    let sealed = seal(&keys[0], &context, plaintext, &mut Counter(1)).expect("a counter counts");
    assert_eq!(sealed.len(), plaintext.len() + OVERHEAD);
    let changed = bytes.mutate(&sealed);
    for (key, place, record) in [(0, context, &sealed), (1, context, &sealed), (0, other, &sealed), (0, context, &changed)] {
        let same = (keys[key] == keys[0], place == context, *record == sealed);
        let opened = open(&keys[key], &place, record);
        let wanted = if same == (true, true, true) && place.suite == limit::SUITE { Ok(plaintext) } else { Err(OpenError) };
        assert!(opened.as_deref().map_err(|error| *error) == wanted);
    }
    assert_eq!(open(&keys[0], &context, bytes.rest()), Err(OpenError), "nobody sealed that");
}

fn data() -> CommitData {
    let keys = GENERATIONS.0.clone();
    CommitData {
        organisation: ORGANISATION,
        team: TEAM,
        epoch: 3,
        rotation: RotationId([3; 16]),
        log_length: 5,
        log_hash: Hash([5; 32]),
        generation: keys.number,
        access_key: keys.access_key(ORGANISATION, TEAM).public(),
        sealing_key: keys.sealing_key(&CRYPTO),
        link: Hash::ZERO,
    }
}

static GENERATIONS: LazyLock<(Generation, BundleKey)> = LazyLock::new(|| {
    let keys = Generation::generate(3, &mut Counter(2)).expect("a counter counts");
    (keys, BundleKey::new(Secret::new([7; 32])))
});
static DATA: LazyLock<CommitData> = LazyLock::new(data);

/// Bundles, links and escrows.
pub(super) fn seal_bundles(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (keys, key) = &*GENERATIONS;
    let bundle = seal_bundle(&CRYPTO, key, &DATA, keys, &mut Counter(3)).expect("keys that the data name");
    let changed = bytes.mutate(bundle.as_slice());
    let opened = open_bundle(&CRYPTO, key, &DATA, &changed);
    assert_eq!(opened.is_ok(), changed == bundle.as_slice());
    forged_bundle(&mut bytes);
    let mut ring = TeamKeyRing::new(ORGANISATION, TEAM);
    ring.insert(2, TeamKey::new(Secret::new([8; 32])));
    let link = ring.seal_link(keys, &mut Counter(4)).expect("a counter counts").expect("there is a key");
    ring.insert(3, keys.key.clone());
    let changed = bytes.mutate(link.as_slice());
    let intact = changed == link.as_slice();
    let links = [GenerationLink { generation: 3, link: Opaque::new(changed).unwrap_or_default() }];
    assert_eq!(ring.open_links(&links).is_ok(), intact);
    if let Ok(links) = decode::<Links>(bytes.piece(), limit::BODY) {
        let before = ring.key(2).cloned();
        let _ = ring.open_links(links.links.as_slice());
        assert!(ring.key(2).cloned() == before, "what a ring has stays");
    }
    let policy = RecoveryKeys::derive(&RecoverySeed::new(Secret::new([9; 32])), ORGANISATION);
    if let Ok(escrow) = decode::<Escrow>(bytes.rest(), limit::BODY) {
        assert!(open_escrow(&CRYPTO, (ORGANISATION, TEAM), &policy, &escrow).is_err(), "nobody sealed that");
    }
}

/// What a member in bad faith can put into a bundle: any bytes, well sealed.
fn forged_bundle(bytes: &mut Bytes<'_>) {
    let (_, key) = &*GENERATIONS;
    let binding = casevault_wire::hash::hash(Label::CommitDataHash, &*DATA);
    let place = Context {
        team: TEAM,
        generation: DATA.generation,
        version: DATA.epoch,
        binding,
        ..Context::new(Label::SealBundle, ORGANISATION)
    };
    let sealed = seal(key.secret(), &place, bytes.piece(), &mut Counter(5)).expect("a counter counts");
    if let Ok(opened) = open_bundle(&CRYPTO, key, &DATA, &sealed) {
        assert!(opened.is_named_by(&DATA, &CRYPTO), "only the keys that the data name");
    }
}

/// HPKE: to any key, and from any bytes.
pub(super) fn seal_to_keys(data: &[u8]) {
    static SEED: LazyLock<SealingSeed> = LazyLock::new(|| SealingSeed::generate(&mut Counter(6)).expect("a counter counts"));
    let mut bytes = Bytes::new(data);
    let context = Context { team: TEAM, ..Context::new(Label::SealToTeam, ORGANISATION) };
    let key = SEED.public(&CRYPTO);
    let sealed = seal_to(&CRYPTO, &key, &context, b"a key", &mut Counter(7)).expect("a sealing key");
    let changed = bytes.mutate(&sealed);
    assert_eq!(open_from(&CRYPTO, &SEED, &context, &changed).is_ok(), changed == sealed);
    let other = Opaque::new(bytes.mutate(key.as_slice())).unwrap_or_default();
    if let Ok(sealed) = seal_to(&CRYPTO, &other, &context, b"a key", &mut Counter(8)) {
        assert_eq!(other.as_slice().len(), limit::SEALING_KEY);
        assert_eq!(open_from(&CRYPTO, &SEED, &context, &sealed).is_ok(), other == key);
    }
    assert!(open_from(&CRYPTO, &SEED, &context, bytes.rest()).is_err(), "nobody sealed that");
}
