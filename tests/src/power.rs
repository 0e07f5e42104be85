//! Power that fails: what a process did to the files of a directory, and images of what may be left of it.
//!
//! The model is that of ALICE (OSDI '14) and SQLite's "Atomic Commit" for what is not waited for: any of the writes of a file may be
//! there and any not, and each may be torn between sectors of 512 bytes. The names in one directory are made, changed and removed in
//! order (the journal of a file system), and are durable only once that directory was waited for: that another was, or the file itself,
//! is not enough. `fdatasync` keeps the length. By `sync_file_range` nothing is durable: whoever calls it fails the test.
//!
//! `CASEVAULT_TORN` asks for that many images at each wait, `CASEVAULT_TORN_SEED` for others.

mod image;
mod record;

pub use image::{Failures, Left};
pub use record::{Record, Watch};
