//! Where a team's records stand.

use casevault_wire::context::Context;
use casevault_wire::hash::Hash;
use casevault_wire::heads::{HeadRecord, record_hash};
use casevault_wire::id::{OrganisationId, TeamId};
use casevault_wire::label::Label;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

/// Where a team's records stand. Its encoding is for the local store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct HeadsState {
    organisation: OrganisationId,
    team: TeamId,
    length: u64,
    last: Hash,
    /// The sequence from which on the next record shall be a checkpoint.
    due: u64,
}

impl HeadsState {
    /// A team without records.
    pub fn new(organisation: OrganisationId, team: TeamId) -> Self {
        Self { organisation, team, length: 0, last: Hash::ZERO, due: 0 }
    }

    /// What a device that has no memory of the team's records begins with: the place before `record`.
    pub fn before(organisation: OrganisationId, team: TeamId, record: &HeadRecord) -> Self {
        Self { length: record.sequence, last: record.previous, ..Self::new(organisation, team) }
    }

    /// Whose records.
    pub fn team(&self) -> TeamId {
        self.team
    }

    pub(super) fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// How many records there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The hash of the last one; zero if there is none.
    pub fn last(&self) -> Hash {
        self.last
    }

    /// Whether the next record shall be a checkpoint.
    pub fn is_checkpoint_due(&self) -> bool {
        self.length >= self.due
    }

    /// Steps over a record that can never be read, so that what follows it can. If it was to be a checkpoint, the next one shall be.
    /// Returns whether it was the record that comes next.
    pub fn pass(&mut self, record: &HeadRecord) -> bool {
        let next = self.is_continued_by(record);
        if next {
            self.step(record, false);
        }
        next
    }

    pub(super) fn is_continued_by(&self, record: &HeadRecord) -> bool {
        record.sequence == self.length && record.previous == self.last && record.sequence < u64::MAX
    }

    /// Goes on to after `record`; `whole` if it lists every head that is known.
    pub(super) fn step(&mut self, record: &HeadRecord, whole: bool) {
        self.length += 1;
        self.last = record_hash(record);
        if record.checkpoint == 1 {
            self.due = if whole { record.sequence.saturating_add(limit::CHECKPOINT) } else { self.length };
        }
    }

    pub(super) fn context(&self, generation: u64) -> Context {
        Context {
            team: self.team,
            version: self.length,
            generation,
            binding: self.last,
            ..Context::new(Label::SealHeads, self.organisation)
        }
    }
}
