//! Waiting: what is to be sent, and what others share.

use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::{cases, done, sharing};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Things of a page.
const PAGE: usize = 50;

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    let unsent = client.unsent()?;
    let (some, pages) = part::paged(&unsent, asked.text("page"), PAGE);
    // What is wrong with them is said, and hides nothing else.
    let (dossiers, unread) = match client.dossiers().await {
        Ok(dossiers) => (dossiers, None),
        Err(error) => (Vec::new(), Some(Failure::from(error))),
    };
    let words = visit.words;
    let mut shared = Vec::new();
    for dossier in &dossiers {
        shared.push((visit.handle(&dossier.dossier)?, dossier));
    }
    let event = |event: &str| words.known(&format!("event-{event}")).unwrap_or_else(|| event.to_owned());
    let body = html! {
        div.head { h1 { (words.say("place-waiting")) } form method="post" action="/synchronise" { button.primary { (words.say("synchronise")) } } }
        (head(&visit, "waiting"))
        (cases::state(&visit, &client)?)
        section aria-labelledby="unsent" {
            h2 #unsent { (words.say("unsent")) }
            @if unsent.is_empty() { p.empty { (words.say("unsent-empty")) } }
            ul.list {
                @for one in some {
                    li.entry {
                        span.title { (event(&one.event)) @if !one.text.is_empty() { ": " (part::name(&one.text.chars().take(80).collect::<String>())) } }
                        span.meta { @if let Some(title) = &one.title { (part::name(title)) } (part::time(one.time)) (part::chip("here", "clock", &words.say("state-here"))) }
                    }
                }
            }
        }
        (part::pages(words, pages, "/waiting?page="))
        section aria-labelledby="dossiers" {
            h2 #dossiers { (words.say("dossiers")) }
            @if let Some(failure) = &unread { (failure.shown(&visit)) } @else if shared.is_empty() { p.empty { (words.say("dossiers-empty")) } }
            ul.list {
                @for (handle, one) in &shared {
                    li { a href={ "/shared/" (handle) } { span.title { (part::name(&one.purpose)) } span.meta { (part::named(one.from.team_name.as_deref(), &one.from.team)) (sharing::state(&visit, one.state)) } } }
                }
            }
        }
    };
    Ok(page::page(&visit, "waiting", body).into_response())
}

/// The pages about what comes, goes and was done, by name, and where they are.
const PARTS: [(&str, &str); 3] = [("waiting", "/waiting"), ("conflicts", "/conflicts"), ("activity", "/activity")];

/// Where they are. `part` is the page's name.
pub(super) fn head(visit: &Visit, part: &str) -> Markup {
    let words = visit.words;
    html! {
        nav.tabs aria-label=(words.say("waiting-parts")) {
            ul { @for (name, address) in PARTS { li { a href=(address) aria-current=[(name == part).then_some("page")] { (words.say(&format!("part-{name}"))) } } } }
        }
    }
}

pub(super) async fn synchronise(visit: Visit) -> Outcome {
    visit.client()?;
    visit.desk.synchronise();
    done("/waiting")
}
