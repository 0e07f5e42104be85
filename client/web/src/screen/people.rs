//! People: who belongs, who is invited, and who waits to be approved, one at a time and once a number was compared.

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use casevault_sync::view::{DeviceView, InvitationPhase, InvitationView, PersonView, Standing};
use casevault_sync::{Client, Role};
use maud::{Markup, html};

use super::organisation;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// People of a page.
const PAGE: usize = 50;

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &asked, html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, typed: &Fields, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let (mut people, status) = (client.people().await?, client.status().await?);
    people
        .sort_by(|one, other| (one.state == Standing::Removed, &one.name).cmp(&(other.state == Standing::Removed, &other.name)));
    let (some, pages) = part::paged(&people, typed.text("page"), PAGE);
    let devices = counted(&client.devices().await?);
    let mut rows = Vec::new();
    for one in some {
        rows.push(person(visit, one, devices.get(&one.person.to_string()).copied().unwrap_or_default())?);
    }
    let administers = client.own_name()?.1 == Role::Administrator;
    let body = html! {
        (organisation::head(visit, "people"))
        (above)
        p.hint { (words.count("size-people", status.people)) " · " (words.count("size-devices", status.devices)) " · " (words.count("size-teams", status.teams)) }
        (invited(visit, client).await?)
        section aria-labelledby="people" {
            h2 #people { (words.say("people")) }
            ul.list { @for row in &rows { (row) } }
            (part::pages(words, pages, "/people?page="))
            @if administers { (invite_form(visit, typed)) }
        }
    };
    Ok(page::page(visit, "people", body))
}

/// How many devices everybody has.
fn counted(devices: &[DeviceView]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for device in devices.iter().filter(|device| device.state == Standing::Active) {
        *counted.entry(device.person.to_string()).or_default() += 1;
    }
    counted
}

fn person(visit: &Visit, one: &PersonView, devices: usize) -> Outcome<Markup> {
    let words = visit.words;
    Ok(html! {
        li {
            a href={ "/people/" (visit.handle(&one.person)?) } {
                span.title { (part::named(one.name.as_deref(), &one.person)) }
                span.meta { (words.say(&format!("role-{}", one.role.as_str()))) span { (words.count("size-devices", devices)) } (standing(visit, one.state)) }
            }
        }
    })
}

/// Whether somebody or something belongs.
pub(super) fn standing(visit: &Visit, standing: Standing) -> Markup {
    match standing {
        Standing::Pending => part::chip("here", "clock", &visit.words.say("standing-pending")),
        Standing::Active => part::chip("good", "check", &visit.words.say("standing-active")),
        Standing::Removed => part::chip("closed", "leave", &visit.words.say("standing-removed")),
    }
}

/// Invitations that are not over: those by which somebody waits, to be approved, and those that can be taken back.
async fn invited(visit: &Visit, client: &Client) -> Outcome<Markup> {
    let words = visit.words;
    let invitations = match client.invitations().await {
        Ok(invitations) => invitations,
        // Without the keyserver the rest of the page is still good.
        Err(error) => return Ok(Failure::from(error).shown(visit)),
    };
    let mut rows = Vec::new();
    for one in &invitations {
        match (one.phase, &one.joined) {
            (InvitationPhase::Waiting, Some(device)) => {
                rows.push(waiting(visit, one, (&visit.handle(device)?, &part::number(device)))?)
            }
            (InvitationPhase::Open, _) => rows.push(open(visit, one)?),
            _ => {}
        }
    }
    Ok(html! {
        @if !rows.is_empty() {
            section aria-labelledby="invited" {
                h2 #invited { (words.say("invited")) }
                @for row in &rows { (row) }
            }
        }
    })
}

/// Whom an invitation is for, as far as this device knows.
fn whom(visit: &Visit, one: &InvitationView) -> Markup {
    let words = visit.words;
    let role = one.role.map(|role| words.say(&format!("role-{}", role.as_str())));
    html! {
        h3 { @match &one.name { Some(name) => (part::name(name)), None => (words.say(if one.person.is_some() { "invited-device" } else { "invited-elsewhere" })) } }
        @if let Some(role) = role { span.meta { (role) } }
    }
}

fn waiting(visit: &Visit, one: &InvitationView, (handle, number): (&str, &Markup)) -> Outcome<Markup> {
    let words = visit.words;
    Ok(html! {
        article.said {
            div.head { (whom(visit, one)) (part::chip("here", "clock", &words.say("standing-pending"))) }
            p { (words.say("approve-number")) }
            p { (number) }
            @if one.person.is_some() {
                form method="post" action="/people/approve" class="stack" {
                    input type="hidden" name="device" value=(handle);
                    label.option { input type="checkbox" name="compared" value="yes" required; span { (words.say("approve-compared")) } }
                    button.primary { (words.say("approve")) }
                }
            } @else { p.hint { (words.say("approve-elsewhere")) } }
            (withdrawal(visit, one)?)
        }
    })
}

fn open(visit: &Visit, one: &InvitationView) -> Outcome<Markup> {
    let words = visit.words;
    Ok(html! {
        article.said {
            div.head { (whom(visit, one)) span.meta { (words.say("invited-until")) " " (part::day(one.expires)) } }
            (withdrawal(visit, one)?)
        }
    })
}

fn withdrawal(visit: &Visit, one: &InvitationView) -> Outcome<Markup> {
    let handle = visit.handle(&one.invitation)?;
    let form = html! { input type="hidden" name="invitation" value=(handle); };
    Ok(part::sure(visit.words, (&visit.words.say("invited-withdraw"), "/people/withdraw"), &form))
}

fn invite_form(visit: &Visit, typed: &Fields) -> Markup {
    let words = visit.words;
    let chosen = if typed.has("role") { typed.text("role") } else { Role::Caseworker.as_str() };
    html! {
        details open[typed.has("name")] {
            summary { (words.say("invite")) }
            form method="post" action="/people/invite" class="stack" {
                (part::line(&words.say("invite-name"), "name", typed.text("name")))
                (part::choice(&words.say("invite-role"), "role", &organisation::roles(visit), chosen))
                button.primary { (words.say("invite-button")) }
            }
        }
    }
}

/// A code, which is shown once.
pub(super) fn code(visit: &Visit, code: &str) -> Markup {
    let words = visit.words;
    html! { div.note role="status" { p { strong { (words.say("invite-code")) } } p { code dir="ltr" { (code) } } p { (words.say("invite-once")) } } }
}

/// Makes a code. What was typed stays if none is made.
pub(super) async fn invite(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let made = match Role::parse(form.text("role")) {
        Some(role) => client.invite(form.text("name").trim(), role).await.map_err(Failure::from),
        None => Err(Failure::Nothing),
    };
    match made {
        Ok(made) => Ok(draw(&visit, &client, &Fields::default(), code(&visit, &made)).await?.into_response()),
        Err(failure) => Ok(failure.with(draw(&visit, &client, &form, failure.shown(&visit)).await?)),
    }
}

/// Approves the one device whose number was compared, and no other.
pub(super) async fn approve(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let approved = async {
        if !form.has("compared") {
            return Err(Failure::Uncompared);
        }
        Ok(client.approve_compared(&visit.id(form.text("device"))?).await?)
    };
    said(&visit, &client, approved.await, "approved").await
}

pub(super) async fn withdraw(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let withdrawn = async { Ok(client.withdraw_invitation(&visit.id(form.text("invitation"))?).await.map(drop)?) };
    said(&visit, &client, withdrawn.await, "withdrawn").await
}

/// The page with what came of it.
async fn said(visit: &Visit, client: &Client, outcome: Outcome<()>, key: &str) -> Outcome<Response> {
    let nothing = Fields::default();
    match outcome {
        Ok(()) => {
            let above = html! { p.note role="status" { (visit.words.say(key)) } };
            Ok(draw(visit, client, &nothing, above).await?.into_response())
        }
        Err(failure) => Ok(failure.with(draw(visit, client, &nothing, failure.shown(visit)).await?)),
    }
}
