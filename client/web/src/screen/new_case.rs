//! A new case: looked for first, so that nobody has two.

use axum::response::IntoResponse as _;
use casevault_sync::Client;
use maud::{Markup, html};

use super::done;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn form(visit: Visit) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &Fields::default(), None)?.into_response())
}

fn draw(visit: &Visit, client: &Client, typed: &Fields, failure: Option<&Failure>) -> Outcome<Markup> {
    let words = visit.words;
    let mut teams = Vec::new();
    for (team, name) in client.own_teams()? {
        teams.push((visit.handle(&team)?, part::called(name.as_deref(), &team)));
    }
    let body = html! {
        div.narrow {
            h1 { (words.say("new-case")) }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            p.note { (words.say("new-case-search-first")) " " a href="/cases" { (words.say("search-label")) } }
            form method="post" action="/cases" class="stack" {
                (part::line(&words.say("case-title"), "title", typed.text("title")))
                p.hint { (words.say("case-title-hint")) }
                @if teams.len() == 1 {
                    @for (team, name) in &teams { input type="hidden" name="team" value=(team); p { (words.say("case-team")) ": " (part::name(name)) } }
                } @else {
                    (part::decision(words, (&words.say("case-team"), "team"), &teams, typed.text("team")))
                }
                button.primary { (words.say("new-case-button")) }
            }
        }
    };
    Ok(page::page(visit, "cases", body))
}

pub(super) async fn open(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let team = visit.id(form.text("team"))?;
    let opened = match form.text("title").trim() {
        "" => Err(Failure::Form("no-title")),
        title => client.case_open(title, &team, &[]).await.map_err(Failure::from),
    };
    match opened {
        Ok((case, _)) => done(&format!("/cases/{}", visit.handle(&case)?)),
        Err(failure) => Ok(failure.with(draw(&visit, &client, &form, Some(&failure))?)),
    }
}
