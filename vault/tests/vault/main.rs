//! The vault over real HTTP, on real files, with a keyserver that says what a test wants.

mod access;
mod blobs;
mod disk;
mod feed;
mod fsck;
mod journals;
mod keyserver;
mod member;
mod speed;
mod uploads;
mod world;
