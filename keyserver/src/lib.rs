//! The keyserver: keeps organisations' logs, delivers MLS messages, orders commits and signs what it ordered.
//!
//! It holds pseudonymous ids, public keys and ciphertext. [`records`] is the layout of all that it stores, [`state`] what it keeps
//! in memory, [`routes`] what it answers, [`teams`] how it orders commits, [`fsck`] what must hold of its records,
//! [`backup`] how they are copied.

pub mod backup;
mod catalogue;
pub mod command;
mod feed;
pub mod fsck;
mod inbox;
mod rate;
mod records;
mod recovery;
mod routes;
mod state;
mod statistics;
mod teams;

pub use command::{Arguments, Failure, run};
pub use state::Keyserver;
