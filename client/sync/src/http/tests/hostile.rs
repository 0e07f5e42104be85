//! Whoever stands between: rogue authorities, old protocols, captive portals, redirects, and answers without an end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casevault_wire::server::ServerKind;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// An OpenSSL server that answers every request for `/v1/server` as a keyserver would.
struct Tls {
    server: Child,
    address: String,
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn openssl(directory: &Path, arguments: &str) {
    let output =
        Command::new("openssl").current_dir(directory).args(arguments.split(' ')).output().expect("openssl is installed");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, and a certificate of its for `localhost`: `NAME-ca.pem`, `NAME.pem`, `NAME.key`.
fn authority(directory: &Path, name: &str) -> Vec<u8> {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    std::fs::write(directory.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1").unwrap();
    openssl(directory, &format!("req -x509 {key} -keyout {name}-ca.key -out {name}-ca.pem -subj /CN={name} -days 2"));
    openssl(directory, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN=localhost"));
    let sign = format!("-CA {name}-ca.pem -CAkey {name}-ca.key -CAcreateserial -days 2 -extfile names");
    openssl(directory, &format!("x509 -req -in {name}.csr -out {name}.pem {sign}"));
    std::fs::read(directory.join(format!("{name}-ca.pem"))).unwrap()
}

fn tls(directory: &Path, name: &str, more: &[&str]) -> Tls {
    let info = ServerInfo { version: 1, kind: ServerKind::Keyserver, key: PublicKey([7; 32]) };
    let body = encode(&info);
    let head = format!("HTTP/1.0 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n", body.len());
    std::fs::create_dir_all(directory.join("v1")).unwrap();
    std::fs::write(directory.join("v1/server"), [head.as_bytes(), &body].concat()).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (cert, key, port) = (format!("{name}.pem"), format!("{name}.key"), port.to_string());
    let mut server = Command::new("openssl")
        .current_dir(directory)
        .args(["s_server", "-accept", &format!("127.0.0.1:{port}"), "-cert", &cert, "-key", &key, "-HTTP"])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("ACCEPT")), "it listens");
    std::thread::spawn(move || lines.for_each(drop));
    Tls { server, address: format!("https://localhost:{port}") }
}

#[tokio::test]
async fn where_the_organisation_has_an_authority_of_its_own_no_other_vouches_for_its_servers() {
    let directory = TempDir::new().unwrap();
    let [own, other] = ["own", "other"].map(|name| authority(directory.path(), name));
    let (ours, theirs) = (tls(directory.path(), "own", &[]), tls(directory.path(), "other", &[]));
    let vouchers = |pem: &[u8]| Vouchers::parse(pem).unwrap();
    let asked = async |server: &Tls, pem: &[u8]| server_info(&server.address, &vouchers(pem)).await;
    assert!(asked(&ours, &own).await.is_ok());
    assert!(matches!(asked(&theirs, &own).await, Err(ClientError::Unreachable)), "a good chain, of somebody else");
    assert!(matches!(asked(&ours, b"").await, Err(ClientError::Unreachable)), "whom the system does not trust");
    assert!(asked(&theirs, &[own.clone(), other.clone()].concat()).await.is_ok(), "two, while one follows the other");
    let leaf = std::fs::read(directory.path().join("own.pem")).unwrap();
    assert!(asked(&theirs, &leaf).await.is_err(), "a server's own certificate vouches for no other");
    let elsewhere = ours.address.replace("localhost", "127.0.0.2");
    assert!(server_info(&elsewhere, &vouchers(&own)).await.is_err(), "nor for another name");
    let partner = Server::of_partner(&theirs.address, &PublicKey([7; 32]), &vouchers(&own)).unwrap();
    assert!(matches!(partner.nonce().await, Err(ClientError::Unreachable)), "a partner's server has to be vouched for as well");
    for none in [&b"no certificate"[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &own[..own.len() / 2]]
    {
        assert!(matches!(Vouchers::parse(none), Err(ClientError::Certificates)));
    }
}

/// Asks a server as a process would whose system trusts other authorities: the environment is a process's own.
#[test]
#[ignore = "runs in a process of its own, for the test below"]
fn asks_in_another_system() {
    let told = |name| std::env::var(name).unwrap();
    let pem = std::fs::read(told("ASK_CA")).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = runtime.block_on(async { server_info(&told("ASK_ADDRESS"), &Vouchers::parse(&pem).unwrap()).await });
    println!("{}", if asked.is_ok() { "was answered" } else { "was not answered" });
}

// Plays B01.
#[tokio::test]
async fn b01_a_rogue_authority_that_the_system_trusts_is_refused_where_the_organisation_has_its_own() {
    let directory = TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    authority(directory.path(), "own");
    authority(directory.path(), "rogue");
    let (ours, theirs) = (tls(directory.path(), "own", &[]), tls(directory.path(), "rogue", &[]));
    let answered = |server: &Tls, ca: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "http::hostile::asks_in_another_system", "--ignored", "--nocapture"])
            .env("SSL_CERT_FILE", place("rogue-ca.pem"))
            .env("ASK_ADDRESS", &server.address)
            .env("ASK_CA", place(ca))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("was answered") != said.contains("was not answered"), "{said}");
        said.contains("was answered")
    };
    assert!(answered(&theirs, "none"), "whom the system trusts may stand in for any server");
    assert!(!answered(&theirs, "own-ca.pem"));
    assert!(answered(&ours, "own-ca.pem"));
}

// Plays B02.
#[tokio::test]
async fn b02_nothing_older_than_tls_1_3_is_spoken() {
    let directory = TempDir::new().unwrap();
    let vouchers = Vouchers::parse(&authority(directory.path(), "own")).unwrap();
    for old in [&["-tls1_2"][..], &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]] {
        let server = tls(directory.path(), "own", old);
        assert!(matches!(server_info(&server.address, &vouchers).await, Err(ClientError::Unreachable)), "{old:?}");
    }
    for new in [&["-tls1_3"][..], &["-tls1_3", "-groups", "P-256"]] {
        let server = tls(directory.path(), "own", new);
        assert!(
            server_info(&server.address, &vouchers).await.is_ok(),
            "{new:?}: hybrid key agreement is preferred, not demanded"
        );
    }
}

/// The extensions of a ClientHello by their numbers (RFC 8446 §4.1.2).
fn extensions(record: &[u8]) -> std::collections::HashMap<u16, Vec<u8>> {
    let number = |at: &[u8]| usize::from(u16::from_be_bytes([at[0], at[1]]));
    let rest = &record[5 + 4 + 2 + 32..];
    let rest = &rest[1 + usize::from(rest[0])..]; // session
    let rest = &rest[2 + number(rest)..]; // suites
    let rest = &rest[1 + usize::from(rest[0])..]; // compression
    let mut rest = &rest[2..];
    let mut found = std::collections::HashMap::new();
    while rest.len() >= 4 {
        let length = number(&rest[2..]);
        found.insert(u16::from_be_bytes([rest[0], rest[1]]), rest[4..4 + length].to_vec());
        rest = &rest[4 + length..];
    }
    found
}

// Plays B02.
#[tokio::test]
async fn b02_a_hybrid_group_is_preferred_and_neither_old_versions_nor_http_2_are_offered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move { server_info(&address, &Vouchers::default()).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut header = [0; 5];
    stream.read_exact(&mut header).await.unwrap();
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut body).await.unwrap();
    drop(stream);
    assert!(matches!(asked.await.unwrap(), Err(ClientError::Unreachable)));
    let extensions = extensions(&[&header[..], &body].concat());
    assert_eq!(extensions[&43], [2, 3, 4], "supported versions: 1.3 alone");
    assert_eq!(extensions[&10][2..4], [0x11, 0xec], "supported groups: X25519MLKEM768 first");
    assert_eq!(extensions[&51][2..4], [0x11, 0xec], "a key share of it goes along");
    assert!(!extensions.contains_key(&42), "nothing is sent before the server has shown its key");
    let offered = extensions.get(&16).cloned().unwrap_or_default();
    assert!(!offered.windows(2).any(|two| two == b"h2"), "{offered:?}");
}

/// Answers everything with the same bytes, and counts the connections.
async fn portal(answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, count) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, count)
}

// Plays A30, A32 and B11.
#[tokio::test]
async fn b11_what_a_captive_portal_says_is_no_answer_and_leads_nowhere() {
    let (third, visits) = portal("HTTP/1.1 204 No Content\r\n\r\n".to_owned()).await;
    let page = "<html>Log in</html>";
    let length = format!("content-length: {}", page.len());
    let mut answers: Vec<_> =
        ["text/html", "application/json", "application/octet-stream\r\ncontent-encoding: gzip", "text/plain; charset=utf-8"]
            .iter()
            .map(|kind| format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{length}\r\n\r\n{page}"))
            .collect();
    answers.push(format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n{page}"));
    answers.push(format!("HTTP/1.1 511 Network Authentication Required\r\n{length}\r\n\r\n{page}"));
    answers.push(format!("HTTP/1.1 503 Service Unavailable\r\n{length}\r\n\r\n{page}"));
    answers.push(page.to_owned());
    for status in 300..=308 {
        answers.push(format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {third}/v1/server\r\n{length}\r\n\r\n{page}"));
    }
    answers.push(format!("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\nrefresh: 0;url={third}\r\nlink: <{third}>; rel=preload\r\nset-cookie: a=b\r\n{length}\r\n\r\n{page}"));
    for answer in answers {
        let (address, _) = portal(answer.clone()).await;
        let vouchers = Vouchers::default();
        assert!(matches!(server_info(&address, &vouchers).await, Err(ClientError::Unreachable)), "{answer}");
        assert!(matches!(post_unsigned(&address, "/v1/organisations", vec![1], &vouchers).await, Err(ClientError::Unreachable)));
        let server = Server::new(&address, &PublicKey([7; 32]), &vouchers).unwrap();
        assert!(matches!(server.nonce().await, Err(ClientError::Unreachable)), "{answer}");
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "nobody else is ever asked");
}

/// Sends `head` and then `piece` for as long as anybody reads; how much was sent.
async fn endless(head: &'static str, piece: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, sent) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counted = sent.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pour(stream, head, piece, counted.clone()));
        }
    });
    (address, sent)
}

async fn pour(mut stream: TcpStream, head: &str, piece: &[u8], counted: Arc<AtomicUsize>) {
    let _ = stream.read(&mut [0; 4096]).await;
    let _ = stream.write_all(head.as_bytes()).await;
    while stream.write_all(piece).await.is_ok() {
        counted.fetch_add(piece.len(), Ordering::SeqCst);
    }
}

/// Kilobytes that this process has in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

// Plays A32.
#[tokio::test]
async fn a32_an_answer_without_an_end_is_cut_at_its_limit() {
    const MOST: usize = 1 << 20;
    let chunk: &'static [u8] = [&b"4000\r\n"[..], &[0; 0x4000], b"\r\n"].concat().leak();
    let heads: [(&'static str, &'static [u8]); 6] = [
        ("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n", chunk),
        ("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 10737418240\r\n\r\n", &[0; 0x4000]),
        ("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n", &[0; 0x4000]),
        ("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n", chunk),
        ("HTTP/1.1 200 OK\r\n", b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"),
        ("HTTP/1.1 200 OK\r\nx: ", &[b'y'; 0x4000]),
    ];
    let before = resident();
    for (head, piece) in heads {
        let (address, sent) = endless(head, piece).await;
        let got = get_unsigned(&address, "/v1/foundings/x", MOST, &Vouchers::default()).await;
        assert!(matches!(got, Err(ClientError::Verification | ClientError::Unreachable)), "{head}");
        assert!(server_info(&address, &Vouchers::default()).await.is_err(), "{head}");
        // What is on its way in the system's buffers counts, too.
        assert!(sent.load(Ordering::SeqCst) < MOST + (24 << 20), "{head}: {sent:?}");
    }
    assert!(resident() < before + (MOST >> 10) + 16 * 1024, "{before} {}", resident());
}
