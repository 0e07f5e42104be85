//! Team keys (SPEC §8.3.4): random per generation, given to the group's members in bundles, chained backwards by links, and what
//! follows from them.

mod bundle;
mod ring;
mod sealing;

pub use bundle::{BundleError, Generation, open_bundle, seal_bundle};
pub use ring::{History, LinkError, TeamKeyRing};
pub use sealing::{SealToError, SealingSeed, Standing, open_from, seal_to, standing};
pub(crate) use sealing::{open_in, seal_in};
