//! Signed requests (SPEC §7.2): rebuilt from what is about to be executed, refused in order of cost.

mod body;

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use casevault_wire::codec::{Text, decode};
use casevault_wire::hash::{BlobDigest, Hash};
use casevault_wire::id::{IdempotencyKey, Nonce, OrganisationId};
use casevault_wire::problem::Code;
use casevault_wire::request::{CREDENTIALS, Credentials, HEADER, Request, Signer, fields};
use casevault_wire::server::server_id;
use casevault_wire::signature::{PublicKey, Signature};
use casevault_wire::time::Time;
use data_encoding::BASE64URL_NOPAD;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderName, RANGE};
use http::request::Parts;

pub use body::SignedBody;

use crate::budget::Budget;
use crate::http::problem::Problem;
use crate::http::seat::Seat;
use crate::nonces::NonceBook;

/// The fields of a request that are signed besides its path and body.
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// The target of a request as it came in: routers that nest cut it short.
#[derive(Debug, Clone)]
pub(crate) struct Target(pub(crate) http::Uri);

/// Where signed requests come in.
#[derive(Debug)]
pub struct Gate {
    server: Hash,
    /// Verified against when the signer is unknown, so that the answer takes as long.
    decoy: PublicKey,
    nonces: NonceBook,
    budget: Arc<Budget>,
}

impl Gate {
    /// The gate of the server with `key`; bodies are read within `budget`.
    pub fn new(key: PublicKey, nonces: NonceBook, budget: Arc<Budget>) -> Self {
        Self { server: server_id(&key), decoy: key, nonces, budget }
    }

    /// A fresh nonce.
    ///
    /// # Errors
    /// `unavailable` if the operating system has no randomness.
    pub fn nonce(&self) -> Result<Nonce, Problem> {
        self.nonces.issue().map_err(|_| Problem(Code::Unavailable))
    }

    /// Reads the credentials of `request` and checks its nonce. The body is not read yet.
    ///
    /// # Errors
    /// `refused` without credentials, `malformed` if they are not of their form, `nonce` if the nonce is not good.
    pub fn receive(&self, request: http::Request<Body>) -> Result<Unverified<'_>, Problem> {
        let (parts, body) = request.into_parts();
        let credentials = credentials(&parts.headers)?;
        let request = self.rebuild(&parts, &credentials)?;
        let issued = self.nonces.check(&credentials.nonce).ok_or(Problem(Code::Nonce))?;
        let holder = parts.extensions.get::<Arc<Seat>>().cloned();
        let body = SignedBody::new(body, (request.body_digest, request.body_length), (self.budget.clone(), holder));
        Ok(Unverified { gate: self, request, signature: credentials.signature, issued, body })
    }

    fn rebuild(&self, parts: &Parts, credentials: &Credentials) -> Result<Request, Problem> {
        let header = |name| single(&parts.headers, name);
        let number = |name| header(name)?.map(number).transpose();
        let fields = Text::new(fields(number(&UPLOAD_OFFSET)?, number(&UPLOAD_LENGTH)?, header(&RANGE)?));
        let target = parts.extensions.get::<Target>().map_or(&parts.uri, |target| &target.0);
        let malformed = |_| Problem(Code::Malformed);
        Ok(Request {
            server: self.server,
            method: Text::new(parts.method.as_str()).map_err(malformed)?,
            path: Text::new(target.path()).map_err(malformed)?,
            query: Text::new(target.query().unwrap_or_default()).map_err(malformed)?,
            fields: fields.map_err(malformed)?,
            body_digest: credentials.body_digest,
            body_length: body_length(&parts.headers)?,
            organisation: credentials.organisation,
            signer: credentials.signer,
            nonce: credentials.nonce,
            idempotency: credentials.idempotency,
        })
    }
}

/// A request whose signature was not checked. It can say who claims to sign, and nothing else.
#[derive(Debug)]
pub struct Unverified<'a> {
    gate: &'a Gate,
    request: Request,
    signature: Signature,
    issued: Time,
    body: SignedBody,
}

impl Unverified<'_> {
    /// Whose key the signature claims to be of.
    pub fn signer(&self) -> Signer {
        self.request.signer
    }

    /// The organisation that it names.
    pub fn organisation(&self) -> OrganisationId {
        self.request.organisation
    }

    /// The request with its body read, at most `limit` bytes, for the few whose key stands in it. Nothing of the body is to be acted
    /// on before [`Self::verify`].
    ///
    /// # Errors
    /// `too-large` before anything is read, `malformed` if the body is not what the credentials say.
    pub async fn buffered(self, limit: usize) -> Result<(Self, Bytes), Problem> {
        let Self { body, .. } = self;
        let (bytes, body) = body.buffered(limit).await?;
        Ok((Self { body, ..self }, bytes))
    }

    /// The request as if it were signed. Only in builds for tests which show that confidentiality does not depend on signatures.
    ///
    /// # Errors
    /// `nonce` if another request had the nonce.
    #[cfg(feature = "open-door")]
    pub fn believe(self) -> Result<Authenticated, Problem> {
        self.authenticated()
    }

    /// The request, once `key` is seen to have signed it; its nonce is spent. `None` stands for a signer that is not known.
    ///
    /// # Errors
    /// `refused`, the same for an unknown signer and a bad signature, after the same work; `nonce` if another request was faster.
    pub fn verify(self, key: Option<&PublicKey>) -> Result<Authenticated, Problem> {
        let verified = self.request.verify(key.unwrap_or(&self.gate.decoy), &self.signature);
        if key.is_none() || verified.is_err() {
            return Err(Problem(Code::Refused));
        }
        self.authenticated()
    }

    fn authenticated(self) -> Result<Authenticated, Problem> {
        let Request { organisation, signer, idempotency, nonce, .. } = self.request;
        if !self.gate.nonces.spend(nonce, self.issued) {
            return Err(Problem(Code::Nonce));
        }
        Ok(Authenticated { organisation, signer, idempotency, issued: self.issued, body: self.body })
    }
}

/// A request that its signer's key has signed.
#[derive(Debug)]
pub struct Authenticated {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signed.
    pub signer: Signer,
    /// Names the operation across retries.
    pub idempotency: IdempotencyKey,
    /// When its nonce was issued, by this server's clock: it was sent after that.
    pub issued: Time,
    /// The body, not read yet.
    pub body: SignedBody,
}

fn credentials(headers: &HeaderMap) -> Result<Credentials, Problem> {
    let name = HeaderName::from_static(HEADER);
    let text = single(headers, &name)?.ok_or(Problem(Code::Refused))?;
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Problem(Code::Malformed))?;
    decode(&bytes, CREDENTIALS).map_err(|_| Problem(Code::Malformed))
}

/// The body's length as its header says; a body without one, or in chunks, is malformed.
fn body_length(headers: &HeaderMap) -> Result<u64, Problem> {
    if headers.contains_key(http::header::TRANSFER_ENCODING) || headers.contains_key(http::header::CONTENT_ENCODING) {
        return Err(Problem(Code::Malformed));
    }
    number(single(headers, &CONTENT_LENGTH)?.unwrap_or("0"))
}

/// A number in its one decimal form.
fn number(text: &str) -> Result<u64, Problem> {
    let number: u64 = text.parse().map_err(|_| Problem(Code::Malformed))?;
    if number.to_string() == text { Ok(number) } else { Err(Problem(Code::Malformed)) }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    match (first, second) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Problem(Code::Malformed)),
        _ => Err(Problem(Code::Malformed)),
    }
}

/// The digest of no body.
pub fn empty_digest() -> BlobDigest {
    BlobDigest::of(&[])
}
