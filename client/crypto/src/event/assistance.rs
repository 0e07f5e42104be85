//! The work of assistance (SPEC §6.10): events of a case.

use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::limit;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::FieldValue;

/// A record's id, or a goal's: random, of 16 bytes.
pub type RecordId = [u8; 16];
/// A calendar date, as fields have them.
pub type Date = Text<{ limit::DATE }>;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum RecordKind {
    /// Something that somebody does for the person.
    Service = 1,
    /// A journey: a return, a relocation.
    Movement = 2,
    /// How the person fares, asked at a date.
    FollowUp = 3,
    /// What became of a goal of the plan.
    Goal = 4,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Service, Self::Movement, Self::FollowUp, Self::Goal];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Movement => "movement",
            Self::FollowUp => "follow-up",
            Self::Goal => "goal",
        }
    }
}

/// Body of `record set`: fields of one record have new values.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct RecordSet {
    /// What the record is about.
    pub kind: RecordKind,
    /// Which record.
    pub record: RecordId,
    /// The fields, applied in order; an empty value clears one.
    pub values: List<FieldValue, { limit::FIELDS }>,
}

/// What a plan is to reach.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Goal {
    /// Its id, which stays when the plan is changed.
    pub goal: RecordId,
    /// What shall be reached.
    pub text: Text<{ limit::PURPOSE }>,
    /// By when.
    pub due: Date,
}

/// Body of `plan made`. The newest plan of a case is its plan.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PlanMade {
    /// What it is for.
    pub objectives: Text<{ limit::FIELD_VALUE }>,
    /// When it is looked at again.
    pub review: Date,
    /// Its goals.
    pub goals: List<Goal, { limit::GOALS }>,
}

/// Body of `plan approved`, by a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct PlanApproved {
    /// The header hash of the event that made it.
    pub plan: Hash,
}
