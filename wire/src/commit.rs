//! What travels with an MLS commit (SPEC §8.3): the data that the keyserver signs into the receipt, and the team's first keys.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::Opaque;
use crate::hash::{Hash, hash};
use crate::id::{OrganisationId, RotationId, TeamId};
use crate::keyserver::TeamLink;
use crate::label::Label;
use crate::limit;
use crate::signature::PublicKey;

/// A team's public sealing key (HPKE, X-Wing).
pub type SealingKey = Opaque<{ limit::SEALING_KEY }>;

/// The `authenticated_data` of a commit, in clear in its framing: what the group will be after it.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CommitData {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The team.
    pub team: TeamId,
    /// The epoch that this commit begins; 0 for the group's creation.
    pub epoch: u64,
    /// This attempt.
    pub rotation: RotationId,
    /// How many log entries the committer had verified: the group's devices are those that this log allows, and no other.
    pub log_length: u64,
    /// The hash of the last of them.
    pub log_hash: Hash,
    /// The team key's generation after this commit: the one before, or one more.
    pub generation: u64,
    /// The access key of that generation.
    pub access_key: PublicKey,
    /// The sealing key of that generation.
    pub sealing_key: SealingKey,
    /// The hash of the link to the team key before; zero without one ([`link_hash`]).
    pub link: Hash,
}

/// The hash by which a commit's data name its link.
pub fn link_hash(link: Option<&TeamLink>) -> Hash {
    link.map_or(Hash::ZERO, |link| hash(Label::TeamLinkHash, link))
}
