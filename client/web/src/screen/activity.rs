//! Activity: what was done lately in the cases on this device.

use axum::response::IntoResponse as _;
use maud::html;

use super::waiting;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Lines of a page.
const PAGE: usize = 50;

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let words = visit.words;
    let at = asked.text("page").parse::<usize>().unwrap_or(1).max(1);
    let mut lines = visit.client()?.activity(at.saturating_sub(1).saturating_mul(PAGE), PAGE.saturating_add(1))?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let mut shown = Vec::new();
    for line in &lines {
        shown.push((visit.handle(&line.case)?, line));
    }
    let event = |event: &str| words.known(&format!("event-{event}")).unwrap_or_else(|| event.to_owned());
    let body = html! {
        h1 { (words.say("part-activity")) }
        (waiting::head(&visit, "activity"))
        p.hint { (words.say("activity-words")) }
        @if shown.is_empty() { p.empty { (words.say("activity-none")) } }
        ol.timeline {
            @for (case, line) in &shown {
                li {
                    p { strong { (event(&line.event)) } " – " a href={ "/cases/" (case) } { (part::name(&line.title)) } }
                    p.meta { (part::named(line.person_name.as_deref(), &line.person)) " " (part::time(line.time)) }
                }
            }
        }
        (part::pages(words, (at, if more { at.saturating_add(1) } else { at }), "/activity?page="))
    };
    Ok(page::page(&visit, "waiting", body).into_response())
}
