//! What a server process is besides its work: key, nonces, clock and stop.

use std::sync::Arc;

use casevault_wire::codec::Text;
use casevault_wire::limit;
use casevault_wire::server::{ServerInfo, ServerKind};
use casevault_wire::time::Clock;

use crate::auth::Gate;
use crate::budget::Budget;
use crate::http::room::Room;
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
    /// How many requests are worked on.
    pub room: Room,
    /// Memory that bodies and answers may take.
    pub budget: Arc<Budget>,
    /// Who runs it, as they say; empty if they do not.
    pub operator: Text<{ limit::NAME }>,
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
        let room = Room::default();
        let budget = Arc::new(Budget::new(room.clone()));
        let gate = Gate::new(*key.public(), NonceBook::new(clock.clone()), budget.clone());
        Self { kind, key, clock, gate, stop, room, budget, operator: Text::default(), metrics_apart: false }
    }

    /// What it says of itself.
    pub fn info(&self) -> ServerInfo {
        ServerInfo { version: 1, kind: self.kind, key: *self.key.public() }
    }
}
