//! Sharing what no consent covers: somebody asks with a reason, a second person approves, and it is shared once.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CaseView, OverrideState, OverrideView};
use casevault_sync::{Client, NewOverride};
use maud::{Markup, html};

use super::whom::Known;
use super::{case, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::when;

/// Those of a case that were asked for, as the page of sharing has them.
pub(super) async fn section(visit: &Visit, (client, handle, view): (&Client, &str, &CaseView), known: &Known) -> Outcome<Markup> {
    let words = visit.words;
    let mut asked = Vec::new();
    for wish in &client.overrides(&view.summary.case.to_string()).await? {
        asked.push(entry(visit, (client, handle, view), (known, wish))?);
    }
    Ok(html! {
        section aria-labelledby="overrides" {
            h2 #overrides { (words.say("overrides")) }
            p.hint { (words.say("overrides-hint")) }
            @for one in &asked { (one) }
            a.button href={ "/cases/" (handle) "/override" } { (words.say("override-ask")) }
        }
    })
}

fn entry(
    visit: &Visit,
    (client, handle, view): (&Client, &str, &CaseView),
    (known, wish): (&Known, &OverrideView),
) -> Outcome<Markup> {
    let (words, name) = (visit.words, visit.handle(&wish.id)?);
    let (look, picture, key) = match wish.state {
        OverrideState::Asked => ("warn", "clock", "override-asked"),
        OverrideState::Approved => ("good", "check", "override-approved"),
        OverrideState::Used => ("closed", "share", "override-used"),
    };
    let own = wish.asked == client.person();
    let label = |field: &String| casevault_sync::field(field).map(|field| profile::label(words, field));
    let to = |what: &str| format!("/cases/{handle}/override/{name}/{what}");
    Ok(html! {
        article.said {
            div.head { h3 { (part::name(&wish.purpose)) } div.chips { (part::chip(look, picture, &words.say(key))) } }
            p { (part::name(&wish.reason)) }
            dl {
                div { dt { (words.say("consent-to")) } dd { (known.shown(words, &wish.to)) } }
                div { dt { (words.say("consent-until")) } dd { (part::day(wish.until)) } }
                @if !wish.documents.is_empty() { div { dt { (words.say("consent-documents")) } dd { @for id in &wish.documents { div { (part::named(view.documents.iter().find(|one| one.document == *id).map(|one| one.name.as_str()), id)) } } } } }
                @if !wish.fields.is_empty() { div { dt { (words.say("consent-fields")) } dd { @for field in wish.fields.iter().filter_map(label) { div { (field) } } } } }
            }
            p.meta {
                (words.say("erasure-asked")) " " (part::named(wish.asked_name.as_deref(), &wish.asked))
                @if let Some(person) = wish.approved { " · " (words.say("override-approved")) ": " (part::named(wish.approved_name.as_deref(), &person)) }
            }
            @match wish.state {
                OverrideState::Asked if own => p.note { (words.say("override-second")) },
                OverrideState::Asked => (part::sure(words, (&words.say("override-approve"), &to("approve")), &html! {})),
                OverrideState::Approved => form method="post" action=(to("share")) class="stack" {
                    (part::line(&words.say("evidence-keep"), "keep", ""))
                    button.primary { (words.say("share-button")) }
                },
                OverrideState::Used => {},
            }
        }
    })
}

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    Ok(draw(&visit, &handle, &Fields::default(), None).await?.into_response())
}

async fn draw(visit: &Visit, handle: &str, typed: &Fields, failure: Option<&Failure>) -> Outcome<Markup> {
    let (client, words) = (visit.client()?, visit.words);
    let view = client.case(&visit.id(handle)?).await?;
    let (known, mut teams, mut documents) = (Known::of(&client).await?, Vec::new(), Vec::new());
    for to in client.recipients().await?.iter().filter(|to| to.team != view.summary.team) {
        teams.push((visit.handle(&to.team)?, known.shown(words, to)));
    }
    for document in &view.documents {
        documents.push((visit.handle(&document.document)?, part::name(&document.name)));
    }
    let fields = profile::filled(&view).into_iter().map(|field| (field.name.clone(), profile::label(words, field)));
    let fields: Vec<_> = fields.collect();
    let chosen = |name| typed.all(name).collect::<Vec<_>>();
    let body = html! {
        (case::head(visit, (handle, &view), "case-sharing"))
        h2 { (words.say("override-ask")) }
        p.hint { (words.say("overrides-hint")) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ "/cases/" (handle) "/override" } class="stack" {
            (part::line(&words.say("why"), "reason", typed.text("reason")))
            (part::line(&words.say("consent-purpose"), "purpose", typed.text("purpose")))
            (part::radios(&words.say("consent-to"), "with", &teams, typed.text("with")))
            @if !documents.is_empty() { (part::choices(&words.say("consent-documents"), "document", &documents, &chosen("document"))) }
            @if !fields.is_empty() { (part::choices(&words.say("consent-fields"), "field", &fields, &chosen("field"))) }
            label.field { span { (words.say("consent-until")) } input type="date" name="until" value=(typed.text("until")) required; }
            div.actions { button.primary { (words.say("override-ask")) } a.button href={ "/cases/" (handle) "/sharing" } { (words.say("cancel")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

pub(super) async fn ask(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let asked = match read(&visit, &form) {
        Ok(new) => client.override_ask(&id, &new).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match asked {
        Ok(_) => done(&format!("/cases/{handle}/sharing#overrides")),
        Err(failure) => Ok(failure.with(draw(&visit, &handle, &form, Some(&failure)).await?)),
    }
}

fn read(visit: &Visit, form: &Fields) -> Outcome<NewOverride> {
    let until = when::end_of(form.text("until")).ok_or(Failure::Form("no-day"))?;
    let lacks = [
        (!form.text("reason").trim().is_empty(), "no-reason"),
        (!form.text("purpose").trim().is_empty(), "no-purpose"),
        (form.has("with"), "no-recipient"),
        (form.has("document") || form.has("field"), "no-content"),
        (until > visit.desk.options().clock.now(), "day-past"),
    ];
    if let Some((_, key)) = lacks.into_iter().find(|(there, _)| !there) {
        return Err(Failure::Form(key));
    }
    Ok(NewOverride {
        consent: None,
        with: visit.id(form.text("with"))?,
        purpose: form.text("purpose").trim().to_owned(),
        documents: form.all("document").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?,
        fields: form.all("field").map(str::to_owned).collect(),
        until,
        reason: form.text("reason").trim().to_owned(),
    })
}

/// Approves, or shares what was approved.
pub(super) async fn change(visit: Visit, Path((handle, wish, what)): Path<(String, String, String)>, form: Fields) -> Outcome {
    let (client, id, wish) = (visit.client()?, visit.id(&handle)?, visit.id(&wish)?);
    let keep = form.has("keep").then(|| form.text("keep"));
    match what.as_str() {
        "approve" => client.override_approve(&id, &wish).await.map(|_| ())?,
        "share" => client.override_make(&id, &wish, keep).await.map(|_| ())?,
        _ => return Err(Failure::NotHere),
    }
    done(&format!("/cases/{handle}/sharing#overrides"))
}
