//! One team: who is in it, and its keys.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use casevault_sync::view::{ChangeState, TeamView};
use casevault_sync::{Client, ClientError, Role};
use maud::{Markup, html};

use super::{done, teams};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &handle, html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, handle: &str, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let team = client.team(&visit.id(handle)?).await?;
    let administers = client.own_name()?.1 == Role::Administrator;
    let may = administers || client.own_teams()?.iter().any(|(one, _)| *one == team.team);
    let body = html! {
        p { a href="/teams" { (words.say("back-to-teams")) } }
        div.head { h1 { (part::named(team.name.as_deref(), &team.team)) } div.chips { (teams::state(visit, &team)) } }
        (above)
        (going(visit, handle))
        dl {
            div { dt { (words.say("team-generation")) } dd { bdi { (team.generation) } } }
            div { dt { (words.say("recovery")) } dd { (words.say(if team.recoverable { "yes" } else { "no" })) } }
        }
        (members(visit, client, (handle, &team), may).await?)
        @if may { (keys(visit, (handle, &team), administers)) }
    };
    Ok(page::page(visit, "teams", body))
}

/// How far a change of its keys is.
fn going(visit: &Visit, about: &str) -> Markup {
    let words = visit.words;
    match visit.desk.errand.far(about).map(|far| (far.progress, far.ended)) {
        Some((progress, None)) => {
            html! { div.note role="status" data-going { (part::progress(words, "removal-going", progress)) p { a href="" { (words.say("look-again")) } } } }
        }
        Some((_, Some(Err(failure)))) => failure.shown(visit),
        Some((_, Some(Ok(())))) => html! { p.note role="status" { (words.say("team-changed")) } },
        None => html! {},
    }
}

async fn members(visit: &Visit, client: &Client, (handle, team): (&str, &TeamView), may: bool) -> Outcome<Markup> {
    let words = visit.words;
    let mut members = Vec::new();
    for (person, name) in &team.members {
        members.push((visit.handle(person)?, part::named(name.as_deref(), person)));
    }
    let mut others = if may { teams::people(visit, client).await? } else { Vec::new() };
    others.retain(|(one, _)| !members.iter().any(|(member, _)| member == one));
    Ok(html! {
        section aria-labelledby="members" {
            h2 #members { (words.say("team-members")) }
            @if members.is_empty() { p.empty { (words.say("team-nobody")) } }
            ul.list { @for (member, name) in &members {
                li.entry {
                    span.title { (name) }
                    @if may {
                        (part::sure(words, (&words.say("team-remove"), &format!("/teams/{handle}/remove")), &html! {
                            input type="hidden" name="person" value=(member);
                            label.option { input type="checkbox" name="empty" value="yes"; span { (words.say("removal-leave-empty")) } }
                        }))
                    }
                }
            } }
            @if !others.is_empty() {
                form.search method="post" action={ "/teams/" (handle) "/add" } { (part::decision(words, (&words.say("team-add"), "person"), &others, "")) button { (words.say("team-add-button")) } }
            }
        }
    })
}

fn keys(visit: &Visit, (handle, team): (&str, &TeamView), administers: bool) -> Markup {
    let words = visit.words;
    let frozen = if team.frozen { "lift" } else { "freeze" };
    html! {
        section aria-labelledby="keys" {
            h2 #keys { (words.say("team-keys")) }
            p { (words.say("team-keys-words")) }
            div.actions {
                form method="post" action={ "/teams/" (handle) "/rotate" } { button { (words.say("team-rotate")) } }
                @if administers {
                    (part::sure(words, (&words.say(&format!("team-{frozen}")), &format!("/teams/{handle}/{frozen}")), &html! { p { (words.say("team-freeze-words")) } }))
                    (part::sure(words, (&words.say("team-void"), &format!("/teams/{handle}/void")), &html! { p { (words.say("team-void-words")) } }))
                }
            }
        }
    }
}

pub(super) async fn change(visit: Visit, Path((handle, what)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, team) = (visit.client()?, visit.id(&handle)?);
    let person = || visit.id(form.text("person"));
    let made = match what.as_str() {
        "add" => client.team_add(&team, &person()?).await,
        "remove" if form.has("empty") => client.team_remove_last(&team, &person()?).await,
        "remove" => client.team_remove(&team, &person()?).await,
        "freeze" | "lift" => client.team_freeze(&team, what == "freeze").await,
        "void" => client.team_void(&team).await.map(|voided| (voided.team, ChangeState::Requested)),
        "rotate" => {
            visit.desk.errand.begin(&handle, client, |client, _| async move {
                client.team_rotate(&team).await.map(drop).map_err(Failure::from)
            })?;
            return done(&format!("/teams/{handle}"));
        }
        _ => return Err(Failure::NotHere),
    };
    match made {
        Ok(_) => done(&format!("/teams/{handle}")),
        Err(error) => failed(&visit, &client, (&handle, error)).await,
    }
}

/// The page again, with why it was not done.
async fn failed(visit: &Visit, client: &Client, (handle, error): (&str, ClientError)) -> Outcome<Response> {
    let failure = Failure::from(error);
    Ok(failure.with(draw(visit, client, handle, failure.shown(visit)).await?))
}
