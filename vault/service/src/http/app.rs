//! A server's routes with what every server has: its key, nonces, health, metrics, and the layers around every answer.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use casevault_wire::codec::List;
use casevault_wire::nonce;
use casevault_wire::problem::Code;
use casevault_wire::vault::NonceList;
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};

use super::answer::Encoded;
use super::detach::detach;
use super::drain::drain;
use super::hold::hold;
use super::listener::Listener;
use super::measure::{measure, recorder};
use super::problem::Problem;
use super::room;
use super::shape::refuse_ambiguous;
use crate::auth::Target;
use crate::node::Node;
use crate::stop::Stop;

/// How many nonces one request gets.
const NONCES: usize = 64;

/// `routes` with `/v1/server`, `/v1/nonces`, `/healthz`, `/readyz` and, unless it is elsewhere, `/metrics`; every answer carries a
/// nonce, every failure is a problem, a panic too.
pub fn app(node: Arc<Node>, routes: Router) -> Router {
    recorder();
    let own = Router::new()
        .route("/v1/server", get(server))
        .route("/v1/nonces", get(nonces))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(node.clone());
    let shown = if node.metrics_apart { Router::new() } else { metrics() };
    routes
        .merge(own)
        .merge(shown)
        .fallback(|| async { Problem(Code::Refused) })
        .method_not_allowed_fallback(|| async { Problem(Code::Malformed) })
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(node.budget.clone(), hold))
        .layer(from_fn_with_state(node.room.clone(), room::admit))
        .layer(from_fn(detach))
        .layer(from_fn(drain))
        .layer(from_fn(refuse_ambiguous))
        .layer(from_fn_with_state(node, surround))
        .layer(from_fn(measure))
}

/// `/metrics` alone.
pub fn metrics() -> Router {
    Router::new().route("/metrics", get(|| async { recorder().render() }))
}

/// Serves `/metrics` on `address` until `stop`.
///
/// # Errors
/// The operating system's.
pub async fn serve_metrics(address: &str, stop: Stop) -> io::Result<()> {
    let listener = Listener::bind(address).await?;
    tokio::spawn(listener.serve(metrics(), stop));
    Ok(())
}

async fn server(State(node): State<Arc<Node>>) -> Encoded {
    Encoded::of(&node.info())
}

async fn nonces(State(node): State<Arc<Node>>) -> Result<Encoded, Problem> {
    let nonces = (0..NONCES).map(|_| node.gate.nonce()).collect::<Result<Vec<_>, _>>()?;
    let list: NonceList = List::new(nonces).map_err(|_| Problem(Code::Unavailable))?;
    Ok(Encoded::of(&list))
}

async fn ready(State(node): State<Arc<Node>>) -> Response {
    if node.stop.stopping() { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response() } else { "ready\n".into_response() }
}

/// A fresh nonce and the headers that keep answers out of caches.
async fn surround(State(node): State<Arc<Node>>, mut request: Request, next: Next) -> Response {
    let target = Target(request.uri().clone());
    let of_protocol = target.0.path().starts_with("/v1/");
    request.extensions_mut().insert(target);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if of_protocol
        && let Ok(nonce) = node.gate.nonce()
        && let Ok(value) = HeaderValue::from_str(&nonce.to_string())
    {
        headers.insert(HeaderName::from_static(nonce::HEADER), value);
    }
    response
}
