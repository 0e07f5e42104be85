//! Journals as the vault sees them (SPEC §6.3): chained, sealed entries.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{Opaque, encode};
use crate::hash::{Hash, hash, hash_bytes};
use crate::id::{JournalId, OrganisationId, TeamId};
use crate::label::Label;
use crate::limit;
use crate::signature::{Signable, Signed};
use crate::time::Time;

/// One entry: a sealed, padded event and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Entry {
    /// The journal.
    pub journal: JournalId,
    /// Position, from 0.
    pub sequence: u64,
    /// The generation of the key it is sealed under; never less than the entry's before.
    pub generation: u64,
    /// The hash of the entry before; zero for the first.
    pub previous: Hash,
    /// The seal: `suite ‖ nonce ‖ commitment ‖ ciphertext`.
    pub sealed: Opaque<{ limit::ENTRY }>,
}

/// The hash of an entry, which the next one names.
pub fn entry_hash(entry: &Entry) -> Hash {
    hash(Label::JournalEntryHash, entry)
}

/// Where a journal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Head {
    /// The journal.
    pub journal: JournalId,
    /// How many entries it has.
    pub length: u64,
    /// The hash of the last; zero if there is none.
    pub hash: Hash,
    /// The generation of the last.
    pub generation: u64,
}

/// The vault's word for the state of a team after a change: the head that changed, and how many changes there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct VaultState {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
    /// How many appends the team's journals have had.
    pub change: u64,
    /// The head that this change made.
    pub head: Head,
    /// When, by the vault's clock.
    pub time: Time,
}

impl Signable for VaultState {
    const LABEL: Label = Label::VaultState;
}

/// A [`VaultState`] as the vault signed it.
pub type SignedVaultState = Signed<VaultState>;

/// The id of a team's own journal, while its history begins with its first key.
pub fn team_journal(team: &TeamId) -> JournalId {
    let digest = hash_bytes(Label::TeamJournalHash, &encode(team));
    let mut id = [0; JournalId::LENGTH];
    for (to, from) in id.iter_mut().zip(digest.0) {
        *to = from;
    }
    JournalId(id)
}

/// The id of a team's own journal after its history was cut: how all such ids of the team begin, and `end`, which only its members know.
pub fn later_team_journal(team: &TeamId, end: &[u8; OWN_END]) -> JournalId {
    let mut id = team_journal(team);
    for (to, from) in id.0.iter_mut().skip(JournalId::LENGTH - OWN_END).zip(end) {
        *to = *from;
    }
    id
}

/// Whether a journal is a team's own, from whichever time.
pub fn is_team_journal(team: &TeamId, journal: &JournalId) -> bool {
    team_journal(team).0.iter().zip(&journal.0).take(JournalId::LENGTH - OWN_END).all(|(own, this)| own == this)
}

/// The bytes at the end of the id of a team's journal that say which of them it is.
pub const OWN_END: usize = 8;
