//! Single-use nonces (SPEC §7.3), as in RFC 8555 §6.5: every answer carries a fresh one.

use std::collections::{HashMap, VecDeque};

use crate::id::Nonce;
use crate::limit;
use crate::time::Time;

/// The header that carries a fresh nonce.
pub const HEADER: &str = "replay-nonce";

/// The nonces a server issued and did not see again. In memory: after a restart all are unknown, and clients take new ones.
#[derive(Debug)]
pub struct Nonces {
    issued: HashMap<Nonce, Time>,
    order: VecDeque<Nonce>,
    capacity: usize,
}

impl Nonces {
    /// Keeps at most `capacity` nonces; the oldest give way.
    pub fn new(capacity: usize) -> Self {
        Self { issued: HashMap::new(), order: VecDeque::new(), capacity }
    }

    /// Records `nonce`, drawn at random by the caller, as issued at `now`.
    pub fn issue(&mut self, nonce: Nonce, now: Time) {
        self.issued.insert(nonce, now);
        self.order.push_back(nonce);
        while self.order.len() > self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.issued.remove(&oldest);
            }
        }
    }

    /// When `nonce` was issued, if it was, is not too old and was not used before; it is used now.
    #[must_use]
    pub fn redeem(&mut self, nonce: &Nonce, now: Time) -> Option<Time> {
        self.issued.remove(nonce).filter(|issued| now.since(*issued) <= limit::NONCE_LIFETIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_and_for_a_while() {
        let mut nonces = Nonces::new(2);
        let (a, b, c) = (Nonce([1; 16]), Nonce([2; 16]), Nonce([3; 16]));
        nonces.issue(a, Time(3));
        assert_eq!(nonces.redeem(&a, Time(4)), Some(Time(3)));
        assert_eq!(nonces.redeem(&a, Time(4)), None, "used");
        nonces.issue(b, Time(0));
        assert_eq!(nonces.redeem(&b, Time(limit::NONCE_LIFETIME + 1)), None, "too old");
        for nonce in [a, b, c] {
            nonces.issue(nonce, Time(0));
        }
        assert_eq!(nonces.redeem(&a, Time(0)), None, "pushed out");
        assert_eq!(nonces.redeem(&c, Time(0)), Some(Time(0)));
    }
}
