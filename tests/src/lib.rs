//! casevault-tests

pub mod world;
