//! Two edits of one field.

use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

/// A field that a colleague and this device set to different values, neither knowing of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictView {
    /// The team that owns the case.
    pub team: TeamId,
    /// The case.
    pub case: JournalId,
    /// Its title.
    pub title: String,
    /// The field.
    pub field: String,
    /// What the colleague wrote.
    pub theirs: String,
    /// What was written here, which stands in the case once it is sent.
    pub mine: String,
    /// Who the colleague is.
    pub person: PersonId,
    /// The colleague's name, if it is known here.
    pub person_name: Option<String>,
    /// When the colleague wrote it, by their clock.
    pub time: Time,
}

/// Which of two edits is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What was written here.
    Mine,
    /// What the colleague wrote.
    Theirs,
}
