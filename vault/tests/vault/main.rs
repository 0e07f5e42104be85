//! The vault over real HTTP, on real files, with a keyserver that says what a test wants.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test reports by panicking")]

mod access;
mod backup;
mod blobs;
mod deletions;
mod disk;
mod feed;
mod fsck;
mod full;
mod grants;
mod insiders;
mod journals;
mod keyserver;
mod member;
mod register;
mod requests;
mod rot;
mod statistics;
mod uploads;
mod world;
