//! Recovery (SPEC §8.9): who can open a team again whose devices are all lost, how that is announced, and the team keys that wait
//! for it, sealed.

use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use crate::codec::{List, Opaque};
use crate::commit::{CommitData, SealingKey};
use crate::hash::{Hash, hash};
use crate::id::{DeviceId, OrganisationId, PersonId, RecoveryPolicyId, TeamId};
use crate::keyserver::TeamLink;
use crate::label::Label;
use crate::limit;
use crate::signature::{PublicKey, Signable, Signed};
use crate::time::Time;

/// One of those who together can open what is sealed to a policy. The number of their share is their place in the policy, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Trustee {
    /// Who.
    pub person: PersonId,
    /// The hash of their share.
    pub commitment: Hash,
}

/// Who can open, and how.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RecoveryPolicy {
    /// Drawn at random; it stands on every share.
    pub id: RecoveryPolicyId,
    /// What teams' keys are sealed to.
    pub sealing_key: SealingKey,
    /// What signs an opening. No administrator's device has it.
    pub signing_key: PublicKey,
    /// How many shares open.
    pub threshold: u8,
    /// Who has them.
    pub trustees: List<Trustee, { limit::TRUSTEES }>,
    /// How long the keyserver waits between an announcement and its opening, milliseconds.
    pub delay: u64,
    /// When the policy ends: later announcements are refused.
    pub until: Time,
}

impl RecoveryPolicy {
    /// The trustee with share number `index`, from 1.
    pub fn trustee(&self, index: u8) -> Option<&Trustee> {
        self.trustees.as_slice().get(usize::from(index).checked_sub(1)?)
    }

    /// Whether `person` has a share.
    pub fn is_trustee(&self, person: &PersonId) -> bool {
        self.trustees.as_slice().iter().any(|trustee| trustee.person == *person)
    }
}

/// The hash that names a policy.
pub fn policy_hash(policy: &RecoveryPolicy) -> Hash {
    hash(Label::RecoveryPolicyHash, policy)
}

/// A team is about to be opened. Its hash as a log entry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Announcement {
    /// The policy in force.
    pub policy: Hash,
    /// The team.
    pub team: TeamId,
    /// The device of the team that shall have its keys.
    pub device: DeviceId,
}

/// What the policy's signing key signs, which only the shares together yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Opening {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The log entry that announced it.
    pub announcement: Hash,
    /// As announced.
    pub announced: Announcement,
}

impl Signable for Opening {
    const LABEL: Label = Label::RecoveryOpening;
}

/// An [`Opening`] as the policy's key signed it.
pub type SignedOpening = Signed<Opening>;

/// A team's keys of one generation, sealed to a policy.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Escrow {
    /// The policy.
    pub policy: Hash,
    /// The generation.
    pub generation: u64,
    /// The keys.
    pub sealed: Opaque<{ limit::ESCROW }>,
}

/// The escrows of a team, one of each device that left one.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Escrows {
    /// The escrows.
    pub escrows: List<Escrow, { limit::ESCROWS }>,
}

/// A group made anew for a team that was opened.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Regroup {
    /// The epoch and the generation after the last of the old group.
    pub data: CommitData,
    /// The link to the last team key of the old group.
    pub link: TeamLink,
}
