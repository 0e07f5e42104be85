//! The client of Casevault: one device's encrypted store, its outbox and its two servers. The one API that the command line and the
//! local web interface use.

mod alarm;
mod cases;
mod client;
mod devices;
mod document;
mod group;
mod heads;
mod http;
mod idle;
mod invitations;
mod join;
mod journal;
mod keychain;
mod keyserver;
mod log;
mod names;
mod notice;
mod outbox;
mod partners;
mod people;
mod profile;
mod recipient;
mod recovery;
mod removal;
mod search;
mod standing;
mod store;
mod stride;
mod sync;
mod teams;
mod travel;
mod unstated;
mod vault;
mod verify;
mod void;

pub mod bulk;
pub mod error;
pub mod evidence;
pub mod view;

pub use casevault_crypto::event::{display_line, display_name, export_name, is_plain};
pub use casevault_crypto::recovery::{ShareFault, WordsError};
pub use casevault_crypto::secret::SecretBytes;
pub use casevault_statistics::htcds::FieldError;
pub use casevault_wire::{id, log::Role, partner::SafetyNumber, time};
pub use client::{Client, Options, SystemClock};
pub use error::{ClientError, Result, What};
pub use idle::AutoLock;
pub use join::FoundRequest;
pub use keychain::{Keychain, SecretService};
pub use profile::{Profile, harden};
pub use recipient::Recipient;
pub use recovery::RecoveryPlan;
pub use removal::{Emptied, Leaver, Removal, Writing};
