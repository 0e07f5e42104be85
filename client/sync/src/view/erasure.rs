//! Erasure, legal hold and retention.

use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

/// Where a request to erase a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureState {
    /// A second person has to confirm it.
    Asked,
    /// It is carried out on its day, unless somebody takes it back.
    Confirmed,
    /// The law holds the case: nothing is carried out.
    Held,
    /// It was carried out.
    Erased,
}

/// A request to erase a case, or that it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureView {
    /// The case.
    pub case: JournalId,
    /// Its team.
    pub team: TeamId,
    /// Its title, while it is there.
    pub title: Option<String>,
    /// Why it is asked for.
    pub reason: String,
    /// Who asked, and when.
    pub asked: Option<(PersonId, Time)>,
    /// That person's name, if it is known here.
    pub asked_name: Option<String>,
    /// Who confirmed it, and when.
    pub confirmed: Option<(PersonId, Time)>,
    /// That person's name, if it is known here.
    pub confirmed_name: Option<String>,
    /// From when on it is carried out.
    pub day: Option<Time>,
    /// Where it stands.
    pub state: ErasureState,
    /// Of an erased case: how many devices have not said yet that they have nothing of it any more.
    pub waiting: usize,
}

/// Until when a case is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionView {
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: String,
}

/// What says how long a case stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// By whose order the law holds it, if it does.
    pub hold: Option<String>,
    /// Until when it is to be kept.
    pub retention: Option<RetentionView>,
    /// The day on which it is erased, if two people agreed.
    pub erasure: Option<Time>,
}
