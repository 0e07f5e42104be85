//! People and devices: who belongs, who waits, and which devices act for them.

use axum::response::IntoResponse as _;
use casevault_sync::view::{DeviceView, PersonView, Standing};
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
    Ok(draw(&visit, &client, html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, above: Markup) -> Outcome<Markup> {
    let (mut people, mut devices) = (client.people().await?, client.devices().await?);
    people.sort_by(|one, other| one.name.cmp(&other.name));
    devices.sort_by(|one, other| one.person_name.cmp(&other.person_name));
    let words = visit.words;
    let administers = client.own_name()?.1 == Role::Administrator;
    let person = |one: &PersonView| html! { li.entry { span.title { (part::named(one.name.as_deref(), &one.person)) } span.meta { (words.say(&format!("role-{}", one.role.as_str()))) (standing(visit, one.state)) } } };
    let mut rows = Vec::new();
    for one in &devices {
        rows.push(device(visit, one, administers || one.person == client.person())?);
    }
    let body = html! {
        h1 { (words.say("place-people")) }
        (above)
        section aria-labelledby="people" {
            h2 #people { (words.say("people")) }
            ul.list { @for one in &people { (person(one)) } }
            @if administers { (invite_form(visit)) form method="post" action="/people/approve" { button { (words.say("approve-all")) } } }
        }
        section aria-labelledby="devices" { h2 #devices { (words.say("devices")) } ul.list { @for row in &rows { (row) } } }
    };
    Ok(page::page(visit, "people", body))
}

fn standing(visit: &Visit, standing: Standing) -> Markup {
    match standing {
        Standing::Pending => part::chip("here", "clock", &visit.words.say("standing-pending")),
        Standing::Active => part::chip("good", "check", &visit.words.say("standing-active")),
        Standing::Removed => part::chip("closed", "leave", &visit.words.say("standing-removed")),
    }
}

fn device(visit: &Visit, one: &DeviceView, may_revoke: bool) -> Outcome<Markup> {
    let words = visit.words;
    let handle = visit.handle(&one.device)?;
    Ok(html! {
        li.entry {
            span.title { (part::named(one.name.as_deref(), &one.device)) }
            span.meta {
                (part::named(one.person_name.as_deref(), &one.person)) (standing(visit, one.state))
                @if one.here { (part::chip("sent", "check", &words.say("device-here"))) }
                @if may_revoke && !one.here && one.state == Standing::Active {
                    (part::sure(words, (&words.say("device-revoke"), "/people/revoke"), &html! { input type="hidden" name="device" value=(handle); }))
                }
            }
        }
    })
}

fn invite_form(visit: &Visit) -> Markup {
    let words = visit.words;
    let roles = Role::ALL.map(|role| (role.as_str().to_owned(), words.say(&format!("role-{}", role.as_str()))));
    html! {
        details {
            summary { (words.say("invite")) }
            form method="post" action="/people/invite" class="stack" {
                (part::line(&words.say("invite-name"), "name", ""))
                (part::choice(&words.say("invite-role"), "role", &roles, Role::Caseworker.as_str()))
                button.primary { (words.say("invite-button")) }
            }
        }
    }
}

/// Makes a code, which is shown once.
pub(super) async fn invite(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let role = Role::parse(form.text("role")).ok_or(Failure::Nothing)?;
    let code = client.invite(form.text("name").trim(), role).await?;
    let words = visit.words;
    let above = html! { div.note role="status" { p { strong { (words.say("invite-code")) } } p { code dir="ltr" { (code) } } p { (words.say("invite-once")) } } };
    Ok(draw(&visit, &client, above).await?.into_response())
}

pub(super) async fn approve(visit: Visit) -> Outcome {
    let client = visit.client()?;
    let approval = client.approve(None).await?;
    let words = visit.words;
    let failed: Vec<_> = approval.failed.into_iter().map(|one| (one.name, Failure::from(one.error))).collect();
    let above = html! {
        p.note role="status" { (words.count("approved-count", approval.approved.len())) }
        @for (name, failure) in &failed { p { (part::name(name)) } (failure.shown(&visit)) }
    };
    Ok(draw(&visit, &client, above).await?.into_response())
}

pub(super) async fn revoke(visit: Visit, form: Fields) -> Outcome {
    visit.client()?.revoke_device(&visit.id(form.text("device"))?).await?;
    done("/people")
}
