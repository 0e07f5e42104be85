//! Choices out of a target's input, and what must hold of every encoding.

use std::fmt::Debug;

use casevault_wire::codec::{decode, encode};
use tls_codec::{Deserialize, Serialize, Size};

/// An input, taken from its front; zeros when it is used up.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    pub(super) fn short(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    pub(super) fn long(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let taken = self.take(N);
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    /// At most `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A piece with its length before it.
    pub(super) fn piece(&mut self) -> &'a [u8] {
        let length = usize::from(self.short());
        self.take(length)
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        self.take(usize::MAX)
    }

    /// One of `choices`.
    pub(super) fn choose<'b, T>(&mut self, choices: &'b [T]) -> &'b T {
        &choices[usize::from(self.byte()) % choices.len()]
    }

    /// `bytes` with some changed, removed or added, as the input says; at least once, if it says anything.
    pub(super) fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.byte() % 4 {
            if self.is_empty() {
                break;
            }
            let at = usize::from(self.short()) % (changed.len() + 1);
            match self.byte() % 5 {
                0 => changed.truncate(at),
                1 => {
                    let piece = self.piece();
                    changed.splice(at..at, piece.iter().copied());
                }
                2 => {
                    let end = changed.len().min(at + usize::from(self.byte()));
                    changed.drain(at..end);
                }
                3 => {
                    let piece = self.piece();
                    let end = changed.len().min(at + piece.len());
                    changed.splice(at..end, piece.iter().copied());
                }
                _ => {
                    let bits = self.byte();
                    changed.get_mut(at).into_iter().for_each(|byte| *byte ^= bits);
                }
            }
        }
        changed
    }
}

/// Reads `bytes` as a `T`, and sees that one value has one encoding, within its limit.
pub(super) fn canonical<T: Deserialize + Serialize + Size + PartialEq + Debug>(bytes: &[u8], limit: usize) -> Option<T> {
    let value: T = decode(bytes, limit).ok()?;
    assert!(bytes.len() <= limit);
    assert_eq!(value.tls_serialized_len(), bytes.len());
    assert!(encode(&value) == bytes, "one value has one encoding");
    assert!(decode::<T>(&encode(&value), limit).as_ref() == Ok(&value));
    // What prints must not end the program either.
    let _ = format!("{value:?}");
    Some(value)
}

/// [`canonical`] for several types, each with its limit.
macro_rules! all_canonical {
    ($data:expr, $limit:expr; $($type:ty),* $(,)?) => { $(let _ = $crate::fuzz::bytes::canonical::<$type>($data, $limit);)* };
}
pub(super) use all_canonical;
