//! `Range` (RFC 9110 §14): one range of bytes.

use std::ops::Range;

use super::path::decimal;

/// What a `Range` header asks of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// These bytes.
    Bytes(Range<u64>),
    /// Bytes that the blob does not have.
    Unsatisfiable,
    /// Something else than one range of bytes.
    Malformed,
}

/// Reads a `Range` header for a blob of `length` bytes.
pub fn parse(header: &str, length: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Malformed;
    };
    let range = match (first, last) {
        ("", suffix) => decimal(suffix).map(|suffix| length.saturating_sub(suffix)..length),
        (first, "") => decimal(first).map(|first| first..length),
        (first, last) => match (decimal(first), decimal(last)) {
            (Some(first), Some(last)) if first <= last => Some(first..last.saturating_add(1).min(length)),
            _ => None,
        },
    };
    match range {
        None => Asked::Malformed,
        Some(range) if range.start < range.end => Asked::Bytes(range),
        Some(_) => Asked::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_nothing_else() {
        for (header, expected) in [
            ("bytes=0-0", Asked::Bytes(0..1)),
            ("bytes=5-", Asked::Bytes(5..10)),
            ("bytes=-3", Asked::Bytes(7..10)),
            ("bytes=-30", Asked::Bytes(0..10)),
            ("bytes=8-30", Asked::Bytes(8..10)),
            ("bytes=10-", Asked::Unsatisfiable),
            ("bytes=10-11", Asked::Unsatisfiable),
            ("bytes=-0", Asked::Unsatisfiable),
            ("bytes=3-2", Asked::Malformed),
            ("bytes=-", Asked::Malformed),
            ("bytes=+1-2", Asked::Malformed),
            ("bytes=0-1,3-4", Asked::Malformed),
            ("items=0-1", Asked::Malformed),
            ("bytes=0-18446744073709551616", Asked::Malformed),
            ("", Asked::Malformed),
        ] {
            assert_eq!(parse(header, 10), expected, "{header}");
        }
    }
}
