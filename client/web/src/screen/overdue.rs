//! What is past its day, in all cases of this device: services, follow-ups, goals and reviews.

use axum::response::IntoResponse as _;
use casevault_sync::fields;
use casevault_sync::view::OverdueView;
use maud::{Markup, html};

use super::profile;
use crate::failure::Outcome;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

pub(super) async fn show(visit: Visit) -> Outcome {
    let late = visit.client()?.overdue(None).await?;
    let words = visit.words;
    let mut rows = Vec::new();
    for one in &late {
        rows.push((visit.handle(&one.case)?, one));
    }
    let body = html! {
        h1 { (words.say("overdue")) }
        p.hint { (words.say("overdue-hint")) }
        @if rows.is_empty() { p.empty { (words.say("overdue-none")) } }
        ul.list {
            @for (handle, one) in &rows {
                li {
                    a href={ "/cases/" (handle) "/assistance" } {
                        span.title { span { (part::name(&one.title)) ": " (words.say(&format!("overdue-{}", one.kind.as_str()))) } }
                        span.meta { bdi dir="ltr" { (one.due) } span { (what(words, one)) } }
                    }
                }
            }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

/// What is late, its codes in words.
fn what(words: Words, one: &OverdueView) -> Markup {
    let said = one.fields.iter().filter_map(|(name, value)| Some((fields().iter().find(|field| field.name == *name)?, value)));
    html! {
        @if one.fields.is_empty() { (part::name(&one.text)) }
        @for (at, (field, value)) in said.enumerate() { @if at > 0 { (words.say("between")) } (profile::said(words, field, value)) }
    }
}
