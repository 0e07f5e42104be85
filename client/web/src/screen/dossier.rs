//! A dossier that another team shares: what it says, its documents, what is answered, and going on with the case where that is offered.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{Delivery, DossierView, Sharing};
use casevault_sync::{Answer, Client, ClientError, Code};
use maud::{Markup, html};
use std::sync::Arc;

use super::preview::{self, In};
use super::whom::Known;
use super::{assistance, done, evidence, profile, sharing};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    Ok(draw(&visit, &handle, ("", &Fields::default()), None).await?.into_response())
}

/// The page. `typed` is what was typed into the form of this name, which failed.
async fn draw(visit: &Visit, handle: &str, (form, typed): (&str, &Fields), failure: Option<&Failure>) -> Outcome<Markup> {
    let (client, words) = (visit.client()?, visit.words);
    let view = standing(&client, &visit.id(handle)?).await?;
    let mut documents = Vec::new();
    for document in &view.documents {
        documents.push((visit.handle(&document.document)?, document));
    }
    let named: Vec<_> = documents.iter().map(|(handle, document)| (handle.clone(), part::name(&document.name))).collect();
    let nothing = Fields::default();
    let typed_in = |name: &str| if form == name { typed } else { &nothing };
    let shown = |name: &str| failure.filter(|_| form == name).map(|failure| failure.shown(visit)).unwrap_or_default();
    let body = html! {
        (head(visit, (&client, &view)).await?)
        section aria-labelledby="profile" {
            h2 #profile { (words.say("profile")) }
            dl { @for (name, value) in &view.fields { @if let Some(field) = casevault_sync::field(name) { div { dt { (profile::label(words, field)) } dd { (profile::said(words, field, value)) } } } } }
        }
        section aria-labelledby="documents" {
            h2 #documents { (words.say("documents")) }
            @if documents.is_empty() { p.empty { (words.say("documents-empty")) } }
            ul.list { @for (document, shown) in &documents { li { a href={ "/shared/" (handle) "/documents/" (document) } { span.title { (icon("file")) (part::name(&shown.name)) } span.meta { (part::size(shown.bytes)) } } } } }
            p.hint { (words.say("dossier-opened-hint")) }
        }
        @if !view.records.is_empty() {
            section aria-labelledby="records" {
                h2 #records { (words.say("case-assistance")) }
                @for record in &view.records { article.said { (assistance::values(words, record)) } }
            }
        }
        (answers(visit, (handle, &view), (typed_in("answer"), shown("answer"))))
        (takeover(visit, (handle, &view), (typed_in("take-over"), shown("take-over"))))
        @if !view.documents.is_empty() && is_open(&view) {
            section aria-labelledby="evidence" {
                h2 #evidence { (words.say("evidence")) }
                p.hint { (words.say("evidence-hint")) }
                (shown("evidence"))
                form method="post" action={ "/shared/" (handle) "/evidence" } class="stack" { (evidence::fields(visit, &named, typed_in("evidence"))) }
            }
        }
    };
    Ok(page::page(visit, "waiting", body))
}

/// The dossier; of one that is over, how it ended.
async fn standing(client: &Client, id: &str) -> Result<DossierView, ClientError> {
    let shown = client.dossier(id).await;
    if !matches!(shown, Err(ClientError::Server(Code::Refused))) {
        return shown;
    }
    let ended = |one: &DossierView| one.dossier.to_string() == id && matches!(one.state, Sharing::Ended(_));
    client.dossiers().await?.into_iter().find(ended).map_or(shown, Ok)
}

fn is_open(view: &DossierView) -> bool {
    matches!(view.state, Sharing::Sent | Sharing::Answered(Answer::Accepted | Answer::Done))
}

async fn head(visit: &Visit, (client, view): (&Client, &DossierView)) -> Outcome<Markup> {
    let (words, known) = (visit.words, Known::of(client).await?);
    Ok(html! {
        div.head { h1 { (part::name(&view.purpose)) } div.chips { (state(visit, view.state)) @if view.overridden { (part::chip("bad", "warning", &words.say("share-overridden"))) } } }
        dl {
            div { dt { (words.say("dossier-from")) } dd { (known.shown(words, &view.from)) } }
            div { dt { (words.say("consent-until")) } dd { (part::day(view.until)) } }
        }
    })
}

/// What may be answered as it stands.
fn answers(visit: &Visit, (handle, view): (&str, &DossierView), (typed, failure): (&Fields, Markup)) -> Markup {
    let words = visit.words;
    let may: &[&str] = match view.state {
        Sharing::Sent => &["accepted", "rejected"],
        Sharing::Answered(Answer::Accepted) => &["done"],
        _ => &[],
    };
    html! {
        @if !may.is_empty() {
            section aria-labelledby="answer" {
                h2 #answer { (words.say("dossier-answer")) }
                (failure)
                form method="post" action={ "/shared/" (handle) } class="stack" {
                    (part::line(&words.say("dossier-reason"), "text", typed.text("text")))
                    div.actions { @for word in may { button name="answer" value=(word) { (words.say(&format!("answer-{word}"))) } } }
                }
            }
        }
    }
}

/// Going on with the case, if its sender offers that.
fn takeover(visit: &Visit, (handle, view): (&str, &DossierView), (typed, failure): (&Fields, Markup)) -> Markup {
    let words = visit.words;
    let Some(told) = view.takeover.as_ref().filter(|_| is_open(view)) else { return html! {} };
    let label = |field: &String| casevault_sync::field(field).map(|field| profile::label(words, field));
    html! {
        section aria-labelledby="take-over" {
            h2 #take-over { (words.say("take-over")) }
            p.hint { (words.say("take-over-hint")) }
            (failure)
            @if !told.is_empty() { p { (words.say("take-over-told")) } ul { @for field in told.iter().filter_map(label) { li { (field) } } } }
            form method="post" action={ "/shared/" (handle) "/take-over" } class="stack" {
                (part::line(&words.say("case-title"), "title", typed.text("title")))
                button.primary { (words.say("take-over-button")) }
            }
        }
    }
}

pub(super) async fn answer(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let answer = match form.text("answer") {
        "accepted" => Answer::Accepted,
        "rejected" => Answer::Rejected,
        "done" => Answer::Done,
        _ => return Err(Failure::Nothing),
    };
    let text = form.text("text");
    let said = match answer {
        Answer::Rejected if text.trim().is_empty() => Err(Failure::Form("no-reason")),
        _ => visit.client()?.dossier_answer(&visit.id(&handle)?, answer, text).await.map_err(Failure::from),
    };
    match said {
        Ok(_) => done(&format!("/shared/{handle}")),
        Err(failure) => Ok(failure.with(draw(&visit, &handle, ("answer", &form), Some(&failure)).await?)),
    }
}

pub(super) async fn take_over(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let title = form.text("title").trim();
    let taken = match title {
        "" => Err(Failure::Form("no-title")),
        _ => visit.client()?.case_take_over(&visit.id(&handle)?, title, Arc::new(|_| {})).await.map_err(Failure::from),
    };
    match taken {
        Ok((case, Delivery::Sent | Delivery::Queued)) => done(&format!("/cases/{}", visit.handle(&case)?)),
        Err(failure) => Ok(failure.with(draw(&visit, &handle, ("take-over", &form), Some(&failure)).await?)),
    }
}

/// Begins to make an evidence bundle of what is shared.
pub(super) async fn bundle(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    match evidence::begin(&visit, visit.id(&handle)?, (&format!("/shared/{handle}"), &form)) {
        Ok(job) => done(&format!("/jobs/{job}")),
        Err(failure) => Ok(failure.with(draw(&visit, &handle, ("evidence", &form), Some(&failure)).await?)),
    }
}

/// A document of it as pictures. Its sender sees that it was opened.
pub(super) async fn document(visit: Visit, Path((handle, document)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&document)?);
    let address = format!("/shared/{handle}/documents/{document}");
    let view = client.dossier(&id).await?;
    let shown = view.documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    let drawn = preview::draw(&visit, (&client, In::Dossier(&id), &of), (&address, &shown.sha256)).await?;
    let words = visit.words;
    let body = html! {
        (head(&visit, (&client, &view)).await?)
        section aria-labelledby="document" {
            h2 #document { (part::name(&shown.name)) }
            p.meta { (part::size(shown.bytes)) }
            div.actions {
                form method="post" action={ (address) "/save" } { button { (words.say("document-save")) } }
                a.button href={ "/shared/" (handle) } { (words.say("dossier-back")) }
            }
            @match &drawn {
                Ok(pictures) => (preview::pages(&visit, (&address, &shown.name), pictures)),
                Err(failure) => (failure.shown(&visit)),
            }
        }
    };
    Ok(page::page(&visit, "waiting", body).into_response())
}

/// How it stands, to whoever received it.
fn state(visit: &Visit, state: Sharing) -> Markup {
    match state {
        Sharing::Sent => part::chip("warn", "clock", &visit.words.say("sharing-unanswered")),
        other => sharing::state(visit, other),
    }
}
