//! The keyserver over HTTP, asked by strangers and by its own devices.

use std::cell::RefCell;
use std::sync::Arc;

use axum::http::Method;
use casevault_crypto::identity::sign;
use casevault_crypto::keys::SigningKey;
use casevault_crypto::secret::Secret;
use casevault_keyserver::Keyserver;
use casevault_service::clock::ManualClock;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::MemoryRecords;
use casevault_wire::codec::{List, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::heads::HeadRecord;
use casevault_wire::invitation::Invitation;
use casevault_wire::keyserver::{Append, Refusal};
use casevault_wire::limit;
use casevault_wire::log::{LogPosition, Statement};
use casevault_wire::request::Signer;
use casevault_wire::server::ServerKind;

use super::bytes::Bytes;
use super::server::{Asked, Party, Server};
use super::world::{NOON, World, signed};

/// A keyserver with an organisation.
struct Served {
    server: Server,
    world: World,
    parties: Vec<Option<Party>>,
    paths: Vec<String>,
    requests: u32,
}

thread_local! {
    static SERVED: RefCell<Served> = RefCell::new(serve());
}

/// After so many requests it begins anew, so that it does not grow for ever.
const REQUESTS: u32 = 4096;

fn serve() -> Served {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let clock = Arc::new(ManualClock::at(NOON));
    let node = Arc::new(Node::new(ServerKind::Keyserver, ServerKey::from_seed(&[0xaa; 32]), clock, Stop::default()));
    let loaded =
        runtime.block_on(Keyserver::load(node.clone(), Arc::new(MemoryRecords::default()), 1000)).expect("nothing is stored");
    let server = Server { runtime, node, app: loaded.app() };
    let world =
        World::with_servers(SigningKey::from_seed(&Secret::new([0xaa; 32])), SigningKey::from_seed(&Secret::new([0xbb; 32])));
    let organisation = world.organisation.id();
    let log = Append { entries: List::new(world.log.clone()).expect("few entries") };
    let asked = Asked::plain(Method::POST, "/v1/organisations".to_owned(), encode(&log));
    let answer = server.ask(asked, None).expect("a good request");
    assert!(answer.status < 300, "{answer:?}");
    let party = |at: usize| {
        let device = &world.devices[at];
        Some(Party { organisation, signer: Signer::Device(device.id()), key: device.signing.clone() })
    };
    let vault = Party {
        organisation,
        signer: Signer::Server(casevault_wire::server::server_id(&world.vault.public())),
        key: world.vault.clone(),
    };
    let parties = vec![None, party(0), party(1), party(2), Some(vault)];
    let paths = paths(&world);
    Served { server, world, parties, paths, requests: 0 }
}

fn paths(world: &World) -> Vec<String> {
    let organisation = format!("/v1/organisations/{}", world.organisation.id());
    let team = format!("{organisation}/teams/{}", world.team);
    let of = |base: &str, rest: &[&str]| rest.iter().map(|rest| format!("{base}{rest}")).collect::<Vec<_>>();
    let fixed = of("/v1", &["/organisations", "/server", "/nonces", "/foundings/"]);
    let invitation = format!("/invitations/{}", casevault_wire::id::InvitationId([4; 16]));
    let join = format!("{invitation}/join");
    let whole = ["/log", "/vouchers", "/invitations", "/joins", "/key-packages", "/key-packages/claim", "/standing", "/feed"];
    let teams = ["/group", "/commits", "/welcome", "/links", "/acknowledgements", "/refusals", "/heads", "/escrows", "/regroup"];
    let statistics = ["", "/close", "/verify", "/share"].map(|rest| format!("/statistics{rest}?period=20264"));
    let known = [fixed, of(&organisation, &whole), of(&organisation, &[&invitation, &join]), of(&team, &teams)].concat();
    [known, statistics.map(|rest| organisation.clone() + rest.as_str()).to_vec()].concat()
}

/// Requests of any form, signed or not: each gets a typed answer, and none ends in a fault of the server.
pub(super) fn keyserver_http(data: &[u8]) {
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
            let party = bytes.choose(&served.parties).clone();
            let (body, path) = body(served, &mut bytes);
            let paths = path.map_or_else(|| served.paths.clone(), |path| vec![path]);
            if let Some(asked) = Asked::read(&mut bytes, &paths, body) {
                served.server.ask(asked, party.as_ref());
            }
        }
    });
}

/// A body: any, or one that is signed and in order where it matters, with the path that it belongs to.
fn body(served: &mut Served, bytes: &mut Bytes<'_>) -> (Vec<u8>, Option<String>) {
    let world = &served.world;
    let team = format!("/v1/organisations/{}/teams/{}", world.organisation.id(), world.team);
    match bytes.byte() % 6 {
        0 => {
            let (key, author) = world.author(usize::from(bytes.byte()) % 3);
            let Ok(statement) = decode::<Statement>(bytes.piece(), limit::LOG_ENTRY) else { return (Vec::new(), None) };
            let entry = signed(&key, Some(&world.organisation), author, statement);
            // The server's log goes on as this one does, as far as it takes what is stated.
            let mut next = world.organisation.clone();
            if next.apply(&entry).is_ok() && bytes.byte().is_multiple_of(2) {
                let LogPosition { length, .. } = next.position();
                if length < 64 {
                    served.world.organisation = next;
                }
            }
            let path = format!("/v1/organisations/{}/log", served.world.organisation.id());
            (encode(&Append { entries: List::new(vec![entry]).unwrap_or_default() }), Some(path))
        }
        1 => {
            let device = &world.devices[usize::from(bytes.byte()) % 3];
            let refusal = Refusal { team: world.team, epoch: bytes.long(), commit: Hash(bytes.array()), device: device.id() };
            (encode(&sign(&device.signing, refusal)), Some(format!("{team}/refusals")))
        }
        2 => {
            let mut record = decode::<HeadRecord>(bytes.piece(), limit::HEAD_RECORD).unwrap_or(HeadRecord {
                sequence: 0,
                previous: Hash::ZERO,
                generation: 1,
                checkpoint: 1,
                sealed: Default::default(),
            });
            record.sequence %= 4;
            (encode(&record), Some(format!("{team}/heads")))
        }
        3 => {
            let invitation = decode::<Invitation>(bytes.piece(), limit::BODY).ok();
            (invitation.map(|invitation| encode(&invitation)).unwrap_or_default(), None)
        }
        _ => (bytes.piece().to_vec(), None),
    }
}
