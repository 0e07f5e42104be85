//! A keyserver on a free port, and the people who use it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use bytes::Bytes;
use casevault_keyserver::Keyserver;
use casevault_keyserver::backup::{backup, restore};
use casevault_service::clock::ManualClock;
use casevault_service::disk::ManualDisk;
use casevault_service::http::Listener;
use casevault_service::keys::ServerKey;
use casevault_service::node::Node;
use casevault_service::stop::Stop;
use casevault_service::store::{Records as _, SledRecords, Write};
use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::commit::{CommitData, link_hash};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{DeviceId, IdempotencyKey, Nonce, OrganisationId, PersonId, RotationId, TeamId};
use casevault_wire::keyserver::{Append, CommitUpload, FeedPage, GroupCreation};
use casevault_wire::label::Label;
use casevault_wire::log::{
    Author, DeviceKeys, Founding, LogEntry, LogPosition, Organisation, Role, SignedLogEntry, Statement, TeamCreation, TeamKind,
    log_entry_hash,
};
use casevault_wire::mls::commit_message;
use casevault_wire::problem::{Code, Problem};
use casevault_wire::request::{Credentials, Request, Signer};
use casevault_wire::server::{ServerEntry, ServerKind, server_id};
use casevault_wire::signature::{PublicKey, Signature, signed_content};
use casevault_wire::time::Time;
use casevault_wire::vault::NonceList;
use casevault_wire::{keyserver, limit};
use ed25519_dalek::{Signer as _, SigningKey};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Noon.
pub const NOON: Time = Time(1_800_000_000_000);

/// Organisations that the keyserver is for.
pub const ORGANISATIONS: usize = 4;

/// A running keyserver.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub disk: Arc<ManualDisk>,
    pub directory: TempDir,
    pub key: PublicKey,
    address: String,
    stop: Stop,
    serving: JoinHandle<()>,
}

/// The server's key, the same after each start.
fn server_key() -> ServerKey {
    ServerKey::from_seed(&[0xaa; 32])
}

impl World {
    pub async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(NOON));
        let directory = tempfile::tempdir().unwrap();
        Self::serving(directory, clock).await
    }

    /// On what another has left.
    pub async fn on(directory: TempDir) -> Self {
        Self::serving(directory, Arc::new(ManualClock::at(NOON))).await
    }

    async fn serving(directory: TempDir, clock: Arc<ManualClock>) -> Self {
        let disk = Arc::new(ManualDisk::with(u64::MAX));
        let (address, stop, serving) = serve(&directory, clock.clone(), disk.clone()).await;
        Self { clock, disk, directory, key: *server_key().public(), address, stop, serving }
    }

    /// Stops the server and lets go of its records.
    pub async fn stop(self) -> TempDir {
        self.stop.stop();
        self.serving.await.unwrap();
        self.directory
    }

    pub async fn restart(self) -> Self {
        self.restart_with(|_| Write::default()).await
    }

    /// Restarts with records that others, as many as a test cannot wait for, would have brought about.
    pub async fn restart_with(self, more: impl FnOnce(Vec<(Vec<u8>, Vec<u8>)>) -> Write) -> Self {
        let clock = self.clock.clone();
        let directory = self.stop().await;
        let records = SledRecords::open(&directory.path().join("records")).unwrap();
        let write = more(records.scan(&[], &[0xff], usize::MAX).await.unwrap());
        records.write(write).await.unwrap();
        drop(records);
        Self::serving(directory, clock).await
    }

    /// Restarts from a backup.
    pub async fn restored(self) -> Self {
        let clock = self.clock.clone();
        let directory = self.stop().await;
        let (elsewhere, fresh) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for private in [&directory, &fresh] {
            std::fs::set_permissions(private.path(), Permissions::from_mode(0o700)).unwrap();
        }
        let key = directory.path().join("server.key");
        std::fs::write(&key, [0xaa; 32]).unwrap();
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        let file = elsewhere.path().join("backup");
        backup(directory.path(), &file).await.unwrap().unwrap();
        let directory = fresh;
        restore(&file, directory.path()).await.unwrap().unwrap();
        Self::serving(directory, clock).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, method: &str, target: &str, credentials: Option<&Credentials>, body: Vec<u8>) -> Answer {
        let stream = tokio::net::TcpStream::connect(&self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = http::Request::builder().method(method).uri(target).header("host", "localhost");
        if let Some(credentials) = credentials {
            let text = data_encoding::BASE64URL_NOPAD.encode(&encode(credentials));
            request = request.header(casevault_wire::request::HEADER, text);
        }
        let response = sender.send_request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let nonce = response.headers().get("replay-nonce").map(|nonce| Nonce::parse(nonce.to_str().unwrap()).unwrap());
        let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        connection.abort();
        Answer { status, body, nonce }
    }

    pub async fn nonce(&self) -> Nonce {
        let list: NonceList = self.send("GET", "/v1/nonces", None, Vec::new()).await.value().unwrap();
        list.as_slice()[0]
    }

    /// A signed request, not yet sent.
    pub async fn sign(&self, by: &Party, method: &str, target: &str, body: &[u8]) -> Credentials {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            server: server_id(&self.key),
            method: Text::new(method).unwrap(),
            path: Text::new(path).unwrap(),
            query: Text::new(query).unwrap(),
            fields: Text::default(),
            body_digest: BlobDigest::of(body),
            body_length: body.len() as u64,
            organisation: by.organisation,
            signer: by.signer,
            nonce: self.nonce().await,
            idempotency: by.idempotency,
        };
        let signature = sign(&by.key, by.signer.label(), &request);
        let Request { organisation, signer, nonce, idempotency, body_digest, .. } = request;
        Credentials { organisation, signer, nonce, idempotency, body_digest, signature }
    }

    /// Signs and sends; `path` comes after the organisation.
    pub async fn call(&self, by: &Party, method: &str, path: &str, body: Vec<u8>) -> Answer {
        let target = format!("/v1/organisations/{}{path}", by.organisation);
        let credentials = self.sign(by, method, &target, &body).await;
        self.send(method, &target, Some(&credentials), body).await
    }

    pub async fn get<T: tls_codec::Deserialize>(&self, by: &Party, path: &str) -> Result<T, Code> {
        self.call(by, "GET", path, Vec::new()).await.value()
    }

    pub async fn post<T: tls_codec::Serialize>(&self, by: &Party, path: &str, value: &T) -> Answer {
        self.call(by, "POST", path, encode(value)).await
    }
}

async fn serve(directory: &TempDir, clock: Arc<ManualClock>, disk: Arc<ManualDisk>) -> (String, Stop, JoinHandle<()>) {
    let stop = Stop::default();
    let node = Arc::new(Node::new(ServerKind::Keyserver, server_key(), clock, stop.clone()));
    let records = Arc::new(SledRecords::open_on(&directory.path().join("records"), disk).unwrap());
    let app = Keyserver::load(node, records, ORGANISATIONS).await.unwrap().app();
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.address().to_string();
    let serving = tokio::spawn(listener.serve(app, stop.clone()));
    (address, stop, serving)
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub nonce: Option<Nonce>,
}

impl Answer {
    pub fn value<T: tls_codec::Deserialize>(&self) -> Result<T, Code> {
        self.done().map(|()| decode(&self.body, usize::MAX).unwrap())
    }

    pub fn done(&self) -> Result<(), Code> {
        if self.status < 300 {
            return Ok(());
        }
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        Err(problem.code)
    }
}

pub fn sign<T: tls_codec::Serialize>(key: &SigningKey, label: Label, content: &T) -> Signature {
    Signature(key.sign(&signed_content(label, content)).to_bytes())
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// Whoever signs requests.
#[derive(Clone)]
pub struct Party {
    pub organisation: OrganisationId,
    pub signer: Signer,
    pub key: SigningKey,
    pub idempotency: IdempotencyKey,
}

impl Party {
    pub fn again(&self, idempotency: u8) -> Self {
        Self { idempotency: IdempotencyKey([idempotency; 16]), ..self.clone() }
    }
}

/// A device, by the seed of its keys.
pub fn device_keys(seed: u8) -> DeviceKeys {
    DeviceKeys { signing: public(&key(seed)), mls: public(&key(seed + 100)) }
}

pub fn person(seed: u8) -> PersonId {
    PersonId([seed; 16])
}

/// An organisation as its members know it. Person and device `n` have seed `n`; 1 is the administrator.
#[derive(Clone)]
pub struct Ngo {
    pub log: Organisation,
    pub entries: Vec<SignedLogEntry>,
}

/// The seeds of the root and the vault.
const ROOT: u8 = 90;
pub const VAULT: u8 = 91;

fn signed(log: Option<&Organisation>, author: (Author, u8), statement: Statement) -> SignedLogEntry {
    let position = log.map_or(LogPosition::default(), Organisation::position);
    let content = LogEntry {
        organisation: log.map_or(OrganisationId::ZERO, Organisation::id),
        sequence: position.length,
        previous: position.hash,
        time: NOON,
        author: author.0,
        statement,
    };
    let signature = sign(&key(author.1), Label::LogEntry, &content);
    SignedLogEntry { content, signature }
}

impl Ngo {
    /// The entries of a founding, for the server with `keyserver`.
    pub fn found(keyserver: PublicKey, salt: u8) -> Self {
        let entry = |key| ServerEntry { address: Text::new("http://127.0.0.1:1").unwrap(), key };
        let founding = Statement::Found(Founding {
            root: public(&key(ROOT)),
            keyserver: entry(keyserver),
            vault: entry(public(&key(VAULT))),
            suite: limit::SUITE,
            salt: [salt; 16],
        });
        let first = signed(None, (Author::Root, ROOT), founding);
        let mut ngo = Self { log: Organisation::found(&first).unwrap(), entries: vec![first] };
        for statement in [Statement::AddPerson(person(1), Role::Administrator), Statement::AddDevice(person(1), device_keys(1))] {
            let entry = signed(Some(&ngo.log), (Author::Root, ROOT), statement);
            ngo.take(entry);
        }
        ngo
    }

    pub fn append(&self) -> Append {
        Append { entries: List::new(self.entries.clone()).unwrap() }
    }

    pub fn take(&mut self, entry: SignedLogEntry) {
        self.log.apply(&entry).unwrap();
        self.entries.push(entry);
    }

    /// An entry by device `seed`, not taken over.
    pub fn entry(&self, seed: u8, statement: Statement) -> SignedLogEntry {
        signed(Some(&self.log), (Author::Device(device_keys(seed).id()), seed), statement)
    }

    pub fn device(&self, seed: u8) -> Party {
        let signer = Signer::Device(device_keys(seed).id());
        Party { organisation: self.log.id(), signer, key: key(seed), idempotency: IdempotencyKey([seed; 16]) }
    }

    pub fn vault(&self) -> Party {
        let signer = Signer::Server(server_id(&public(&key(VAULT))));
        Party { organisation: self.log.id(), signer, key: key(VAULT), idempotency: IdempotencyKey::ZERO }
    }

    /// States and appends, by device `seed`.
    pub async fn state(&mut self, world: &World, seed: u8, statements: Vec<Statement>) -> Result<(), Code> {
        let mut after = self.clone();
        for statement in statements {
            let entry = after.entry(seed, statement);
            after.take(entry);
        }
        let new = after.entries[self.entries.len()..].to_vec();
        world.post(&self.device(seed), "/log", &Append { entries: List::new(new).unwrap() }).await.done()?;
        *self = after;
        Ok(())
    }

    /// A founded organisation with caseworkers 2 to `people`, all in one team, whose first is 2.
    pub async fn with_team(world: &World, people: u8) -> (Self, Team) {
        Self::with_team_of(world, TeamKind::Cases, people).await
    }

    /// The same, the team of another kind.
    pub async fn with_team_of(world: &World, kind: TeamKind, people: u8) -> (Self, Team) {
        let mut ngo = Self::found(world.key, 0);
        world.send("POST", "/v1/organisations", None, encode(&ngo.append())).await.done().unwrap();
        let mut statements = Vec::new();
        for seed in 2..=people {
            statements.push(Statement::AddPerson(person(seed), Role::Caseworker));
            statements.push(Statement::AddDevice(person(seed), device_keys(seed)));
        }
        let members = List::new((2..=people).map(person).collect()).unwrap();
        statements.push(Statement::CreateTeam(TeamCreation { kind, members, salt: [3; 16] }));
        ngo.state(world, 1, statements).await.unwrap();
        let team = TeamId(log_entry_hash(ngo.entries.last().unwrap()).0);
        (ngo, Team { id: team })
    }

    pub async fn feed(&self, world: &World) -> Vec<SignedFeedItem> {
        let page: FeedPage = world.get(&self.vault(), "/feed?from=0").await.unwrap();
        page.items.into_vec()
    }
}

/// A team, as a client would speak of it.
#[derive(Clone, Copy)]
pub struct Team {
    pub id: TeamId,
}

impl Team {
    pub fn path(&self, rest: &str) -> String {
        format!("/teams/{}{rest}", self.id)
    }

    /// Commit data at the newest log, with keys that belong to the generation.
    pub fn data(&self, ngo: &Ngo, epoch: u64, generation: u64) -> CommitData {
        let position = ngo.log.position();
        CommitData {
            organisation: ngo.log.id(),
            team: self.id,
            epoch,
            rotation: RotationId([epoch as u8; 16]),
            log_length: position.length,
            log_hash: position.hash,
            generation,
            access_key: public(&key(200 + generation as u8)),
            sealing_key: Opaque::new(vec![generation as u8; limit::SEALING_KEY]).unwrap(),
            link: Hash::ZERO,
        }
    }

    pub async fn create(&self, world: &World, ngo: &Ngo, seed: u8) -> Answer {
        let creation = GroupCreation { data: self.data(ngo, 0, 1) };
        world.post(&ngo.device(seed), &self.path("/group"), &creation).await
    }

    /// A commit with this data that adds `added`, told apart from others by `mark`; with a link, which its data name, if `rotated`.
    pub fn upload(data: &CommitData, added: &[u8], mark: u8, rotated: bool) -> CommitUpload {
        let link = rotated.then(|| Opaque::new(vec![mark; 100]).unwrap());
        let data = CommitData { link: link_hash(link.as_ref()), ..data.clone() };
        CommitUpload {
            commit: Opaque::new(commit_message(&data, vec![mark; 500]).unwrap()).unwrap(),
            welcome: (!added.is_empty()).then(|| Opaque::new(vec![mark; 30_000]).unwrap()),
            added: List::new(added.iter().map(|seed| device(*seed)).collect()).unwrap(),
            bundle: Opaque::new(vec![mark; 200]).unwrap(),
            link,
        }
    }

    pub async fn commit(&self, world: &World, ngo: &Ngo, seed: u8, upload: &CommitUpload) -> Answer {
        world.post(&ngo.device(seed), &self.path("/commits"), upload).await
    }

    /// A group of 2 with 3 to `people` added by its first commit, which they acknowledged.
    pub async fn grown(&self, world: &World, ngo: &Ngo, people: u8) -> Hash {
        self.create(world, ngo, 2).await.done().unwrap();
        let added: Vec<u8> = (3..=people).collect();
        let upload = Self::upload(&self.data(ngo, 1, 1), &added, 1, false);
        self.commit(world, ngo, 2, &upload).await.done().unwrap();
        let hash = casevault_wire::mls::commit_hash(upload.commit.as_slice());
        for seed in 2..=people {
            self.acknowledge(world, ngo, seed, (1, hash)).await.done().unwrap();
        }
        hash
    }

    pub async fn acknowledge(&self, world: &World, ngo: &Ngo, seed: u8, (epoch, commit): (u64, Hash)) -> Answer {
        world.post(&ngo.device(seed), &self.path("/acknowledgements"), &keyserver::Acknowledgement { epoch, commit }).await
    }
}

pub fn device(seed: u8) -> DeviceId {
    device_keys(seed).id()
}
