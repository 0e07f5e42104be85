//! Signed requests to the two servers. The only module that knows status codes and headers.

mod authority;
mod line;
mod payload;
mod transport;

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use casevault_crypto::random::{SystemRandom, draw};
use casevault_wire::codec::{Text, decode, encode};
use casevault_wire::hash::Hash;
use casevault_wire::id::{IdempotencyKey, Nonce, OrganisationId};
use casevault_wire::problem::{Code, Problem};
use casevault_wire::request::{self, Credentials, Request, Signer};
use casevault_wire::server::{ServerInfo, server_id};
use casevault_wire::signature::{PublicKey, Signature};
use casevault_wire::vault::NonceList;
use casevault_wire::{limit, nonce};
use reqwest::{Method, Url};

use crate::error::{ClientError, Result};
pub use authority::Authority;
use line::Line;
pub use payload::Payload;
pub use transport::{Reading, Vouchers, check_address, read};
use transport::{ask as answer_to, is_servers};

/// The longest problem that is read.
const PROBLEM: usize = 4096;

/// A key that signs requests.
pub trait Signing: Sync {
    /// Who signs.
    fn signer(&self) -> Signer;
    /// Signs `request` under the label of [`Self::signer`].
    fn sign(&self, request: &Request) -> Signature;
}

/// What to ask.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The path, from the first slash.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// `Upload-Offset`, in bytes.
    pub offset: Option<u64>,
    /// `Upload-Length`, in bytes.
    pub length: Option<u64>,
    /// `Range`.
    pub range: Option<String>,
    /// What names the operation through its repetitions; drawn for this request alone if there is none.
    pub idempotency: Option<IdempotencyKey>,
    /// The body.
    pub body: Payload,
    /// The longest answer that is read, bytes.
    pub most: usize,
}

impl Ask {
    /// Asks for `path` with nothing else.
    pub fn path(path: String) -> Self {
        let (query, body) = (String::new(), Payload::default());
        Self { path, query, offset: None, length: None, range: None, idempotency: None, body, most: limit::BODY }
    }

    /// The same with a query.
    pub fn query(mut self, query: String) -> Self {
        self.query = query;
        self
    }

    /// The same, reading an answer of at most `most` bytes.
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// The same with an encoded body.
    pub fn body<T: tls_codec::Serialize>(mut self, body: &T) -> Self {
        self.body = Payload::from(encode(body));
        self
    }
}

/// One server.
pub struct Server {
    base: Url,
    id: Hash,
    http: reqwest::Client,
    nonces: Mutex<Vec<Nonce>>,
    line: Line,
}

impl Server {
    /// The organisation's own server at `address` whose key is `key`. Connects to nothing yet.
    pub fn new(address: &str, key: &PublicKey, vouchers: &Vouchers) -> Result<Self> {
        let base = check_address(address)?;
        let http = vouchers.own(&base)?;
        Ok(Self { base, id: server_id(key), http, nonces: Mutex::new(Vec::new()), line: Line::default() })
    }

    /// A partner's server.
    pub fn of_partner(address: &str, key: &PublicKey, vouchers: &Vouchers) -> Result<Self> {
        let base = check_address(address)?;
        let http = vouchers.partners(&base)?;
        Ok(Self { base, id: server_id(key), http, nonces: Mutex::new(Vec::new()), line: Line::default() })
    }

    /// Has the server be out of reach from now on, whatever is on its way to it or from it.
    pub fn hang_up(&self) {
        self.line.cut();
    }

    /// Sends a signed request and reads its answer.
    pub async fn call(&self, method: Method, organisation: &OrganisationId, key: &dyn Signing, ask: Ask) -> Result<Bytes> {
        let most = ask.most;
        let answer = self.send(method, organisation, key, ask).await?;
        read(answer, most).await
    }

    /// Sends a signed request and decodes its answer.
    pub async fn get<T: tls_codec::Deserialize>(&self, organisation: &OrganisationId, key: &dyn Signing, ask: Ask) -> Result<T> {
        let most = ask.most;
        let bytes = self.call(Method::GET, organisation, key, ask).await?;
        decode(&bytes, most).map_err(|_| ClientError::Verification)
    }

    /// Posts a signed request and decodes its answer.
    pub async fn post<T: tls_codec::Deserialize>(&self, organisation: &OrganisationId, key: &dyn Signing, ask: Ask) -> Result<T> {
        let most = ask.most;
        let bytes = self.call(Method::POST, organisation, key, ask).await?;
        decode(&bytes, most).map_err(|_| ClientError::Verification)
    }

    /// Posts a signed request whose answer has no body.
    pub async fn tell(&self, organisation: &OrganisationId, key: &dyn Signing, ask: Ask) -> Result<()> {
        self.call(Method::POST, organisation, key, ask.most(0)).await.map(|_| ())
    }

    /// Sends a signed request; a nonce that the server does not know any more is replaced once.
    pub async fn send(
        &self,
        method: Method,
        organisation: &OrganisationId,
        key: &dyn Signing,
        ask: Ask,
    ) -> Result<reqwest::Response> {
        let idempotency = match ask.idempotency {
            Some(key) => key,
            None => IdempotencyKey(draw(&mut SystemRandom).map_err(crate::view::no_randomness)?),
        };
        let digest = ask.body.digest();
        let mut retried = false;
        loop {
            let nonce = self.nonce().await?;
            let request = Request {
                server: self.id,
                method: text(method.as_str())?,
                path: text(&ask.path)?,
                query: text(&ask.query)?,
                fields: text(&request::fields(ask.offset, ask.length, ask.range.as_deref()))?,
                body_digest: digest,
                body_length: ask.body.left(),
                organisation: *organisation,
                signer: key.signer(),
                nonce,
                idempotency,
            };
            let signature = key.sign(&request);
            let answer = self.transmit(&method, &ask, &request, signature).await?;
            match check(answer).await {
                Err(ClientError::Server(Code::Nonce)) if !retried => {
                    retried = true;
                    self.forget_older_nonces();
                }
                other => return other,
            }
        }
    }

    async fn transmit(&self, method: &Method, ask: &Ask, request: &Request, signature: Signature) -> Result<reqwest::Response> {
        let credentials = Credentials {
            organisation: request.organisation,
            signer: request.signer,
            nonce: request.nonce,
            idempotency: request.idempotency,
            body_digest: request.body_digest,
            signature,
        };
        let mut url = self.base.join(&ask.path).map_err(|_| ClientError::Address)?;
        if !ask.query.is_empty() {
            url.set_query(Some(&ask.query));
        }
        let mut builder = self.http.request(method.clone(), url).header(request::HEADER, header_value(&credentials));
        let fields = [
            ("upload-offset", ask.offset.map(|n| n.to_string())),
            ("upload-length", ask.length.map(|n| n.to_string())),
            ("range", ask.range.clone()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        let asked = answer_to(builder.body(reqwest::Body::wrap(ask.body.clone())), ask.body.left());
        let answer = self.line.while_whole(asked).await?;
        self.keep_nonce(&answer);
        Ok(answer)
    }

    /// Keeps the nonce of the last answer alone: a server that does not know one of its nonces knows none before that answer's.
    fn forget_older_nonces(&self) {
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let last = nonces.pop();
        nonces.clear();
        nonces.extend(last);
    }

    fn keep_nonce(&self, answer: &reqwest::Response) {
        let fresh =
            answer.headers().get(nonce::HEADER).and_then(|value| value.to_str().ok()).and_then(|text| Nonce::parse(text).ok());
        if let Some(fresh) = fresh {
            self.nonces.lock().unwrap_or_else(PoisonError::into_inner).push(fresh);
        }
    }

    async fn nonce(&self) -> Result<Nonce> {
        if let Some(nonce) = self.nonces.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(nonce);
        }
        let url = self.base.join("/v1/nonces").map_err(|_| ClientError::Address)?;
        let answer = check(self.line.while_whole(answer_to(self.http.get(url), 0)).await?).await?;
        let bytes = read(answer, 16 * 1024).await?;
        let mut fresh = decode::<NonceList>(&bytes, 16 * 1024).map_err(|_| ClientError::Verification)?.into_vec();
        let nonce = fresh.pop().ok_or(ClientError::Verification)?;
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
        Ok(nonce)
    }
}

/// Posts bytes to an own server that needs no signature: a founding, which signs itself.
pub async fn post_unsigned(address: &str, path: &str, body: Vec<u8>, vouchers: &Vouchers) -> Result<Bytes> {
    let base = check_address(address)?;
    let url = base.join(path).map_err(|_| ClientError::Address)?;
    let length = body.len() as u64;
    let answer = answer_to(vouchers.own(&base)?.post(url).body(body), length).await?;
    read(check(answer).await?, limit::BODY).await
}

/// Reads what an own server answers to anybody, of at most `most` bytes.
pub async fn get_own(address: &str, path: &str, most: usize, vouchers: &Vouchers) -> Result<Bytes> {
    let base = check_address(address)?;
    let url = base.join(path).map_err(|_| ClientError::Address)?;
    read(check(answer_to(vouchers.own(&base)?.get(url), 0).await?).await?, most).await
}

/// Reads what a partner's server answers to anybody, of at most `most` bytes.
pub async fn get_unsigned(address: &str, path: &str, most: usize, vouchers: &Vouchers) -> Result<Bytes> {
    let base = check_address(address)?;
    let url = base.join(path).map_err(|_| ClientError::Address)?;
    read(check(answer_to(vouchers.partners(&base)?.get(url), 0).await?).await?, most).await
}

/// Asks an own server who it is.
pub async fn server_info(address: &str, vouchers: &Vouchers) -> Result<ServerInfo> {
    let bytes = get_own(address, "/v1/server", 1024, vouchers).await?;
    decode(&bytes, 1024).map_err(|_| ClientError::Verification)
}

/// The value of a header of an answer.
pub fn header<'a>(answer: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).and_then(|value| value.to_str().ok())
}

async fn check(answer: reqwest::Response) -> Result<reqwest::Response> {
    if answer.status().is_success() {
        return if is_servers(&answer) { Ok(answer) } else { Err(ClientError::Unreachable) };
    }
    let body = read(answer, PROBLEM).await.map_err(|_| ClientError::Unreachable)?;
    Err(problem(&body))
}

/// What a body that should be a problem means. One that is none says nothing: something else than the server may have answered.
fn problem(body: &[u8]) -> ClientError {
    match serde_json::from_slice::<Problem>(body).map(|problem| problem.code) {
        Ok(Code::Unavailable | Code::Busy) | Err(_) => ClientError::Unreachable,
        Ok(code) => ClientError::Server(code),
    }
}

fn header_value(credentials: &Credentials) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&encode(credentials))
}

fn text<const MAX: usize>(value: &str) -> Result<Text<MAX>> {
    Text::new(value).map_err(|_| ClientError::Text)
}

#[cfg(test)]
#[path = "http/tests/hostile.rs"]
mod hostile;

#[cfg(test)]
mod tests {
    use super::*;

    // Obeys R-9-2.
    // Breaks R-9-1, R-9-2.
    #[test]
    fn a_problem_is_what_its_code_says_and_nothing_else_is_one() {
        let said = |status: u16, code: &str, more: &str| {
            let kind = format!("urn:casevault:problem:{code}");
            problem(format!(r#"{{"type":"{kind}","title":"Said so.","status":{status},"code":"{code}"{more}}}"#).as_bytes())
        };
        assert!(matches!(said(409, "conflict", ""), ClientError::Server(Code::Conflict)));
        assert!(matches!(said(503, "unavailable", ""), ClientError::Unreachable), "to be repeated as it is");
        assert!(matches!(said(200, "refused", ""), ClientError::Server(Code::Refused)), "whatever status came with it");
        assert!(matches!(said(403, "forbidden", ""), ClientError::Unreachable), "there is no such code");
        assert!(matches!(said(403, "refused", r#","detail":"device"#), ClientError::Unreachable), "cut off");
        assert!(matches!(said(403, "refused", r#","detail":"x""#), ClientError::Unreachable), "nor such a member");
        assert!(matches!(problem(b"<html>Bad Gateway</html>"), ClientError::Unreachable));
    }

    // Plays B02.
    // Obeys R-7.1-1.
    // Breaks R-7.1-1.
    #[test]
    fn only_safe_addresses_are_accepted() {
        for good in
            ["https://vault.example", "https://vault.example:8443", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"]
        {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://vault.example",
            "http://127.0.0.1.nip.io",
            "https://a@b",
            "https://a/b",
            "ftp://a",
            "vault.example",
            "http://10.0.0.1:1",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
