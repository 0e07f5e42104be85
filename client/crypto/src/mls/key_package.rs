//! Key packages (R-8.3-4): what a device leaves at the keyserver so that others can add it while it is offline.

mod generate;
mod lifespan;
mod validate;

pub use generate::{GenerateError, generate, generate_last_resort};
pub use lifespan::Lifespan;
pub use validate::{KeyPackageProblem, validate};

pub(super) use lifespan::LIFESPAN_EXTENSION;
pub(super) use validate::{check_form, decode};
