//! A wiretap: a relay that stands before a server, between it and the devices or the other server, and writes down every byte that
//! passes, either way.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Where all connections to the servers come from: nothing that a server keeps or logs may say so.
pub const ADDRESS: &str = "127.0.0.77";
/// Whom a proxy before the servers says that it asks for.
pub const FORWARDED: &str = "203.0.113.177";

/// A relay before one server. Stops with the runtime that it was started on.
pub struct Tape {
    /// Where devices connect to.
    pub address: String,
}

impl Tape {
    /// Stands before the server at `address` and records into `directory`: a file for each direction of each connection.
    pub async fn start(address: &str, directory: &Path) -> Self {
        std::fs::create_dir_all(directory).expect("a directory");
        let server = address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let (directory, number) = (directory.to_path_buf(), Arc::new(AtomicU64::new(0)));
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                let name = number.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(relay(device, server.clone(), directory.join(name.to_string())));
            }
        });
        Self { address: format!("http://{own}") }
    }
}

async fn relay(device: TcpStream, server: String, name: PathBuf) {
    let Some(server) = connect(&server, &name).await else { return };
    let (from_device, to_device) = device.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::spawn(copy(from_device, to_server, name.with_extension("asked"), true));
    copy(from_server, to_device, name.with_extension("answered"), false).await;
}

/// Connects from [`ADDRESS`], and writes down from which port, as programs keep it.
async fn connect(server: &str, name: &Path) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind(format!("{ADDRESS}:0").parse().ok()?).ok()?;
    let stream = socket.connect(server.parse().ok()?).await.ok()?;
    let port = stream.local_addr().ok()?.port();
    std::fs::write(name.with_extension("port"), port.to_be_bytes()).expect("recorded");
    Some(stream)
}

/// What a proxy adds to the first request on a connection, after its first line.
fn forwarded(piece: &[u8]) -> Vec<u8> {
    let headers = format!("X-Forwarded-For: {FORWARDED}\r\nForwarded: for={FORWARDED}\r\nX-Real-IP: {FORWARDED}\r\n");
    match piece.windows(2).position(|two| two == b"\r\n") {
        Some(end) => [&piece[..end + 2], headers.as_bytes(), &piece[end + 2..]].concat(),
        None => piece.to_vec(),
    }
}

/// Writes down what comes before it passes it on, so that what has been answered is on the tape.
async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, tape: PathBuf, mut first: bool) {
    let mut tape = tokio::fs::File::create(tape).await.expect("a tape");
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        let piece = piece.get(..read).unwrap_or_default();
        tape.write_all(piece).await.expect("recorded");
        tape.flush().await.expect("recorded");
        let passed = if std::mem::take(&mut first) { forwarded(piece) } else { piece.to_vec() };
        if to.write_all(&passed).await.is_err() {
            return;
        }
    }
}
