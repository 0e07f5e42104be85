//! The keyserver's rules, through real HTTP and real storage.

mod commits;
mod fsck;
mod invitations;
mod key_packages;
mod log;
mod records;
mod strangers;
mod voids;
mod world;
