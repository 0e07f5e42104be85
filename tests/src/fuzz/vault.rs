//! The vault over HTTP, asked by strangers and by a team.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use casevault_crypto::identity::sign;
use casevault_crypto::keys::SigningKey;
use casevault_crypto::secret::Secret;
use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::MemoryRecords;
use casevault_vault::blob::LocalBlobs;
use casevault_vault::feed::{Followers, Pace, Source};
use casevault_vault::http::{App, router};
use casevault_vault::vault::{Settings, Vault};
use casevault_wire::codec::{List, Opaque, encode};
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt, SignedFeedItem};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{JournalId, RotationId, UploadId};
use casevault_wire::journal::{Entry, entry_hash};
use casevault_wire::label::Label;
use casevault_wire::request::{Signer, TeamSigner};
use casevault_wire::server::ServerKind;
use casevault_wire::vault::{Batch, Switch};
use tempfile::TempDir;

use super::bytes::Bytes;
use super::server::{Asked, Party, Server};
use super::world::{NOON, World};

const JOURNAL: JournalId = JournalId([7; 16]);
const QUOTA: u64 = 1 << 20;
/// A year that is not over at noon.
const PERIOD: &str = "period=20270";
/// How many paths there are besides the newest upload's.
const FIXED: usize = 17;

/// A vault with a team.
struct Served {
    server: Server,
    world: World,
    party: Party,
    paths: Vec<String>,
    head: (u64, Hash),
    requests: u32,
    _directory: TempDir,
}

thread_local! {
    static SERVED: RefCell<Served> = RefCell::new(serve());
}

/// After so many requests it begins anew, so that it does not grow for ever.
const REQUESTS: u32 = 4096;

fn serve() -> Served {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let clock = Arc::new(ManualClock::at(NOON));
    let node = Arc::new(Node::new(ServerKind::Vault, ServerKey::from_seed(&[0xbb; 32]), clock, Stop::default()));
    let directory = tempfile::tempdir().expect("a directory");
    let blobs = Arc::new(LocalBlobs::open(directory.path()).expect("an empty directory"));
    let settings = Settings { quota: QUOTA, organisations: 8 };
    let vault = Arc::new(Vault::new(node.clone(), Arc::new(MemoryRecords::default()), blobs, settings));
    // Nobody answers there, and it is asked again after the run.
    let hour = Duration::from_secs(3600);
    let pace = Pace { wait: 1, shortest: hour, longest: hour };
    let source = Source::new("http://127.0.0.1:1").expect("an address");
    let followers = Followers::new(vault.clone(), source, pace);
    let server = Server { runtime, node, app: router(Arc::new(App { vault, followers })) };
    let world =
        World::with_servers(SigningKey::from_seed(&Secret::new([0xaa; 32])), SigningKey::from_seed(&Secret::new([0xbb; 32])));
    let key = SigningKey::from_seed(&Secret::new([0xcc; 32]));
    let signer = Signer::Team(TeamSigner { team: world.team, generation: 1 });
    let party = Party { organisation: world.organisation.id(), signer, key };
    let founded = server.ask(Asked::plain(Method::POST, "/v1/organisations".to_owned(), encode(&world.log[0])), None);
    assert!(founded.is_some_and(|answer| answer.status < 300));
    let switch = switch(&world, &party.key, 0, 1);
    let switched =
        server.ask(Asked::plain(Method::POST, format!("/v1/teams/{}/access", world.team), encode(&switch)), Some(&party));
    assert!(switched.is_some_and(|answer| answer.status < 300));
    let paths = paths(&world);
    Served { server, world, party, paths, head: (0, Hash::ZERO), requests: 0, _directory: directory }
}

fn paths(world: &World) -> Vec<String> {
    let team = format!("/v1/teams/{}", world.team);
    let journal = format!("{team}/journals/{JOURNAL}");
    let upload = format!("{team}/uploads/{}", UploadId([1; 16]));
    let blob = format!("{journal}/blobs/{}", BlobDigest::of(b"a blob"));
    let heads = format!("/v1/organisations/{}/log-heads", world.organisation.id());
    let paths = ["/batch", "/entries", "/fetch", "/uploads"].map(|rest| format!("{journal}{rest}"));
    let of_team = ["", "/access", "/changes"].map(|rest| format!("{team}{rest}"));
    let fixed = ["/v1/organisations", "/v1/nonces", "/v1/openapi.json"].map(str::to_owned);
    let of_statistics = ["", "/withdraw"].map(|rest| format!("{team}/statistics{rest}?{PERIOD}"));
    let at_large = ["", "/close"].map(|rest| format!("/v1/organisations/{}/statistics{rest}?{PERIOD}", world.organisation.id()));
    let statistics = [&of_statistics[..], &at_large, &[format!("{team}/statistics?period=20265")]].concat();
    let paths = [&paths[..], &of_team, &fixed, &[blob, heads], &statistics, &[format!("{upload}/finish"), upload]].concat();
    assert_eq!(paths.len(), FIXED + 2, "the upload's come last");
    paths
}

/// A switch to `key`, which the keyserver's receipt names.
fn switch(world: &World, key: &SigningKey, epoch: u64, generation: u64) -> Switch {
    let receipt = Receipt {
        team: world.team,
        epoch,
        commit: Hash([1; 32]),
        rotation: RotationId([2; 16]),
        log_length: 1,
        generation,
        access_key: key.public(),
        sealing_key: Hash([3; 32]),
    };
    let event = FeedEvent::Receipt(receipt);
    let item = FeedItem { organisation: world.organisation.id(), sequence: epoch, previous: Hash::ZERO, time: NOON, event };
    let receipt: SignedFeedItem = sign(&world.keyserver, item);
    let possession = key.sign(Label::AccessPossession, &receipt);
    Switch { receipt, possession }
}

/// Requests of any form, signed or not: each gets a typed answer, and none ends in a fault of the server.
pub(super) fn vault_http(data: &[u8]) {
    SERVED.with_borrow_mut(|served| {
        if served.requests > REQUESTS {
            *served = serve();
        }
        let mut bytes = Bytes::new(data);
        for _ in 0..4 {
            if bytes.is_empty() {
                break;
            }
            served.requests += 1;
            let by = (!bytes.byte().is_multiple_of(8)).then(|| served.party.clone());
            let (body, next) = body(served, &mut bytes);
            let Some(asked) = Asked::read(&mut bytes, &served.paths, body) else { continue };
            let batch = asked.target.ends_with("/batch");
            let Some(answer) = served.server.ask(asked, by.as_ref()) else { continue };
            if let (true, 200, Some(next)) = (batch, answer.status, next) {
                served.head = next;
            }
            if let Some(upload) = answer.location {
                served.paths.truncate(FIXED);
                served.paths.extend([format!("{upload}/finish"), upload]);
            }
        }
    });
}

/// A body: any, a batch that goes on where the journal ends, or a switch; and where the journal ends then.
fn body(served: &Served, bytes: &mut Bytes<'_>) -> (Vec<u8>, Option<(u64, Hash)>) {
    match bytes.byte() % 4 {
        0 => {
            let (sequence, previous) = served.head;
            let sealed = Opaque::new(bytes.piece().to_vec()).unwrap_or_default();
            let generation = u64::from(bytes.byte() % 3);
            let entry = Entry { journal: JOURNAL, sequence, generation, previous, sealed };
            let next = (sequence + 1, entry_hash(&entry));
            let blobs = vec![bytes.piece().to_vec().into(); usize::from(bytes.byte() % 3)];
            (Batch { blobs, entries: List::new(vec![entry]).unwrap_or_default() }.encode().concat(), Some(next))
        }
        1 => {
            let (epoch, generation) = (u64::from(bytes.byte() % 4), u64::from(bytes.byte() % 4));
            let switch = encode(&switch(&served.world, &served.party.key, epoch, generation));
            (bytes.mutate(&switch), None)
        }
        _ => (bytes.piece().to_vec(), None),
    }
}
