//! The nonces that this process issued and did not see again.

use std::sync::{Arc, Mutex, PoisonError};

use casevault_wire::id::Nonce;
use casevault_wire::nonce::Nonces;
use casevault_wire::time::{Clock, Time};

use crate::random::{self, NoRandomness};

/// How many issued nonces are remembered; the oldest give way.
const CAPACITY: usize = 128 * 1024;

/// Issues and redeems nonces.
pub struct NonceBook {
    nonces: Mutex<Nonces>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for NonceBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceBook(…)")
    }
}

impl NonceBook {
    /// An empty book.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { nonces: Mutex::new(Nonces::new(CAPACITY)), clock }
    }

    /// A fresh nonce.
    ///
    /// # Errors
    /// [`NoRandomness`] if the operating system has none.
    pub fn issue(&self) -> Result<Nonce, NoRandomness> {
        let nonce = Nonce(random::bytes()?);
        let now = self.clock.now();
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner).issue(nonce, now);
        Ok(nonce)
    }

    /// When `nonce` was issued, if it was issued here, is fresh, and was not used before; it is used now.
    #[must_use]
    pub fn redeem(&self, nonce: &Nonce) -> Option<Time> {
        let now = self.clock.now();
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner).redeem(nonce, now)
    }
}
