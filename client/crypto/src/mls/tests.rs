//! Teams of real groups in memory, and committers that lie.

mod join;
mod key_packages;
mod liar;
mod liars;
mod story;
mod world;
