//! Blobs as the vault sees them (SPEC §6.4): padded sizes.

use crate::limit;

/// Bytes of plaintext in every chunk but the last.
pub const CHUNK: u64 = 64 * 1024;
/// Bytes that a chunk grows by when it is sealed.
pub const TAG: u64 = 16;
/// Bytes before the first chunk: suite, salt and commitment.
pub const HEADER: u64 = 2 + 32 + 32;
/// No document is padded to less.
pub const FLOOR: u64 = 16 * 1024;

/// The Padmé length of `length` (Nikitin et al., PETS 2019, §4): at most 12 % more, and O(log log) bits of it shown.
pub fn padme(length: u64) -> u64 {
    if length < 2 {
        return length;
    }
    let exponent = 63 - u64::from(length.leading_zeros());
    let bits = 64 - u64::from(exponent.leading_zeros());
    let mask = (1u64 << exponent.saturating_sub(bits)) - 1;
    length.saturating_add(mask) & !mask
}

/// The padded length of a document of `length` bytes.
pub fn padded(length: u64) -> u64 {
    padme(length).max(FLOOR)
}

/// How many chunks a document of `length` bytes has, padding included. Never zero.
pub fn chunks(length: u64) -> u64 {
    padded(length).div_ceil(CHUNK)
}

/// The length of the whole blob of a document of `length` bytes, which anybody may claim; none if it is over [`limit::BLOB`].
pub fn sealed_length(length: u64) -> Option<u64> {
    let bounded = Some(length).filter(|length| *length <= limit::BLOB)?;
    Some(HEADER + padded(bounded) + chunks(bounded) * TAG).filter(|sealed| *sealed <= limit::BLOB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_follows_the_paper() {
        for (length, expected) in [
            (0, 0),
            (1, 1),
            (8, 8),
            (9, 10),
            (100, 104),
            (1000, 1024),
            (1 << 20, 1 << 20),
            ((1 << 20) + 1, (1 << 20) + (1 << 15)),
        ] {
            assert_eq!(padme(length), expected, "padme({length})");
        }
        for length in (0..2_000_000u64).step_by(997) {
            let padded = padded(length);
            assert!(padded >= length && padded >= FLOOR);
            assert!(padded <= FLOOR || (padded as f64) <= length as f64 * 1.12);
            assert_eq!(super::padme(padded), padded, "padding is idempotent");
        }
    }

    #[test]
    fn an_empty_document_is_as_long_as_a_small_one() {
        assert_eq!(sealed_length(0), sealed_length(FLOOR));
        assert_eq!(chunks(0), 1);
        assert_eq!(sealed_length(CHUNK + 1), Some(HEADER + padded(CHUNK + 1) + 2 * TAG));
    }

    #[test]
    fn a_length_that_no_blob_may_have_has_none() {
        for length in [limit::BLOB, limit::BLOB + 1, u64::MAX - 1, u64::MAX] {
            assert_eq!(sealed_length(length), None, "{length}");
        }
    }
}
