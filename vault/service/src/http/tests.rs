//! The rules that hold for every route.

mod hostile;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{delete, get, post};
use bytes::Bytes;
use casevault_wire::problem::{Code, Problem as Details};
use casevault_wire::server::ServerKind;
use casevault_wire::time::Time;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::problem::{Problem, status};
use super::{Listener, app};
use crate::clock::ManualClock;
use crate::keys::ServerKey;
use crate::node::Node;
use crate::stop::Stop;

struct Server {
    address: String,
    stop: Stop,
    serving: JoinHandle<()>,
}

async fn serve(routes: Router) -> Server {
    serve_with(routes, false).await
}

async fn serve_with(routes: Router, metrics_apart: bool) -> Server {
    let stop = Stop::default();
    let clock = Arc::new(ManualClock::at(Time(1)));
    let node = Node::new(ServerKind::Vault, ServerKey::from_seed(&[1; 32]), clock, stop.clone());
    let node = Arc::new(Node { metrics_apart, ..node });
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.address().to_string();
    let serving = tokio::spawn(listener.serve(app(node, routes), stop.clone()));
    Server { address, stop, serving }
}

async fn send(address: &str, method: &str, path: &str, body: Vec<u8>) -> (u16, bool, Vec<u8>) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::builder().method(method).uri(path).body(Full::new(Bytes::from(body))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let (status, nonce) = (response.status().as_u16(), response.headers().contains_key("replay-nonce"));
    let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
    connection.abort();
    (status, nonce, body)
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    let server = serve(Router::new().route(
        "/v1/panic",
        get(|| async {
            if true {
                panic!("boom")
            }
        }),
    ))
    .await;
    let (code, nonce, body) = send(&server.address, "GET", "/v1/panic", Vec::new()).await;
    assert_eq!((code, nonce), (503, true));
    let details: Details = serde_json::from_slice(&body).unwrap();
    assert_eq!((details.code, details.kind.as_str()), (Code::Unavailable, "urn:casevault:problem:unavailable"));
    assert_eq!(send(&server.address, "GET", "/healthz", Vec::new()).await.2, b"ok\n");
}

#[tokio::test]
async fn a_body_that_is_not_read_does_not_hide_the_answer() {
    let server = serve(Router::new().route("/v1/no", post(|| async { Problem(Code::Refused) }))).await;
    let (code, _, _) = send(&server.address, "POST", "/v1/no", vec![7; 8 << 20]).await;
    assert_eq!(code, 403);
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_server_stops() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let route = {
        let (begun, go) = (begun.clone(), go.clone());
        get(move || async move {
            begun.notify_one();
            go.notified().await;
            "done"
        })
    };
    let server = serve(Router::new().route("/v1/slow", route)).await;
    let address = server.address.clone();
    let asked = tokio::spawn(async move { send(&address, "GET", "/v1/slow", Vec::new()).await });
    begun.notified().await;
    server.stop.stop();
    go.notify_one();
    assert_eq!(asked.await.unwrap().2, b"done");
    tokio::time::timeout(Duration::from_secs(5), server.serving).await.unwrap().unwrap();
    assert!(TcpStream::connect(&server.address).await.is_err());
}

#[tokio::test]
async fn metrics_name_routes_and_nothing_of_the_path() {
    let server = serve(Router::new().route("/v1/things/{thing}", get(|| async { "thing" }))).await;
    send(&server.address, "GET", "/v1/things/a-secret-id", Vec::new()).await;
    let metrics = String::from_utf8(send(&server.address, "GET", "/metrics", Vec::new()).await.2).unwrap();
    assert!(metrics.contains("route=\"/v1/things/{thing}\""), "{metrics}");
    assert!(!metrics.contains("a-secret-id"));
}

#[tokio::test]
async fn metrics_that_are_served_apart_are_nobodys_elsewhere() {
    let server = serve_with(Router::new(), true).await;
    assert_eq!(send(&server.address, "GET", "/metrics", Vec::new()).await.0, 403);
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.address().to_string();
    tokio::spawn(listener.serve(super::metrics(), server.stop.clone()));
    assert_eq!(send(&address, "GET", "/metrics", Vec::new()).await.0, 200);
}

// Obeys R-9-1.
#[test]
fn every_code_has_a_failing_status() {
    for code in Code::ALL {
        assert!(status(*code).as_u16() >= 400);
    }
}
