//! What happened in the organisation: its signed log, in words, newest first.

use axum::response::IntoResponse as _;
use casevault_sync::view::{LogView, Subject};
use fluent_templates::fluent_bundle::FluentValue;
use maud::html;

use super::organisation;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// Characters of the shortest id; what is shorter is a word or a number.
const ID: usize = 32;
/// Statements of a page.
const PAGE: usize = 50;

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let mut log = visit.client()?.log().await?;
    log.reverse();
    let (some, pages) = part::paged(&log, asked.text("page"), PAGE);
    let words = visit.words;
    let body = html! {
        (organisation::head(&visit, "log"))
        p.hint { (words.say("log-hint")) }
        ol.timeline {
            @for one in some {
                li {
                    p { (stated(words, one)) }
                    p.meta {
                        @match &one.author { Some(person) => (part::named(one.author_name.as_deref(), person)), None => (words.say("log-root")) }
                        " " (part::time(one.time)) " · " bdi dir="ltr" { (one.sequence) }
                    }
                }
            }
        }
        (part::pages(words, pages, "/log?page="))
    };
    Ok(page::page(&visit, "people", body).into_response())
}

/// One statement as a sentence; one that this program has no words for as it stands.
fn stated(words: Words, view: &LogView) -> String {
    let all = |kind: &str| {
        view.subjects.iter().filter(|one| one.kind == kind).map(called).collect::<Vec<_>>().join(&words.say("between"))
    };
    let role = |code: String| words.known(&format!("role-{code}")).unwrap_or(code);
    let values = [
        ("person", all("person")),
        ("team", all("team")),
        ("device", all("device")),
        ("partner", all("partner")),
        ("role", role(all("role"))),
        ("number", all("threshold") + &all("generation") + &all("epoch")),
    ];
    let values = values.map(|(name, value)| (name, FluentValue::from(if value.is_empty() { "–".to_owned() } else { value })));
    words.known_with(&format!("log-{}", view.statement), values).unwrap_or_else(|| {
        [view.statement.to_owned()].into_iter().chain(view.subjects.iter().map(called)).collect::<Vec<_>>().join(" ")
    })
}

/// A subject by its name, or the beginning of its id.
fn called(subject: &Subject) -> String {
    match &subject.name {
        None if subject.id.len() < ID => subject.id.clone(),
        name => part::isolated(&part::called(name.as_deref(), &subject.id)),
    }
}
