//! Single-use nonces (SPEC §7.3), as in RFC 8555 §6.5: every answer carries a fresh one.

/// The header that carries a fresh nonce.
pub const HEADER: &str = "replay-nonce";
