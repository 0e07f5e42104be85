//! A keyserver that has a feed and nothing else. Its requests are checked as a real one's.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::routing::{get, post};
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_service::http::{Listener, app};
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_wire::codec::List;
use casevault_wire::feed::{FeedEvent, FeedItem, Receipt, SignedFeedItem, feed_hash};
use casevault_wire::hash::Hash;
use casevault_wire::id::{OrganisationId, RotationId, TeamId};
use casevault_wire::keyserver::FeedPage;
use casevault_wire::problem::Code;
use casevault_wire::request::Signer;
use casevault_wire::server::{ServerKind, server_id};
use casevault_wire::signature::PublicKey;
use casevault_wire::time::{Clock, Time};
use serde::Deserialize;
use tokio::sync::watch;

pub const SEED: [u8; 32] = [0xaa; 32];

pub struct Keyserver {
    pub address: String,
    key: ServerKey,
    organisation: Mutex<OrganisationId>,
    vault: Mutex<Option<PublicKey>>,
    feed: watch::Sender<Vec<SignedFeedItem>>,
    node: Arc<Node>,
    /// How often it was asked for its feed.
    pub asked: AtomicU64,
    /// Whether it never answers about reports; else it knows nothing of them.
    pub hangs: AtomicBool,
    /// How often it was asked about some.
    pub asked_to_verify: AtomicU64,
}

#[derive(Deserialize)]
struct Asked {
    from: u64,
    wait: u64,
}

impl Keyserver {
    pub async fn start(clock: Arc<dyn Clock>) -> Arc<Self> {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let node = Arc::new(Node::new(ServerKind::Keyserver, ServerKey::from_seed(&SEED), clock, Stop::default()));
        let keyserver = Arc::new(Self {
            address: format!("http://{}", listener.address()),
            key: ServerKey::from_seed(&SEED),
            organisation: Mutex::default(),
            vault: Mutex::default(),
            feed: watch::Sender::new(Vec::new()),
            node: node.clone(),
            asked: AtomicU64::default(),
            hangs: AtomicBool::default(),
            asked_to_verify: AtomicU64::default(),
        });
        let routes = Router::new()
            .route("/v1/organisations/{organisation}/feed", get(feed))
            .route("/v1/organisations/{organisation}/statistics/verify", post(verify))
            .with_state(keyserver.clone());
        tokio::spawn(listener.serve(app(node, routes), Stop::default()));
        keyserver
    }

    pub fn public(&self) -> PublicKey {
        *self.key.public()
    }

    pub fn belongs_to(&self, organisation: OrganisationId, vault: PublicKey) {
        *self.organisation.lock().unwrap() = organisation;
        *self.vault.lock().unwrap() = Some(vault);
    }

    /// Signs the next item, without publishing it.
    pub fn sign(&self, event: FeedEvent) -> SignedFeedItem {
        let feed = self.feed.borrow();
        let previous = feed.last().map_or(Hash::ZERO, feed_hash);
        let organisation = *self.organisation.lock().unwrap();
        self.key.sign(FeedItem { organisation, sequence: feed.len() as u64, previous, time: Time(0), event })
    }

    pub fn sign_as_is(&self, item: FeedItem) -> SignedFeedItem {
        self.key.sign(item)
    }

    pub fn publish(&self, item: SignedFeedItem) {
        self.feed.send_modify(|feed| feed.push(item));
    }

    /// Publishes `item` in the place of the last one.
    pub fn correct(&self, item: SignedFeedItem) {
        self.feed.send_modify(|feed| *feed.last_mut().unwrap() = item);
    }

    /// Signs and publishes.
    pub fn say(&self, event: FeedEvent) -> SignedFeedItem {
        let item = self.sign(event);
        self.publish(item.clone());
        item
    }

    /// The item number `sequence`, which anybody may have kept.
    pub fn item(&self, sequence: usize) -> SignedFeedItem {
        self.feed.borrow()[sequence].clone()
    }

    pub fn length(&self) -> u64 {
        self.feed.borrow().len() as u64
    }
}

/// A receipt of `generation`, which begins `epoch`, for `key`.
pub fn receipt(team: TeamId, epoch: u64, generation: u64, access_key: PublicKey) -> FeedEvent {
    let (commit, rotation) = (Hash([epoch as u8; 32]), RotationId([epoch as u8; 16]));
    FeedEvent::Receipt(Receipt { team, epoch, commit, rotation, log_length: 3, generation, access_key, sealing_key: Hash::ZERO })
}

async fn feed(State(keyserver): State<Arc<Keyserver>>, Query(asked): Query<Asked>, request: Request) -> Result<Encoded, Problem> {
    let unverified = keyserver.node.gate.receive(request)?;
    let vault = keyserver.vault.lock().unwrap().ok_or(Problem(Code::Refused))?;
    if unverified.signer() != Signer::Server(server_id(&vault)) {
        return Err(Problem(Code::Refused));
    }
    unverified.verify(Some(&vault))?;
    keyserver.asked.fetch_add(1, Ordering::SeqCst);
    let mut news = keyserver.feed.subscribe();
    let some = news.wait_for(|feed| feed.len() as u64 > asked.from);
    // Without news the answer is empty.
    let _ = tokio::time::timeout(Duration::from_secs(asked.wait), some).await;
    let items = keyserver.feed.borrow().iter().skip(asked.from as usize).cloned().collect();
    Ok(Encoded::of(&FeedPage { items: List::new(items).unwrap() }))
}

async fn verify(State(keyserver): State<Arc<Keyserver>>) -> Problem {
    keyserver.asked_to_verify.fetch_add(1, Ordering::SeqCst);
    if keyserver.hangs.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    Problem(Code::Refused)
}
