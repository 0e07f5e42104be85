//! Events of a case.

use casevault_wire::codec::{List, Text};
use casevault_wire::limit;
use casevault_wire::time::Time;
use tls_codec::{TlsDeserialize, TlsSerialize, TlsSize};

use super::Name;

/// Where the work on a case stands: the codes of HTCDS `cas_Status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserialize, TlsSize)]
#[repr(u8)]
pub enum Status {
    /// Being worked on.
    #[default]
    Active = 1,
    /// Followed up.
    FollowUp = 2,
    /// Closed.
    Closed = 3,
    /// Closed and referred to somebody else.
    ClosedReferred = 4,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::FollowUp, Self::Closed, Self::ClosedReferred];

    /// The HTCDS code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::FollowUp => "FollowUp",
            Self::Closed => "Closed",
            Self::ClosedReferred => "ClosedReferred",
        }
    }

    /// The status of this HTCDS code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == code)
    }
}

/// Body of `case opened`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct CaseOpened {
    /// The title.
    pub title: Name,
}

/// Body of `title changed`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct TitleChanged {
    /// The title from now on.
    pub title: Name,
}

/// Body of `status changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct StatusChanged {
    /// The status from now on.
    pub status: Status,
}

/// A field and its new value.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct FieldValue {
    /// The field's name in HTCDS or its extension.
    pub field: Text<{ limit::FIELD }>,
    /// The value in its one form; empty to clear the field.
    pub value: Text<{ limit::FIELD_VALUE }>,
}

/// Body of `fields set`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct FieldSet {
    /// The fields, applied in order.
    pub values: List<FieldValue, { limit::FIELDS }>,
}

/// Body of `note`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Note {
    /// The text.
    pub text: Text<{ limit::NOTE }>,
}

/// Body of `legal hold`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct LegalHold {
    /// 1 if the case is held, 0 if it is no longer.
    pub on: u8,
    /// By whose order, and why.
    pub text: Text<{ limit::NOTE }>,
}

/// Body of `retention`.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserialize, TlsSize)]
pub struct Retention {
    /// Until when the case is to be kept; zero for no date.
    pub until: Time,
    /// Why until then.
    pub text: Text<{ limit::NOTE }>,
}
