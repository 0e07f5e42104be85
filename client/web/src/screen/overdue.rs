//! What is past its day, in all cases of this device: services, follow-ups, goals and reviews.

use axum::response::IntoResponse as _;
use maud::html;

use crate::failure::Outcome;
use crate::page;
use crate::part;
use crate::visit::Visit;

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
                        span.title { (part::name(&one.title)) ": " (words.say(&format!("overdue-{}", one.kind.as_str()))) }
                        span.meta { (part::name(&one.text)) bdi dir="ltr" { (one.due) } }
                    }
                }
            }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}
