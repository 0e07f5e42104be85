//! Journals in clear (SPEC §6.3): a signed, hash-chained sequence of events inside the sealed one that the vault keeps.
//!
//! [`Writer`] makes entries, [`Reader`] is the one door from an [`Entry`](casevault_wire::journal::Entry) to an
//! [`AcceptedEvent`], and [`ChainState`] is what both remember of a journal. What waits to be written is an event's
//! [`Body`](crate::event::Body), never an entry: rebasing is appending it again.

mod author;
mod follow;
mod header;
mod key;
mod plaintext;
mod read;
mod state;
mod write;

#[cfg(test)]
pub(crate) mod tests;

use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};
use casevault_wire::journal::{is_team_journal, team_journal};
use casevault_wire::label::Label;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::event::Recipient;

pub use author::{Author, Certificate, SignedCertificate};
pub use follow::{Follower, WrittenBy};
pub use header::{Header, SignedHeader, header_hash};
pub use key::{EntryKey, KeyRing, TeamKeys};
pub use plaintext::{Opening, PlaintextError, class_length};
pub use read::{AcceptedEvent, JournalError, Reader};
pub use state::ChainState;
pub use write::{Appended, WriteError, Writer};

/// Which journal, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Place {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team that owns it.
    pub team: TeamId,
    /// The journal.
    pub journal: JournalId,
}

impl Place {
    /// The place of a team's own journal, while its history begins with its first key; later see
    /// [`TeamKeyRing::journal`](crate::team::TeamKeyRing::journal).
    pub fn of_team(organisation: OrganisationId, team: TeamId) -> Self {
        Self { organisation, team, journal: team_journal(&team) }
    }

    /// Whose it is.
    pub fn owner(&self) -> Recipient {
        Recipient { organisation: self.organisation, team: self.team }
    }

    /// Whether this is a team's own journal: sealed under keys of the team key, so without key generations of its own.
    pub fn is_of_team(&self) -> bool {
        is_team_journal(&self.team, &self.journal)
    }

    /// The context that an entry is sealed in.
    fn context(&self, sequence: u64, generation: u64, previous: Hash) -> Context {
        Context {
            team: self.team,
            journal: self.journal,
            version: sequence,
            generation,
            binding: previous,
            ..Context::new(Label::SealEntry, self.organisation)
        }
    }
}
