//! Everything that is signed, sealed or authenticated, one of each label, with the door at which it is opened: what may be changed of
//! it (nothing), and where else it opens (nowhere). All keys that can be are the same, so that only labels and contexts tell them apart.

mod sealed;
mod signed;

use std::collections::BTreeSet;

use casevault_wire::codec::encode;
use casevault_wire::context::Context;
use casevault_wire::hash::hash_bytes;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::log::{Organisation, Statement};

use crate::derive;
use crate::identity::sign;
use crate::journal::tests::world::World;
use crate::keys::SigningKey;
use crate::random::SystemRandom;
use crate::seal::{OpenError, open, seal};
use crate::secret::Secret;

/// The key of everything.
const KEY: [u8; 32] = [0x5a; 32];
/// Up to this length every bit is flipped; of what is longer, as many bits as this, spread evenly.
const EXHAUSTIVE: usize = 4096;

/// Whether bytes are taken for something.
type Door = Box<dyn Fn(&[u8]) -> bool>;

/// Something valid, and whether other bytes are taken for it.
struct Artefact {
    label: Label,
    bytes: Vec<u8>,
    opens: Door,
    /// Where its suite or version stands.
    version: Option<usize>,
    /// How many of its first bytes another artefact has, of the same construction: of these not every bit is flipped again.
    known: usize,
}

fn artefact(label: Label, bytes: Vec<u8>, opens: impl Fn(&[u8]) -> bool + 'static) -> Artefact {
    Artefact { label, bytes, opens: Box::new(opens), version: None, known: 0 }
}

/// One of this label; nothing for labels of hashes and derived keys. There is no other arm: a new label needs a line here.
fn of(label: Label) -> Option<Artefact> {
    use Label as L;
    match label {
        L::LogEntry | L::LogHead | L::FeedItem | L::JournalHeader | L::AuthorCertificate | L::VaultState | L::CommitRefusal => {
            Some(signed::structure(label))
        }
        L::HeadStatement | L::PartnerVoucher | L::RecoveryOpening | L::DossierEnvelope => Some(signed::structure(label)),
        L::Aggregator | L::StatisticsClosing | L::AggregateShare => Some(signed::statistics(label)),
        L::TeamRequest | L::DeviceRequest | L::InvitationRequest | L::ServerRequest | L::PartnerRequest | L::GrantRequest => {
            Some(signed::request(label))
        }
        L::AccessPossession => Some(signed::possession()),
        L::JoinRequest => Some(signed::join()),
        L::SealEntry | L::SealBundle | L::SealTeamLink | L::SealHeads | L::SealInvitation | L::SealKeystore => {
            Some(sealed::record(label))
        }
        L::SealToTeam | L::SealToRecovery | L::DeriveContent => Some(sealed::record(label)),
        L::SealToAggregator => Some(sealed::share()),
        // One stands in a join request, which has an artefact; the others a server makes for itself alone.
        L::MacInvitation | L::MacNonce | L::MacNoise => None,
        L::LogEntryHash | L::RootFingerprint | L::DeviceKeysHash | L::JournalEntryHash | L::JournalHeaderHash => None,
        L::BodyCommitment | L::CommitHash | L::TeamJournalHash | L::HeadRecordHash | L::SealingKeyHash | L::ServerKeyHash => None,
        L::FeedItemHash | L::CommitDataHash | L::TeamLinkHash | L::KeystoreHeaderHash | L::KeystoreChecksum => None,
        L::InvitationChecksum | L::RecoveryPolicyHash | L::RecoveryShareCommitment | L::SafetyNumberHash => None,
        L::KeystoreSecretName | L::SchemaHash | L::TaskHash | L::ReportSetHash => None,
        // The proof of a report, which `casevault_statistics::vdaf` changes bit by bit.
        L::ReportProof => None,
        L::DeriveTeamJournal | L::DeriveTeamAccess | L::DeriveTeamHeads | L::DeriveTeamLink | L::DeriveInvitationId => None,
        L::DeriveInvitationAccess | L::DeriveInvitationSeal | L::DeriveInvitationMac | L::ExportBundle | L::DeriveDatabase => {
            None
        }
        L::DeriveOutbox | L::DeriveRecoverySealing | L::DeriveRecoverySigning | L::DeriveKeystore | L::DeriveGrant => None,
        L::DeriveTeamHistory | L::DeriveReport => None,
    }
}

fn all() -> Vec<Artefact> {
    Label::ALL.iter().filter_map(|label| of(*label)).collect()
}

// Plays A03.
#[test]
fn a03_every_bit_of_every_object_counts() {
    for Artefact { label, bytes, opens, known, .. } in all() {
        assert!(opens(&bytes), "{label:?} opens as it is");
        let bits = bytes.len() * 8;
        let step = if bytes.len() <= EXHAUSTIVE { 1 } else { bits / EXHAUSTIVE };
        let chosen = (0..known * 8).step_by(64).chain((known * 8..bits).step_by(step));
        let mut changed = bytes.clone();
        for bit in chosen {
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!opens(&changed), "{label:?}: bit {bit} of {bits}");
            changed[bit / 8] ^= 1 << (bit % 8);
        }
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert!(!opens(&bytes[..length]), "{label:?}: cut to {length}");
        }
        assert!(!opens(&[&bytes[..], &[0]].concat()), "{label:?}: one byte more");
    }
}

// Plays A05.
#[test]
fn a05_each_object_opens_at_its_own_door_alone() {
    let all = all();
    assert!(all.len() > 20);
    for one in &all {
        for other in &all {
            let same = one.label == other.label;
            assert_eq!((other.opens)(&one.bytes), same, "{:?} at the door of {:?}", one.label, other.label);
        }
    }
}

// Plays A05.
#[test]
fn a05_a_signature_and_a_seal_count_under_one_label_even_where_all_else_is_the_same() {
    let key = SigningKey::from_seed(&Secret::new(KEY));
    let organisation = World::new().organisation.id();
    for one in Label::ALL {
        let signature = key.sign(*one, &organisation);
        let context = Context::new(*one, organisation);
        let sealed = seal(&Secret::new(KEY), &context, b"the same", &mut SystemRandom).unwrap();
        for other in Label::ALL {
            assert_eq!(key.public().verify(*other, &organisation, &signature).is_ok(), one == other, "{one:?} as {other:?}");
            let opened = open(&Secret::new(KEY), &Context { label: *other, ..context }, &sealed);
            assert_eq!(opened.is_ok(), one == other, "{one:?} as {other:?}");
        }
    }
}

// Plays A05.
#[test]
fn a05_one_input_gives_another_key_and_another_hash_for_each_label() {
    let organisation = World::new().organisation.id();
    let context = |label| Context { generation: 1, ..Context::new(label, organisation) };
    let nonce = [0; 24];
    let keys: BTreeSet<_> =
        Label::ALL.iter().map(|label| *derive::seal(&Secret::new(KEY), &nonce, &context(*label)).key.expose()).collect();
    let hashes: BTreeSet<_> = Label::ALL.iter().map(|label| hash_bytes(*label, &KEY)).collect();
    assert_eq!((keys.len(), hashes.len()), (Label::ALL.len(), Label::ALL.len()));
    let derived = sealed::derived(&Secret::new(KEY), &context(Label::ExportBundle));
    let distinct: BTreeSet<_> = derived.iter().collect();
    assert_eq!(distinct.len(), derived.len(), "two uses of one secret have one key");
}

// Plays A14.
#[test]
fn a14_one_suite_and_one_version_of_each_object_is_read() {
    for Artefact { label, bytes, opens, version, .. } in all() {
        let Some(at) = version else { continue };
        let written = u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        // Where a key is taken out by HPKE before the suite is seen, as many as do not take a minute.
        let step = if matches!(label, Label::SealToTeam | Label::SealToRecovery) { 512 } else { 1 };
        for other in (0..=u16::MAX).step_by(step).filter(|other| *other != written) {
            let mut changed = bytes.clone();
            changed[at..at + 2].copy_from_slice(&other.to_be_bytes());
            assert!(!opens(&changed), "{label:?}: {other:#06x} for {written:#06x}");
        }
    }
}

// Plays A14.
#[test]
fn a14_no_other_suite_is_sealed_under_opened_or_founded() {
    let world = World::new();
    let context = Context::new(Label::SealEntry, world.organisation.id());
    let root = SigningKey::from_seed(&Secret::new(KEY));
    let sealed = seal(&Secret::new(KEY), &context, b"", &mut SystemRandom).unwrap();
    for suite in (0..=u16::MAX).filter(|suite| *suite != limit::SUITE) {
        let other = Context { suite, ..context };
        let record = [&suite.to_be_bytes(), &sealed[2..]].concat();
        for (context, record) in [(&other, &sealed), (&context, &record), (&other, &record)] {
            assert_eq!(open(&Secret::new(KEY), context, record), Err(OpenError), "{suite:#06x}");
        }
    }
    for suite in (0..0x200).chain((0x200..=u16::MAX).step_by(64)).filter(|suite| *suite != limit::SUITE) {
        let other = Context { suite, ..context };
        let sealed = seal(&Secret::new(KEY), &other, b"", &mut SystemRandom).unwrap();
        assert_eq!(open(&Secret::new(KEY), &other, &sealed), Err(OpenError), "sealed and opened as {suite:#06x}");
        let mut first = world.log[0].content.clone();
        if let Statement::Found(founding) = &mut first.statement {
            founding.suite = suite;
            founding.root = root.public();
        }
        assert!(Organisation::found(&sign(&root, first)).is_err(), "founded with {suite:#06x}");
    }
    assert_eq!(encode(&context)[2..4], limit::SUITE.to_be_bytes());
}
