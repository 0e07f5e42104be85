//! A member in bad faith: the keys of a device, taken from its unlocked profile, and requests that no client would make.

use casevault_crypto::event::{Body, DocumentVersion};
use casevault_crypto::identity::{DeviceIdentity, sign};
use casevault_crypto::keys::SigningKey;
use casevault_sync::{Options, Profile};
use casevault_wire::codec::{List, Text, decode, encode};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{IdempotencyKey, JournalId, Nonce, OrganisationId, PersonId, TeamId};
use casevault_wire::keyserver::{Append, LogPage, Refusal};
use casevault_wire::limit;
use casevault_wire::log::{Author, LogEntry, LogPosition, Statement};
use casevault_wire::request::{Credentials, HEADER, Request, Signer};
use casevault_wire::server::{ServerEntry, server_id};
use casevault_wire::vault::NonceList;
use data_encoding::BASE64URL_NOPAD;
use reqwest::Method;

use crate::world::{World, passphrase};

/// What the store keeps as `membership`.
pub(crate) type Membership = ((OrganisationId, Hash), ((ServerEntry, ServerEntry), (PersonId, DeviceIdentity)));

/// Whose device this is, and which servers it knows.
pub(crate) fn membership(profile: &Profile) -> Membership {
    let sql = "SELECT value FROM meta WHERE key = 'membership'";
    let bytes: Vec<u8> =
        profile.store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).expect("the device has a membership");
    decode(&bytes, 4096).expect("a structure is its fields in order")
}

/// A device whose owner means harm.
pub struct Liar {
    /// The organisation.
    pub organisation: OrganisationId,
    pub(crate) device: DeviceIdentity,
    /// The team of cases that it is in.
    pub team: TeamId,
    voice: Voice,
}

/// Puts events that no client would write into the outbox of `name`, whose client must be closed. It sends them like any other.
pub fn slip_in(world: &World, name: &str, (team, case): (TeamId, JournalId), bodies: &[Body]) {
    let profile = Profile::open(&world.profile(name), &passphrase(), &Options::default()).expect("opens");
    let written = profile.store.write(|tx| {
        for body in bodies {
            let bytes = [body.class().to_be_bytes().as_slice(), &body.encode()].concat();
            tx.execute("INSERT INTO outbox (team, journal, time, body) VALUES (?1, ?2, 0, ?3)", (team.0, case.0, bytes))?;
        }
        Ok(())
    });
    written.expect("written");
}

/// The versions of documents that the store of `name`, whose client must be closed, has of a case, in the journal's order.
pub fn versions(world: &World, name: &str, case: JournalId) -> Vec<DocumentVersion> {
    let profile = Profile::open(&world.profile(name), &passphrase(), &Options::default()).expect("opens");
    let sealed = profile.store.read(|db| {
        let mut statement = db.prepare("SELECT seal FROM documents WHERE journal = ?1 ORDER BY sequence")?;
        let rows = statement.query_map([case.0], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|row| Ok(row?)).collect::<casevault_sync::Result<Vec<_>>>()
    });
    sealed.expect("read").iter().map(|bytes| decode(bytes, 8192).expect("a version")).collect()
}

impl Liar {
    /// Takes the keys out of the profile of `name`, whose client must be closed, and of the team that `team` picks.
    pub fn of(world: &World, name: &str, team: TeamId) -> Self {
        let profile = Profile::open(&world.profile(name), &passphrase(), &Options::default()).expect("opens");
        let ((organisation, _), ((server, _), (_, device))) = membership(&profile);
        let (signer, key) = (Signer::Device(device.id()), device.signing.clone());
        Self { organisation, device, team, voice: Voice { organisation, server, signer, key, requests: 0 } }
    }

    /// Asks the keyserver for something of the team's; the answer's body.
    pub async fn ask(&mut self, method: Method, rest: (&str, &str), body: Vec<u8>) -> Vec<u8> {
        let path = format!("/v1/organisations/{}/teams/{}{}", self.organisation, self.team, rest.0);
        self.ask_at(method, (path, rest.1), body).await
    }

    /// Says that it cannot follow the commit of this epoch and hash.
    pub async fn refuse(&mut self, (epoch, commit): (u64, Hash)) {
        let refusal = Refusal { team: self.team, epoch, commit, device: self.device.id() };
        let signed = sign(&self.device.signing, refusal);
        self.ask(Method::POST, ("/refusals", ""), encode(&signed)).await;
    }

    /// Adds a statement to the end of the organisation's log.
    pub async fn state(&mut self, statement: Statement) {
        let path = format!("/v1/organisations/{}/log", self.organisation);
        let page: LogPage =
            decode(&self.ask_at(Method::GET, (path.clone(), "from=0"), Vec::new()).await, limit::BODY).expect("a page");
        let LogPosition { length, hash } = page.head.content.position;
        let (organisation, author) = (self.organisation, Author::Device(self.device.id()));
        let time = page.head.content.time;
        let entry = LogEntry { organisation, sequence: length, previous: hash, time, author, statement };
        let entries = List::new(vec![sign(&self.device.signing, entry)]).expect("one");
        self.ask_at(Method::POST, (path, ""), encode(&Append { entries })).await;
    }

    pub(crate) async fn ask_at(&mut self, method: Method, place: (String, &str), body: Vec<u8>) -> Vec<u8> {
        let answer = self.voice.ask(method, place, body).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("whole").to_vec()
    }
}

/// Somebody whose requests one server takes.
pub(crate) struct Voice {
    pub(crate) organisation: OrganisationId,
    pub(crate) server: ServerEntry,
    pub(crate) signer: Signer,
    pub(crate) key: SigningKey,
    pub(crate) requests: u8,
}

impl Voice {
    /// Asks for anything; the answer, whatever it is.
    pub(crate) async fn ask(&mut self, method: Method, (path, query): (String, &str), body: Vec<u8>) -> reqwest::Response {
        let base = self.server.address.as_str().to_owned();
        let http = reqwest::Client::new();
        let nonces = http.get(format!("{base}/v1/nonces")).send().await.expect("answers").bytes().await.expect("whole");
        let nonce: Nonce = decode::<NonceList>(&nonces, 16 * 1024).expect("nonces").into_vec().remove(0);
        self.requests += 1;
        let request = Request {
            server: server_id(&self.server.key),
            method: Text::new(method.as_str()).expect("short"),
            path: Text::new(path.as_str()).expect("short"),
            query: Text::new(query).expect("short"),
            fields: Text::new("").expect("short"),
            body_digest: BlobDigest::of(&body),
            body_length: body.len() as u64,
            organisation: self.organisation,
            signer: self.signer,
            nonce,
            idempotency: IdempotencyKey([self.requests; 16]),
        };
        let credentials = Credentials {
            organisation: request.organisation,
            signer: request.signer,
            nonce,
            idempotency: request.idempotency,
            body_digest: request.body_digest,
            signature: self.key.sign(self.signer.label(), &request),
        };
        let url = if query.is_empty() { format!("{base}{path}") } else { format!("{base}{path}?{query}") };
        let header = BASE64URL_NOPAD.encode(&encode(&credentials));
        http.request(method, url).header(HEADER, header).body(body).send().await.expect("answers")
    }
}
