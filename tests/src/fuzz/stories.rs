//! What cases and teams say since people consent, share, plan and erase; and bundles of evidence.

use std::sync::LazyLock;

use casevault_crypto::assistance::Assistance;
use casevault_crypto::consent::{Told, stands};
use casevault_crypto::dossier::Dossier;
use casevault_crypto::erasure::Requests;
use casevault_crypto::event::{Body, Recipient};
use casevault_crypto::evidence::{Files, Found, encode_chain, encode_log, verify};
use casevault_crypto::identity::sign;
use casevault_crypto::journal::{AcceptedEvent, Header, Place};
use casevault_wire::hash::{Hash, hash_bytes};
use casevault_wire::id::JournalId;
use casevault_wire::keyserver as k;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::time::Time;
use casevault_wire::vault as v;

use super::bytes::{Bytes, all_canonical};
use super::world::{NOON, World, person};

static WORLD: LazyLock<World> = LazyLock::new(World::new);
const CASE: JournalId = JournalId([0xca; 16]);

/// What the servers take and give of grants, of journals that will go, and of what waits for a team.
pub(super) fn wire_shares(data: &[u8]) {
    all_canonical!(data, limit::BODY; v::Grant, v::GrantedBlob, v::Change, v::Deletion);
    all_canonical!(data, limit::BODY; k::Delivery, k::Delivered, k::Inbox, k::Taken);
}

/// The next event that the input tells, whoever wrote it. Its hash is its number, so that another can name it.
fn event(bytes: &mut Bytes<'_>, sequence: u64) -> AcceptedEvent {
    let (who, class) = (usize::from(bytes.byte()) % 4, bytes.short());
    let (time, log, guest) = (Time(bytes.long()), u64::from(bytes.byte() % 12), bytes.byte() % 2 == 1);
    let body = Body::decode(class, bytes.piece());
    let device = &WORLD.devices[who % WORLD.devices.len()];
    let mut position = WORLD.organisation.position();
    position.length = log;
    let content = Header {
        journal: CASE,
        sequence,
        previous: Hash::ZERO,
        time,
        class: body.class(),
        author: device.signing.public(),
        log: position,
        team_generation: 1,
        commitment: hash_bytes(Label::BodyCommitment, &body.encode()),
    };
    AcceptedEvent {
        journal: CASE,
        sequence,
        time,
        device: device.id(),
        person: person(who),
        generation: 1,
        team_generation: 1,
        body,
        header_hash: Hash([u8::try_from(sequence).expect("few events"); 32]),
        header: sign(&device.signing, content),
        salt: [7; 32],
        guest,
    }
}

/// A journal of events of every class, in any order and by anybody: nobody alone has the word of two, whatever they write.
pub(super) fn event_stories(data: &[u8]) {
    let (mut bytes, organisation) = (Bytes::new(data), &WORLD.organisation);
    let to = Recipient { organisation: organisation.id(), team: WORLD.team };
    let (mut case, mut requests, mut dossier) = (Assistance::default(), Requests::default(), Dossier::new(CASE, to));
    let mut events = Vec::new();
    while !bytes.is_empty() && events.len() < 64 {
        let event = event(&mut bytes, events.len() as u64);
        let told = Told::from(&event);
        case.apply(&told, organisation);
        requests.apply(&told, organisation);
        dossier.apply(&event);
        events.push(event);
    }
    let approver = |hash: &Hash| events.iter().find(|event| event.header_hash == *hash).expect("an event approved");
    for wish in &case.consents.overrides {
        let Some((by, hash)) = &wish.approved else { continue };
        assert!(*by != wish.person && stands(organisation, by, approver(hash).header.content.log.length));
    }
    assert!(requests.iter().all(|request| request.confirmed.is_none_or(|(by, _)| by != request.person)));
    assert!(case.plans.iter().all(|plan| plan.approved.is_none_or(|(by, _)| by != plan.person)));
    for share in &case.consents.shares {
        let covered = case.consents.consent(&share.made.consent).is_some_and(|consent| consent.covers(&share.made, share.time));
        let overridden = case.consents.overrides.iter().any(|wish| wish.used && wish.approved.is_some());
        // What was withdrawn, or confirmed, later may have made the difference.
        let changed = case.consents.consent(&share.made.consent).is_some_and(|consent| consent.withdrawn.is_some());
        assert!(!share.allowed || covered || overridden || changed, "a share that neither consent nor two people allow");
    }
    at_any_time(&case);
}

/// Nothing that is asked of what was told ends a program, whatever the clocks say.
fn at_any_time(case: &Assistance) {
    for time in [Time(0), NOON, Time(u64::MAX)] {
        let _ = (case.is_minor(time), case.lacks_guardian(time));
        assert!(
            case.consents.shares.iter().all(|share| case.consents.ending(share, Time(u64::MAX)).is_some()),
            "each has its end"
        );
        let _ = case.consents.consents.iter().filter(|consent| consent.in_force(time)).count();
    }
    let _ = case.records.0.values().filter(|record| record.due().is_some() && !record.is_over()).count();
    let _ = format!("{case:?}");
}

/// The files of a bundle that are no documents.
const FILES: [&str; 13] = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
    "export.bin",
    "data/cover.html",
    "data/cover.pdf",
    "data/custody/chain.bin",
    "data/custody/custody.json",
    "data/custody/log.bin",
    "data/documents/001-a",
];

/// Files of any content where those of a bundle are, beside an honest log and the beginning of a chain: nobody exported them.
pub(super) fn evidence_bundles(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let place = Place { organisation: WORLD.organisation.id(), team: WORLD.team, journal: CASE };
    let mut files = Files::new();
    let mut put = |name: &str, content: Vec<u8>| {
        let digest = |algorithm| ring::digest::digest(algorithm, &content).as_ref().to_vec();
        let sha256 = digest(&ring::digest::SHA256).try_into().expect("32 bytes");
        let sha512 = digest(&ring::digest::SHA512).try_into().expect("64 bytes");
        files.insert(name.to_owned(), Found { length: content.len() as u64, sha256, sha512, content: Some(content) });
    };
    let (log, chain) = (encode_log(&WORLD.log), encode_chain(&place, &[]));
    match bytes.byte() % 4 {
        0 => put(FILES[10], bytes.mutate(&log)),
        1 => put(FILES[10], [&log, bytes.piece()].concat()),
        _ => put(FILES[10], log),
    }
    match bytes.byte() % 3 {
        0 => put(FILES[8], bytes.mutate(&chain)),
        _ => put(FILES[8], [&chain, bytes.piece()].concat()),
    }
    while !bytes.is_empty() {
        let name = *bytes.choose(&FILES);
        put(name, bytes.piece().to_vec());
    }
    let report = verify(&files);
    assert!(!report.problems.is_empty(), "nobody exported it");
    assert!(report.exported.is_none());
    let _ = format!("{report:?}");
}
