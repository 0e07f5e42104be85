//! One person: role, devices, and how far the teams are that they, or a device of theirs, were removed from.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{ChangeState, DeviceView, PersonView, Removed, Standing};
use casevault_sync::{Client, ClientError, Emptied, Leaver, Removal, Role, What, Writing};
use maud::{Markup, html};

use super::{done, organisation, people};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// A person, and what whoever looks may do.
struct Looked {
    handle: String,
    view: PersonView,
    devices: Vec<DeviceView>,
    own: bool,
    administers: bool,
}

impl Looked {
    async fn at(visit: &Visit, client: &Client, handle: &str) -> Outcome<Self> {
        let id = visit.id(handle)?;
        let people = client.people().await?;
        let view = people.into_iter().find(|one| one.person.to_string() == id).ok_or(ClientError::Unknown(What::Person))?;
        let devices = client.devices().await?.into_iter().filter(|device| device.person == view.person).collect();
        let (own, administers) = (view.person == client.person(), client.own_name()?.1 == Role::Administrator);
        Ok(Self { handle: handle.to_owned(), view, devices, own, administers })
    }

    fn has_device(&self) -> bool {
        self.devices.iter().any(|device| device.state == Standing::Active)
    }
}

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &handle, html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, handle: &str, above: Markup) -> Outcome<Markup> {
    let looked = Looked::at(visit, client, handle).await?;
    let words = visit.words;
    let mut devices = Vec::new();
    for one in &looked.devices {
        devices.push(device(visit, client, &looked, one).await?);
    }
    let body = html! {
        p { a href="/people" { (words.say("back-to-people")) } }
        div.head {
            h1 { (part::named(looked.view.name.as_deref(), &looked.view.person)) }
            div.chips { span.chip { (words.say(&format!("role-{}", looked.view.role.as_str()))) } (people::standing(visit, looked.view.state)) }
        }
        (above)
        (going(visit, handle))
        @if looked.view.state == Standing::Removed { (leaving(visit, client, Leaver::Person(&looked.view.person.to_string())).await?) }
        section aria-labelledby="devices" {
            h2 #devices { (words.say("devices")) }
            @if devices.is_empty() { p.empty { (words.say("devices-none")) } }
            @for one in &devices { (one) }
            (further(visit, &looked))
        }
        @if looked.administers && looked.view.state == Standing::Active { (administration(visit, &looked)) }
    };
    Ok(page::page(visit, "people", body))
}

/// How far what was asked for is.
fn going(visit: &Visit, about: &str) -> Markup {
    let words = visit.words;
    let Some(far) = visit.desk.errand.far(about) else { return html! {} };
    match far.ended {
        None => {
            html! { div.note role="status" data-going { (part::progress(words, "removal-going", far.progress)) p { a href="" { (words.say("look-again")) } } } }
        }
        Some(Ok(())) => html! { p.note role="status" { (words.say("removal-done")) } },
        Some(Err(failure)) => failure.shown(visit),
    }
}

/// How many of the teams of somebody who left have their new keys.
async fn leaving(visit: &Visit, client: &Client, leaver: Leaver<'_>) -> Outcome<Markup> {
    let Removed { teams, .. } = client.removal(leaver).await?;
    let count = |of: fn(&casevault_sync::view::TeamChange) -> bool| teams.iter().filter(|team| of(team)).count();
    let done = count(|team| team.state == ChangeState::Done);
    let empty = count(|team| team.empty);
    let words = visit.words;
    Ok(html! {
        @if !teams.is_empty() {
            (part::progress(words, "removal-teams", (done, teams.len())))
            @if done + empty < teams.len() { p.hint { (words.say("removal-waits")) } }
            @if empty > 0 { p.note { (words.count("removal-empty", empty)) } }
        }
    })
}

async fn device(visit: &Visit, client: &Client, looked: &Looked, one: &DeviceView) -> Outcome<Markup> {
    let words = visit.words;
    let handle = visit.handle(&one.device)?;
    let may = (looked.own || looked.administers) && one.state == Standing::Active;
    let of = |what: &str| format!("/people/{}/devices/{handle}/{what}", looked.handle);
    Ok(html! {
        article.said {
            div.head {
                h3 { (part::named(one.name.as_deref(), &one.device)) }
                div.chips { (people::standing(visit, one.state)) @if one.here { (part::chip("sent", "check", &words.say("device-here"))) } }
            }
            p { (part::number(&one.device)) }
            @if one.state == Standing::Removed && looked.view.state == Standing::Active {
                (leaving(visit, client, Leaver::Device(&one.device.to_string())).await?)
            }
            @if may {
                form.search method="post" action=(of("name")) { (part::line(&words.say("device-name"), "name", one.name.as_deref().unwrap_or_default())) button { (words.say("save")) } }
                @if !one.here { (part::sure(words, (&words.say("device-revoke"), &of("revoke")), &how(visit))) }
            }
        }
    })
}

/// What becomes of writing, and of teams that nobody would be left in.
fn how(visit: &Visit) -> Markup {
    let words = visit.words;
    html! {
        label.option { input type="checkbox" name="freeze" value="yes"; span { (words.say("removal-freeze")) } }
        label.option { input type="checkbox" name="empty" value="yes"; span { (words.say("removal-leave-empty")) } }
    }
}

/// How a person comes to another device.
fn further(visit: &Visit, looked: &Looked) -> Markup {
    let words = visit.words;
    html! {
        @if looked.own {
            form method="post" action={ "/people/" (looked.handle) "/device" } class="stack" {
                (part::line(&words.say("device-further"), "name", ""))
                button { (words.say("invite-button")) }
            }
        } @else if looked.administers && looked.view.state == Standing::Active && !looked.has_device() {
            p.hint { (words.say("invite-again-words")) }
            form method="post" action={ "/people/" (looked.handle) "/again" } { button { (words.say("invite-again")) } }
        }
    }
}

fn administration(visit: &Visit, looked: &Looked) -> Markup {
    let words = visit.words;
    let of = |what: &str| format!("/people/{}/{what}", looked.handle);
    html! {
        section aria-labelledby="role" {
            h2 #role { (words.say("invite-role")) }
            form.search method="post" action=(of("role")) {
                (part::choice(&words.say("invite-role"), "role", &organisation::roles(visit), looked.view.role.as_str()))
                button { (words.say("save")) }
            }
        }
        @if !looked.own {
            section aria-labelledby="remove" {
                h2 #remove { (words.say("remove")) }
                p { (words.say("remove-words")) }
                (part::sure(words, (&words.say("remove"), &of("remove")), &how(visit)))
            }
        }
    }
}

/// What was chosen of how somebody is removed.
fn removal(form: &Fields) -> Removal {
    Removal {
        writing: if form.has("freeze") { Writing::Freeze } else { Writing::GoesOn },
        emptied: if form.has("empty") { Emptied::Accepted } else { Emptied::Refused },
    }
}

pub(super) async fn change(visit: Visit, Path((handle, what)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, person) = (visit.client()?, visit.id(&handle)?);
    let made = match what.as_str() {
        "role" => client.set_role(&person, Role::parse(form.text("role")).ok_or(Failure::Nothing)?).await.map(|_| None),
        "again" => client.invite_again(&person).await.map(Some),
        "device" => client.invite_device(Some(form.text("name").trim()).filter(|name| !name.is_empty())).await.map(Some),
        "remove" => {
            let how = removal(&form);
            visit.desk.errand.begin(&handle, client, |client, watch| async move {
                client.remove(Leaver::Person(&person), how, &watch).await.map(drop).map_err(Failure::from)
            })?;
            return done(&format!("/people/{handle}"));
        }
        _ => return Err(Failure::NotHere),
    };
    match made {
        Ok(None) => done(&format!("/people/{handle}")),
        Ok(Some(code)) => Ok(draw(&visit, &client, &handle, people::code(&visit, &code)).await?.into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            Ok(failure.with(draw(&visit, &client, &handle, failure.shown(&visit)).await?))
        }
    }
}

pub(super) async fn change_device(
    visit: Visit,
    Path((handle, device, what)): Path<(String, String, String)>,
    form: Fields,
) -> Outcome {
    let (client, device) = (visit.client()?, visit.id(&device)?);
    match what.as_str() {
        "name" => client.name_device(&device, form.text("name").trim()).await.map(drop)?,
        "revoke" => {
            let how = removal(&form);
            visit.desk.errand.begin(&handle, client, |client, watch| async move {
                client.remove(Leaver::Device(&device), how, &watch).await.map(drop).map_err(Failure::from)
            })?;
        }
        _ => return Err(Failure::NotHere),
    }
    done(&format!("/people/{handle}"))
}
