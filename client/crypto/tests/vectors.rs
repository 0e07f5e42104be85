//! The vectors beside the SPEC, which were written from its text alone (`wire/vectors/reference.py`), against these programs.

#[path = "vectors/content.rs"]
mod content;
#[path = "vectors/invitation.rs"]
mod invitation;
#[path = "vectors/keystore.rs"]
mod keystore;
#[path = "vectors/registry.rs"]
mod registry;
#[path = "vectors/seal.rs"]
mod seal;
#[path = "vectors/signature.rs"]
mod signature;
#[path = "vectors/vector.rs"]
mod vector;
