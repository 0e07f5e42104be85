//! Connections to servers: whom they are made to, what they are protected with, how long an answer may take and how long it may be.

use std::time::{Duration, Instant};

use bytes::Bytes;
use casevault_wire::limit;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Certificate, ClientBuilder, RequestBuilder, Response, Url};

use crate::error::{ClientError, Result};

/// Longest a server may stay silent, and what was sent unheard of.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(20);
/// Bytes that must go through in each second besides: slower than the slowest link that people work on.
const RATE: u64 = 1024;
/// What a server's answers are.
const MEDIA_TYPE: &str = "application/octet-stream";

/// Who vouches for the servers' TLS keys: these certificates alone, or whom the operating system trusts.
#[derive(Clone, Debug, Default)]
pub struct Vouchers(Vec<Certificate>);

impl Vouchers {
    /// The certificates in `pem`: authorities, or the servers' own. Without any, whom the operating system trusts.
    pub fn parse(pem: &[u8]) -> Result<Self> {
        if pem.is_empty() {
            return Ok(Self::default());
        }
        let certificates = Certificate::from_pem_bundle(pem).map_err(|_| ClientError::Certificates)?;
        let vouchers = Self(certificates);
        // What cannot be used is said now, and not when a server is asked.
        if vouchers.0.is_empty() || vouchers.client(false, Alone::Yes).is_err() {
            Err(ClientError::Certificates)
        } else {
            Ok(vouchers)
        }
    }

    /// What speaks to the server at `base`, which is the organisation's own.
    pub(super) fn own(&self, base: &Url) -> Result<reqwest::Client> {
        self.client(is_loopback(base), if self.0.is_empty() { Alone::No } else { Alone::Yes })
    }

    /// What speaks to a partner's server: others may vouch for it, too.
    pub(super) fn partners(&self, base: &Url) -> Result<reqwest::Client> {
        self.client(is_loopback(base), Alone::No)
    }

    fn client(&self, loopback: bool, alone: Alone) -> Result<reqwest::Client> {
        let builder = usual(loopback).https_only(!loopback);
        let builder = match alone {
            Alone::Yes => builder.tls_certs_only(self.0.clone()),
            Alone::No => builder.tls_certs_merge(self.0.clone()),
        };
        builder.build().map_err(|_| ClientError::Unreachable)
    }
}

/// What speaks to somebody who is no server of an organisation's: with whom the operating system trusts, or without TLS.
pub(super) fn without_vouchers(loopback: bool) -> Result<reqwest::Client> {
    usual(loopback).build().map_err(|_| ClientError::Unreachable)
}

fn usual(loopback: bool) -> ClientBuilder {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .tcp_user_timeout(SILENCE)
        .http1_only()
        .tls_version_min(reqwest::tls::Version::TLS_1_3);
    if loopback { builder.no_proxy() } else { builder }
}

/// Whether nobody else vouches.
#[derive(Clone, Copy)]
enum Alone {
    Yes,
    No,
}

/// `https` anywhere, `http` on the loopback address only; no path, no user, no query.
pub fn check_address(address: &str) -> Result<Url> {
    let url = Url::parse(address).map_err(|_| ClientError::Address)?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty() && url.fragment().is_none();
    let safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
    if bare && safe && address.len() <= limit::ADDRESS { Ok(url) } else { Err(ClientError::Address) }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Sends a request whose body has `length` bytes and waits for the head of its answer.
pub(super) async fn ask(request: RequestBuilder, length: u64) -> Result<Response> {
    let answer = tokio::time::timeout(patience(length), request.send()).await;
    answer.map_err(|_| ClientError::Unreachable)?.map_err(|_| ClientError::Unreachable)
}

fn patience(bytes: u64) -> Duration {
    SILENCE + Duration::from_secs(bytes / RATE)
}

/// Whether an answer of success can be a server's: something else between may answer in its place, a captive portal for one.
pub(super) fn is_servers(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bare = answer.content_length() == Some(0);
    (bare || kind == Some(MEDIA_TYPE)) && !answer.headers().contains_key(CONTENT_ENCODING)
}

/// The body of an answer as it comes.
pub struct Reading {
    answer: Response,
    begun: Instant,
    read: u64,
}

impl Reading {
    /// The body of `answer`.
    pub fn new(answer: Response) -> Self {
        Self { answer, begun: Instant::now(), read: 0 }
    }

    /// The next piece, `None` at its end. A server that is silent, or slower than any link, is given up.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let left = patience(self.read).saturating_sub(self.begun.elapsed());
        let piece = tokio::time::timeout(left.min(SILENCE), self.answer.chunk()).await;
        let piece = piece.map_err(|_| ClientError::Unreachable)?.map_err(|_| ClientError::Unreachable)?;
        self.read = self.read.saturating_add(piece.as_ref().map_or(0, |piece| piece.len() as u64));
        Ok(piece)
    }
}

/// Reads an answer's body, of at most `limit` bytes.
pub async fn read(answer: Response, limit: usize) -> Result<Bytes> {
    if answer.content_length().is_some_and(|length| length > limit as u64) {
        return Err(ClientError::Verification);
    }
    let mut reading = Reading::new(answer);
    let mut body = Vec::new();
    while let Some(piece) = reading.next().await? {
        if body.len() + piece.len() > limit {
            return Err(ClientError::Verification);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Bytes::from(body))
}
