//! A case: who it is about, its documents, notes, and what was done with it.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::Client;
use casevault_sync::view::{CaseView, CustodyView, Delivery, DocumentView, Keeping};
use maud::{Markup, html};

use super::{cases, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// What a case's pages are called, and where they are below its address.
const PARTS: [(&str, &str); 5] = [
    ("case-overview", ""),
    ("case-assistance", "/assistance"),
    ("case-sharing", "/sharing"),
    ("case-rights", "/rights"),
    ("case-timeline", "/timeline"),
];

/// What stands above every page of a case. `part` is the page's name.
pub(super) fn head(visit: &Visit, (handle, case): (&str, &CaseView), part: &str) -> Markup {
    let words = visit.words;
    html! {
        div.head {
            h1 { (part::name(&case.summary.title)) }
            div.chips { (cases::status(visit, &case.summary.status)) (part::delivery(words, case.delivery)) }
        }
        nav.tabs aria-label=(words.say("case-parts")) {
            ul {
                @for (name, below) in PARTS {
                    li { a href={ "/cases/" (handle) (below) } aria-current=[(name == part).then_some("page")] { (words.say(name)) } }
                }
            }
        }
        (keeping(visit, &case.keeping))
        @if let Some(handover) = &case.handover {
            p.note { (icon("share")) " " (words.say(&format!("handover-{}", handover.state.as_str()))) " " (part::named(handover.with.team_name.as_deref(), &handover.with.team)) }
        }
    }
}

fn keeping(visit: &Visit, keeping: &Keeping) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(order) = &keeping.hold { p.note { (icon("lock")) (words.say("keeping-hold")) " " (part::name(order)) } }
        @if let Some(kept) = &keeping.retention { p.note { (words.say("keeping-until")) " " (part::day(kept.until)) } }
        @if let Some(day) = keeping.erasure { p.note { (icon("warning")) (words.say("keeping-erasure")) " " (part::day(day)) } }
    }
}

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let client = visit.client()?;
    let case = client.case(&visit.id(&handle)?).await?;
    Ok(draw(&visit, (&client, &handle, &case), &Fields::default(), None).await?.into_response())
}

async fn draw(
    visit: &Visit,
    (client, handle, case): (&Client, &str, &CaseView),
    typed: &Fields,
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let received = received(client, case).await;
    let words = visit.words;
    let mut documents = Vec::new();
    for document in &case.documents {
        documents.push((visit.handle(&document.document)?, document));
    }
    let body = html! {
        (head(visit, (handle, case), "case-overview"))
        section aria-labelledby="documents" {
            div.head { h2 #documents { (words.say("documents")) } div.actions {
                a.button.primary href={ "/cases/" (handle) "/documents" } { (icon("plus")) (words.say("add-documents")) }
                @if !documents.is_empty() { a.button href={ "/cases/" (handle) "/evidence" } { (words.say("evidence")) } }
            } }
            @if documents.is_empty() { p.empty { (words.say("documents-empty")) } }
            ul.list { @for (document, view) in &documents { li { a href={ "/cases/" (handle) "/documents/" (document) } { (entry(visit, view, &received)) } } } }
        }
        section aria-labelledby="profile" {
            h2 #profile { (words.say("profile")) }
            (profile::sections(visit, handle, &case.fields))
        }
        section aria-labelledby="notes" {
            h2 #notes { (words.say("notes")) }
            @for note in &case.notes {
                article.said { p.meta { (part::named(note.person_name.as_deref(), &note.person)) " " (part::time(note.time)) } (part::paragraph(&note.text)) }
            }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            form method="post" action={ "/cases/" (handle) "/note" } class="stack" {
                label.field { span { (words.say("note-new")) } textarea name="text" rows="3" required dir="auto" autocomplete="off" spellcheck="false" { (typed.text("text")) } }
                button { (words.say("note-add")) }
            }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// One document in a list.
fn entry(visit: &Visit, view: &DocumentView, received: &BTreeMap<String, BTreeSet<String>>) -> Markup {
    let words = visit.words;
    let by = received.get(&view.document.to_string());
    html! {
        span.title { (icon("file")) (part::name(&view.name)) }
        span.meta {
            (part::size(view.bytes))
            @if view.metadata.is_none_or(|found| !found.is_nothing()) { (part::chip("warn", "warning", &words.say("document-tells"))) }
            (reached(words, (by, view.delivery)))
        }
    }
}

/// How far a document is: with these colleagues, or as far as it was delivered.
pub(super) fn reached(words: Words, (by, delivery): (Option<&BTreeSet<String>>, Delivery)) -> Markup {
    match by {
        Some(by) => {
            let who = by.iter().map(|name| part::isolated(name)).collect::<Vec<_>>().join(words.say("between").as_str());
            part::chip("received", "received", &words.fill("state-received", "who", who))
        }
        None => part::delivery(words, delivery),
    }
}

/// Which colleagues opened which documents as they are now: that they have them is on record.
pub(super) async fn received(client: &Client, case: &CaseView) -> BTreeMap<String, BTreeSet<String>> {
    let mut by = BTreeMap::<String, BTreeSet<String>>::new();
    let custody = client.custody(&case.summary.case.to_string()).await.unwrap_or_default();
    let opened = custody.iter().filter(|one| one.event == "documents-opened" && one.person != client.person());
    for one in opened {
        let who = part::called(one.person_name.as_deref(), &one.person);
        let newest = |of: &&(_, _)| case.documents.iter().any(|view| (view.document, view.version) == **of);
        for (document, _) in one.opened.iter().filter(newest) {
            by.entry(document.to_string()).or_default().insert(who.clone());
        }
    }
    by
}

/// What a recipient answered, and all of their words.
pub(super) fn answered(words: Words, one: &CustodyView) -> Markup {
    html! {
        @if let Some((answer, said)) = &one.answer {
            p { (words.say(&format!("sharing-{}", answer.as_str()))) }
            (part::paragraph(said))
        }
    }
}

pub(super) async fn note(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let added = match form.text("text").trim() {
        "" => Err(Failure::Form("no-note")),
        _ => client.note_add(&id, form.text("text")).await.map_err(Failure::from),
    };
    match added {
        Ok(_) => done(&format!("/cases/{handle}#notes")),
        Err(failure) => {
            let case = client.case(&id).await?;
            Ok(failure.with(draw(&visit, (&client, &handle, &case), &form, Some(&failure)).await?))
        }
    }
}

pub(super) async fn close(visit: Visit, Path(handle): Path<String>) -> Outcome {
    visit.client()?.case_close(&visit.id(&handle)?).await?;
    done(&format!("/cases/{handle}"))
}

pub(super) async fn timeline(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let case = client.case(&id).await?;
    let custody = client.custody(&id).await?;
    let names: BTreeMap<_, _> = case.documents.iter().map(|view| (view.document, view.name.as_str())).collect();
    let words = visit.words;
    let event = |one: &CustodyView| words.known(&format!("event-{}", one.event)).unwrap_or_else(|| one.event.clone());
    let body = html! {
        (head(&visit, (&handle, &case), "case-timeline"))
        p.hint { (words.say("timeline-hint")) }
        ol.timeline {
            @for one in custody.iter().rev() {
                li {
                    p { strong { (event(one)) } @for (at, document) in one.documents.iter().enumerate() { (if at > 0 { words.say("between") } else { " ".to_owned() }) (part::name(names.get(document).copied().unwrap_or("–"))) } }
                    p.meta { (part::named(one.person_name.as_deref(), &one.person)) " " (part::time(one.time)) }
                    (answered(words, one))
                }
            }
        }
        @if case.delivery == Delivery::Queued { p.note { (words.say("timeline-waits")) } }
        @if !case.summary.status.starts_with(cases::CLOSED) {
            (part::sure(words, (&words.say("case-close"), &format!("/cases/{handle}/close")), &html! {}))
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}
