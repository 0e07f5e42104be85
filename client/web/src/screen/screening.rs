//! Screening: questions in plain words, whose answers are fields of the case, and the decision on the person's status.

use axum::extract::Path;
use casevault_sync::Client;
use casevault_sync::view::{CaseView, QuestionView};
use maud::{Markup, html};

use super::{case, done, profile};
use crate::codes;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::visit::Visit;

/// The decision: which status, by whom, on what day.
const DECISION: [&str; 3] = ["vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg", "cv_TraffickingStatusDate"];

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    draw(&visit, &handle, (None, None)).await.map(axum::response::IntoResponse::into_response)
}

/// The page. `typed` is what was typed, if it was not written: why, is said.
async fn draw(visit: &Visit, handle: &str, (typed, failure): (Option<&Fields>, Option<&Failure>)) -> Outcome<Markup> {
    let (client, id, words) = (visit.client()?, visit.id(handle)?, visit.words);
    let (view, questions) = (client.case(&id).await?, client.screening(&id).await?);
    let open = questions.iter().filter(|question| question.answer.is_empty()).count();
    let kept = Fields(view.fields.clone());
    let values = typed.unwrap_or(&kept);
    let body = html! {
        (case::head(visit, (handle, &view), "case-assistance"))
        h2 { (words.say("screening")) }
        p.hint { (words.count("screening-open", open)) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ "/cases/" (handle) "/screening" } class="stack" {
            @for question in &questions { (asked(visit, question, values)) }
            div.actions { button.primary { (words.say("save")) } a.button href={ "/cases/" (handle) "/assistance" } { (words.say("cancel")) } }
        }
        (codes::offered(words, questions.iter().filter_map(|question| casevault_sync::field(question.field))))
        section aria-labelledby="decision" {
            h2 #decision { (words.say("screening-decision")) }
            form method="post" action={ "/cases/" (handle) "/screening/decision" } class="stack" {
                @for field in DECISION.into_iter().filter_map(casevault_sync::field) {
                    (profile::was(&field.name, profile::value(&view.fields, &field.name))) (profile::input(words, field, &today(&client, &view, typed)))
                }
                button { (words.say("screening-decide")) }
            }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// The decision as it is kept or was typed, of today if it has no day.
fn today(client: &Client, view: &CaseView, typed: Option<&Fields>) -> Fields {
    let kept = Fields(view.fields.clone());
    let value = |field: &str| match typed.unwrap_or(&kept).text(field) {
        "" if field.starts_with("cv_") => client.today(),
        text => text.to_owned(),
    };
    Fields(DECISION.map(|field| (field.to_owned(), value(field))).into())
}

fn asked(visit: &Visit, question: &QuestionView, values: &Fields) -> Markup {
    let words = visit.words;
    let said = words.known(&format!("question-{}", question.field)).unwrap_or_else(|| question.question.to_owned());
    html! {
        div.question {
            p { strong { (said) } }
            (profile::was(question.field, &question.answer))
            @if let Some(field) = casevault_sync::field(question.field) { (profile::input(words, field, values)) }
        }
    }
}

/// Writes the answers that have changed.
pub(super) async fn answer(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let questions = client.screening(&id).await?;
    let written =
        match profile::changed(visit.words, &form, questions.iter().map(|question| (question.field, question.answer.as_str()))) {
            Ok(changed) if changed.is_empty() => Ok(()),
            Ok(changed) => client.case_set(&id, &changed).await.map(|_| ()).map_err(Failure::from),
            Err(failure) => Err(failure),
        };
    settled(&visit, &handle, (written, &form)).await
}

pub(super) async fn decide(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let decided = decided(&visit, &handle, &form).await;
    settled(&visit, &handle, (decided, &form)).await
}

/// Writes the decision, unless a colleague has meanwhile written another.
async fn decided(visit: &Visit, handle: &str, form: &Fields) -> Outcome<()> {
    let (client, id) = (visit.client()?, visit.id(handle)?);
    let [status, by, date] = DECISION.map(|field| form.text(field));
    if status.is_empty() || by.is_empty() || date.is_empty() {
        return Err(Failure::Form("half-decision"));
    }
    let view = client.case(&id).await?;
    profile::changed(visit.words, form, DECISION.into_iter().map(|field| (field, profile::value(&view.fields, field))))?;
    client.screening_decide(&id, (status, by, date)).await?;
    Ok(())
}

async fn settled(visit: &Visit, handle: &str, (written, form): (Outcome<()>, &Fields)) -> Outcome {
    match written {
        Ok(()) => done(&format!("/cases/{handle}/screening")),
        Err(failure) => Ok(failure.with(draw(visit, handle, (Some(form), Some(&failure))).await?)),
    }
}
