//! What stands before every page and behind it: who may ask at all, and what an answer says to the browser.
//!
//! The session is a cookie that no script reads and that is sent to no other site. Cookies know no ports, and `__Host-` asks for TLS, which
//! the loopback address has not: the cookie is of a host whose name was drawn for this launch, so that no other server on this machine is
//! ever sent it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::desk::Desk;
use crate::failure::{Failure, Outcome};
use crate::visit::Visit;
use crate::{draft, once, peer, screen};

/// The cookie's name.
const COOKIE: &str = "session";

/// Bytes of an answer to a form.
const ANSWER: usize = 16 << 20;

/// What every answer says.
static HEADERS: [(HeaderName, HeaderValue); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        ),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-embedder-policy"), HeaderValue::from_static("require-corp")),
];

/// Looks at a request, lets it pass or not, and completes the answer.
pub(crate) async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    match check(&desk, &request) {
        Ok(()) if once::is_form(&request) => once::answer(desk, request, next).await,
        checked => answer(desk, (request, checked.err()), next).await.0,
    }
}

/// The answer to a request, unless something is against it, and whether what was asked for was done.
pub(crate) async fn answer(desk: Arc<Desk>, (request, against): (Request, Option<Failure>), next: Next) -> (Response, bool) {
    let visit = Visit::new(&desk, request.headers());
    let led = leads_on(&request);
    let inside = desk.is_open() && !screen::WITHOUT_KEYS.contains(&request.uri().path());
    let answer = match against {
        Some(failure) => failure.into_response(),
        None if draft::is_one(&desk, &request) => draft::keep(&visit, request).await,
        None => next.run(request).await,
    };
    // What was asked for before the profile was locked is not shown after it.
    let answer = if inside && !desk.is_open() { Failure::Locked.into_response() } else { answer };
    let answer = finish(&visit, answer);
    let done = !answer.status().is_client_error() && !answer.status().is_server_error();
    (if led && !answer.status().is_redirection() { apart(&desk, answer).await } else { answer }, done)
}

/// Whether a form would leave what was typed among the pages that a browser remembers: it keeps the body of a form with the page that
/// answers it. Coming in and going away leave nothing.
fn leads_on(request: &Request) -> bool {
    let navigates = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    request.method() == Method::POST && navigates && ![screen::ENTER, screen::LEAVE, screen::WIPE].contains(&request.uri().path())
}

/// Has the browser ask for the answer to a form by an address of its own.
async fn apart(desk: &Desk, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let mut led = match axum::body::to_bytes(body, ANSWER).await.map(|body| desk.keep(parts.status, body)) {
        Ok(Ok(handle)) => Redirect::to(&format!("{}{handle}", screen::ANSWERS)).into_response(),
        _ => Failure::Internal.into_response(),
    };
    led.headers_mut().extend(parts.headers.get(header::SET_COOKIE).map(|cookie| (header::SET_COOKIE, cookie.clone())));
    headed(led)
}

/// The same answer with what every answer says.
pub(crate) fn headed(mut answer: Response) -> Response {
    answer.headers_mut().extend(HEADERS.clone());
    answer
}

fn check(desk: &Desk, request: &Request) -> Result<(), Failure> {
    let headers = request.headers();
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().is_some_and(|host| host.as_bytes() == desk.host.as_bytes());
    if !host || hosts.next().is_some() || request.uri().authority().is_some() {
        return Err(Failure::Misdirected);
    }
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if from.is_some_and(|from| peer::is_strange(from.0)) {
        return Err(Failure::Elsewhere);
    }
    let path = request.uri().path();
    match *request.method() {
        // The token is what lets it in, from a file, which is of no origin.
        Method::POST if path == screen::ENTER => return Ok(()),
        Method::POST if !same_origin(desk, headers) => return Err(Failure::Foreign),
        Method::GET | Method::HEAD if !matches!(site(headers), None | Some(b"same-origin" | b"none")) => {
            return Err(Failure::Foreign);
        }
        Method::GET | Method::HEAD | Method::POST => {}
        _ => return Err(Failure::Method),
    }
    if path.starts_with(screen::ASSETS) || has_session(desk, headers) { Ok(()) } else { Err(Failure::Stranger) }
}

fn site(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get("sec-fetch-site").map(HeaderValue::as_bytes)
}

/// Whether a page of ours asks. A browser that does not say so asks for nothing to be changed.
fn same_origin(desk: &Desk, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() == desk.origin.as_bytes());
    origin && site(headers) == Some(b"same-origin")
}

fn has_session(desk: &Desk, headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours = cookies.flat_map(|value| value.split(';')).filter_map(|one| one.trim().split_once('='));
    ours.any(|(name, value)| name == COOKIE && desk.is_session(value))
}

/// An answer that gives the browser the session that began with it.
pub(crate) fn with_session(desk: &Desk, mut answer: Response) -> Outcome {
    let cookie = HeaderValue::from_str(&cookie(desk)).map_err(|_| Failure::Internal)?;
    answer.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(answer)
}

/// What gives a browser the session.
pub(crate) fn cookie(desk: &Desk) -> String {
    format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", &*desk.session())
}

/// A failure becomes a page in the person's language, whoever failed; every answer gets its headers.
fn finish(visit: &Visit, mut answer: Response) -> Response {
    let failed = answer.extensions_mut().remove::<Arc<Failure>>();
    let status = answer.status();
    if let Some(failure) = failed {
        answer = failure.page(visit);
    } else if status.is_client_error() || status.is_server_error() {
        let page = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !page {
            answer = Failure::of_status(status).page(visit);
        }
    }
    headed(answer)
}
