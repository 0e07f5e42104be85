//! The plan of a case: what it is for, its goals with their days, and the word of a supervisor who did not make it.

use axum::extract::Path;
use casevault_sync::view::{CaseView, GoalView, PlanState, PlanView};
use casevault_sync::{Client, NewPlan, RecordKind, Role};
use data_encoding::HEXLOWER;
use maud::{Markup, html};

use super::{assistance, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::part;
use crate::visit::Visit;

/// Goals that can be written at once.
const GOALS: usize = 6;

/// The plan as the page of assistance has it, and the form for another.
pub(super) fn section(
    visit: &Visit,
    (client, handle, view): (&Client, &str, &CaseView),
    (typed, failure): (&Fields, Option<Markup>),
) -> Outcome<Markup> {
    let words = visit.words;
    let plan = view.assistance.plan.as_ref();
    let approves = plan.is_some_and(|plan| plan.state == PlanState::Draft && plan.person != client.person());
    let approves = approves && client.own_name()?.1 == Role::Supervisor;
    let goals = match plan {
        Some(plan) => plan.goals.iter().map(|goal| shown(visit, handle, goal)).collect::<Outcome<Vec<_>>>()?,
        None => Vec::new(),
    };
    Ok(html! {
        section aria-labelledby="plan" {
            h2 #plan { (words.say("plan")) }
            @match plan {
                None => p.empty { (words.say("plan-none")) },
                Some(plan) => {
                    (head(visit, plan))
                    @for goal in &goals { (goal) }
                    @if approves { (part::sure(words, (&words.say("plan-approve"), &format!("/cases/{handle}/plan/approve")), &html! {})) }
                }
            }
            details open[failure.is_some()] {
                summary { (words.say(if plan.is_some() { "plan-another" } else { "plan-new" })) }
                @if let Some(failure) = &failure { (failure) }
                (form(visit, handle, (plan, typed)))
            }
        }
    })
}

fn head(visit: &Visit, plan: &PlanView) -> Markup {
    let words = visit.words;
    let (look, picture, key) = match plan.state {
        PlanState::Draft => ("warn", "clock", "plan-draft"),
        PlanState::NoGuardian => ("bad", "warning", "plan-unguarded"),
        PlanState::Approved => ("good", "check", "plan-approved"),
    };
    html! {
        article.said {
            div.head {
                p.meta { (part::named(plan.person_name.as_deref(), &plan.person)) " " (part::time(plan.time)) }
                div.chips {
                    (part::chip(look, picture, &words.say(key)))
                    @if plan.overdue { (part::chip("bad", "warning", &words.say("overdue-chip"))) }
                    (part::delivery(words, plan.delivery))
                }
            }
            (part::paragraph(&plan.objectives))
            @if !plan.review.is_empty() { p { (words.say("plan-review")) " " bdi dir="ltr" { (plan.review) } } }
            @for approval in plan.approvals.iter().filter(|one| !one.verdict.is_false()) {
                p.meta { (words.say("plan-approved")) ": " (part::named(approval.person_name.as_deref(), &approval.person)) " " (part::time(approval.time)) }
            }
        }
    }
}

fn shown(visit: &Visit, handle: &str, goal: &GoalView) -> Outcome<Markup> {
    let words = visit.words;
    let name = visit.handle(&HEXLOWER.encode(&goal.goal))?;
    let typed = Fields(vec![("cv_GoalState".to_owned(), goal.state.clone()), ("cv_GoalNote".to_owned(), goal.note.clone())]);
    let fields = || ["cv_GoalState", "cv_GoalNote"].into_iter().filter_map(casevault_sync::field);
    Ok(html! {
        article.said {
            div.head {
                h3 { (part::name(&goal.text)) }
                div.chips {
                    @if goal.overdue { (part::chip("bad", "warning", &words.say("overdue-chip"))) }
                    @if !goal.state.is_empty() { (part::chip("sent", "check", &words.known(&format!("code-{}", goal.state)).unwrap_or_else(|| goal.state.clone()))) }
                }
            }
            p { (words.say("plan-by")) " " bdi dir="ltr" { (goal.due) } }
            @if !goal.note.is_empty() { (part::paragraph(&goal.note)) }
            details {
                summary { (words.say("goal-say")) span.hidden { ": " (goal.text) } }
                form method="post" action={ "/cases/" (handle) "/goals/" (name) } class="stack" {
                    @for field in fields() { (profile::was(&field.name, typed.text(&field.name))) (profile::input(words, field, &typed)) }
                    button { (words.say("save")) }
                }
            }
        }
    })
}

/// What a plan says, with what the plan before says as long as nothing was typed.
fn form(visit: &Visit, handle: &str, (plan, typed): (Option<&PlanView>, &Fields)) -> Markup {
    let words = visit.words;
    let before = plan.filter(|_| typed.0.is_empty());
    let objectives = before.map_or_else(|| typed.text("objectives").to_owned(), |plan| plan.objectives.clone());
    let review = before.map_or_else(|| typed.text("review").to_owned(), |plan| plan.review.clone());
    let mut goals: Vec<(String, String)> = match before {
        Some(plan) => plan.goals.iter().map(|goal| (goal.due.clone(), goal.text.clone())).collect(),
        None => read_goals(typed),
    };
    goals.resize(goals.len().max(GOALS), Default::default());
    html! {
        form method="post" action={ "/cases/" (handle) "/plan" } class="stack" {
            label.field { span { (words.say("plan-objectives")) } textarea name="objectives" rows="3" required dir="auto" autocomplete="off" spellcheck="false" { (objectives) } }
            label.field { span { (words.say("plan-review")) } input type="date" name="review" value=(review); }
            @for (number, (due, text)) in (1..).zip(&goals) {
                fieldset.goal {
                    legend { (words.fill("plan-goal", "n", number.to_string())) }
                    (part::line(&words.say("plan-goal-text"), "goal", text))
                    label.field { span { (words.say("plan-by")) } input type="date" name="due" value=(due); }
                }
            }
            button { (words.say("plan-make")) }
        }
    }
}

/// The goals of a form, each with its day.
fn read_goals(form: &Fields) -> Vec<(String, String)> {
    form.all("due").zip(form.all("goal")).map(|(due, text)| (due.to_owned(), text.trim().to_owned())).collect()
}

pub(super) async fn make(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let goals: Vec<_> = read_goals(&form).into_iter().filter(|(due, text)| !due.is_empty() || !text.is_empty()).collect();
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let made = if form.text("objectives").trim().is_empty() {
        Err(Failure::Form("no-objectives"))
    } else if goals.iter().any(|(due, text)| due.is_empty() || text.is_empty()) {
        Err(Failure::Form("half-goal"))
    } else {
        let (objectives, review) = (form.text("objectives").to_owned(), form.text("review").to_owned());
        client.plan_make(&id, &NewPlan { objectives, review, goals }).await.map_err(Failure::from)
    };
    match made {
        Ok(_) => done(&format!("/cases/{handle}/assistance#plan")),
        Err(failure) => {
            let view = client.case(&id).await?;
            Ok(failure.with(assistance::draw(&visit, (&client, &handle, &view), ("plan", &form), Some(&failure))?))
        }
    }
}

pub(super) async fn approve(visit: Visit, Path(handle): Path<String>) -> Outcome {
    visit.client()?.plan_approve(&visit.id(&handle)?).await?;
    done(&format!("/cases/{handle}/assistance#plan"))
}

pub(super) async fn goal(visit: Visit, Path((handle, goal)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&goal)?);
    let view = client.case(&id).await?;
    let goals = view.assistance.plan.iter().flat_map(|plan| &plan.goals);
    let now = goals.into_iter().find(|goal| HEXLOWER.encode(&goal.goal) == of).ok_or(Failure::NotHere)?;
    let fields = [("cv_GoalState", now.state.as_str()), ("cv_GoalNote", now.note.as_str())];
    let changed = profile::changed(visit.words, &form, fields.into_iter())?;
    if !changed.is_empty() {
        client.record_set(&id, (RecordKind::Goal, &of), &changed).await?;
    }
    done(&format!("/cases/{handle}/assistance#plan"))
}
