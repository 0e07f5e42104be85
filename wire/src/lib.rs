//! The protocol of Casevault: identifiers, labels, limits, encodings, signatures and the messages of both servers.
//!
//! `SPEC.md` beside this crate is the normative text; each module names its section. This crate does no input or output,
//! reads no clock, draws no randomness and holds no secret: it is shared by programs that may see plaintext and by programs
//! that must not.

pub mod blob;
pub mod codec;
pub mod commit;
pub mod context;
pub mod feed;
pub mod hash;
pub mod heads;
pub mod id;
pub mod invitation;
pub mod journal;
pub mod keyserver;
pub mod label;
pub mod limit;
pub mod log;
pub mod mls;
pub mod nonce;
pub mod partner;
pub mod problem;
pub mod recovery;
pub mod request;
pub mod server;
pub mod signature;
pub mod standing;
pub mod statistics;
pub mod time;
pub mod vault;
