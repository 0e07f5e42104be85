//! What only certain modules may know: status codes in `http`, databases in `store`, derivation in one file.

use super::tree::{File, Tree, Violation, has_word};

/// Lines outside the modules `home` that name one of `words`.
fn outside(tree: &Tree, words: &[&str], home: impl Fn(&File) -> bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.product().filter(|file| !home(file)) {
        for (line, code) in file.code() {
            for word in words.iter().filter(|word| has_word(code, word)) {
                violations.push(Violation::new(file.at(line), format!("names {word}")));
            }
        }
    }
    violations
}

/// Status codes are named in `http` modules only, and where all is HTTP, in the interface; the rest of the code has problems and errors.
pub fn status_codes(tree: &Tree) -> Vec<Violation> {
    outside(tree, &["StatusCode"], |file| file.path.starts_with("client/web/") || file.modules().any(|module| module == "http"))
}

/// Where sled is made to wait for the disk.
const DURABLE: &str = "vault/durable/src/lib.rs";

/// Databases are named in `store` modules only.
pub fn databases(tree: &Tree) -> Vec<Violation> {
    let home = |file: &File| file.path == DURABLE || file.modules().any(|module| module == "store");
    outside(tree, &["sled", "rusqlite", "object_store"], home)
}

/// Keys are derived in one file, so that all of it can be read on one screen.
pub fn derivation(tree: &Tree) -> Vec<Violation> {
    let words = ["hkdf", "Hkdf", "HKDF_SHA256", "HKDF_SHA384", "HKDF_SHA512"];
    outside(tree, &words, |file| file.path == "client/crypto/src/derive.rs")
}

/// What seals and opens is called in two files, so that nothing is sealed without a commitment; what MLS calls is its library's. Servers open
/// shares of reports, which nobody else is ever shown.
pub fn sealing(tree: &Tree) -> Vec<Violation> {
    let words =
        ["CHACHA20_POLY1305", "AES_128_GCM", "AES_256_GCM", "LessSafeKey", "ChaCha20Poly1305", "XChaCha20Poly1305", "AeadInOut"];
    let home = ["client/crypto/src/seal.rs", "client/crypto/src/content/cipher.rs", "vault/service/src/statistics"];
    outside(tree, &words, |file| home.iter().any(|home| file.path.starts_with(home)))
}

/// Ciphers that do not notice a change are called nowhere.
pub fn bare_ciphers(tree: &Tree) -> Vec<Violation> {
    let modes = ["aes", "chacha20", "salsa20", "rc4", "ctr", "cbc", "cfb", "ofb", "ecb", "quic", "hazmat"];
    let calls = ["StreamCipher", "BlockCipher", "BlockEncrypt", "KeyIvInit", "apply_keystream"];
    outside(tree, &[&modes[..], &calls].concat(), |_| false)
}

/// What others made is decoded and drawn where it is bounded.
pub fn drawing(tree: &Tree) -> Vec<Violation> {
    let home = ["client/sync/src/redraw", "client/sync/src/metadata"];
    let words = ["flate2", "hayro", "miniz_oxide", "DynamicImage", "ImageReader", "ImageFormat"];
    outside(tree, &words, |file| home.iter().any(|home| file.path.starts_with(home)))
}

/// What this device says it has verified comes from its own store: one file takes it from there.
pub fn trust_in_own_store(tree: &Tree) -> Vec<Violation> {
    let home = ["wire/src/log/fold/replay.rs", "client/sync/src/store/log.rs"];
    outside(tree, &["from_own_store"], |file| home.contains(&file.path.as_str()))
}

#[test]
fn a_second_door_to_the_trusted_replay_is_found() {
    let tree = Tree::planted(&[
        ("client/sync/src/store/log.rs", "VerifiedPosition::from_own_store(kept)"),
        ("client/sync/src/log.rs", "VerifiedPosition::from_own_store(page.head.content.position)"),
    ]);
    assert_eq!(trust_in_own_store(&tree), [Violation::new("client/sync/src/log.rs:1", "names from_own_store")]);
}

#[test]
fn a_second_place_that_draws_is_found() {
    let tree = Tree::planted(&[
        ("client/sync/src/redraw/pages.rs", "use hayro::render;"),
        ("client/sync/src/document/fetch.rs", "let mut inflate = flate2::read::ZlibDecoder::new(bytes);"),
    ]);
    assert_eq!(drawing(&tree), [Violation::new("client/sync/src/document/fetch.rs:1", "names flate2")]);
}

#[test]
fn a_second_place_that_seals_and_a_bare_cipher_are_found() {
    let tree = Tree::planted(&[
        ("client/crypto/src/seal.rs", "XChaCha20Poly1305::new(key)"),
        ("client/sync/src/outbox.rs", "XChaCha20Poly1305::new(key)"),
        ("client/sync/src/bulk.rs", "cipher.apply_keystream(&mut bytes); // XChaCha20"),
        ("client/crypto/src/content/cipher.rs", "use ring::aead::quic;"),
    ]);
    assert_eq!(sealing(&tree), [Violation::new("client/sync/src/outbox.rs:1", "names XChaCha20Poly1305")]);
    let found = ["client/sync/src/bulk.rs:1", "client/crypto/src/content/cipher.rs:1"];
    let what = ["names apply_keystream", "names quic"];
    assert_eq!(bare_ciphers(&tree), [0, 1].map(|at| Violation::new(found[at], what[at])));
}

#[test]
fn a_status_code_outside_http_is_found() {
    let tree = Tree::planted(&[
        ("vault/src/http/answer.rs", "StatusCode::OK"),
        ("vault/src/http.rs", "StatusCode::OK"),
        ("vault/src/journal.rs", "// StatusCode\nuse axum::http::StatusCode;"),
        ("tests/tests/journeys.rs", "StatusCode::OK"),
    ]);
    assert_eq!(status_codes(&tree), [Violation::new("vault/src/journal.rs:2", "names StatusCode")]);
}

#[test]
fn a_database_outside_store_is_found() {
    let tree = Tree::planted(&[
        ("keyserver/src/store/embedded.rs", "sled::Db"),
        ("client/sync/src/outbox.rs", "fn send(db: &rusqlite::Connection) {}"),
    ]);
    assert_eq!(databases(&tree), [Violation::new("client/sync/src/outbox.rs:1", "names rusqlite")]);
}

#[test]
fn a_second_place_that_derives_is_found() {
    let tree = Tree::planted(&[
        ("client/crypto/src/derive.rs", "use ring::hkdf;"),
        ("client/crypto/src/keystore.rs", "use ring::{aead, hkdf};"),
    ]);
    assert_eq!(derivation(&tree), [Violation::new("client/crypto/src/keystore.rs:1", "names hkdf")]);
}

/// Names that only code has which waits for somebody to connect.
const LISTENING: [&str; 7] =
    ["TcpListener", "UnixListener", "UdpSocket", "UnixDatagram", "TcpSocket", "SocketAddrUnix", "listen"];

/// The one file of the client that waits for somebody to connect.
const DOOR: &str = "client/web/src/lib.rs";

/// Nothing under `client/`, nor what it is made of, waits for somebody to connect but the interface, which knows the loopback address alone.
pub fn listening(tree: &Tree) -> Vec<Violation> {
    let servers = ["vault/", "keyserver/", "demo/", "tests/", DOOR];
    let mut violations = outside(tree, &LISTENING, |file| servers.iter().any(|server| file.path.starts_with(server)));
    let door =
        tree.product().filter(|file| file.path == DOOR).flat_map(|file| file.code().map(move |(line, code)| (file, line, code)));
    let loopback = ["bind((Ipv4Addr::LOCALHOST,", "bind((Ipv6Addr::LOCALHOST,"];
    let strange = door.filter(|(_, _, code)| code.contains("bind(") && !loopback.iter().any(|bind| code.contains(bind)));
    violations.extend(strange.map(|(file, line, _)| Violation::new(file.at(line), "binds more than the loopback address")));
    violations
}

/// Opens the person's browser on a file that this program wrote.
const OPENER: &str = "client/cli/src/command/open.rs";

/// Starts the program that it is in, and no other.
const APART: &str = "client/sync/src/apart.rs";
const ITSELF: &str = "Command::new(\"/proc/self/exe\")";

/// No program starts another or loads code, but the person's browser and itself: what comes from a server, or in a document, is bytes. The
/// demonstration starts the servers.
pub fn starting(tree: &Tree) -> Vec<Violation> {
    let mut violations = outside(tree, &["execve", "fexecve", "posix_spawn", "dlopen", "libloading"], |_| false);
    for file in tree.product().filter(|file| !file.path.starts_with("demo/") && !file.path.starts_with("tests/")) {
        let named = |code: &str| code.contains("process::") && has_word(code, "Command");
        let found = |code: &str| match file.path.as_str() {
            OPENER => false,
            APART => code.replace(ITSELF, "").contains("Command::new"),
            _ => named(code),
        };
        for (line, code) in file.code().filter(|(_, code)| found(code)) {
            violations.push(Violation::new(file.at(line), code.trim()));
        }
    }
    violations
}

#[test]
fn a_client_that_listens_is_found() {
    let tree = Tree::planted(&[
        ("client/web/src/lib.rs", "use tokio::net::TcpListener;\nlet door = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));"),
        ("client/web/src/page.rs", "let door = tokio::net::TcpListener::bind(address);"),
        ("vault/service/src/http/listener.rs", "use tokio::net::TcpListener;"),
        ("client/sync/src/lib.rs", "/// Somebody may listen.\nrustix::net::listen(socket, 1)"),
    ]);
    let places: Vec<_> = listening(&tree).into_iter().map(|violation| violation.place).collect();
    assert_eq!(places, ["client/web/src/page.rs:1", "client/sync/src/lib.rs:2", "client/web/src/lib.rs:2"]);
}

#[test]
fn a_program_that_is_started_is_found() {
    let tree = Tree::planted(&[
        ("client/cli/src/open.rs", "use std::process::{Command, Stdio};"),
        ("client/cli/src/main.rs", "std::process::ExitCode;\ndefinition::Command;"),
        (
            "client/sync/src/apart.rs",
            "use std::process::Command;\nCommand::new(\"/proc/self/exe\");\nlet run = Command::new;\nCommand::new(\"/bin/sh\");",
        ),
        ("demo/src/server.rs", "tokio::process::Command::new(vault)"),
    ]);
    let places: Vec<_> = starting(&tree).into_iter().map(|violation| violation.place).collect();
    assert_eq!(places, ["client/cli/src/open.rs:1", "client/sync/src/apart.rs:3", "client/sync/src/apart.rs:4"]);
}
