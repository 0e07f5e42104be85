//! Partner organisations: named, compared by people of both, and only then shared with.

use axum::response::{IntoResponse as _, Response};
use casevault_sync::view::{PartnerState, PartnerView};
use casevault_sync::{Client, Role};
use maud::{Markup, html};

use super::organisation;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &Fields::default(), html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, typed: &Fields, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let administers = client.own_name()?.1 == Role::Administrator;
    let mut shown = Vec::new();
    for one in &client.partners().await? {
        shown.push(partner(visit, one, administers)?);
    }
    let body = html! {
        (organisation::head(visit, "partners"))
        (above)
        p.hint { (words.say("partners-hint")) }
        @if shown.is_empty() { p.empty { (words.say("partners-empty")) } }
        @for one in &shown { (one) }
        section aria-labelledby="ourselves" {
            h2 #ourselves { (words.say("partners-ourselves")) }
            dl {
                div { dt { (words.say("welcome-keyserver")) } dd { bdi dir="ltr" { (client.keyserver_address()) } } }
                div { dt { (words.say("partner-fingerprint")) } dd { (part::number(&client.fingerprint())) } }
            }
        }
        @if administers {
            details open[typed.has("address")] {
                summary { (words.say("partner-add")) }
                form method="post" action="/partners" class="stack" {
                    (part::line(&words.say("welcome-keyserver"), "address", typed.text("address")))
                    (part::line(&words.say("partner-fingerprint"), "fingerprint", typed.text("fingerprint")))
                    button.primary { (words.say("partner-add-button")) }
                }
            }
        }
    };
    Ok(page::page(visit, "people", body))
}

fn partner(visit: &Visit, one: &PartnerView, administers: bool) -> Outcome<Markup> {
    let words = visit.words;
    let handle = visit.handle(&one.partner)?;
    let field = html! { input type="hidden" name="partner" value=(handle); };
    Ok(html! {
        article.said {
            div.head { h2 { bdi dir="ltr" { (one.keyserver) } } (state(visit, one.state)) }
            @if one.state != PartnerState::Removed {
                p { (words.say("partner-number")) }
                p { code.aloud dir="ltr" { (one.safety_number) } }
                @if administers {
                    @if one.state == PartnerState::Added {
                        form method="post" action="/partners/confirm" class="stack" {
                            (field)
                            label.option { input type="checkbox" name="compared" value="yes" required; span { (words.say("partner-compared")) } }
                            button.primary { (words.say("partner-confirm")) }
                        }
                    }
                    (part::sure(words, (&words.say("partner-remove"), "/partners/remove"), &field))
                }
            }
        }
    })
}

fn state(visit: &Visit, state: PartnerState) -> Markup {
    let words = visit.words;
    match state {
        PartnerState::Added => part::chip("here", "clock", &words.say("partner-added")),
        PartnerState::Confirmed => part::chip("good", "check", &words.say("partner-confirmed")),
        PartnerState::Removed => part::chip("closed", "leave", &words.say("partner-removed")),
    }
}

pub(super) async fn add(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    // It is read aloud, and typed, in groups.
    let fingerprint: String = form.text("fingerprint").split_whitespace().collect();
    let added = client.partner_add(form.text("address").trim(), &fingerprint.to_lowercase()).await;
    said(&visit, &client, added.map(drop).map_err(Failure::from), &form).await
}

/// Confirms a partner, once somebody said that the number is the same.
pub(super) async fn confirm(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let confirmed = async {
        if !form.has("compared") {
            return Err(Failure::Uncompared);
        }
        Ok(client.partner_confirm(&visit.id(form.text("partner"))?).await.map(drop)?)
    };
    said(&visit, &client, confirmed.await, &Fields::default()).await
}

pub(super) async fn remove(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let removed = async { Ok(client.partner_remove(&visit.id(form.text("partner"))?).await.map(drop)?) };
    said(&visit, &client, removed.await, &Fields::default()).await
}

/// The page again; if it was not done, with why, and with what was typed.
async fn said(visit: &Visit, client: &Client, outcome: Outcome<()>, typed: &Fields) -> Outcome<Response> {
    match outcome {
        Ok(()) => super::done("/partners"),
        Err(failure) => Ok(failure.with(draw(visit, client, typed, failure.shown(visit)).await?)),
    }
}
