//! What both servers of Casevault share: durable records, the HTTP runner, signed requests, the server's key and its directory.
//!
//! [`store`] alone knows a database, [`http`] alone knows status codes. A server is a [`node::Node`] with routes of its own.

pub mod auth;
pub mod backup;
pub mod budget;
pub mod clock;
pub mod directory;
pub mod disk;
pub mod fsck;
pub mod http;
pub mod keys;
pub mod log;
pub mod node;
pub mod nonces;
pub mod random;
pub mod statistics;
pub mod stop;
pub mod store;
