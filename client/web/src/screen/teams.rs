//! Teams: how many are in each, how far their keys are, and new ones. Administering them lets nobody read a case.

use axum::response::IntoResponse as _;
use casevault_sync::view::{ChangeState, PersonView, Standing, TeamView};
use casevault_sync::{Client, ClientError, Role};
use maud::{Markup, html};

use super::done;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Teams of a page.
const PAGE: usize = 50;

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &asked, html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, typed: &Fields, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let mut teams = client.teams().await?;
    teams.sort_by(|one, other| one.name.cmp(&other.name));
    let waiting = teams.iter().filter(|team| team.state == ChangeState::Requested).count();
    let (some, pages) = part::paged(&teams, typed.text("page"), PAGE);
    let mut rows = Vec::new();
    for team in some {
        rows.push((visit.handle(&team.team)?, team));
    }
    let form = match client.own_name()?.1 {
        Role::Administrator => create_form(visit, client, typed).await?,
        _ => html! {},
    };
    let body = html! {
        h1 { (words.say("place-teams")) }
        (above)
        p.hint { (words.say("teams-hint")) }
        @if waiting > 0 { (part::progress(words, "removal-teams", (teams.len() - waiting, teams.len()))) p.hint { (words.say("removal-waits")) } }
        @if rows.is_empty() { p.empty { (words.say("teams-empty")) } }
        ul.list {
            @for (handle, team) in &rows {
                li { a href={ "/teams/" (handle) } {
                    span.title { (part::named(team.name.as_deref(), &team.team)) }
                    span.meta { span { (words.count("team-size", team.members.len())) } (state(visit, team)) }
                } }
            }
        }
        (part::pages(words, pages, "/teams?page="))
        (form)
    };
    Ok(page::page(visit, "teams", body))
}

/// What is to be known of a team at first sight.
pub(super) fn state(visit: &Visit, team: &TeamView) -> Markup {
    let words = visit.words;
    html! {
        @if team.frozen { (part::chip("warn", "lock", &words.say("team-frozen"))) }
        @if team.state == ChangeState::Requested { (part::chip("here", "clock", &words.say("team-requested"))) }
    }
}

/// People who may be in a team, by their names in addresses.
pub(super) async fn people(visit: &Visit, client: &Client) -> Outcome<Vec<(String, String)>> {
    let may = |one: &PersonView| one.state == Standing::Active && one.role != Role::Analyst;
    let mut people: Vec<_> = client.people().await?.into_iter().filter(may).collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    let name = |one: PersonView| {
        let handle = visit.handle(&one.person)?;
        Ok((handle, part::called(one.name.as_deref(), &one.person)))
    };
    people.into_iter().map(name).collect()
}

async fn create_form(visit: &Visit, client: &Client, typed: &Fields) -> Outcome<Markup> {
    let words = visit.words;
    let people = people(visit, client).await?;
    let options: Vec<_> = people.iter().map(|(handle, name)| (handle.clone(), html! { bdi { (name) } })).collect();
    let chosen: Vec<_> = typed.all("member").collect();
    Ok(html! {
        details open[typed.has("name")] {
            summary { (words.say("team-new")) }
            form method="post" action="/teams" class="stack" {
                (part::line(&words.say("team-name"), "name", typed.text("name")))
                (part::choices(&words.say("team-members"), "member", &options, &chosen))
                label.option { input type="checkbox" name="recoverable" value="yes" checked[!typed.has("name") || typed.has("recoverable")]; span { (words.say("team-recoverable")) } }
                p.hint { (words.say("team-recoverable-hint")) " " a href="/recovery" { (words.say("recovery")) } }
                button.primary { (words.say("team-create")) }
            }
        }
    })
}

/// Makes a team. What was typed stays if none is made.
pub(super) async fn create(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let made = async {
        let members = form.all("member").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
        let name = form.text("name").trim();
        // How it is opened again is said before there is anything to be lost.
        if form.has("recoverable") && client.lacks_recovery()? {
            return Err(ClientError::NoPolicy.into());
        }
        Ok(match form.has("recoverable") {
            true => client.team_create_recoverable(name, &members).await?,
            false => client.team_create(name, &members).await?,
        })
    };
    let made: Outcome<_> = made.await;
    match made {
        Ok(team) => done(&format!("/teams/{}", visit.handle(&team)?)),
        Err(failure) => Ok(failure.with(draw(&visit, &client, &form, failure.shown(&visit)).await?)),
    }
}
