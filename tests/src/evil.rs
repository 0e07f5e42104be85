//! An operator in bad faith: a proxy before a real server that drops, delays, replays, swaps, forks and answers as it likes. It has
//! no key but what it saw, and the server's own where a fork of the real server runs beside it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use casevault_wire::codec::decode;
use casevault_wire::id::DeviceId;
use casevault_wire::request::{CREDENTIALS, Credentials, HEADER, Signer};
use data_encoding::BASE64URL_NOPAD;
use futures_util::StreamExt as _;
use tokio::net::TcpListener;

/// How long after an answer more of it comes.
const AFTER: Duration = Duration::from_millis(50);
/// The longest request or answer that passes.
const LONGEST: usize = 256 * 1024 * 1024;
/// Headers that belong to one connection, or that the proxy's own say.
const OWN: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "keep-alive"];

/// What somebody asks.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query.
    pub query: String,
    /// Who signs, if anybody does.
    pub signer: Option<Signer>,
    /// The body.
    pub body: Bytes,
}

impl Asked {
    /// Whether it is this method on a path that ends so.
    pub fn is(&self, method: &str, end: &str) -> bool {
        self.method == method && self.path.ends_with(end)
    }

    /// Whether this device asks.
    pub fn by(&self, device: DeviceId) -> bool {
        self.signer == Some(Signer::Device(device))
    }
}

/// What somebody was answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// Changes a body.
pub type Swap = Arc<dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync>;
/// Whom an act is for.
pub type Whom = Box<dyn Fn(&Asked) -> bool + Send + Sync>;

/// Changes a request; its credentials stay.
pub type Change = fn(&mut Asked);

/// What became of a request that was sent changed, and then as it was.
pub struct Relayed {
    /// How it was changed.
    pub change: Change,
    /// What was sent first.
    pub asked: Asked,
    /// The status that answered it.
    pub first: u16,
    /// The status that answered what was meant.
    pub then: u16,
}

/// What the operator does with a request.
#[derive(Clone)]
pub enum Act {
    /// The connection is cut before anything was answered.
    Drop,
    /// It passes this much later.
    Delay(Duration),
    /// Answered without the server, with a status and a body.
    Answer(u16, Vec<u8>),
    /// Sent first as it is changed, to this server or another, and then as it was.
    Relay(Option<String>, Change),
    /// Sent elsewhere, with a status and an address.
    Redirect(u16, String),
    /// Answered with what the same request was answered when it passed last; with 404 if it never did.
    Replay,
    /// Passed to another server: a fork of the real one.
    Elsewhere(String),
    /// The server's answer, changed.
    Swap(Swap),
    /// The server's answer, and more after it.
    More(Vec<u8>),
    /// The server is asked, and its answer is lost.
    Lose,
}

#[derive(Default)]
struct Kept {
    rules: Vec<(Whom, Act)>,
    /// The last answer to each request, by signer, method, path and query.
    answers: HashMap<String, Answered>,
    seen: Vec<(Asked, Option<Answered>)>,
    relayed: Vec<Relayed>,
}

/// The proxy. Stops with the runtime that it was started on.
#[derive(Clone)]
pub struct Evil {
    /// Where devices, or the other server, connect to.
    pub address: String,
    server: String,
    http: reqwest::Client,
    kept: Arc<Mutex<Kept>>,
}

impl Evil {
    /// Stands before the server at `address`, honestly until it is told otherwise.
    pub async fn before(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let http = reqwest::Client::builder().no_proxy().http1_only().redirect(reqwest::redirect::Policy::none());
        let evil = Self {
            address: format!("http://{own}"),
            server: address.to_owned(),
            http: http.build().expect("a client"),
            kept: Arc::default(),
        };
        let router = Router::new().fallback(handle).with_state(evil.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        evil
    }

    /// From now on does `act` with requests that `whom` holds for. Earlier rules go first.
    pub fn when(&self, whom: impl Fn(&Asked) -> bool + Send + Sync + 'static, act: Act) {
        self.kept().rules.push((Box::new(whom), act));
    }

    /// From now on passes everything.
    pub fn repent(&self) {
        self.kept().rules.clear();
    }

    /// What was asked since the last look, and answered.
    pub fn seen(&self) -> Vec<(Asked, Option<Answered>)> {
        std::mem::take(&mut self.kept().seen)
    }

    /// What was sent changed, and what was answered.
    pub fn relayed(&self) -> Vec<Relayed> {
        std::mem::take(&mut self.kept().relayed)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn act(&self, asked: &Asked) -> Option<Act> {
        self.kept().rules.iter().find(|(whom, _)| whom(asked)).map(|(_, act)| act.clone())
    }

    async fn pass(&self, server: &str, asked: &Asked, headers: &axum::http::HeaderMap) -> Option<Response> {
        let question = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
        let method = asked.method.parse().ok()?;
        let mut request = self.http.request(method, format!("{server}{}{question}", asked.path)).body(asked.body.clone());
        for (name, value) in headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
            request = request.header(name, value);
        }
        let answer = request.send().await.ok()?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers().iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
            response = response.header(name, value);
        }
        response.body(Body::from(answer.bytes().await.ok()?)).ok()
    }
}

async fn handle(State(evil): State<Evil>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return cut() };
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        signer: signer(&parts.headers),
        body,
    };
    let key = format!("{:?} {} {}?{}", asked.signer, asked.method, asked.path, asked.query);
    let act = evil.act(&asked);
    let honest = act.is_none();
    let more = if let Some(Act::More(more)) = &act { Some(more.clone()) } else { None };
    let response = match act {
        None | Some(Act::More(_)) => evil.pass(&evil.server, &asked, &parts.headers).await,
        Some(Act::Drop) => None,
        Some(Act::Delay(time)) => {
            tokio::time::sleep(time).await;
            evil.pass(&evil.server, &asked, &parts.headers).await
        }
        Some(Act::Answer(status, body)) => Some(plain(status, body)),
        Some(Act::Relay(server, change)) => {
            let mut changed = asked.clone();
            change(&mut changed);
            let (_, answered) = opened(evil.pass(server.as_ref().unwrap_or(&evil.server), &changed, &parts.headers).await).await;
            let (response, then) = opened(evil.pass(&evil.server, &asked, &parts.headers).await).await;
            let status = |answered: Option<Answered>| answered.map_or(0, |answered| answered.status);
            evil.kept().relayed.push(Relayed { change, asked: changed, first: status(answered), then: status(then) });
            Some(response)
        }
        Some(Act::Redirect(status, address)) => {
            let response = Response::builder().status(status).header("location", address);
            Some(response.body(Body::empty()).expect("a status"))
        }
        Some(Act::Replay) => {
            let old = evil.kept().answers.get(&key).cloned();
            Some(old.map_or_else(|| plain(404, Vec::new()), |old| plain(old.status, old.body.to_vec())))
        }
        Some(Act::Elsewhere(server)) => evil.pass(&server, &asked, &parts.headers).await,
        Some(Act::Swap(swap)) => swapped(evil.pass(&evil.server, &asked, &parts.headers).await, &swap).await,
        Some(Act::Lose) => {
            evil.pass(&evil.server, &asked, &parts.headers).await;
            None
        }
    };
    let (response, answered) = opened(response).await;
    let mut kept = evil.kept();
    if let (true, Some(answered)) = (honest, &answered) {
        kept.answers.insert(key, answered.clone());
    }
    kept.seen.push((asked, answered.clone()));
    drop(kept);
    match (more, answered) {
        (Some(more), Some(answered)) => followed(response, answered.body, more),
        _ => response,
    }
}

/// An answer with more after its body.
fn followed(response: Response, body: Bytes, more: Vec<u8>) -> Response {
    // Long enough after it to be read apart from it.
    let later = async move {
        tokio::time::sleep(AFTER).await;
        Ok::<_, std::convert::Infallible>(Bytes::from(more))
    };
    let first = futures_util::stream::iter([Ok(body)]);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from_stream(first.chain(futures_util::stream::once(later))))
}

/// The answer, and what is in it; nothing is a connection that is cut.
async fn opened(response: Option<Response>) -> (Response, Option<Answered>) {
    let Some(response) = response else { return (cut(), None) };
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return (cut(), None) };
    let answered = Answered { status: parts.status.as_u16(), body: body.clone() };
    (Response::from_parts(parts, Body::from(body)), Some(answered))
}

async fn swapped(response: Option<Response>, swap: &Swap) -> Option<Response> {
    let (parts, body) = response?.into_parts();
    let body = to_bytes(body, LONGEST).await.ok()?;
    Some(Response::from_parts(parts, Body::from(swap(body.to_vec()))))
}

fn plain(status: u16, body: Vec<u8>) -> Response {
    let response = Response::builder().status(status).header("content-type", "application/octet-stream");
    response.body(Body::from(body)).expect("a status")
}

/// An answer that breaks off before its first byte.
fn cut() -> Response {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::new(Body::from_stream(broken))
}

fn signer(headers: &axum::http::HeaderMap) -> Option<Signer> {
    let bytes = BASE64URL_NOPAD.decode(headers.get(HEADER)?.as_bytes()).ok()?;
    decode::<Credentials>(&bytes, CREDENTIALS).ok().map(|credentials| credentials.signer)
}
