//! What is done for a person.

use casevault_crypto::assistance::Verdict;
use casevault_crypto::event::{RecordId, RecordKind};
use casevault_wire::id::{JournalId, PersonId, TeamId};
use casevault_wire::time::Time;

use super::Delivery;

/// A service, a movement or a follow-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordView {
    /// What it is about.
    pub kind: RecordKind,
    /// Its id.
    pub id: RecordId,
    /// The fields that have a value, by name.
    pub fields: Vec<(String, String)>,
    /// Whether it is open past its date.
    pub overdue: bool,
    /// When the last of it was written, by its author's clock.
    pub time: Time,
    /// Who wrote that.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// Whether all of it is at the vault.
    pub delivery: Delivery,
}

impl RecordView {
    /// The value of a field; empty if it has none.
    pub fn value(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// A goal of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoalView {
    /// Its id.
    pub goal: RecordId,
    /// What shall be reached.
    pub text: String,
    /// By when.
    pub due: String,
    /// The code of what became of it; empty if nothing was said.
    pub state: String,
    /// What was said of it.
    pub note: String,
    /// Whether it is open past its date.
    pub overdue: bool,
}

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanState {
    /// No supervisor has approved it.
    Draft,
    /// It is of a minor who had no guardian: it is no more than a draft.
    NoGuardian,
    /// A supervisor who did not make it has approved it.
    Approved,
}

/// A word of approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalView {
    /// Whose.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// When, by their clock.
    pub time: Time,
    /// What it is worth.
    pub verdict: Verdict,
}

/// The plan of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanView {
    /// What it is for.
    pub objectives: String,
    /// When it is looked at again; empty for never.
    pub review: String,
    /// Whether that is past.
    pub overdue: bool,
    /// Its goals.
    pub goals: Vec<GoalView>,
    /// Where it stands.
    pub state: PlanState,
    /// When it was made, by its author's clock.
    pub time: Time,
    /// Who made it.
    pub person: PersonId,
    /// That person's name, if it is known here.
    pub person_name: Option<String>,
    /// Every word of approval in the case, of this plan and of others, in order.
    pub approvals: Vec<ApprovalView>,
    /// Whether it is at the vault.
    pub delivery: Delivery,
}

/// What a case says of assistance. A profile to travel with has none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssistanceView {
    /// Services, movements and follow-ups.
    pub records: Vec<RecordView>,
    /// The plan.
    pub plan: Option<PlanView>,
    /// Whether the person may be a minor and has no guardian.
    pub lacks_guardian: bool,
}

impl AssistanceView {
    /// The records of a kind.
    pub fn of(&self, kind: RecordKind) -> impl Iterator<Item = &RecordView> {
        self.records.iter().filter(move |record| record.kind == kind)
    }
}

/// What is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverdueKind {
    /// A record: a service or a follow-up.
    Record(RecordKind),
    /// The review of a plan.
    Review,
}

impl OverdueKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record(kind) => kind.as_str(),
            Self::Review => "review",
        }
    }
}

/// Something that was to be done by a day that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueView {
    /// The case.
    pub case: JournalId,
    /// Its title.
    pub title: String,
    /// The team that owns it.
    pub team: TeamId,
    /// What it is.
    pub kind: OverdueKind,
    /// The id of the record or goal.
    pub id: Option<RecordId>,
    /// What it is in words.
    pub text: String,
    /// The fields and values that those words are of, if it is a record of fields.
    pub fields: Vec<(&'static str, String)>,
    /// The day.
    pub due: String,
}

/// A question of the screening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionView {
    /// The field that holds the answer.
    pub field: &'static str,
    /// The question in plain words.
    pub question: &'static str,
    /// The answer; empty if there is none.
    pub answer: String,
}
