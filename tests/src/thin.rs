//! A thin link before a server: so many bytes in a second, a delay each way, and a cut of every connection after so many bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// How thin a link is.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Bytes in a second, each way of each connection.
    pub rate: u64,
    /// How long everything is on its way.
    pub delay: Duration,
    /// Bytes until every connection is cut.
    pub cut: u64,
}

/// A thin link. Stops with the runtime that it was started on.
#[derive(Clone)]
pub struct Thin {
    /// Where devices connect to.
    pub address: String,
    link: Arc<watch::Sender<Option<Link>>>,
    passed: Arc<AtomicU64>,
    cuts: Arc<watch::Sender<u64>>,
}

impl Thin {
    /// Stands before the server at `address`, a wire until it is made thin.
    pub async fn before(address: &str) -> Self {
        let server = address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let thin = Self { address: own, link: Arc::default(), passed: Arc::default(), cuts: Arc::new(watch::Sender::new(0)) };
        let made = thin.clone();
        tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                tokio::spawn(thin.clone().relay(device, server.clone()));
            }
        });
        made
    }

    /// From now on is as thin as `link`.
    pub fn becomes(&self, link: Link) {
        self.link.send_replace(Some(link));
    }

    /// Bytes that passed, both ways.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }

    /// How often all connections were cut.
    pub fn cuts(&self) -> u64 {
        *self.cuts.borrow()
    }

    async fn relay(self, device: TcpStream, server: String) {
        let mut cuts = self.cuts.subscribe();
        let Ok(server) = TcpStream::connect(server).await else { return };
        let (from_device, to_device) = device.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            _ = cuts.changed() => {}
            () = async { tokio::join!(self.carry(from_device, to_server), self.carry(from_server, to_device)); } => {}
        }
    }

    /// Carries bytes one way.
    async fn carry(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let (under_way, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
        let taking = async {
            let under_way = under_way;
            let mut piece = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = from.read(&mut piece).await {
                let link = *self.link.borrow();
                let passed = self.passed.fetch_add(read as u64, Ordering::SeqCst);
                let Link { rate, delay, cut } = link.unwrap_or(Link { rate: u64::MAX, delay: Duration::ZERO, cut: u64::MAX });
                if (passed + read as u64) / cut > passed / cut {
                    self.cuts.send_modify(|cuts| *cuts += 1);
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(Duration::from_secs_f64(read as f64 / rate as f64)).await;
                let _ = under_way.send((Instant::now() + delay, piece[..read].to_vec()));
            }
        };
        let bringing = async {
            while let Some((at, piece)) = arriving.recv().await {
                tokio::time::sleep_until(at).await;
                if to.write_all(&piece).await.is_err() {
                    return;
                }
            }
            let _ = to.shutdown().await;
        };
        tokio::join!(taking, bringing);
    }
}
