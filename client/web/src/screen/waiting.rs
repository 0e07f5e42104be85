//! Waiting: what is to be sent, what others share, and what was noticed to be wrong.

use axum::response::IntoResponse as _;
use maud::html;

use super::{cases, done, sharing};
use crate::failure::{Failure, Outcome};
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit) -> Outcome {
    let client = visit.client()?;
    let (unsent, alarms) = (client.unsent()?, client.alarms()?);
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
        (cases::state(&visit, &client)?)
        @if !alarms.is_empty() {
            section aria-labelledby="alarms" {
                h2 #alarms { (words.say("alarms")) }
                @for (_, alarm) in &alarms {
                    div.alert { p.what { (words.say(&format!("alarm-{}", alarm.kind.as_str()))) } p { (words.say("alarm-noticed")) " " (part::time(alarm.time)) } p { (words.say("alarm-next")) } }
                }
            }
        }
        section aria-labelledby="unsent" {
            h2 #unsent { (words.say("unsent")) }
            @if unsent.is_empty() { p.empty { (words.say("unsent-empty")) } }
            ul.list {
                @for one in &unsent {
                    li.entry {
                        span.title { (event(&one.event)) @if !one.text.is_empty() { ": " (part::name(&one.text.chars().take(80).collect::<String>())) } }
                        span.meta { @if let Some(title) = &one.title { (part::name(title)) } (part::time(one.time)) (part::chip("here", "clock", &words.say("state-here"))) }
                    }
                }
            }
        }
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

pub(super) async fn synchronise(visit: Visit) -> Outcome {
    visit.client()?;
    visit.desk.synchronise();
    done("/waiting")
}
