//! `casevault screening`, `service`, `plan`, `guardian`, `movement`, `followup` and `overdue`.

use casevault_sync::view::{AssistanceView, GoalView, OverdueView, PlanState, PlanView, QuestionView, RecordView};
use casevault_sync::{Client, NewPlan, RecordKind, SERVICES, Verdict};
use data_encoding::HEXLOWER;
use serde_json::json;

use super::case::written;
use crate::answer::Answer;
use crate::definition::{Followup, Guardian, Movement, MovementFields, Plan, Screening, Service, ServiceFields};
use crate::failure::Failure;
use crate::session::Session;
use crate::table::table;
use crate::{display, shape, when};

/// Fields and the values that they shall have.
type Fields = Vec<(String, String)>;

pub(super) async fn screening(session: &Session, command: Screening) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Screening::Show { case } => Ok(questions(&client.screening(&case).await?)),
        Screening::Answer { case, answers } => {
            let delivery = client.case_set(&case, &answers).await?;
            Ok(written(json!({}), format!("Answered {} questions", answers.len()), delivery))
        }
        Screening::Decide { case, status, by, date } => {
            let date = date.unwrap_or_else(|| client.today());
            let delivery = client.screening_decide(&case, (&status, &by, &date)).await?;
            Ok(written(json!({"date": date}), "Recorded the decision".to_owned(), delivery))
        }
    }
}

fn questions(list: &[QuestionView]) -> Answer {
    let line = |view: &QuestionView| match view.answer.as_str() {
        "" => format!("{}\n  unanswered: {}", view.question, view.field),
        answer => format!("{}\n  {}: {}", view.question, view.field, display::untrusted(answer)),
    };
    let open = list.iter().filter(|view| view.answer.is_empty()).count();
    let lines: Vec<_> = list.iter().map(line).collect();
    let text = format!("{}\n\n{open} of {} questions are unanswered.", lines.join("\n"), list.len());
    Answer::new(shape::list(list, shape::question), text)
}

pub(super) async fn service(session: &Session, command: Service) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Service::Add { case, kind, what, fields } => {
            let field = SERVICES.iter().find(|(name, _)| *name == kind).map(|(_, field)| *field).unwrap_or_default();
            let state = fields.state.is_none().then(|| ("cv_ServiceState".to_owned(), "Planned".to_owned()));
            let fields = [(field.to_owned(), what)].into_iter().chain(state).chain(service_fields(fields)).collect();
            add(&client, &case, RecordKind::Service, fields).await
        }
        Service::Set { case, service, fields } => {
            set(&client, &case, (RecordKind::Service, &service), service_fields(fields)).await
        }
        Service::List { case } => list(&client, &case, RecordKind::Service).await,
    }
}

fn service_fields(said: ServiceFields) -> Fields {
    given([
        ("cv_ServiceAgency", said.agency),
        ("cv_ServiceDate", said.from),
        ("cv_ServiceUntil", said.until),
        ("cv_ServiceState", said.state),
        ("cv_ServiceNote", said.note),
    ])
}

pub(super) async fn movement(session: &Session, command: Movement) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Movement::Add { case, kind, fields } => {
            let state = fields.state.is_none().then(|| ("cv_MovementState".to_owned(), "Assessed".to_owned()));
            let kind = [("cv_Movement".to_owned(), kind)];
            let fields = kind.into_iter().chain(state).chain(movement_fields(fields)).collect();
            add(&client, &case, RecordKind::Movement, fields).await
        }
        Movement::Set { case, movement, fields } => {
            set(&client, &case, (RecordKind::Movement, &movement), movement_fields(fields)).await
        }
        Movement::List { case } => list(&client, &case, RecordKind::Movement).await,
    }
}

fn movement_fields(said: MovementFields) -> Fields {
    given([
        ("cv_MovementDate", said.date),
        ("cv_MovementDestination", said.to),
        ("cv_MovementState", said.state),
        ("cv_RiskAssessmentOfReturn", said.risk),
    ])
}

pub(super) async fn followup(session: &Session, command: Followup) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Followup::Add { case, date, note } => {
            let fields = given([("cv_FollowUpDate", Some(date)), ("cv_FollowUpNote", note)]);
            add(&client, &case, RecordKind::FollowUp, fields).await
        }
        Followup::Done { case, followup, outcome, date, note } => {
            let date = date.unwrap_or_else(|| client.today());
            let fields =
                given([("cv_FollowUpOutcome", Some(outcome)), ("cv_FollowUpDone", Some(date)), ("cv_FollowUpNote", note)]);
            set(&client, &case, (RecordKind::FollowUp, &followup), fields).await
        }
        Followup::List { case } => list(&client, &case, RecordKind::FollowUp).await,
    }
}

fn given<const N: usize>(fields: [(&str, Option<String>); N]) -> Fields {
    fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))).collect()
}

async fn add(client: &Client, case: &str, kind: RecordKind, fields: Fields) -> Result<Answer, Failure> {
    let (id, delivery) = client.record_add(case, kind, &fields).await?;
    let id = HEXLOWER.encode(&id);
    let done = format!("Added {} {}", kind.as_str(), display::short(&id));
    Ok(written(json!({"id": id}), done, delivery))
}

async fn set(client: &Client, case: &str, of: (RecordKind, &str), fields: Fields) -> Result<Answer, Failure> {
    let (id, delivery) = client.record_set(case, of, &fields).await?;
    let id = HEXLOWER.encode(&id);
    let done = format!("Changed {} {}", of.0.as_str(), display::short(&id));
    Ok(written(json!({"id": id}), done, delivery))
}

async fn list(client: &Client, case: &str, kind: RecordKind) -> Result<Answer, Failure> {
    let said = client.assistance(case).await?;
    let records: Vec<_> = said.of(kind).cloned().collect();
    Ok(Answer::new(shape::list(&records, shape::record), table_of(&said.records, kind)))
}

pub(super) async fn plan(session: &Session, command: Plan) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Plan::Make { case, objectives, goals, review } => {
            let delivery = client.plan_make(&case, &NewPlan { objectives, review: review.unwrap_or_default(), goals }).await?;
            Ok(written(json!({"state": "draft"}), "Made the plan, a draft until a supervisor approves it".to_owned(), delivery))
        }
        Plan::Goal { case, goal, state, note } => {
            let fields = given([("cv_GoalState", Some(state)), ("cv_GoalNote", note)]);
            set(&client, &case, (RecordKind::Goal, &goal), fields).await
        }
        Plan::Approve { case } => {
            let delivery = client.plan_approve(&case).await?;
            Ok(written(json!({"state": "approved"}), "Approved the plan".to_owned(), delivery))
        }
        Plan::Show { case } => {
            let said = client.assistance(&case).await?;
            let text = said.plan.as_ref().map_or_else(|| "The case has no plan.".to_owned(), plan_in_words);
            Ok(Answer::new(said.plan.as_ref().map_or(serde_json::Value::Null, shape::plan), text))
        }
    }
}

fn plan_in_words(view: &PlanView) -> String {
    let state = match view.state {
        PlanState::Draft => "draft: no supervisor has approved it",
        PlanState::NoGuardian => "draft: made for a minor without a guardian",
        PlanState::Approved => "approved",
    };
    let author = display::person(&view.person, view.person_name.as_deref());
    let late = if view.overdue { " (overdue)" } else { "" };
    let mut parts = vec![format!(
        "Plan\n  state   {state}\n  made    {} by {author}\n  review  {}{late}\n{}",
        when::short(view.time),
        display::untrusted(&view.review),
        display::paragraph(&view.objectives)
    )];
    let goal = |goal: &GoalView| {
        let state = if goal.overdue { "overdue".to_owned() } else { display::untrusted(&goal.state) };
        let id = display::short(&HEXLOWER.encode(&goal.goal));
        [id, display::untrusted(&goal.due), state, display::untrusted(&goal.text), display::untrusted(&goal.note)]
    };
    parts.push(table(["goal", "due", "state", "text", "note"], &view.goals.iter().map(goal).collect::<Vec<_>>()));
    let approvals = view.approvals.iter().map(|approval| {
        let who = display::person(&approval.person, approval.person_name.as_deref());
        format!("{} by {who}: {}", when::short(approval.time), worth(approval.verdict))
    });
    parts.push(approvals.collect::<Vec<_>>().join("\n"));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn worth(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Counts => "an approval",
        Verdict::OtherPlan => "an approval of another plan than the newest of that time; it changed nothing",
        Verdict::NoSupervisor => "an approval by somebody who was no supervisor; it changed nothing",
        Verdict::Author => "an approval by who made the plan; it changed nothing",
        Verdict::NoGuardian => "an approval of a minor's plan without a guardian; it changed nothing",
    }
}

pub(super) async fn guardian(session: &Session, command: Guardian) -> Result<Answer, Failure> {
    const FIELDS: [&str; 3] = ["cv_GuardianName", "cv_GuardianRelation", "cv_GuardianContact"];
    let client = session.client().await?;
    match command {
        Guardian::Set { case, name, relation, contact } => {
            let values = FIELDS.map(str::to_owned).into_iter().zip([name, relation, contact]).collect::<Fields>();
            let delivery = client.case_set(&case, &values).await?;
            Ok(written(json!({}), "Named the guardian".to_owned(), delivery))
        }
        Guardian::Show { case } => {
            let view = client.case(&case).await?;
            let value = |field: &str| view.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone());
            let [name, relation, contact] = FIELDS.map(|field| value(field).unwrap_or_default());
            let text = match name.as_str() {
                "" if view.assistance.lacks_guardian => "The case names no guardian, and the person may be a minor.".to_owned(),
                "" => "The case names no guardian.".to_owned(),
                name => [name, &relation, &contact].map(display::untrusted).join(", "),
            };
            let lacking = view.assistance.lacks_guardian;
            let json = json!({"name": name, "relation": relation, "contact": contact, "lacks_guardian": lacking});
            Ok(Answer::new(json, text))
        }
    }
}

pub(super) async fn overdue(session: &Session, team: Option<&str>) -> Result<Answer, Failure> {
    let list = session.client().await?.overdue(team).await?;
    let row = |view: &OverdueView| {
        let id = view.id.map(|id| display::short(&HEXLOWER.encode(&id))).unwrap_or_default();
        let (case, title) = (display::short(&view.case), display::untrusted(&view.title));
        [display::untrusted(&view.due), view.kind.as_str().to_owned(), id, case, title, display::untrusted(&view.text)]
    };
    let rows: Vec<_> = list.iter().map(row).collect();
    let text = table(["due", "what", "id", "case", "title", "text"], &rows);
    let text = if text.is_empty() { "Nothing is overdue.".to_owned() } else { text };
    Ok(Answer::new(shape::list(&list, shape::overdue), text))
}

/// What `case show` says of assistance.
pub(super) fn parts(said: &AssistanceView) -> Vec<String> {
    let plan = said.plan.as_ref().map(plan_in_words).unwrap_or_default();
    let minor = if said.lacks_guardian { "The person may be a minor, and has no guardian." } else { "" };
    [minor.to_owned()].into_iter().chain(records(&said.records)).chain([plan]).collect()
}

/// Services, movements and follow-ups, a table each.
pub(super) fn records(said: &[RecordView]) -> [String; 3] {
    [RecordKind::Service, RecordKind::Movement, RecordKind::FollowUp].map(|kind| table_of(said, kind))
}

fn table_of(said: &[RecordView], kind: RecordKind) -> String {
    let records: Vec<_> = said.iter().filter(|record| record.kind == kind).collect();
    let id = |view: &RecordView| display::short(&HEXLOWER.encode(&view.id));
    let value = |view: &RecordView, field| display::untrusted(view.value(field));
    let due = |view: &RecordView, field| format!("{}{}", value(view, field), if view.overdue { " (overdue)" } else { "" });
    match kind {
        RecordKind::Service => {
            let what = |view: &RecordView| {
                SERVICES
                    .iter()
                    .map(|(_, field)| value(view, field))
                    .filter(|code| !code.is_empty())
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let row = |view: &&RecordView| {
                let [agency, from, state] =
                    ["cv_ServiceAgency", "cv_ServiceDate", "cv_ServiceState"].map(|field| value(view, field));
                [id(view), what(view), agency, from, due(view, "cv_ServiceUntil"), state]
            };
            table(["service", "what", "agency", "from", "until", "state"], &records.iter().map(row).collect::<Vec<_>>())
        }
        RecordKind::Movement => {
            let row = |view: &&RecordView| {
                let fields =
                    ["cv_Movement", "cv_MovementDate", "cv_MovementDestination", "cv_MovementState", "cv_RiskAssessmentOfReturn"];
                let [kind, date, to, state, risk] = fields.map(|field| value(view, field));
                [id(view), kind, date, to, state, risk]
            };
            table(["movement", "kind", "date", "to", "state", "risk"], &records.iter().map(row).collect::<Vec<_>>())
        }
        RecordKind::FollowUp | RecordKind::Goal => {
            let row = |view: &&RecordView| {
                let [done, outcome] = ["cv_FollowUpDone", "cv_FollowUpOutcome"].map(|field| value(view, field));
                [id(view), due(view, "cv_FollowUpDate"), done, outcome]
            };
            table(["follow-up", "due", "done", "outcome"], &records.iter().map(row).collect::<Vec<_>>())
        }
    }
}
