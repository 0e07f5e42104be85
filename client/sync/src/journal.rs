//! Journals on this device (SPEC §6.3): read from the vault entry by entry, each verified before it is kept, and appended to with
//! compare-and-set. What waits to be sent is an event's body; it is sealed and signed anew for the place that it gets.

mod apply;
mod kept;
mod pull;
mod push;
mod reread;
mod waits;

pub(crate) use kept::{CaseRing, chain, key, ring_of};
pub(crate) use push::{Item, PUSH_ITEMS, check_open, decode_body, encode_body, queue};
pub(crate) use waits::go_on;

use casevault_crypto::journal::Place;
use casevault_wire::id::{JournalId, OrganisationId, TeamId};

use crate::client::Client;
use crate::error::{ClientError, Result};
use crate::group::ring;
use crate::store::sql::Connection;

impl Client {
    /// The place of a case, or of a team's own journal.
    pub(crate) fn place(&self, team: TeamId, journal: JournalId) -> Place {
        Place { organisation: self.me.organisation, team, journal }
    }

    /// The place of a team's own journal.
    pub(crate) fn team_place(&self, team: TeamId) -> Result<Place> {
        self.profile.store.read(|db| team_place(db, self.me.organisation, team))
    }
}

/// The place of a team's own journal.
pub(crate) fn team_place(db: &Connection, organisation: OrganisationId, team: TeamId) -> Result<Place> {
    ring(db, organisation, team)?.journal().ok_or(ClientError::NoKey)
}
