//! Nonces (SPEC §7.3), as in RFC 8555 §6.5: every answer carries a fresh one. A nonce says itself when it was issued and that it was
//! issued here; only those that were spent are remembered. So however many are issued, none of them is pushed out.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use casevault_wire::id::Nonce;
use casevault_wire::label::Label;
use casevault_wire::limit;
use casevault_wire::time::{Clock, Time};

use crate::random::{self, NoRandomness};

/// How many spent nonces are remembered. Who spends more makes older nonces, spent or not, good no more.
const SPENT: usize = 256 * 1024;

/// Issues nonces and spends them.
pub struct NonceBook {
    page: Mutex<Page>,
    clock: Arc<dyn Clock>,
}

/// What is known of the nonces under one key.
#[derive(Default)]
struct Page {
    /// Drawn at the first nonce.
    key: Option<[u8; 32]>,
    /// Those that were spent, oldest first.
    spent: BTreeSet<(Time, Nonce)>,
    /// Nonces that were issued then or before are good no more.
    forgotten: Option<Time>,
}

impl std::fmt::Debug for NonceBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceBook(…)")
    }
}

impl NonceBook {
    /// A book whose nonces are good until this process ends.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { page: Mutex::default(), clock }
    }

    /// A fresh nonce.
    ///
    /// # Errors
    /// [`NoRandomness`] if the operating system has none.
    pub fn issue(&self) -> Result<Nonce, NoRandomness> {
        let now = self.clock.now();
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        if Some(now) < page.forgotten {
            // The clock went back behind what is remembered: what was spent could be good again.
            *page = Page::default();
        }
        let key = match page.key {
            Some(key) => key,
            None => *page.key.insert(random::bytes()?),
        };
        drop(page);
        Ok(make(&key, stamp(now), random::bytes()?))
    }

    /// When `nonce` was issued, if it was issued here, is not too old and was not spent.
    #[must_use]
    pub fn check(&self, nonce: &Nonce) -> Option<Time> {
        let now = self.clock.now();
        let page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        let ([a, b, c, d, e, f, g, h, ..], key) = (nonce.0, page.key?);
        let issued = Time(now.0.checked_sub(stamp(now).wrapping_sub(u32::from_be_bytes([a, b, c, d])).into())?);
        let fresh = now.since(issued) <= limit::NONCE_LIFETIME && Some(issued) > page.forgotten;
        let ours = fresh && same(nonce, &make(&key, stamp(issued), [e, f, g, h]));
        (ours && !page.spent.contains(&(issued, *nonce))).then_some(issued)
    }

    /// Spends a nonce that was issued at `issued`; whether it was still good.
    #[must_use]
    pub fn spend(&self, nonce: Nonce, issued: Time) -> bool {
        let now = self.clock.now();
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        let good = Some(issued) > page.forgotten && page.spent.insert((issued, nonce));
        let over = |page: &Page, oldest: Time| page.spent.len() > SPENT || now.since(oldest) > limit::NONCE_LIFETIME;
        while let Some((oldest, _)) = page.spent.first().copied().filter(|(oldest, _)| over(&page, *oldest)) {
            page.spent.pop_first();
            page.forgotten = page.forgotten.max(Some(oldest));
        }
        good
    }
}

/// A time as it stands in a nonce: its last four bytes, in which the life of a nonce is short.
fn stamp(time: Time) -> u32 {
    time.0 as u32
}

/// The nonce of this time and these random bytes: both, and what proves that they are ours.
fn make(key: &[u8; 32], stamp: u32, random: [u8; 4]) -> Nonce {
    let mut nonce = [0; 16];
    let (said, proof) = nonce.split_at_mut(8);
    said.copy_from_slice(&[stamp.to_be_bytes(), random].concat());
    let mut mac = blake3::Hasher::new_keyed(key);
    mac.update(&Label::MacNonce.code().to_be_bytes()).update(said);
    mac.finalize_xof().fill(proof);
    Nonce(nonce)
}

/// Whether two nonces are the same, in a time that does not say where they differ.
fn same(one: &Nonce, other: &Nonce) -> bool {
    one.0.iter().zip(other.0).fold(0, |differences, (one, other)| differences | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn book() -> (NonceBook, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Time(u64::from(u32::MAX) - 5)));
        (NonceBook::new(clock.clone()), clock)
    }

    /// Checks and spends.
    fn redeem(book: &NonceBook, nonce: Nonce) -> Option<Time> {
        book.check(&nonce).filter(|issued| book.spend(nonce, *issued))
    }

    // Plays B03.
    // Obeys R-7.3-1.
    #[test]
    fn a_nonce_is_good_once_for_a_while_and_here() {
        let ((book, clock), (other, _)) = (book(), self::book());
        let (first, second) = (book.issue().unwrap(), book.issue().unwrap());
        let issued = clock.now();
        clock.advance(limit::NONCE_LIFETIME);
        assert_eq!(redeem(&book, first), Some(issued), "over the turn of the stamp");
        assert_eq!(redeem(&book, first), None, "spent");
        assert!(!book.spend(first, issued), "by one of two at once");
        let mut forged = second;
        forged.0[7] ^= 1;
        assert_eq!(book.check(&forged), None);
        assert!(other.issue().is_ok() && other.check(&second).is_none(), "another process, or this one after a restart");
        clock.advance(1);
        assert_eq!(book.check(&second), None, "too old");
    }

    // Breaks R-7.3-1.
    #[test]
    fn whoever_asks_for_nonces_pushes_out_nobodys() {
        let (book, _) = book();
        let first = book.issue().unwrap();
        for _ in 0..200_000 {
            book.issue().unwrap();
        }
        assert!(redeem(&book, first).is_some());
    }

    #[test]
    fn what_is_spent_beyond_measure_makes_older_nonces_bad_and_none_good_again() {
        let (book, clock) = book();
        let (spent, old) = (book.issue().unwrap(), book.issue().unwrap());
        assert!(redeem(&book, spent).is_some());
        clock.advance(1);
        let new = book.issue().unwrap();
        for number in 0..SPENT as u128 {
            assert!(book.spend(Nonce(number.to_be_bytes()), clock.now()));
        }
        assert_eq!((book.check(&spent), book.check(&old)), (None, None));
        assert!(book.check(&new).is_some());
    }

    #[test]
    fn a_clock_that_goes_back_makes_no_nonce_good_again() {
        let (book, clock) = book();
        let spent = book.issue().unwrap();
        assert!(redeem(&book, spent).is_some());
        clock.advance(limit::NONCE_LIFETIME + 1);
        let later = book.issue().unwrap();
        assert!(redeem(&book, later).is_some(), "and the first is forgotten");
        let back = NonceBook { clock: Arc::new(ManualClock::at(Time(1_000_000))), ..book };
        assert_eq!(back.check(&spent), None);
        let fresh = back.issue().unwrap();
        assert!(redeem(&back, fresh).is_some());
        assert_eq!(back.check(&later), None);
    }
}
