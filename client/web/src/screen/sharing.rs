//! Consent and sharing of a case. Nothing is shared but from a consent that is in force, which says what, with whom and until when.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CaseView, ConsentState, ConsentView, RecipientView, ShareView, Sharing};
use casevault_sync::{Answer, ClientError, NewShare};
use data_encoding::HEXLOWER;
use maud::{Markup, html};

use super::{case, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let view = client.case(&id).await?;
    let (consents, shares) = (client.consents(&id).await?, client.shares(Some(&id)).await?);
    let words = visit.words;
    let mut given = Vec::new();
    for consent in &consents {
        given.push(consent_entry(&visit, &handle, consent)?);
    }
    let mut shared = Vec::new();
    for share in &shares {
        shared.push(share_entry(&visit, &handle, share)?);
    }
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-sharing"))
        section aria-labelledby="consents" {
            div.head { h2 #consents { (words.say("consents")) } a.button.primary href={ "/cases/" (handle) "/consent" } { (icon("plus")) (words.say("consent-new")) } }
            @if given.is_empty() { p.empty { (words.say("consents-empty")) } }
            @for consent in &given { (consent) }
        }
        section aria-labelledby="shares" {
            h2 #shares { (words.say("shares")) }
            p.hint { (words.say("shares-hint")) }
            @if shared.is_empty() { p.empty { (words.say("shares-empty")) } }
            @for share in &shared { (share) }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn recipients(to: &[RecipientView]) -> Markup {
    html! { @for (at, to) in to.iter().enumerate() { @if at > 0 { " · " } (part::named(to.team_name.as_deref(), &to.team)) } }
}

fn consent_entry(visit: &Visit, handle: &str, consent: &ConsentView) -> Outcome<Markup> {
    let words = visit.words;
    let (look, picture, key) = match consent.state {
        ConsentState::InForce => ("good", "check", "consent-in-force"),
        ConsentState::Withdrawn => ("bad", "leave", "consent-withdrawn"),
        ConsentState::Expired => ("closed", "clock", "consent-expired"),
        ConsentState::Unconfirmed => ("warn", "clock", "consent-unconfirmed"),
    };
    let name = visit.handle(&HEXLOWER.encode(&consent.consent))?;
    let label = |field: &String| casevault_sync::field(field).map(|field| profile::label(words, field));
    Ok(html! {
        article.said {
            div.head { h3 { (part::name(&consent.purpose)) } div.chips { (part::chip(look, picture, &words.say(key))) (part::delivery(words, consent.delivery)) } }
            dl {
                div { dt { (words.say("consent-by")) } dd { (words.say(&format!("by-{}", consent.by.as_str()))) @if !consent.basis.is_empty() { " – " (part::name(&consent.basis)) } } }
                div { dt { (words.say("consent-to")) } dd { (recipients(&consent.to)) } }
                div { dt { (words.say("consent-until")) } dd { (part::day(consent.until)) } }
                @if !consent.documents.is_empty() { div { dt { (words.say("consent-documents")) } dd { @for (id, name) in &consent.documents { div { (part::named(name.as_deref(), id)) } } } } }
                @if !consent.fields.is_empty() { div { dt { (words.say("consent-fields")) } dd { @for field in consent.fields.iter().filter_map(label) { div { (field) } } } } }
            }
            @if consent.state == ConsentState::InForce {
                div.actions {
                    a.button.primary href={ "/cases/" (handle) "/share/" (name) } { (icon("share")) (words.say("share")) }
                    (part::sure(words, (&words.say("consent-withdraw"), &format!("/cases/{handle}/withdraw/{name}")), &html! {}))
                }
            }
        }
    })
}

/// Where something shared stands.
pub(super) fn state(visit: &Visit, state: Sharing) -> Markup {
    let look = match state {
        Sharing::Sent => "sent",
        Sharing::Answered(Answer::Rejected) | Sharing::NotAllowed | Sharing::Unreadable => "bad",
        Sharing::Answered(_) => "received",
        Sharing::Unsent => "here",
        Sharing::Ended(_) => "closed",
    };
    part::chip(
        look,
        "share",
        &visit.words.known(&format!("sharing-{}", state.as_str())).unwrap_or_else(|| state.as_str().to_owned()),
    )
}

fn share_entry(visit: &Visit, handle: &str, share: &ShareView) -> Outcome<Markup> {
    let words = visit.words;
    let name = visit.handle(&share.share)?;
    Ok(html! {
        article.said {
            div.head { h3 { (part::named(share.to.team_name.as_deref(), &share.to.team)) } div.chips {
                (state(visit, share.state))
                @if share.overridden { (part::chip("bad", "warning", &words.say("share-overridden"))) }
            } }
            p { (part::name(&share.purpose)) " – " (words.say("consent-until")) " " (part::day(share.until)) }
            @if !share.opened.is_empty() { p { (words.say("share-opened")) " " @for one in &share.opened { (part::named(one.name.as_deref(), &one.document)) " " (part::time(one.time)) " " } } }
            @if !matches!(share.state, Sharing::Ended(_)) { (part::sure(words, (&words.say("share-end"), &format!("/cases/{handle}/end/{name}")), &html! {})) }
        }
    })
}

pub(super) async fn form(visit: Visit, Path((handle, consent)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&consent)?);
    let view = client.case(&id).await?;
    let found = client.consents(&id).await?.into_iter().find(|one| HEXLOWER.encode(&one.consent) == of);
    let found = found.filter(|one| one.state == ConsentState::InForce).ok_or(ClientError::NoConsent)?;
    Ok(draw(&visit, (&handle, &view), (&consent, &found), None)?.into_response())
}

/// What a consent covers, to be shared whole or in part. `failure` is why it was not.
fn draw(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (name, consent): (&str, &ConsentView),
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let words = visit.words;
    let (mut teams, mut documents) = (Vec::new(), Vec::new());
    for to in &consent.to {
        let name =
            to.team_name.as_deref().map_or_else(|| to.team.to_string().chars().take(12).collect(), casevault_sync::display_name);
        teams.push((visit.handle(&to.team)?, name));
    }
    for (id, name) in &consent.documents {
        documents.push((visit.handle(id)?, part::named(name.as_deref(), id)));
    }
    let fields: Vec<_> = consent
        .fields
        .iter()
        .filter_map(|field| casevault_sync::field(field))
        .map(|field| (field.name.clone(), profile::label(words, field)))
        .collect();
    let all = |of: &[(String, Markup)]| of.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
    let (every_document, every_field) = (all(&documents), all(&fields));
    let tells = matches!(failure, Some(Failure::Client(ClientError::Metadata(_))));
    let body = html! {
        (case::head(visit, (handle, view), "case-sharing"))
        h2 { (words.say("share-title")) " " (part::name(&consent.purpose)) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        p.hint { (words.say("share-hint")) " " (part::day(consent.until)) }
        form method="post" action={ "/cases/" (handle) "/share/" (name) } class="stack" {
            (part::choice(&words.say("consent-to"), "with", &teams, ""))
            @if !documents.is_empty() { (part::choices(&words.say("consent-documents"), "document", &documents, &every_document.iter().map(String::as_str).collect::<Vec<_>>())) }
            @if !fields.is_empty() { (part::choices(&words.say("consent-fields"), "field", &fields, &every_field.iter().map(String::as_str).collect::<Vec<_>>())) }
            @if tells { (part::line(&words.say("share-keep"), "keep", "")) }
            p.note { (words.say("share-unseen")) }
            div.actions { button.primary { (icon("share")) (words.say("share-button")) } a.button href={ "/cases/" (handle) "/sharing" } { (words.say("cancel")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

pub(super) async fn share(visit: Visit, Path((handle, consent)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&consent)?);
    let documents = form.all("document").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
    let fields: Vec<_> = form.all("field").map(str::to_owned).collect();
    if documents.is_empty() && fields.is_empty() {
        // To the library, nothing stands for everything.
        return Err(Failure::Nothing);
    }
    let keep_metadata = form.has("keep").then(|| form.text("keep").to_owned());
    let new = NewShare { consent: of.clone(), with: visit.id(form.text("with"))?, documents, fields, keep_metadata };
    match client.share_make(&id, &new).await {
        Ok(_) => done(&format!("/cases/{handle}/sharing#shares")),
        Err(error) => {
            let failure = Failure::from(error);
            let view = client.case(&id).await?;
            let found = client
                .consents(&id)
                .await?
                .into_iter()
                .find(|one| HEXLOWER.encode(&one.consent) == of)
                .ok_or(ClientError::NoConsent)?;
            Ok(failure.with(draw(&visit, (&handle, &view), (&consent, &found), Some(&failure))?))
        }
    }
}

pub(super) async fn withdraw(visit: Visit, Path((handle, consent)): Path<(String, String)>) -> Outcome {
    visit.client()?.consent_withdraw(&visit.id(&handle)?, &visit.id(&consent)?, "").await?;
    done(&format!("/cases/{handle}/sharing"))
}

pub(super) async fn end(visit: Visit, Path((handle, share)): Path<(String, String)>) -> Outcome {
    visit.client()?.share_end(&visit.id(&handle)?, &visit.id(&share)?).await?;
    done(&format!("/cases/{handle}/sharing#shares"))
}
