//! What servers learn: what is on their disks is the documented structures and nothing else, sizes tell classes alone, and requests tell
//! of a device no more than is said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use casevault_crypto::journal::class_length;
use casevault_crypto::seal::OVERHEAD;
use casevault_service::store::{Pair, Records, SledRecords};
use casevault_sync::Client;
use casevault_tests::evil::{Answered, Asked};
use casevault_tests::plaintext::{found, search};
use casevault_tests::world::{Door, Operators, World, silent};
use casevault_vault::feed::{Cursor, KeptHeads};
use casevault_vault::journal::Standing;
use casevault_vault::pending::Pending;
use casevault_vault::record::{BlobKey, JournalKey, TeamKey, kind};
use casevault_vault::team::Team;
use casevault_vault::upload::Upload;
use casevault_wire::blob;
use casevault_wire::codec::{List, decode};
use casevault_wire::commit::CommitData;
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::heads::HeadRecord;
use casevault_wire::id::{DeviceId, IdempotencyKey, InvitationId, JournalId, OrganisationId, TeamId, UploadId};
use casevault_wire::invitation::Invitation;
use casevault_wire::journal::{Entry, Head};
use casevault_wire::keyserver::{CommitRecord, Join, KeyPackage, SignedRefusal, TeamLink, Welcome};
use casevault_wire::limit;
use casevault_wire::log::SignedLogEntry;
use casevault_wire::recovery::Escrow;
use casevault_wire::standing::Stood;
use casevault_wire::time::Time;
use tls_codec::Deserialize;

use super::plaintext::story;

/// A record that is exactly a key and a value of these types.
fn is<K: Deserialize, V: Deserialize>((key, value): &Pair) -> bool {
    decode::<K>(&key[1..], key.len()).is_ok() && decode::<V>(value, value.len()).is_ok()
}

/// Whether what a vault keeps is as `vault/src/record.rs` says.
fn is_vaults(pair: &Pair) -> bool {
    match pair.0[0] {
        kind::ORGANISATION => is::<OrganisationId, SignedLogEntry>(pair),
        kind::CURSOR => is::<OrganisationId, Cursor>(pair),
        kind::LOG_HEADS => is::<OrganisationId, KeptHeads>(pair),
        kind::TEAM => is::<TeamKey, Team>(pair),
        kind::JOURNAL => is::<JournalKey, Standing>(pair),
        kind::CHANGE => is::<(TeamKey, u64), Head>(pair),
        kind::OWNER => is::<(OrganisationId, JournalId), TeamId>(pair),
        kind::ENTRY => is::<(JournalKey, u64), Entry>(pair) && is_sealed_entry(&pair.1),
        kind::BLOB => is::<BlobKey, u64>(pair) && is_length(decode(&pair.1, 8).unwrap()),
        kind::UPLOAD => is::<UploadId, Upload>(pair),
        kind::PENDING => is::<UploadId, Pending>(pair),
        _ => false,
    }
}

/// Whether an entry is of a class of lengths, and sealed.
fn is_sealed_entry(value: &[u8]) -> bool {
    let entry: Entry = decode(value, value.len()).unwrap();
    let sealed = entry.sealed.as_slice();
    let plaintext = sealed.len() - OVERHEAD;
    sealed[..2] == limit::SUITE.to_be_bytes() && class_length(plaintext) == plaintext
}

/// Whether a blob may have this length.
fn is_length(length: u64) -> bool {
    let chunks = (length - blob::HEADER).div_ceil(blob::CHUNK + blob::TAG);
    blob::sealed_length(length - blob::HEADER - chunks * blob::TAG) == Some(length)
}

type Place = (OrganisationId, TeamId);
type OfDevice = (OrganisationId, DeviceId);
type Membership = (u64, u64, Option<u64>);
type Displaced = List<(DeviceId, Membership), 65_536>;
type Committed = ((CommitRecord, DeviceId, CommitData), (List<DeviceId, { limit::CLAIMS }>, Displaced));
type Packages = ((u64, u32), (Option<(Time, KeyPackage)>, u8), IdempotencyKey);
type Group = ((DeviceId, CommitData, SignedFeedItem), (CommitData, u64, u64));

/// Whether what a keyserver keeps is as `keyserver/src/records.rs` says: a structure is its fields in order.
fn is_keyservers(pair: &Pair) -> bool {
    match pair.0[0] {
        1 => is::<OrganisationId, OrganisationId>(pair),
        2 => is::<(OrganisationId, u64), SignedLogEntry>(pair),
        3 => is::<(OrganisationId, u64), SignedFeedItem>(pair),
        4 => is::<(OrganisationId, InvitationId), (Invitation, (DeviceId, u8), Option<Join>)>(pair),
        5 => is::<(OfDevice, u64), (Time, KeyPackage)>(pair),
        6 => is::<OfDevice, Packages>(pair),
        7 => is::<Place, Group>(pair),
        8 => is::<(Place, u64), Committed>(pair) && is_private(&pair.1),
        9 => is::<(Place, u64), Welcome>(pair),
        10 => is::<(Place, DeviceId), Membership>(pair),
        11 => is::<(Place, u64), TeamLink>(pair),
        12 => is::<(Place, u64, (Hash, DeviceId)), SignedRefusal>(pair),
        13 => is::<(Place, u64, u64), SignedFeedItem>(pair),
        14 => is::<Place, (u64, Hash, u64)>(pair),
        15 => is::<(Place, u64), HeadRecord>(pair),
        16 => is::<(Place, DeviceId), Escrow>(pair),
        17 => is::<(OrganisationId, Hash), Time>(pair),
        18 => is::<OfDevice, (Stood, u8)>(pair),
        _ => false,
    }
}

/// Whether a commit is an MLS PrivateMessage: version 1, wire format 2 (RFC 9420 §6).
fn is_private(value: &[u8]) -> bool {
    let ((record, ..), _): Committed = decode(value, value.len()).unwrap();
    record.commit.as_slice()[..4] == [0, 1, 0, 2]
}

async fn records(server: &Path) -> Vec<Pair> {
    let records = SledRecords::open(&server.join("records")).expect("nobody has it open");
    records.scan(&[0], &[0xff], usize::MAX).await.expect("readable")
}

/// The paths of all files below `directory`, but those of the database.
fn files(directory: &Path) -> Vec<PathBuf> {
    let (mut open, mut files) = (vec![directory.to_path_buf()], Vec::new());
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let kept = path.strip_prefix(directory).unwrap().to_path_buf();
            match path.is_dir() {
                true if kept == Path::new("records") => {}
                true => open.push(path),
                false => files.push(kept),
            }
        }
    }
    files.sort();
    files
}

// Plays J05.
#[tokio::test(flavor = "multi_thread")]
async fn j05_what_a_seizure_yields_is_the_structures_that_are_published_and_nothing_else() {
    let mut world = World::start();
    story(&mut world).await;
    world.keyserver.kill();
    world.vault.kill();
    let mut kinds = BTreeMap::<&str, BTreeSet<u8>>::new();
    let mut names = Vec::new();
    for (server, is) in [("vault", is_vaults as fn(&Pair) -> bool), ("keyserver", is_keyservers)] {
        for pair in records(&world.directory.path().join(server)).await {
            assert!(is(&pair), "a record of the {server} of kind {:#04x} is not what is published", pair.0[0]);
            kinds.entry(server).or_default().insert(pair.0[0]);
            names.extend(pair.0[1..].chunks_exact(16).map(<[u8]>::to_vec));
        }
    }
    assert!(kinds["vault"].len() >= 9 && kinds["keyserver"].len() >= 12, "{kinds:?}");
    assert_eq!(files(&world.directory.path().join("keyserver")), OWN.map(PathBuf::from));
    let blobs: Vec<_> = files(&world.directory.path().join("vault"));
    let (own, blobs): (Vec<_>, Vec<_>) = blobs.into_iter().partition(|path| !path.starts_with("blobs"));
    assert_eq!(own, OWN.map(PathBuf::from));
    assert_eq!(blobs.len(), 2);
    for path in blobs {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(world.directory.path().join("vault").join(&path)).unwrap();
        assert_eq!(BlobDigest::of(&bytes).to_string(), name, "a blob is named by its digest");
        assert!(is_length(bytes.len() as u64) && bytes[..2] == limit::SUITE.to_be_bytes());
    }
    // Identifiers are in the records alone: of whom or what, no log says.
    names.retain(|name| name.iter().filter(|byte| **byte == 0).count() < 4);
    names.sort();
    names.dedup();
    for log in ["vault.log", "keyserver.log"] {
        let said = found(&search(&names), &world.directory.path().join(log));
        assert!(said.found.is_empty(), "{log}: {:?}", said.found);
    }
}

/// A server's files besides records and blobs.
const OWN: [&str; 2] = ["lock", "server.key"];

/// What somebody between sees of requests: method, shape of the path, and both lengths.
type Trace = Vec<(String, String, usize, usize)>;

fn trace(operators: &Operators) -> Trace {
    let one = |(asked, answered): (Asked, Option<Answered>)| {
        let hidden = |part: &str| if part.len() >= 32 { "*".to_owned() } else { part.to_owned() };
        let shape = asked.path.split('/').map(hidden).collect::<Vec<_>>().join("/");
        (asked.method, shape, asked.body.len(), answered.map_or(0, |answered| answered.body.len()))
    };
    [&operators.vault, &operators.keyserver].into_iter().flat_map(|evil| evil.seen()).map(one).collect()
}

/// What a document of `length` bytes is padded to, by the SPEC's words (R-6.4-3).
fn padded(length: u64) -> u64 {
    let exponent = length.max(2).ilog2();
    let zeros = exponent.saturating_sub(exponent.ilog2() + 1);
    length.next_multiple_of(1 << zeros).max(16_384)
}

/// The shortest, a middle and the longest document that are padded as one of `length` bytes is.
fn class_of(length: u64) -> [usize; 3] {
    let longest = padded(length);
    let shortest = (0..=longest).rev().take_while(|length| padded(*length) == longest).last().unwrap();
    [shortest, u64::midpoint(shortest, longest), longest].map(|length| usize::try_from(length).unwrap())
}

// Plays A33.
#[tokio::test(flavor = "multi_thread")]
async fn a33_what_is_of_one_class_is_sent_and_fetched_in_the_same_sizes() {
    let (world, operators) = World::start_evil().await;
    let shelter = world.shelter().await;
    let (case, _) = shelter.nadia.case_open("Sizes", "Shelter", &[]).await.unwrap();
    let case = case.to_string();
    shelter.nadia.note_add(&case, "her certificate is written").await.unwrap();
    shelter.omar.sync().await.unwrap();
    shelter.omar.note_add(&case, "and his").await.unwrap();
    shelter.nadia.case(&case).await.unwrap();
    let (mut number, mut sizes) = (0, BTreeSet::new());
    for length in [0, 100_000, 1_000_000, 5_000_000] {
        let mut traces = BTreeSet::new();
        for length in class_of(length) {
            number += 1;
            let name = format!("document-{number:03}");
            let file = world.file(&name, &vec![b'x'; length]);
            trace(&operators);
            shelter.nadia.add_documents(&case, &[file], silent()).await.unwrap();
            let sent = trace(&operators);
            shelter.omar.documents(&case).await.unwrap();
            let read = trace(&operators);
            shelter.omar.get_document(&case, &name, &world.directory.path().join(&name), silent()).await.unwrap();
            traces.insert([sent, read, trace(&operators)]);
            shelter.nadia.case(&case).await.unwrap();
        }
        assert_eq!(traces.len(), 1, "documents that are padded like one of {length} bytes: {traces:#?}");
        sizes.extend(traces);
    }
    assert_eq!(sizes.len(), 4, "what is of another class is longer");
    shelter.nadia.note_add(&case, "what Omar recorded last is read").await.unwrap();
    for class in [["", "a short note", &"x".repeat(150)], [&"y".repeat(1010), &"y".repeat(1011), &"z".repeat(1050)]] {
        let mut traces = BTreeSet::new();
        for text in class {
            trace(&operators);
            shelter.nadia.note_add(&case, &format!("-{text}")).await.unwrap();
            traces.insert(trace(&operators));
        }
        assert_eq!(traces.len(), 1, "notes of one class: {traces:#?}");
    }
}

/// What one synchronisation of a device looked like to the vault.
#[derive(Debug, Default)]
struct Seen {
    /// Each connection's teams, by the requests' credentials.
    teams: Vec<BTreeSet<String>>,
    /// Everything in the heads of requests that is not of one request alone.
    marks: BTreeSet<String>,
    /// How far what the device asks for shows it to be.
    cursors: BTreeSet<String>,
}

/// What a request is for, if this line begins one. Before it there may be the end of a body.
fn asked_for(line: &str) -> Option<&str> {
    line.strip_suffix(" HTTP/1.1")?.split_once(" /v1/").map(|(_, path)| path)
}

/// The tapes of connections to the vault that are not in `before`.
fn seen(world: &World, before: &mut BTreeSet<PathBuf>) -> Seen {
    let mut seen = Seen::default();
    let tapes = std::fs::read_dir(world.tapes().join("vault")).unwrap().map(|entry| entry.unwrap().path());
    for tape in tapes.filter(|path| path.extension().is_some_and(|of| of == "asked")) {
        if !before.insert(tape.clone()) {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&tape).unwrap()).into_owned();
        let mut teams = BTreeSet::new();
        for line in text.split("\r\n") {
            if let Some(path) = asked_for(line) {
                teams.extend(path.strip_prefix("teams/").and_then(|rest| rest.split(['/', '?']).next()).map(str::to_owned));
                seen.cursors.extend(path.contains('?').then(|| path.to_owned()));
            } else if let Some((name, value)) = line.split_once(": ")
                && !["casevault-credentials", "content-length"].contains(&name)
            {
                seen.marks.insert(format!("{name}: {value}"));
            }
        }
        seen.teams.push(teams);
    }
    seen
}

/// How much better than by chance somebody tells, by what `mark` is of two synchronisations, whether one device made both.
fn advantage<T: PartialEq>(of: &[Vec<Seen>], mark: impl Fn(&Seen) -> T) -> f64 {
    let all: Vec<_> = of.iter().enumerate().flat_map(|(device, seen)| seen.iter().map(move |one| (device, one))).collect();
    let rate = |same: bool| {
        let pairs = all.iter().enumerate().flat_map(|(at, one)| all[at + 1..].iter().map(move |other| (one, other)));
        let pairs: Vec<_> = pairs.filter(|(one, other)| (one.0 == other.0) == same).collect();
        let alike = pairs.iter().filter(|(one, other)| mark(one.1) == mark(other.1)).count();
        alike as f64 / pairs.len() as f64
    };
    rate(true) - rate(false)
}

/// How much better than by chance the vault may tell two synchronisations of one device by how far each had read before. That one
/// connection shows several teams of a device is said, and measured here without a bound: it may be all of them.
const CURSORS: f64 = 0.5;

// Plays A34.
#[tokio::test(flavor = "multi_thread")]
async fn a34_requests_mark_no_device_and_link_teams_no_more_than_is_said() {
    let world = World::start_taped(Door::Closed).await;
    let shelter = world.shelter().await;
    shelter.amal.team_create("Legal", &["Nadia".into(), "Omar".into()]).await.unwrap();
    let write = async |client: &Client, team: &str| {
        let (case, _) = client.case_open(team, team, &[]).await.unwrap();
        client.note_add(&case.to_string(), "first").await.unwrap();
    };
    for client in [&shelter.nadia, &shelter.omar, &shelter.nadia, &shelter.omar] {
        client.sync().await.unwrap();
    }
    write(&shelter.nadia, "Shelter").await;
    write(&shelter.omar, "Legal").await;
    drop(shelter);
    let (mut tapes, mut of) = (BTreeSet::new(), vec![Vec::new(), Vec::new()]);
    for name in ["Nadia", "Omar"] {
        assert_eq!(world.device(name).run(&["sync"]).await.code, Some(0));
    }
    seen(&world, &mut tapes);
    for round in 0..3 {
        for (device, name) in ["Nadia", "Omar"].into_iter().enumerate() {
            assert_eq!(world.device(name).run(&["sync"]).await.code, Some(0));
            of[device].push(seen(&world, &mut tapes));
        }
        if round == 0 {
            assert_eq!(world.device("Omar").run(&["note", "add", "Legal", "second"]).await.code, Some(0));
            seen(&world, &mut tapes);
        }
    }
    let all = || of.iter().flatten();
    assert!(all().all(|one| !one.teams.is_empty() && !one.marks.is_empty() && !one.cursors.is_empty()), "{of:?}");
    assert_eq!(advantage(&of, |seen| seen.marks.clone()), 0.0, "nothing but what is asked tells one device from another: {of:?}");
    let teams = |seen: &Seen| seen.teams.iter().flatten().collect::<BTreeSet<_>>().len();
    let together = |seen: &Seen| seen.teams.iter().map(BTreeSet::len).max().unwrap_or_default() as f64 / teams(seen) as f64;
    let together = all().map(together).sum::<f64>() / all().count() as f64;
    let cursors = advantage(&of, |seen| seen.cursors.clone());
    println!("teams of a device on one connection: {together:.2}; told apart by how far they had read: {cursors:.2}");
    assert!(cursors <= CURSORS, "more than was said: {cursors}");
}
