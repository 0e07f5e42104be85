//! Asking the keyserver for its feed, as the vault.

use std::time::Duration;

use casevault_service::http::problem::Problem;
use casevault_service::node::Node;
use casevault_service::random;
use casevault_wire::codec::{Text, decode, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{IdempotencyKey, Nonce, OrganisationId};
use casevault_wire::keyserver::FeedPage;
use casevault_wire::nonce;
use casevault_wire::problem::Code;
use casevault_wire::request::{Credentials, HEADER, Request, Signer};
use casevault_wire::server::server_id;
use casevault_wire::signature::PublicKey;
use casevault_wire::statistics::{Answers, Job, Period};
use casevault_wire::vault::NonceList;
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Client, Method, Response, StatusCode, Url};

/// The longest answer that is read, bytes.
const ANSWER: usize = 1024 * 1024;
/// How long an answer may take beyond what was asked to wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the keyserver did not answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The address is none.
    #[error("the keyserver's address is not one")]
    Address,
    /// It could not be reached, or broke off.
    #[error("the keyserver cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// It answered something else than a feed.
    #[error("the keyserver refused with status {0}")]
    Refused(u16),
    /// Its answer is too long or not of its form.
    #[error("the keyserver's answer is malformed")]
    Malformed,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] random::NoRandomness),
}

/// A request.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    query: &'a str,
    body: Vec<u8>,
}

/// The keyserver, as one follower asks it.
#[derive(Debug, Clone)]
pub struct Source {
    client: Client,
    base: Url,
    nonce: Option<Nonce>,
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Refused(409) => Self(Code::Conflict),
            _ => Self(Code::Unavailable),
        }
    }
}

impl Source {
    /// The keyserver at `address`. It is asked directly, and redirects are not followed.
    ///
    /// # Errors
    /// [`SourceError::Address`].
    pub fn new(address: &str) -> Result<Self, SourceError> {
        let base = Url::parse(address).map_err(|_| SourceError::Address)?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(SourceError::Address);
        }
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Ok(Self { client: client.connect_timeout(PATIENCE).build()?, base, nonce: None })
    }

    /// The items of an organisation's feed from `from`, waiting up to `wait` seconds for the first. The keyserver has `key`.
    ///
    /// # Errors
    /// [`SourceError`]; asking again later is all that helps.
    pub async fn feed(
        &mut self,
        node: &Node,
        (organisation, key): (OrganisationId, &PublicKey),
        (from, wait): (u64, u64),
    ) -> Result<FeedPage, SourceError> {
        let path = format!("/v1/organisations/{organisation}/feed");
        let query = format!("from={from}&wait={wait}");
        let patience = Duration::from_secs(wait).saturating_add(PATIENCE);
        let ask = Ask { method: Method::GET, path: &path, query: &query, body: Vec::new() };
        decode(&self.ask(node, (organisation, key), ask, patience).await?, ANSWER).map_err(|_| SourceError::Malformed)
    }

    /// What the keyserver makes of some reports of a period (SPEC §8.12).
    ///
    /// # Errors
    /// [`SourceError`]; the same job may be sent again.
    pub async fn verify_reports(
        &mut self,
        node: &Node,
        (organisation, key): (OrganisationId, &PublicKey),
        period: Period,
        job: &Job,
    ) -> Result<Answers, SourceError> {
        let path = format!("/v1/organisations/{organisation}/statistics/verify");
        let query = format!("period={}", period.number());
        let ask = Ask { method: Method::POST, path: &path, query: &query, body: encode(job) };
        decode(&self.ask(node, (organisation, key), ask, PATIENCE).await?, ANSWER).map_err(|_| SourceError::Malformed)
    }

    async fn ask(
        &mut self,
        node: &Node,
        (organisation, key): (OrganisationId, &PublicKey),
        ask: Ask<'_>,
        patience: Duration,
    ) -> Result<Vec<u8>, SourceError> {
        let nonce = self.nonce().await?;
        let credentials = sign(node, (organisation, key), &ask, nonce)?;
        let mut url = self.base.join(ask.path).map_err(|_| SourceError::Address)?;
        url.set_query(Some(ask.query));
        let request = self.client.request(ask.method, url).header(HEADER, credentials).timeout(patience);
        let response = if ask.body.is_empty() { request } else { request.body(ask.body) }.send().await?;
        let nonce = response.headers().get(nonce::HEADER).and_then(|value| value.to_str().ok());
        self.nonce = nonce.and_then(|text| Nonce::parse(text).ok());
        body(response).await
    }

    async fn nonce(&mut self) -> Result<Nonce, SourceError> {
        if let Some(nonce) = self.nonce.take() {
            return Ok(nonce);
        }
        let url = self.base.join("/v1/nonces").map_err(|_| SourceError::Address)?;
        let response = self.client.get(url).timeout(PATIENCE).send().await?;
        let nonces: NonceList = decode(&body(response).await?, ANSWER).map_err(|_| SourceError::Malformed)?;
        nonces.as_slice().first().copied().ok_or(SourceError::Malformed)
    }
}

fn sign(
    node: &Node,
    (organisation, key): (OrganisationId, &PublicKey),
    ask: &Ask<'_>,
    nonce: Nonce,
) -> Result<String, SourceError> {
    let (signer, idempotency) = (Signer::Server(node.key.id()), IdempotencyKey(random::bytes()?));
    let body_digest = BlobDigest::of(&ask.body);
    let request = Request {
        server: server_id(key),
        method: Text::new(ask.method.as_str()).map_err(|_| SourceError::Malformed)?,
        path: Text::new(ask.path).map_err(|_| SourceError::Malformed)?,
        query: Text::new(ask.query).map_err(|_| SourceError::Malformed)?,
        fields: Text::default(),
        body_digest,
        body_length: ask.body.len() as u64,
        organisation,
        signer,
        nonce,
        idempotency,
    };
    let signature = node.key.sign_request(&request);
    let credentials = Credentials { organisation, signer, nonce, idempotency, body_digest, signature };
    Ok(BASE64URL_NOPAD.encode(&encode(&credentials)))
}

async fn body(mut response: Response) -> Result<Vec<u8>, SourceError> {
    if response.status() != StatusCode::OK {
        return Err(SourceError::Refused(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await? {
        if body.len().saturating_add(bytes.len()) > ANSWER {
            return Err(SourceError::Malformed);
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}
