//! Teams: who shares which cases. Administering them lets nobody read one.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{ChangeState, PersonView, Standing, TeamView};
use casevault_sync::{Client, Role};
use maud::{Markup, html};

use super::done;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit) -> Outcome {
    let client = visit.client()?;
    let (teams, people, own) = (client.teams().await?, people(&visit, &client).await?, client.own_teams()?);
    let administers = client.own_name()?.1 == Role::Administrator;
    let words = visit.words;
    let mut shown = Vec::new();
    for team in &teams {
        let may = administers || own.iter().any(|(one, _)| *one == team.team);
        shown.push(entry(&visit, team, &people, may)?);
    }
    let options: Vec<_> = people.iter().map(|(handle, name)| (handle.clone(), html! { (part::name(name)) })).collect();
    let body = html! {
        h1 { (words.say("place-teams")) }
        p.hint { (words.say("teams-hint")) }
        @if shown.is_empty() { p.empty { (words.say("teams-empty")) } }
        @for team in &shown { (team) }
        @if administers {
            details {
                summary { (words.say("team-new")) }
                form method="post" action="/teams" class="stack" {
                    (part::line(&words.say("team-name"), "name", ""))
                    (part::choices(&words.say("team-members"), "member", &options, &[]))
                    button.primary { (words.say("team-create")) }
                }
            }
        }
    };
    Ok(page::page(&visit, "teams", body).into_response())
}

/// People who may be in a team, by their names in addresses.
async fn people(visit: &Visit, client: &Client) -> Outcome<Vec<(String, String)>> {
    let may = |one: &PersonView| one.state == Standing::Active && one.role != Role::Analyst;
    let mut people: Vec<_> = client.people().await?.into_iter().filter(may).collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    let name = |one: PersonView| {
        let handle = visit.handle(&one.person)?;
        Ok((handle, one.name.unwrap_or_else(|| one.person.to_string().chars().take(12).collect())))
    };
    people.into_iter().map(name).collect()
}

fn entry(visit: &Visit, team: &TeamView, people: &[(String, String)], may: bool) -> Outcome<Markup> {
    let words = visit.words;
    let handle = visit.handle(&team.team)?;
    let mut members = Vec::new();
    for (person, name) in &team.members {
        members.push((visit.handle(person)?, part::named(name.as_deref(), person)));
    }
    let others: Vec<_> = people.iter().filter(|(one, _)| !members.iter().any(|(member, _)| member == one)).cloned().collect();
    let others: Vec<_> = others.into_iter().map(|(handle, name)| (handle, casevault_sync::display_name(&name))).collect();
    Ok(html! {
        article.said {
            div.head {
                h2 { (part::named(team.name.as_deref(), &team.team)) }
                div.chips {
                    @if team.frozen { (part::chip("warn", "lock", &words.say("team-frozen"))) }
                    @if team.state == ChangeState::Requested { (part::chip("here", "clock", &words.say("team-requested"))) }
                }
            }
            ul.list { @for (member, name) in &members {
                li.entry { span.title { (name) } @if may { (part::sure(words, (&words.say("team-remove"), &format!("/teams/{handle}/remove")), &html! { input type="hidden" name="person" value=(member); })) } }
            } }
            @if may {
                div.actions {
                    @if !others.is_empty() {
                        form.search method="post" action={ "/teams/" (handle) "/add" } { (part::choice(&words.say("team-add"), "person", &others, "")) button { (words.say("team-add-button")) } }
                    }
                    form method="post" action={ "/teams/" (handle) "/rotate" } { button { (words.say("team-rotate")) } }
                }
            }
        }
    })
}

pub(super) async fn create(visit: Visit, form: Fields) -> Outcome {
    let members = form.all("member").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
    visit.client()?.team_create(form.text("name").trim(), &members).await?;
    done("/teams")
}

pub(super) async fn change(visit: Visit, Path((handle, what)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, team) = (visit.client()?, visit.id(&handle)?);
    let person = || visit.id(form.text("person"));
    match what.as_str() {
        "add" => client.team_add(&team, &person()?).await?,
        "remove" => client.team_remove(&team, &person()?).await?,
        "rotate" => client.team_rotate(&team).await?,
        _ => return Err(Failure::NotHere),
    };
    done("/teams")
}
