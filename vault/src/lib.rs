//! The vault of Casevault: keeps journals and blobs, all ciphertext, for teams whose access keys it checks.
//!
//! It learns which journal belongs to which team, padded sizes and times; never a name, device, role or key. [`access`] decides
//! who may come in, [`grant`] who else reads one journal, [`journal`] and [`upload`] what is stored, `deletion` what goes again, [`record`] and [`blob`] where. [`fsck()`] checks a data directory,
//! [`mod@backup`] copies it.

pub mod access;
pub mod backup;
pub mod blob;
mod deletion;
mod door;
pub mod feed;
pub mod fsck;
pub mod grant;
pub mod http;
pub mod journal;
mod organisation;
pub mod pending;
pub mod program;
mod reading;
pub mod record;
mod run;
pub mod statistics;
mod switch;
pub mod team;
mod turns;
pub mod upload;
pub mod vault;

pub use door::OPEN as OPEN_DOOR;
pub use fsck::{Finding, fsck};
pub use program::Program;
pub use run::{Arguments, RunError, Served, open, run};
