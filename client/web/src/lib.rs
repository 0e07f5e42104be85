//! The interface for people: pages that this program makes on the person's own machine, with the library that the command line uses.
//!
//! No server that holds ciphertext serves the code that handles keys. [`serve`] listens on the loopback address alone, under a name that
//! is drawn for each launch ([`launch`]); [`guard`] looks at every request before it is routed, and at every answer. A [`screen`] is a page
//! with what can be done on it; its words are in `locales`, one file a language.

mod alarm;
mod codes;
mod desk;
mod draft;
mod errand;
mod failure;
mod fields;
mod guard;
mod handle;
mod job;
mod launch;
mod once;
mod page;
mod part;
mod peer;
mod screen;
mod settings;
mod sheets;
mod visit;
mod when;
mod words;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use casevault_sync::Options;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::desk::Desk;

/// Ports that are tried for one that is free on both loopback addresses.
const PORTS: usize = 32;

/// What is opened.
pub struct Opening {
    /// The directory of the person's profile.
    pub profile: PathBuf,
    /// The port; 0 picks a free one.
    pub port: u16,
    /// What the client is given.
    pub options: Options,
}

/// An interface that listens.
pub struct Opened {
    desk: Arc<Desk>,
    listeners: Vec<TcpListener>,
}

/// Begins to listen, on the loopback address alone, and writes the file that a browser comes in by.
///
/// # Errors
/// The port is taken, the file cannot be written, or the system does not show who asks.
pub async fn open(opening: Opening) -> io::Result<Opened> {
    peer::check()?;
    let (listeners, port) = listen(opening.port).await?;
    let desk = Arc::new(Desk::new(opening.profile, port, opening.options)?);
    desk.invite()?;
    Ok(Opened { desk, listeners })
}

/// Listens on both loopback addresses at one port: a browser tries either, and whoever had the other one would be told what is for us.
async fn listen(wanted: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    for _ in 0..PORTS {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await?;
        let port = first.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(second) => return Ok((vec![first, second], port)),
            // On a machine without IPv6 there is no other address.
            Err(_) if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err() => return Ok((vec![first], port)),
            Err(error) if wanted > 0 => return Err(error),
            Err(_) => {} // somebody has the other one: another port
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

impl Opened {
    /// The address, which opens nothing by itself.
    pub fn address(&self) -> &str {
        &self.desk.origin
    }

    /// The file that a browser is to open: once, and soon. It is for its owner alone.
    pub fn redirect(&self) -> PathBuf {
        self.desk.redirect()
    }

    /// Serves until `stop` returns; then the profile is locked.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self { desk, listeners } = self;
        let pages = screen::routes().with_state(desk.clone());
        // Whatever is asked for passes the guard before any page is looked for.
        let all = Router::new().fallback_service(pages).layer(from_fn_with_state(desk.clone(), guard::guard));
        let watch = tokio::spawn(desk::watch(desk.clone()));
        let stopped = {
            let desk = desk.clone();
            async move {
                stop.await;
                desk.lock();
                // What the person gave is not lost by ending.
                desk.jobs.sealed().await;
            }
        };
        let mut served = JoinSet::new();
        for listener in listeners {
            let all = all.clone().into_make_service_with_connect_info::<SocketAddr>();
            served.spawn(async move { axum::serve(listener, all).await });
        }
        // Connections that a browser keeps open do not keep the program.
        let outcome = tokio::select! {
            outcome = served.join_next() => outcome.and_then(Result::ok).unwrap_or(Ok(())),
            () = stopped => Ok(()),
        };
        watch.abort();
        desk.forget_redirect();
        outcome
    }
}
