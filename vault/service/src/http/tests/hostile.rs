//! Bytes that no honest client sends, and more than there is room for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::body::Bytes as Whole;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use super::*;

/// A server that counts what it is asked at `/v1/smuggled`.
async fn counting() -> (Server, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let smuggled = move || async move { counted.fetch_add(1, Ordering::SeqCst).to_string() };
    let routes = Router::new()
        .route("/v1/smuggled", get(smuggled))
        .route("/v1/echo", post(|body: Whole| async { body }).get(|| async { "echo" }));
    (serve(routes).await, count)
}

/// What comes back until the server closes, or says nothing for long enough.
async fn said(address: &str, bytes: &[u8]) -> (String, bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may have closed before all was written.
    let _ = stream.write_all(bytes).await;
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match tokio::time::timeout(Duration::from_millis(300), stream.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => return (String::from_utf8_lossy(&all).into_owned(), true),
            Ok(Ok(read)) => all.extend_from_slice(&piece[..read]),
            Err(_) => return (String::from_utf8_lossy(&all).into_owned(), false),
        }
    }
}

const HIDDEN: &str = "GET /v1/smuggled HTTP/1.1\r\nhost: a\r\n\r\n";

/// Heads of requests, each with `HIDDEN` after it, of which a proxy might think that it is the body.
fn ambiguous() -> Vec<String> {
    let length = HIDDEN.len();
    let headers = [
        format!("content-length: {length}\r\ncontent-length: 0"),
        format!("content-length: 0\r\ncontent-length: {length}"),
        format!("content-length: {length}\r\ntransfer-encoding: chunked"),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}"),
        "transfer-encoding: chunked\r\ntransfer-encoding: identity".to_owned(),
        "transfer-encoding: identity".to_owned(),
        "transfer-encoding: xchunked".to_owned(),
        "transfer-encoding: chunked, identity".to_owned(),
        "transfer-encoding : chunked".to_owned(),
        "transfer-encoding:\u{b}chunked".to_owned(),
        "transfer-encoding: \"chunked\"".to_owned(),
        "x: y\r\n transfer-encoding: chunked".to_owned(),
        format!("content-length : {length}"),
        format!("content-length: +{length}"),
        "content-length: 0x0".to_owned(),
        "content-length: -1".to_owned(),
        "content-length: 0, 0".to_owned(),
        format!("content-length: 0,{length}"),
        "content-length: 0 0".to_owned(),
        "content-length:".to_owned(),
        "content-length: 18446744073709551616".to_owned(),
        "content-length: 0\r\n : x".to_owned(),
        "content-length: 0\r\nx\0y: z".to_owned(),
        "content-length: 0\r\nx: y\rz: 1".to_owned(),
        "content-length: 0\r\nhost: b".to_owned(),
        "content-length: 0\r\nupgrade: h2c\r\nconnection: upgrade, http2-settings".to_owned(),
        "content-length: 0\r\nupgrade: websocket\r\nconnection: upgrade".to_owned(),
    ];
    let mut heads: Vec<_> =
        headers.iter().map(|header| format!("POST /v1/echo HTTP/1.1\r\nhost: a\r\n{header}\r\n\r\n")).collect();
    for line in [
        "POST http://other/v1/echo HTTP/1.1",
        "CONNECT other:80 HTTP/1.1",
        "GET  /v1/echo HTTP/1.1",
        "GET /v1/echo",
        "PRI * HTTP/2.0",
    ] {
        heads.push(format!("{line}\r\nhost: a\r\ncontent-length: 0\r\n\r\n"));
    }
    heads.push("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned());
    heads.push("\u{16}\u{3}\u{1}".to_owned());
    heads.push("garbage\r\n\r\n".to_owned());
    heads
}

// Plays B08.
// Obeys R-7.1-6.
// Breaks R-7.1-6.
#[tokio::test]
async fn b08_what_can_be_read_in_two_ways_is_refused_and_ends_its_connection() {
    let (server, smuggled) = counting().await;
    for head in ambiguous() {
        let (said, closed) = said(&server.address, format!("{head}{HIDDEN}").as_bytes()).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{head:?}: {said}");
        assert!(closed && said.matches("HTTP/1.1 ").count() <= 1, "{head:?}: {said}");
        assert!(!said.contains("HTTP/1.1 101"), "{head:?}");
        assert_eq!(smuggled.load(Ordering::SeqCst), 0, "{head:?}: {said}");
    }
}

#[tokio::test]
async fn a_body_is_no_request_whoever_does_not_read_it_and_however_it_ends() {
    let (server, smuggled) = counting().await;
    let length = HIDDEN.len();
    for (line, more) in [
        ("GET /v1/echo", ""),
        ("DELETE /v1/echo", ""),
        ("POST /v1/unknown", ""),
        ("GET /healthz", ""),
        ("POST /v1/echo", "expect: 100-continue\r\n"),
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\n{more}content-length: {length}\r\n\r\n{HIDDEN}");
        said(&server.address, request.as_bytes()).await;
        assert_eq!(smuggled.load(Ordering::SeqCst), 0, "{line}");
    }
    // Lines that end in LF alone are lines in every reading, and one request.
    let (said, _) = said(&server.address, b"POST /v1/echo HTTP/1.1\nhost: a\ncontent-length: 2\n\nhi").await;
    assert!(said.matches("HTTP/1.1 ").count() == 1, "{said}");
}

// Plays B07 and B08.
#[tokio::test]
async fn b08_giant_heads_are_cut_off_and_the_server_goes_on() {
    let (server, _) = counting().await;
    let heads = [
        format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70_000)),
        format!("GET /v1/echo HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(17 * 1024)),
        format!("GET /v1/echo HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(65)),
        "x".repeat(1 << 20),
        "\r\n".repeat(1 << 19),
    ];
    for head in heads {
        let (said, closed) = said(&server.address, head.as_bytes()).await;
        assert!(closed && (said.is_empty() || said.starts_with("HTTP/1.1 4")), "{}: {said}", head.get(..40).unwrap_or_default());
    }
    assert_eq!(send(&server.address, "GET", "/v1/echo", Vec::new()).await.0, 200);
}

/// Routes of both kinds that answer once they may.
fn held(may: &Arc<Semaphore>, begun: &Arc<AtomicUsize>) -> Router {
    let answer = || {
        let (may, begun) = (may.clone(), begun.clone());
        move || async move {
            begun.fetch_add(1, Ordering::SeqCst);
            drop(may.acquire().await);
            "done"
        }
    };
    Router::new()
        .route("/v1/key-packages", get(answer()))
        .route("/v1/log", get(answer()).post(answer()))
        .route("/v1/commits", post(answer()))
        .route("/v1/grant", delete(answer()))
}

async fn until(begun: &AtomicUsize, number: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while begun.load(Ordering::SeqCst) < number {
        assert!(Instant::now() < end, "{} of {number} begun", begun.load(Ordering::SeqCst));
        tokio::task::yield_now().await;
    }
}

// Plays D03.
// Obeys R-7.1-5.
// Breaks R-7.1-5.
#[tokio::test]
async fn d03_what_removes_has_room_when_everything_else_is_full() {
    let (may, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = serve(held(&may, &begun)).await;
    let ask = |method: &'static str, path: &'static str| {
        let address = server.address.clone();
        tokio::spawn(async move { send(&address, method, path, Vec::new()).await })
    };
    let at_once = async |method, path| tokio::time::timeout(Duration::from_secs(20), ask(method, path)).await.unwrap().unwrap();
    let mut under_way: Vec<_> = (0..256).map(|_| ask("GET", "/v1/key-packages")).collect();
    until(&begun, 256).await;
    let (code, nonce, body) = at_once("GET", "/v1/key-packages").await;
    assert_eq!((code, nonce), (429, true));
    assert_eq!(serde_json::from_slice::<Details>(&body).unwrap().code, Code::Busy);
    under_way.extend((0..64).map(|_| ask("GET", "/v1/log")));
    until(&begun, 320).await;
    assert_eq!(at_once("GET", "/v1/log").await.0, 429, "a flood of what goes before removals does not keep them out");
    let removals = [("POST", "/v1/log"), ("POST", "/v1/commits"), ("DELETE", "/v1/grant")];
    under_way.extend(removals.into_iter().cycle().take(64).map(|(method, path)| ask(method, path)));
    until(&begun, 384).await;
    assert_eq!(at_once("POST", "/v1/commits").await.0, 429, "a room has an end");
    for always in ["/healthz", "/readyz", "/v1/server"] {
        assert_eq!(at_once("GET", always).await.0, 200);
    }
    may.close();
    for asked in under_way {
        assert_eq!(asked.await.unwrap().0, 200);
    }
    assert_eq!(ask("GET", "/v1/key-packages").await.unwrap().0, 200, "there is room again");
}

// Plays B07.
#[tokio::test]
async fn b07_bodies_that_do_not_come_take_no_room_from_those_that_do() {
    let (server, _) = counting().await;
    let mut slow = Vec::new();
    for _ in 0..600 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(b"POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n1").await.unwrap();
        slow.push(stream);
    }
    for _ in 0..50 {
        assert_eq!(send(&server.address, "POST", "/v1/echo", b"hello".to_vec()).await.2, b"hello");
    }
}

// Plays B07.
#[tokio::test]
async fn b07_answers_that_nobody_takes_do_not_fill_the_memory() {
    let answers = Arc::new(AtomicUsize::new(0));
    let counted = answers.clone();
    let long = move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        vec![0; 8 << 20]
    };
    let server = serve(Router::new().route("/v1/long", get(long)).route("/v1/short", get(|| async { "short" }))).await;
    let mut readers = Vec::new();
    for _ in 0..12 {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(b"GET /v1/long HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        readers.push(stream);
    }
    until(&answers, 12).await;
    let mut refused = 0;
    for stream in &mut readers {
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.unwrap();
        refused += usize::from(line.ends_with(b"429"));
    }
    assert_eq!(refused, 9, "three are all that fit");
    assert_eq!(send(&server.address, "GET", "/v1/short", Vec::new()).await.2, b"short");
    drop(readers);
    assert_eq!(send(&server.address, "GET", "/v1/long", Vec::new()).await.2.len(), 8 << 20, "the memory is back");
}
