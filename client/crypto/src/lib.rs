//! All keys and plaintext formats of Casevault, and nothing that reads a clock, draws randomness by itself or does I/O: time and
//! randomness are arguments (SPEC §6).

pub mod content;
pub mod derive;
pub mod identity;
pub mod keys;
pub mod random;
pub mod seal;
pub mod secret;
