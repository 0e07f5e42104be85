//! The nonces that this process issued and did not see again.

use std::sync::{Arc, Mutex, PoisonError};

use casevault_wire::id::Nonce;
use casevault_wire::nonce::Nonces;
use casevault_wire::time::{Clock, Time};

use crate::random::{self, NoRandomness};

/// How many issued nonces of each kind are remembered; the oldest give way.
const CAPACITY: usize = 128 * 1024;

/// Issues and redeems nonces.
pub struct NonceBook {
    /// Those that came with answers.
    single: Mutex<Nonces>,
    /// Those that were asked for, many at a time: whoever asks for ever more displaces no nonce of an answer.
    many: Mutex<Nonces>,
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
        let empty = || Mutex::new(Nonces::new(CAPACITY));
        Self { single: empty(), many: empty(), clock }
    }

    /// A fresh nonce, to go with an answer.
    ///
    /// # Errors
    /// [`NoRandomness`] if the operating system has none.
    pub fn issue(&self) -> Result<Nonce, NoRandomness> {
        self.issue_in(&self.single)
    }

    /// One of many fresh nonces.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub fn issue_many(&self) -> Result<Nonce, NoRandomness> {
        self.issue_in(&self.many)
    }

    fn issue_in(&self, nonces: &Mutex<Nonces>) -> Result<Nonce, NoRandomness> {
        let nonce = Nonce(random::bytes()?);
        let now = self.clock.now();
        nonces.lock().unwrap_or_else(PoisonError::into_inner).issue(nonce, now);
        Ok(nonce)
    }

    /// When `nonce` was issued, if it was issued here, is fresh, and was not used before; it is used now.
    #[must_use]
    pub fn redeem(&self, nonce: &Nonce) -> Option<Time> {
        let now = self.clock.now();
        let redeem = |nonces: &Mutex<Nonces>| nonces.lock().unwrap_or_else(PoisonError::into_inner).redeem(nonce, now);
        redeem(&self.single).or_else(|| redeem(&self.many))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    // Plays B07.
    #[test]
    fn b07_whoever_asks_for_nonces_without_end_takes_nobody_elses() {
        let book = NonceBook::new(Arc::new(ManualClock::at(Time(1))));
        let (answers, early) = (book.issue().unwrap(), book.issue_many().unwrap());
        for _ in 0..CAPACITY {
            book.issue_many().unwrap();
        }
        assert_eq!(book.redeem(&answers), Some(Time(1)), "who is told to sign again can");
        assert_eq!(book.redeem(&early), None, "memory has an end");
        assert_eq!(book.redeem(&answers), None);
    }
}
