//! The vectors beside the SPEC, which were written from its text alone (`wire/vectors/*.py`), against these programs.

#[cfg(test)]
#[path = "vectors/content.rs"]
mod content;
#[cfg(test)]
#[path = "vectors/events.rs"]
mod events;
#[cfg(test)]
#[path = "vectors/invitation.rs"]
mod invitation;
#[cfg(test)]
#[path = "vectors/keystore.rs"]
mod keystore;
#[cfg(test)]
#[path = "vectors/registry.rs"]
mod registry;
#[cfg(test)]
#[path = "vectors/seal.rs"]
mod seal;
#[cfg(test)]
#[path = "vectors/signature.rs"]
mod signature;
#[cfg(test)]
#[path = "vectors/vector.rs"]
mod vector;
