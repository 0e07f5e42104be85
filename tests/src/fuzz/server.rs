//! A server in this process, over memory, and requests out of an input.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request as Http, Uri, header};
use casevault_crypto::keys::SigningKey;
use casevault_service::node::Node;
use casevault_wire::codec::{Text, encode};
use casevault_wire::hash::BlobDigest;
use casevault_wire::id::{IdempotencyKey, OrganisationId};
use casevault_wire::limit;
use casevault_wire::problem::{MEDIA_TYPE, Problem};
use casevault_wire::request::{Credentials, HEADER, Request, Signer, fields};
use casevault_wire::server::server_id;
use data_encoding::BASE64URL_NOPAD;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::bytes::Bytes;

/// Somebody whose requests the server takes.
#[derive(Clone)]
pub(super) struct Party {
    pub(super) organisation: OrganisationId,
    pub(super) signer: Signer,
    pub(super) key: SigningKey,
}

/// A server.
pub(super) struct Server {
    pub(super) runtime: Runtime,
    pub(super) node: Arc<Node>,
    pub(super) app: Router,
}

/// What is asked of it.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) offset: Option<u64>,
    pub(super) length: Option<u64>,
    pub(super) range: Option<String>,
    pub(super) other: Option<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
}

impl Asked {
    /// A request without anything else.
    pub(super) fn plain(method: Method, target: String, body: Vec<u8>) -> Self {
        Self { method, target, offset: None, length: None, range: None, other: None, body }
    }

    /// A request to one of `paths`, or to any, with `body`.
    pub(super) fn read(bytes: &mut Bytes<'_>, paths: &[String], body: Vec<u8>) -> Option<Self> {
        const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "DELETE", "HEAD", "PUT"];
        let method = match bytes.byte() {
            odd @ 250.. => Method::from_bytes(bytes.take(usize::from(odd - 249))).ok()?,
            byte => METHODS[usize::from(byte) % METHODS.len()].parse().ok()?,
        };
        let path = bytes.choose(paths).clone();
        let what = bytes.byte();
        let path = if what & 1 == 0 { path } else { String::from_utf8(bytes.mutate(path.as_bytes())).ok()? };
        let query = if what & 2 == 0 { String::new() } else { format!("?{}", std::str::from_utf8(bytes.piece()).ok()?) };
        let number = |bytes: &mut Bytes<'_>, bit: u8| (what & bit != 0).then(|| bytes.long() >> (bytes.byte() % 64));
        let (offset, length) = (number(bytes, 4), number(bytes, 8));
        let range = if what & 16 == 0 { None } else { Some(format!("bytes={}", std::str::from_utf8(bytes.piece()).ok()?)) };
        let other = if what & 32 == 0 {
            None
        } else {
            Some((HeaderName::from_bytes(bytes.piece()).ok()?, HeaderValue::from_bytes(bytes.piece()).ok()?))
        };
        Some(Self { method, target: path + query.as_str(), offset, length, range, other, body })
    }
}

impl Server {
    /// Sends what is asked as `by` and sees that the answer is one: a success, or a problem of the closed set, and never the server's
    /// own fault.
    pub(super) fn ask(&self, asked: Asked, by: Option<&Party>) -> Option<Answer> {
        let uri: Uri = asked.target.parse().ok()?;
        let mut request = Http::builder().method(asked.method.clone()).uri(uri.clone());
        if let Some(party) = by {
            request = request.header(HEADER, self.credentials(&asked, &uri, party)?);
        }
        for (name, value) in [("upload-offset", asked.offset), ("upload-length", asked.length)] {
            request = value.into_iter().fold(request, |request, value| request.header(name, value));
        }
        request = asked.range.iter().fold(request, |request, range| request.header(header::RANGE, range));
        request = asked.other.iter().fold(request, |request, (name, value)| request.header(name, value));
        if !asked.other.iter().any(|(name, _)| name == header::CONTENT_LENGTH) {
            request = request.header(header::CONTENT_LENGTH, asked.body.len());
        }
        let request = request.body(Body::from(asked.body)).ok()?;
        let (parts, body) = self.runtime.block_on(async {
            let answer = self.app.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = answer.into_parts();
            (parts, to_bytes(body, 2 * limit::BODY).await.expect("an answer is within its limit"))
        });
        let (status, kind) = (parts.status.as_u16(), parts.headers.get(header::CONTENT_TYPE));
        assert!(status != 500 && status != 503, "{} {}: {status}", asked.method, asked.target);
        if (400..600).contains(&status) && status != 416 && asked.method != Method::HEAD {
            assert_eq!(kind.map(HeaderValue::as_bytes), Some(MEDIA_TYPE.as_bytes()), "{} {}", asked.method, asked.target);
            let problem: Problem = serde_json::from_slice(&body).expect("a failure is a problem");
            assert_eq!(problem.status, status);
        }
        let location = parts.headers.get(header::LOCATION).and_then(|path| path.to_str().ok()).map(str::to_owned);
        Some(Answer { status, location })
    }

    fn credentials(&self, asked: &Asked, uri: &Uri, party: &Party) -> Option<String> {
        let nonce = self.node.gate.nonce().expect("there is randomness");
        let (organisation, signer, idempotency) = (party.organisation, party.signer, IdempotencyKey([5; 16]));
        let body_digest = BlobDigest::of(&asked.body);
        let request = Request {
            server: server_id(self.node.key.public()),
            method: Text::new(asked.method.as_str()).ok()?,
            path: Text::new(uri.path()).ok()?,
            query: Text::new(uri.query().unwrap_or_default()).ok()?,
            fields: Text::new(fields(asked.offset, asked.length, asked.range.as_deref())).ok()?,
            body_digest,
            body_length: asked.body.len() as u64,
            organisation,
            signer,
            nonce,
            idempotency,
        };
        let signature = party.key.sign(signer.label(), &request);
        Some(BASE64URL_NOPAD.encode(&encode(&Credentials { organisation, signer, nonce, idempotency, body_digest, signature })))
    }
}
