//! The keyserver's rules, through real HTTP and real storage.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking, in their own helpers, too")]

mod commits;
mod fsck;
mod full;
mod history;
mod inbox;
mod invitations;
mod key_packages;
mod log;
mod partners;
mod records;
mod recovery;
mod standing;
mod start;
mod statistics;
mod strangers;
mod voids;
mod world;
