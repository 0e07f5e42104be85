//! How records lie in sled: large values in pieces, because sled keeps up to sixteen values in one page that it rewrites as a
//! whole, and moves a page of more than 128 KiB to a file of its own, which may be lost with the power although its log is not.
//!
//! | sled key | sled value |
//! |---|---|
//! | `00 ‖ key` | `00 ‖ value` if the value is at most [`PIECE`] bytes, else `01 ‖ uint32 pieces` |
//! | `01 ‖ key ‖ uint32 index` | a piece |
//! | `02` | `uint64`, the number of the last write |

use casevault_durable::sled::{self, Batch, IVec, Tree};

use super::StoreError;

/// Bytes of one piece: seventeen, the most that a page has before it is split, stay well below that.
const PIECE: usize = 4 * 1024;
/// For so many bytes of what is read its page is named once more.
const NAMED: usize = 1024;

const INLINE: u8 = 0;
const PIECES: u8 = 1;

/// Where the value of `key`, or its count of pieces, is.
pub(super) fn head_key(key: &[u8]) -> Vec<u8> {
    [&[0], key].concat()
}

pub(super) fn piece_key(key: &[u8], index: u32) -> Vec<u8> {
    [&[1], key, index.to_be_bytes().as_slice()].concat()
}

/// The key of a record whose head is at `head_key`.
pub(super) fn key_of(head_key: &[u8]) -> Result<&[u8], StoreError> {
    match head_key.split_first() {
        Some((0, key)) => Ok(key),
        _ => Err(StoreError::Corrupt),
    }
}

/// Where the number of the last write is.
pub(super) const NUMBER: [u8; 1] = [2];

/// The number of the last write; 0 before the first.
pub(super) fn number(tree: &Tree) -> Result<u64, StoreError> {
    match tree.get(NUMBER).map_err(failed)? {
        Some(number) => Ok(u64::from_be_bytes(number.as_ref().try_into().map_err(|_| StoreError::Corrupt)?)),
        None => Ok(0),
    }
}

/// The value of `key`.
pub(super) fn read(tree: &Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    match get(tree, &head_key(key))? {
        Some(head) => value_of(tree, key, &head).map(Some),
        None => Ok(None),
    }
}

/// The value of `key`, whose head is `head`.
pub(super) fn value_of(tree: &Tree, key: &[u8], head: &IVec) -> Result<Vec<u8>, StoreError> {
    match head.split_first() {
        Some((&INLINE, value)) => Ok(value.to_vec()),
        Some((&PIECES, count)) => {
            let count = u32::from_be_bytes(count.try_into().map_err(|_| StoreError::Corrupt)?);
            let mut value = Vec::new();
            for index in 0..count {
                let piece = get(tree, &piece_key(key, index))?.ok_or(StoreError::Corrupt)?;
                value.extend_from_slice(&piece);
            }
            Ok(value)
        }
        _ => Err(StoreError::Corrupt),
    }
}

/// What is at a key of sled's.
fn get(tree: &Tree, key: &[u8]) -> Result<Option<IVec>, StoreError> {
    let found = tree.get(key).map_err(failed)?;
    found.as_ref().map_or(Ok(()), |found| name(tree, key, found.len()))?;
    Ok(found)
}

/// Names the page in which so many bytes were read to sled's cache again, the more often the more they are. The cache looks what it can
/// let go once a 256th part of all pages was named 64 times, however long these are: read once each, 16,384 would stay.
pub(super) fn name(tree: &Tree, key: &[u8], length: usize) -> Result<(), StoreError> {
    (0..length / NAMED).try_for_each(|_| tree.contains_key(key).map(drop).map_err(failed))
}

/// Adds to `batch` that `key` has `value`, or is absent, and nothing is left of what it had before.
pub(super) fn replace(tree: &Tree, batch: &mut Batch, key: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
    let before = pieces_of(tree, key)?;
    let now = match value {
        None => {
            batch.remove(head_key(key));
            0
        }
        Some(value) if value.len() <= PIECE => {
            batch.insert(head_key(key), [&[INLINE], value].concat());
            0
        }
        Some(value) => {
            let count = u32::try_from(value.len().div_ceil(PIECE)).map_err(|_| StoreError::Full)?;
            batch.insert(head_key(key), [&[PIECES], count.to_be_bytes().as_slice()].concat());
            for (index, piece) in (0..count).zip(value.chunks(PIECE)) {
                batch.insert(piece_key(key, index), piece);
            }
            count
        }
    };
    for index in now..before {
        batch.remove(piece_key(key, index));
    }
    Ok(())
}

fn pieces_of(tree: &Tree, key: &[u8]) -> Result<u32, StoreError> {
    let head = tree.get(head_key(key)).map_err(failed)?;
    match head.as_deref().and_then(<[u8]>::split_first) {
        Some((&PIECES, count)) => Ok(u32::from_be_bytes(count.try_into().map_err(|_| StoreError::Corrupt)?)),
        _ => Ok(0),
    }
}

/// What an error of sled means.
pub(super) fn failed(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Corruption { .. } => StoreError::Corrupt,
        _ => StoreError::Unavailable,
    }
}
