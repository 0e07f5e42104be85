//! What a server process is besides its work: key, nonces, clock and stop.

use std::sync::Arc;

use casevault_wire::server::{ServerInfo, ServerKind};
use casevault_wire::time::Clock;

use crate::auth::Gate;
use crate::keys::ServerKey;
use crate::nonces::NonceBook;
use crate::stop::Stop;

/// A server process.
pub struct Node {
    /// Which server.
    pub kind: ServerKind,
    /// Its signing key.
    pub key: ServerKey,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Checks signed requests.
    pub gate: Gate,
    /// Asks it to stop.
    pub stop: Stop,
    /// Whether its metrics are served on another address than all else.
    pub metrics_apart: bool,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Node(…)")
    }
}

impl Node {
    /// A node with no nonces issued.
    pub fn new(kind: ServerKind, key: ServerKey, clock: Arc<dyn Clock>, stop: Stop) -> Self {
        let gate = Gate::new(*key.public(), NonceBook::new(clock.clone()));
        Self { kind, key, clock, gate, stop, metrics_apart: false }
    }

    /// What it says of itself.
    pub fn info(&self) -> ServerInfo {
        ServerInfo { version: 1, kind: self.kind, key: *self.key.public() }
    }
}
