//! The listener: bounded connections, bounded heads, a graceful end.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tower::ServiceExt;

use super::line::{Answer, Asked, Line};
use super::measure::recorder;
use super::seat::{Place, Seats};
use crate::stop::Stop;

/// Connections at once, where the system allows as many files; files that are kept for everything else.
const CONNECTIONS: usize = 4096;
const FILES: u64 = 512;
/// Bytes and headers of a head.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;
/// Bytes of one connection that are read ahead, or gathered to be sent.
const BUFFER: usize = 64 * 1024;
/// Bytes that the system keeps of what a client does not take.
const SENT_AHEAD: u32 = 128 * 1024;
/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 4096;
/// How often it is looked who kept the server waiting too long.
const SWEEP: Duration = Duration::from_secs(1);
/// How long requests that are under way may take once a stop was asked for.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often metrics are put in order.
const UPKEEP: Duration = Duration::from_secs(15);

/// A bound address.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address`; port 0 takes a free one.
    ///
    /// # Errors
    /// The operating system's.
    pub async fn bind(address: &str) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in tokio::net::lookup_host(address).await? {
            match listen(address) {
                Ok(listener) => return Ok(Self { address: listener.local_addr()?, listener }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The bound address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says on standard output where it listens, in the one line that others wait for.
    ///
    /// # Errors
    /// The operating system's, if standard output is closed.
    pub fn announce(&self) -> io::Result<()> {
        use std::io::Write;
        let mut out = io::stdout().lock();
        writeln!(out, "listening on http://{}", self.address)?;
        out.flush()
    }

    /// Serves `router` until `stop`, then lets the requests under way finish.
    pub async fn serve(self, router: Router, stop: Stop) {
        let graceful = GracefulShutdown::new();
        let seats = Seats::new(room());
        let mut upkeep = tokio::time::interval(UPKEEP);
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                () = stop.stopped() => break,
                _ = upkeep.tick() => recorder().run_upkeep(),
                _ = sweep.tick() => seats.sweep(Instant::now()),
                stream = accept(&self.listener, &seats) => {
                    if let Some(place) = seats.take(Instant::now()) {
                        serve_connection(stream, place, router.clone(), &graceful);
                    }
                }
            }
        }
        drop(self.listener);
        tracing::info!("stopping");
        if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests under way were cut off");
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // What is accepted has it from here.
    socket.set_send_buffer_size(SENT_AHEAD)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// How many connections there may be, once the system was asked for as many files as it may give.
fn room() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: maximum, maximum };
    let files = if setrlimit(Resource::Nofile, wanted).is_ok() { maximum } else { current };
    let files = files.map_or(CONNECTIONS, |files| usize::try_from(files.saturating_sub(FILES)).unwrap_or(CONNECTIONS));
    let room = files.clamp(64, CONNECTIONS);
    if room < CONNECTIONS {
        tracing::warn!(room, "the limit of open files allows fewer connections than usual");
    }
    room
}

async fn accept(listener: &TcpListener, seats: &Seats) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                // Out of file descriptors, or a client that left already: others can still be served, after a breath.
                tracing::warn!(kind = ?error.kind(), "no connection accepted");
                seats.shed(Instant::now());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn serve_connection(stream: TcpStream, place: Place, router: Router, graceful: &GracefulShutdown) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    let seat = place.seat.clone();
    let line = Line { stream, seat: seat.clone() };
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        seat.begin();
        let mut request = request.map(|body| Body::new(Asked { body, seat: seat.clone() }));
        request.extensions_mut().insert(seat.clone());
        let (router, seat) = (router.clone(), seat.clone());
        async move { router.oneshot(request).await.map(|response| response.map(|body| Answer { body, seat })) }
    });
    let connection = http1::Builder::new()
        // Seats keep the time of heads.
        .header_read_timeout(None)
        .max_buf_size(BUFFER)
        .max_header_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(line), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            // A connection ends badly when its client does; there is nobody to tell.
            _ = connection => {}
            () = place.seat.evicted() => {}
        }
        drop(place);
    });
}
