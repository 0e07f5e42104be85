//! Chains written by several devices over several generations, and every way to break one.

mod authors;
mod chains;
mod forgeries;
mod generations;
mod model;
mod transplants;
mod vectors;
pub(crate) mod world;
