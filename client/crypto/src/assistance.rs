//! What is done for a person (SPEC §6.10), folded from the journal of her case: services, movements and follow-ups, and the plan with who
//! approved it.

mod day;
mod record;

#[cfg(test)]
mod tests;

use casevault_wire::hash::Hash;
use casevault_wire::id::PersonId;
use casevault_wire::log::{Organisation, Role};
use casevault_wire::time::Time;

use crate::consent::{Consents, Told};
use crate::event::{Body, ConsentBy, FieldSet, FieldValue, PlanMade, RecordId, RecordKind};

pub use day::{Day, is_past};
pub use record::{Record, Records, sets};

/// The field of the birth date.
pub const BIRTHDATE: &str = "prs_Birthdate";
/// The field without which a minor has no guardian.
pub const GUARDIAN: &str = "cv_GuardianName";
/// The age from which nobody is a minor, years.
const MAJORITY: i32 = 18;

/// Why an approval changes nothing, or that it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counts,
    /// It names another plan than the newest.
    OtherPlan,
    /// Who wrote it was no supervisor.
    NoSupervisor,
    /// Who wrote it made the plan.
    Author,
    /// The person is a minor without a guardian.
    NoGuardian,
}

impl Verdict {
    /// Whether nobody writes such a thing by bad luck: programs refuse to.
    pub fn is_false(self) -> bool {
        matches!(self, Self::NoSupervisor | Self::Author)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::OtherPlan => "other-plan",
            Self::NoSupervisor => "no-supervisor",
            Self::Author => "author",
            Self::NoGuardian => "no-guardian",
        }
    }
}

/// A word of approval, whether it counts or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The header hash that it names.
    pub plan: Hash,
    /// Whose.
    pub person: PersonId,
    /// When.
    pub time: Time,
    /// What it is worth.
    pub verdict: Verdict,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it says.
    pub made: PlanMade,
    /// The hash of the header that says so.
    pub hash: Hash,
    /// When.
    pub time: Time,
    /// Who made it.
    pub person: PersonId,
    /// Whether it is of a minor who had no guardian then: it stays a draft.
    pub unguarded: bool,
    /// Who approved it, and when.
    pub approved: Option<(PersonId, Time)>,
}

/// All that a case says of assistance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assistance {
    /// Records by kind and id.
    pub records: Records,
    /// Plans in the journal's order: the last is the case's.
    pub plans: Vec<Plan>,
    /// Words of approval in the journal's order.
    pub approvals: Vec<Approval>,
    /// What it says of consent.
    pub consents: Consents,
    birthdate: String,
    guardian: String,
}

impl Assistance {
    /// Takes the next event of the case over. `organisation` is the verified log, which says who had which role.
    pub fn apply(&mut self, told: &Told<'_>, organisation: &Organisation) {
        match told.body {
            Body::FieldSet(FieldSet { values }) => values.as_slice().iter().for_each(|value| self.note(value)),
            Body::RecordSet(set) => self.records.set(set, told, |_| true),
            Body::PlanMade(made) => self.plans.push(Plan {
                made: made.clone(),
                hash: told.hash,
                time: told.time,
                person: told.person,
                unguarded: self.lacks_guardian(told.time),
                approved: None,
            }),
            Body::PlanApproved(approved) => self.approve(approved.plan, told, organisation),
            _ => self.consents.apply(told, organisation),
        }
    }

    /// The case's plan.
    pub fn plan(&self) -> Option<&Plan> {
        self.plans.last()
    }

    /// The records of a kind, the one last written to first.
    pub fn records_of(&self, kind: RecordKind) -> Vec<&Record> {
        let mut records: Vec<_> = self.records.0.values().filter(|record| record.kind == kind).collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.sequence, record.time)));
        records
    }

    /// Whether nothing is left to do for a goal.
    pub fn is_over(&self, goal: &RecordId) -> bool {
        self.records.0.get(&(RecordKind::Goal, *goal)).is_some_and(Record::is_over)
    }

    /// Whether she is a minor at `time` and has no guardian (R-6.10-3).
    pub fn lacks_guardian(&self, time: Time) -> bool {
        self.guardian.is_empty() && self.is_minor(time)
    }

    /// Whether she may be a minor at `time`.
    pub fn is_minor(&self, time: Time) -> bool {
        let assents = |consent: &crate::consent::Consent| consent.given.by == ConsentBy::Assent && consent.in_force(time);
        let young = Day::last_of(&self.birthdate).is_some_and(|born| born.years_later(MAJORITY) > Day::of(time));
        young || self.consents.consents.iter().any(assents)
    }

    fn note(&mut self, FieldValue { field, value }: &FieldValue) {
        match field.as_str() {
            BIRTHDATE => self.birthdate = value.as_str().to_owned(),
            GUARDIAN => self.guardian = value.as_str().to_owned(),
            _ => {}
        }
    }

    /// A supervisor who did not make the newest plan approves it (R-6.10-2).
    fn approve(&mut self, hash: Hash, told: &Told<'_>, organisation: &Organisation) {
        let supervises = organisation.role_at(&told.person, told.log_length) == Some(Role::Supervisor);
        let lacks_guardian = self.lacks_guardian(told.time);
        let author = self.plans.iter().any(|plan| plan.hash == hash && plan.person == told.person);
        let plan = self.plans.last_mut().filter(|plan| plan.hash == hash);
        let verdict = match &plan {
            _ if !supervises => Verdict::NoSupervisor,
            _ if author => Verdict::Author,
            None => Verdict::OtherPlan,
            Some(plan) if plan.unguarded || lacks_guardian => Verdict::NoGuardian,
            Some(_) => Verdict::Counts,
        };
        if let (Some(plan), Verdict::Counts) = (plan, verdict) {
            plan.approved.get_or_insert((told.person, told.time));
        }
        self.approvals.push(Approval { plan: hash, person: told.person, time: told.time, verdict });
    }
}
