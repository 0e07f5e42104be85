//! All keys and plaintext formats of Casevault, and nothing that reads a clock, draws randomness by itself or does I/O: time and
//! randomness are arguments (SPEC §6).

#[cfg(test)]
mod artefacts;
pub mod assistance;
pub mod case;
pub mod consent;
pub mod content;
pub mod derive;
pub mod directory;
pub mod dossier;
pub mod envelope;
pub mod erasure;
pub mod event;
pub mod evidence;
pub mod handover;
pub mod heads;
pub mod identity;
pub mod invitation;
pub mod journal;
pub mod keys;
pub mod keystore;
pub mod mls;
pub mod random;
pub mod recovery;
pub mod rotation;
pub mod seal;
pub mod secret;
pub mod statistics;
pub mod team;
pub mod team_journal;
