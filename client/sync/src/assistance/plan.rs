//! The plan: made by whoever works on the case, approved by a supervisor who did not make it.

use casevault_crypto::assistance::{Assistance, Plan, is_past};
use casevault_crypto::event::{Date, Goal, PlanApproved, PlanMade, RecordId, RecordKind};
use casevault_crypto::random::{SystemRandom, draw};
use casevault_statistics::htcds;
use casevault_wire::codec::{List, Text};
use casevault_wire::hash::Hash;
use casevault_wire::id::PersonId;
use casevault_wire::log::Role;

use crate::client::Client;
use crate::error::{ClientError, Result, What};
use crate::names::{Kind, name_of};
use crate::view::{ApprovalView, Delivery, GoalView, PlanState, PlanView, no_randomness};

/// A field whose values are dates, by which the dates of a plan are checked.
const DATES: &str = "cv_FollowUpDate";

/// What a plan says.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// What it is for.
    pub objectives: String,
    /// When it is looked at again; empty for never.
    pub review: String,
    /// Its goals: by when, and what.
    pub goals: Vec<(String, String)>,
}

impl Client {
    /// Makes the plan of a case, in the place of the one before. A goal of the same words stays the same goal.
    ///
    /// # Errors
    /// [`ClientError::NoGuardian`] for a minor who has none; [`ClientError::Field`] for what is no date; [`ClientError::Text`] if it says
    /// nothing or too much.
    pub async fn plan_make(&self, case: &str, new: &NewPlan) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let said = self.assistance_of(&place)?;
        if said.lacks_guardian(self.now()) {
            return Err(ClientError::NoGuardian);
        }
        if new.objectives.trim().is_empty() || new.goals.iter().any(|(due, text)| due.is_empty() || text.trim().is_empty()) {
            return Err(ClientError::Text);
        }
        let goals = new.goals.iter().map(|(due, text)| goal(&said, due, text.trim())).collect::<Result<_>>()?;
        let made = PlanMade {
            objectives: Text::new(new.objectives.trim()).map_err(|_| ClientError::Text)?,
            review: date(&new.review)?,
            goals: List::new(goals).map_err(|_| ClientError::Text)?,
        };
        let first = self.queue(&place, &[made.into()])?;
        self.deliver(first).await
    }

    /// Approves the plan of a case, as a supervisor who did not make it.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] to whoever is no supervisor; [`ClientError::OwnPlan`] to its author; [`ClientError::NoGuardian`] for a
    /// minor who has or had none.
    pub async fn plan_approve(&self, case: &str) -> Result<Delivery> {
        let _turn = self.turn.lock().await;
        self.check_writing()?;
        let place = self.case_place(case).await?;
        self.refresh_case(&place).await?;
        let said = self.assistance_of(&place)?;
        let plan = said.plan().ok_or(ClientError::Unknown(What::Plan))?;
        let organisation = self.organisation()?;
        if organisation.role_at(&self.me.person, organisation.position().length) != Some(Role::Supervisor) {
            return Err(ClientError::NotAllowed);
        }
        if plan.person == self.me.person {
            return Err(ClientError::OwnPlan);
        }
        if plan.unguarded || said.lacks_guardian(self.now()) {
            return Err(ClientError::NoGuardian);
        }
        let first = self.queue(&place, &[PlanApproved { plan: plan.hash }.into()])?;
        self.deliver(first).await
    }

    pub(super) fn plan_view(&self, said: &Assistance) -> Result<Option<PlanView>> {
        let Some(plan) = said.plan() else { return Ok(None) };
        let approval = |approval: &casevault_crypto::assistance::Approval| {
            let (person, time, verdict) = (approval.person, approval.time, approval.verdict);
            Ok(ApprovalView { person, person_name: self.name_of_person(&person)?, time, verdict })
        };
        Ok(Some(PlanView {
            objectives: plan.made.objectives.as_str().to_owned(),
            review: plan.made.review.as_str().to_owned(),
            overdue: is_past(plan.made.review.as_str(), self.now()),
            goals: plan.made.goals.as_slice().iter().map(|goal| self.goal_view(said, goal)).collect(),
            state: state(plan),
            time: plan.time,
            person: plan.person,
            person_name: self.name_of_person(&plan.person)?,
            approvals: said.approvals.iter().map(approval).collect::<Result<_>>()?,
            delivery: if plan.hash == Hash::ZERO { Delivery::Queued } else { Delivery::Sent },
        }))
    }

    pub(super) fn goal_view(&self, said: &Assistance, goal: &Goal) -> GoalView {
        let record = said.records.0.get(&(RecordKind::Goal, goal.goal));
        let value = |field| record.map(|record| record.value(field)).unwrap_or_default().to_owned();
        GoalView {
            goal: goal.goal,
            text: goal.text.as_str().to_owned(),
            due: goal.due.as_str().to_owned(),
            state: value("cv_GoalState"),
            note: value("cv_GoalNote"),
            overdue: !said.is_over(&goal.goal) && is_past(goal.due.as_str(), self.now()),
        }
    }

    fn name_of_person(&self, person: &PersonId) -> Result<Option<String>> {
        self.profile.store.read(|db| name_of(db, Kind::Person, &person.0))
    }
}

fn state(plan: &Plan) -> PlanState {
    match plan.approved {
        Some(_) => PlanState::Approved,
        None if plan.unguarded => PlanState::NoGuardian,
        None => PlanState::Draft,
    }
}

/// A goal, under the id that one of the same words has in the plan before.
fn goal(said: &Assistance, due: &str, text: &str) -> Result<Goal> {
    let before = said.plan().map(|plan| plan.made.goals.as_slice()).unwrap_or_default();
    let known: Option<RecordId> = before.iter().find(|goal| goal.text.as_str() == text).map(|goal| goal.goal);
    let goal = match known {
        Some(id) => id,
        None => draw(&mut SystemRandom).map_err(no_randomness)?,
    };
    Ok(Goal { goal, text: Text::new(text).map_err(|_| ClientError::Text)?, due: date(due)? })
}

fn date(text: &str) -> Result<Date> {
    let checked = htcds::check(DATES, text).map_err(|error| ClientError::Field("date".to_owned(), error))?;
    Text::new(checked.as_str()).map_err(|_| ClientError::Text)
}
