//! A member's program, as far as the vault sees it: a key that signs requests.

use std::sync::atomic::{AtomicU64, Ordering};

use casevault_wire::codec::{List, Opaque, Text, decode, encode};
use casevault_wire::feed::SignedFeedItem;
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{IdempotencyKey, JournalId, Nonce, OrganisationId, TeamId};
use casevault_wire::journal::{Entry, Head, SignedVaultState, entry_hash};
use casevault_wire::label::Label;
use casevault_wire::problem::{Code, Problem};
use casevault_wire::request::{Credentials, GrantSigner, HEADER, Request, Signer, TeamSigner, fields};
use casevault_wire::server::server_id;
use casevault_wire::signature::{PublicKey, Signature, signed_content};
use casevault_wire::vault::{Batch, Changes, Entries, Fetch, Finish, Grant, NonceList, Switch, TeamState};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer as _, SigningKey};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response, StatusCode};

/// What came back: a problem's code, or the answer.
pub type Outcome<T> = Result<T, Code>;

#[derive(Clone)]
pub struct Member {
    pub client: Client,
    pub base: String,
    pub vault: PublicKey,
    pub organisation: OrganisationId,
    pub team: TeamId,
    pub generation: u64,
    pub key: SigningKey,
    /// No member at all, but whoever holds this journal's grant.
    pub holds: Option<JournalId>,
}

/// A request's method, path, query, signed fields and body.
#[derive(Clone, Default)]
pub struct Call<'a> {
    pub method: &'a str,
    pub path: String,
    pub query: &'a str,
    pub offset: Option<u64>,
    pub length: Option<u64>,
    pub range: Option<&'a str>,
    pub idempotency: IdempotencyKey,
    pub body: Vec<u8>,
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

fn sign<T: tls_codec::Serialize>(key: &SigningKey, label: Label, content: &T) -> Signature {
    Signature(key.sign(&signed_content(label, content)).to_bytes())
}

/// The entries that continue `head`, sealed as `text`s.
pub fn entries(head: &Head, generation: u64, sealed: &[&[u8]]) -> Vec<Entry> {
    let (mut sequence, mut previous, mut entries) = (head.length, head.hash, Vec::new());
    for sealed in sealed {
        let sealed = Opaque::new(sealed.to_vec()).unwrap();
        let entry = Entry { journal: head.journal, sequence, generation, previous, sealed };
        (sequence, previous) = (sequence + 1, entry_hash(&entry));
        entries.push(entry);
    }
    entries
}

pub fn empty(journal: JournalId) -> Head {
    Head { journal, length: 0, hash: Hash::ZERO, generation: 0 }
}

pub fn batch(blobs: &[&[u8]], entries: Vec<Entry>) -> Vec<u8> {
    let blobs = blobs.iter().map(|blob| blob.to_vec().into()).collect();
    Batch { blobs, entries: List::new(entries).unwrap() }.encode().concat()
}

impl Member {
    /// The same member with the key of another generation.
    pub fn at(&self, generation: u64, seed: u8) -> Self {
        Self { generation, key: key(seed), ..self.clone() }
    }

    /// The holder of a journal's grant, with the key `seed`.
    pub fn holder(&self, journal: JournalId, seed: u8) -> Self {
        Self { key: key(seed), holds: Some(journal), ..self.clone() }
    }

    fn signer(&self) -> Signer {
        let team = self.team;
        match self.holds {
            Some(journal) => Signer::Grant(GrantSigner { team, journal }),
            None => Signer::Team(TeamSigner { team, generation: self.generation }),
        }
    }

    pub async fn nonce(&self) -> Nonce {
        let response = self.client.get(format!("{}/v1/nonces", self.base)).send().await.unwrap();
        let nonces: NonceList = decode(&response.bytes().await.unwrap(), 1 << 16).unwrap();
        nonces.as_slice()[0]
    }

    pub async fn credentials(&self, call: &Call<'_>) -> String {
        self.credentials_with(call, self.nonce().await)
    }

    pub fn credentials_with(&self, call: &Call<'_>, nonce: Nonce) -> String {
        let (organisation, idempotency) = (self.organisation, call.idempotency);
        let signer = self.signer();
        let body_digest = BlobDigest::of(&call.body);
        let request = Request {
            server: server_id(&self.vault),
            method: Text::new(call.method).unwrap(),
            path: Text::new(call.path.clone()).unwrap(),
            query: Text::new(call.query).unwrap(),
            fields: Text::new(fields(call.offset, call.length, call.range)).unwrap(),
            body_digest,
            body_length: call.body.len() as u64,
            organisation,
            signer,
            nonce,
            idempotency,
        };
        let signature = sign(&self.key, signer.label(), &request);
        let credentials = Credentials { organisation, signer, nonce, idempotency, body_digest, signature };
        BASE64URL_NOPAD.encode(&encode(&credentials))
    }

    pub async fn send(&self, call: &Call<'_>) -> Response {
        let credentials = self.credentials(call).await;
        self.send_with(call, credentials).await
    }

    pub async fn send_with(&self, call: &Call<'_>, credentials: String) -> Response {
        let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
        let method = Method::from_bytes(call.method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{}{query}", self.base, call.path)).header(HEADER, credentials);
        for (name, value) in [("upload-offset", call.offset), ("upload-length", call.length)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let Some(range) = call.range {
            request = request.header("range", range);
        }
        request.body(call.body.clone()).send().await.unwrap()
    }

    pub async fn ask(&self, call: Call<'_>) -> Outcome<(StatusCode, HeaderMap, Vec<u8>)> {
        outcome(self.send(&call).await).await
    }

    async fn get<T: tls_codec::Deserialize>(&self, path: String, query: &str) -> Outcome<T> {
        let (_, _, body) = self.ask(Call { method: "GET", path, query, ..Call::default() }).await?;
        Ok(decode(&body, 1 << 25).unwrap())
    }

    pub async fn state(&self) -> Outcome<TeamState> {
        self.get(format!("/v1/teams/{}", self.team), "").await
    }

    pub async fn changes(&self, after: u64) -> Outcome<Changes> {
        self.get(format!("/v1/teams/{}/changes", self.team), &format!("after={after}")).await
    }

    pub async fn entries(&self, journal: JournalId, from: u64) -> Outcome<Entries> {
        self.get(format!("{}/entries", self.journal(journal)), &format!("from={from}")).await
    }

    pub fn journal(&self, journal: JournalId) -> String {
        format!("/v1/teams/{}/journals/{journal}", self.team)
    }

    pub async fn append(&self, journal: JournalId, body: Vec<u8>) -> Outcome<SignedVaultState> {
        let path = format!("{}/batch", self.journal(journal));
        let (_, _, body) = self.ask(Call { method: "POST", path, body, ..Call::default() }).await?;
        Ok(decode(&body, 4096).unwrap())
    }

    /// Asks to switch to the key that `receipt` names, of which this member has `new`.
    pub async fn switch(&self, receipt: &SignedFeedItem, new: &SigningKey) -> Outcome<TeamState> {
        let possession = sign(new, Label::AccessPossession, receipt);
        let body = encode(&Switch { receipt: receipt.clone(), possession });
        let path = format!("/v1/teams/{}/access", self.team);
        let (_, _, body) = self.ask(Call { method: "POST", path, body, ..Call::default() }).await?;
        Ok(decode(&body, 4096).unwrap())
    }

    pub async fn begin(&self, journal: JournalId, length: u64) -> Outcome<String> {
        static BEGUN: AtomicU64 = AtomicU64::new(1 << 32);
        self.begin_as(BEGUN.fetch_add(1, Ordering::SeqCst), journal, length).await
    }

    /// The operation number `operation`, perhaps not for the first time.
    pub async fn begin_as(&self, operation: u64, journal: JournalId, length: u64) -> Outcome<String> {
        let path = format!("{}/uploads", self.journal(journal));
        let idempotency = IdempotencyKey(u128::from(operation).to_be_bytes());
        let call = Call { method: "POST", path, length: Some(length), idempotency, ..Call::default() };
        let (status, headers, _) = self.ask(call).await?;
        assert_eq!(status, StatusCode::CREATED);
        Ok(headers["location"].to_str().unwrap().to_owned())
    }

    pub async fn write(&self, upload: &str, offset: u64, bytes: &[u8]) -> Outcome<u64> {
        let call =
            Call { method: "PATCH", path: upload.to_owned(), offset: Some(offset), body: bytes.to_vec(), ..Call::default() };
        let (_, headers, _) = self.ask(call).await?;
        Ok(number(&headers, "upload-offset"))
    }

    /// The offset and length of an upload, or the status that says why not.
    pub async fn offset(&self, upload: &str) -> Result<(u64, u64), StatusCode> {
        let response = self.send(&Call { method: "HEAD", path: upload.to_owned(), ..Call::default() }).await;
        if response.status() != StatusCode::OK {
            return Err(response.status());
        }
        Ok((number(response.headers(), "upload-offset"), number(response.headers(), "upload-length")))
    }

    pub async fn cancel(&self, upload: &str) -> Outcome<()> {
        self.ask(Call { method: "DELETE", path: upload.to_owned(), ..Call::default() }).await.map(|_| ())
    }

    pub async fn finish(&self, upload: &str, digest: BlobDigest) -> Outcome<()> {
        let path = format!("{upload}/finish");
        self.ask(Call { method: "POST", path, body: encode(&Finish { digest }), ..Call::default() }).await.map(|_| ())
    }

    pub async fn blob(&self, journal: JournalId, digest: BlobDigest, range: Option<&str>) -> Response {
        let path = format!("{}/blobs/{digest}", self.journal(journal));
        self.send(&Call { method: "GET", path, range, ..Call::default() }).await
    }

    pub async fn give(&self, journal: JournalId, grant: &Grant) -> Outcome<()> {
        let path = format!("{}/grant", self.journal(journal));
        self.ask(Call { method: "POST", path, body: encode(grant), ..Call::default() }).await.map(|_| ())
    }

    pub async fn end(&self, journal: JournalId) -> Outcome<()> {
        let path = format!("{}/grant", self.journal(journal));
        self.ask(Call { method: "DELETE", path, ..Call::default() }).await.map(|_| ())
    }

    pub async fn mark(&self, journal: JournalId) -> Outcome<()> {
        self.ask(Call { method: "DELETE", path: self.journal(journal), ..Call::default() }).await.map(|_| ())
    }

    pub async fn keep(&self, journal: JournalId) -> Outcome<()> {
        let path = format!("{}/keep", self.journal(journal));
        self.ask(Call { method: "POST", path, ..Call::default() }).await.map(|_| ())
    }

    pub async fn fetch(&self, journal: JournalId, digests: &[BlobDigest]) -> Outcome<Vec<u8>> {
        let body = encode(&Fetch { digests: List::new(digests.to_vec()).unwrap() });
        let path = format!("{}/fetch", self.journal(journal));
        self.ask(Call { method: "POST", path, body, ..Call::default() }).await.map(|(_, _, body)| body)
    }
}

pub async fn outcome(response: Response) -> Outcome<(StatusCode, HeaderMap, Vec<u8>)> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.unwrap().to_vec();
    if status.is_success() {
        return Ok((status, headers, body));
    }
    Err(serde_json::from_slice::<Problem>(&body).unwrap().code)
}

fn number(headers: &HeaderMap, name: &str) -> u64 {
    headers[name].to_str().unwrap().parse().unwrap()
}
