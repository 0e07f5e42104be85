//! Conflicts: of two edits of one field both are shown, and the person says which is right.

use axum::response::IntoResponse as _;
use casevault_sync::view::{ConflictView, Kept};
use maud::{Markup, html};

use super::{done, profile, waiting};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit) -> Outcome {
    let words = visit.words;
    let mut shown = Vec::new();
    for one in &visit.client()?.conflicts()? {
        shown.push(conflict(&visit, one)?);
    }
    let body = html! {
        h1 { (words.say("conflicts")) }
        (waiting::head(&visit, "conflicts"))
        p.hint { (words.say("conflicts-words")) }
        @if shown.is_empty() { p.empty { (words.say("conflicts-none")) } }
        @for one in &shown { (one) }
    };
    Ok(page::page(&visit, "waiting", body).into_response())
}

fn conflict(visit: &Visit, one: &ConflictView) -> Outcome<Markup> {
    let words = visit.words;
    let field = casevault_sync::field(&one.field);
    let said = |value: &str| html! { @if value.is_empty() { (words.say("conflict-empty")) } @else if let Some(field) = field { (profile::said(words, field, value)) } @else { (part::name(value)) } };
    let (case, name) = (visit.handle(&one.case)?, visit.handle(&one.field)?);
    let choice = |kept: &str, word: &str| html! { button name="kept" value=(kept) { (words.say(word)) } };
    Ok(html! {
        article.said {
            h2 { @if let Some(field) = field { (profile::label(words, field)) } @else { (part::name(&one.field)) } " – " a href={ "/cases/" (case) } { (part::name(&one.title)) } }
            form method="post" action="/conflicts" {
                input type="hidden" name="case" value=(case);
                input type="hidden" name="field" value=(name);
                input type="hidden" name="shown-mine" value=(one.mine);
                input type="hidden" name="shown-theirs" value=(one.theirs);
                dl {
                    div { dt { (words.say("conflict-mine")) } dd.choice { span { (said(&one.mine)) } (choice("mine", "conflict-keep")) } }
                    div { dt { (part::named(one.person_name.as_deref(), &one.person)) " " (part::time(one.time)) } dd.choice { span { (said(&one.theirs)) } (choice("theirs", "conflict-keep")) } }
                }
            }
        }
    })
}

pub(super) async fn settle(visit: Visit, form: Fields) -> Outcome {
    let kept = match form.text("kept") {
        "mine" => Kept::Mine,
        "theirs" => Kept::Theirs,
        _ => return Err(Failure::Nothing),
    };
    let (case, field) = (visit.id(form.text("case"))?, visit.id(form.text("field"))?);
    visit.client()?.settle_conflict(&case, &field, (kept, (form.text("shown-mine"), form.text("shown-theirs")))).await?;
    done("/conflicts")
}
