//! The JSON of assistance.

use casevault_sync::RecordKind;
use casevault_sync::view::{ApprovalView, AssistanceView, GoalView, OverdueView, PlanState, PlanView, QuestionView, RecordView};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use super::{delivery, list, text};
use crate::when::rfc3339;

pub(crate) fn record(view: &RecordView) -> Value {
    let fields: Map<String, Value> =
        view.fields.iter().map(|(field, value)| (field.clone(), Value::String(value.clone()))).collect();
    json!({
        "id": HEXLOWER.encode(&view.id), "kind": view.kind.as_str(), "fields": fields, "overdue": view.overdue, "time": rfc3339(view.time),
        "person": text(&view.person), "person_name": view.person_name, "delivery": delivery(view.delivery),
    })
}

pub(crate) fn plan(view: &PlanView) -> Value {
    let goal = |goal: &GoalView| {
        json!({
            "goal": HEXLOWER.encode(&goal.goal), "text": goal.text, "due": goal.due, "state": goal.state, "note": goal.note,
            "overdue": goal.overdue,
        })
    };
    let approval = |view: &ApprovalView| {
        json!({
            "person": text(&view.person), "person_name": view.person_name, "time": rfc3339(view.time), "verdict": view.verdict.as_str(),
        })
    };
    json!({
        "objectives": view.objectives, "review": view.review, "overdue": view.overdue, "goals": list(&view.goals, goal),
        "state": plan_state(view.state), "time": rfc3339(view.time), "person": text(&view.person), "person_name": view.person_name,
        "approvals": list(&view.approvals, approval), "delivery": delivery(view.delivery),
    })
}

/// The part of a case.
pub(crate) fn assistance(view: &AssistanceView) -> Value {
    let of = |kind| Value::Array(view.of(kind).map(record).collect());
    json!({
        "services": of(RecordKind::Service), "movements": of(RecordKind::Movement), "followups": of(RecordKind::FollowUp),
        "plan": view.plan.as_ref().map(plan), "lacks_guardian": view.lacks_guardian,
    })
}

pub(crate) fn overdue(view: &OverdueView) -> Value {
    json!({
        "case": text(&view.case), "title": view.title, "team": text(&view.team), "kind": view.kind.as_str(),
        "id": view.id.map(|id| HEXLOWER.encode(&id)), "text": view.text, "due": view.due,
    })
}

pub(crate) fn question(view: &QuestionView) -> Value {
    json!({"field": view.field, "question": view.question, "answer": view.answer})
}

pub(crate) fn plan_state(state: PlanState) -> &'static str {
    match state {
        PlanState::Draft => "draft",
        PlanState::NoGuardian => "no-guardian",
        PlanState::Approved => "approved",
    }
}
