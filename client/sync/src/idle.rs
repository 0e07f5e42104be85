//! Auto-lock: a client that nobody used for a while is dropped, and its keys with it. For surfaces that live longer than one command;
//! they call [`AutoLock::tick`] from a timer of theirs.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casevault_wire::time::{Clock, Time};

use crate::client::Client;
use crate::error::{ClientError, Result};

/// A client that locks itself.
pub struct AutoLock {
    held: Mutex<Held>,
    clock: Arc<dyn Clock>,
    /// Held by each [`Beside`].
    works: Arc<()>,
}

/// A client for work that goes on beside the person: it does not keep the client from being locked.
pub struct Beside {
    client: Arc<Client>,
    _works: Arc<()>,
}

impl Deref for Beside {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

struct Held {
    client: Option<Arc<Client>>,
    used: Time,
    /// Milliseconds.
    idle: u64,
}

impl AutoLock {
    /// Holds `client` until it was not used for as long as `idle`.
    pub fn new(client: Client, idle: Duration, clock: Arc<dyn Clock>) -> Self {
        let held = Held { client: Some(Arc::new(client)), used: clock.now(), idle: milliseconds(idle) };
        Self { held: Mutex::new(held), clock, works: Arc::default() }
    }

    /// Has it be as long as `idle` from now on.
    pub fn set_idle(&self, idle: Duration) {
        self.held().idle = milliseconds(idle);
    }

    /// The client, for one operation; the time begins anew.
    ///
    /// # Errors
    /// [`ClientError::Locked`] if the time was up, whether a timer noticed or not.
    pub fn client(&self) -> Result<Arc<Client>> {
        self.tick();
        let mut held = self.held();
        held.used = self.clock.now();
        held.client.clone().ok_or(ClientError::Locked)
    }

    /// The client, for work that goes on beside the person. Where it is locked meanwhile, it is dropped when that work ends.
    ///
    /// # Errors
    /// As [`AutoLock::client`].
    pub fn beside(&self) -> Result<Beside> {
        Ok(Beside { client: self.client()?, _works: self.works.clone() })
    }

    /// The client, for a page that asks for itself again while nobody does anything: the time goes on.
    ///
    /// # Errors
    /// As [`AutoLock::client`].
    pub fn glance(&self) -> Result<Beside> {
        self.tick();
        let client = self.held().client.clone().ok_or(ClientError::Locked)?;
        Ok(Beside { client, _works: self.works.clone() })
    }

    /// Drops the client if its time is up and no operation is under way; whether it is locked now.
    pub fn tick(&self) -> bool {
        let mut held = self.held();
        let now = self.clock.now();
        let busy = held.client.as_ref().is_some_and(|client| Arc::strong_count(client) > Arc::strong_count(&self.works));
        // A clock that went back begins the time anew, instead of stretching it.
        if busy || now < held.used {
            held.used = now;
        }
        if now.since(held.used) >= held.idle {
            held.client = None;
        }
        held.client.is_none()
    }

    /// Drops the client at once. What an operation under way still holds goes when it ends.
    pub fn lock(&self) {
        self.held().client = None;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn milliseconds(idle: Duration) -> u64 {
    u64::try_from(idle.as_millis()).unwrap_or(u64::MAX)
}
