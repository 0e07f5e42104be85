//! The listener: bounded connections, bounded heads, a graceful end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::measure::recorder;
use crate::stop::Stop;

/// Connections served at once; more wait.
const CONNECTIONS: usize = 1024;
/// How long the head of a request may take, and a connection may be idle.
const HEAD: Duration = Duration::from_secs(60);
/// Bytes and headers of a head.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 64;
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
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
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
        let free = Arc::new(Semaphore::new(CONNECTIONS));
        let mut upkeep = tokio::time::interval(UPKEEP);
        loop {
            tokio::select! {
                () = stop.stopped() => break,
                _ = upkeep.tick() => recorder().run_upkeep(),
                (stream, permit) = accept(&self.listener, &free) => serve_connection(stream, permit, router.clone(), &graceful),
            }
        }
        drop(self.listener);
        tracing::info!("stopping");
        if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests under way were cut off");
        }
    }
}

async fn accept(listener: &TcpListener, free: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let permit = free.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) => {
                // Out of file descriptors, or a client that left already: others can still be served, after a breath.
                tracing::warn!(kind = ?error.kind(), "no connection accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn serve_connection(stream: TcpStream, permit: Option<OwnedSemaphorePermit>, router: Router, graceful: &GracefulShutdown) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES.max(64 * 1024))
        .max_headers(HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A connection ends badly when its client does; there is nobody to tell.
        let _ = connection.await;
        drop(permit);
    });
}
