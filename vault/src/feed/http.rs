//! Asking the keyserver for its feed, as the vault.

use std::time::Duration;

use casevault_service::node::Node;
use casevault_service::random;
use casevault_wire::codec::{Text, decode, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{IdempotencyKey, Nonce, OrganisationId};
use casevault_wire::keyserver::FeedPage;
use casevault_wire::nonce;
use casevault_wire::request::{Credentials, HEADER, Request, Signer};
use casevault_wire::server::server_id;
use casevault_wire::signature::PublicKey;
use casevault_wire::vault::NonceList;
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Client, Response, StatusCode, Url};

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

/// The keyserver, as one follower asks it.
#[derive(Debug, Clone)]
pub struct Source {
    client: Client,
    base: Url,
    nonce: Option<Nonce>,
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
        let nonce = self.nonce().await?;
        let credentials = sign(node, (organisation, key), (&path, &query), nonce)?;
        let mut url = self.base.join(&path).map_err(|_| SourceError::Address)?;
        url.set_query(Some(&query));
        let patience = Duration::from_secs(wait).saturating_add(PATIENCE);
        let response = self.client.get(url).header(HEADER, credentials).timeout(patience).send().await?;
        let nonce = response.headers().get(nonce::HEADER).and_then(|value| value.to_str().ok());
        self.nonce = nonce.and_then(|text| Nonce::parse(text).ok());
        decode(&body(response).await?, ANSWER).map_err(|_| SourceError::Malformed)
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
    (path, query): (&str, &str),
    nonce: Nonce,
) -> Result<String, SourceError> {
    let (signer, idempotency) = (Signer::Server(node.key.id()), IdempotencyKey(random::bytes()?));
    let body_digest = BlobDigest::of(&[]);
    let request = Request {
        server: server_id(key),
        method: Text::new("GET").map_err(|_| SourceError::Malformed)?,
        path: Text::new(path).map_err(|_| SourceError::Malformed)?,
        query: Text::new(query).map_err(|_| SourceError::Malformed)?,
        fields: Text::default(),
        body_digest,
        body_length: 0,
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
