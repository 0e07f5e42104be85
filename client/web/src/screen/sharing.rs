//! Consent and sharing of a case. Nothing is shared but from a consent that is in force, which says what, with whom and until when.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::id::PersonId;
use casevault_sync::view::{CaseView, ConsentState, ConsentView, Sharing};
use casevault_sync::{Answer, Client, ClientError, NewShare};
use data_encoding::HEXLOWER;
use maud::{Markup, html};

use super::whom::Known;
use super::{case, done, overrides, profile, shares};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let view = client.case(&id).await?;
    let (consents, shares) = (client.consents(&id).await?, client.shares(Some(&id)).await?);
    let words = visit.words;
    let known = Known::of(&client).await?;
    let mut given = Vec::new();
    for consent in &consents {
        given.push(consent_entry(&visit, (&handle, client.person()), &known, consent)?);
    }
    let overrides = overrides::section(&visit, (&client, &handle, &view), &known).await?;
    let shares = shares::cards(&visit, (&handle, &view), (&known, &consents), &shares)?;
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-sharing"))
        section aria-labelledby="consents" {
            div.head { h2 #consents { (words.say("consents")) } a.button.primary href={ "/cases/" (handle) "/consent" } { (icon("plus")) (words.say("consent-new")) } }
            @if given.is_empty() { p.empty { (words.say("consents-empty")) } }
            @for consent in &given { (consent) }
        }
        (shares)
        (overrides)
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn consent_entry(visit: &Visit, (handle, me): (&str, PersonId), known: &Known, consent: &ConsentView) -> Outcome<Markup> {
    let words = visit.words;
    let (look, picture, key) = match consent.state {
        ConsentState::InForce => ("good", "check", "consent-in-force"),
        ConsentState::Withdrawn => ("bad", "leave", "consent-withdrawn"),
        ConsentState::Expired => ("closed", "clock", "consent-expired"),
        ConsentState::Unconfirmed => ("warn", "clock", "consent-unconfirmed"),
    };
    let name = visit.handle(&HEXLOWER.encode(&consent.consent))?;
    let to = |what: &str| format!("/cases/{handle}/{what}/{name}");
    let sure = |key: &str, what: &str| part::sure(words, (&words.say(key), &to(what)), &html! {});
    Ok(html! {
        article.said id={ "consent-" (name) } {
            div.head { h3 { (part::name(&consent.purpose)) } div.chips { (part::chip(look, picture, &words.say(key))) (part::delivery(words, consent.delivery)) } }
            (limits(words, known, consent))
            p.meta { (words.say("consent-recorded")) " " (part::named(consent.person_name.as_deref(), &consent.person)) " " (part::time(consent.time)) }
            div.actions {
                @if consent.state == ConsentState::InForce { a.button.primary href=(to("share")) { (icon("share")) (words.say("share")) } }
                @if consent.state == ConsentState::Unconfirmed {
                    @if consent.person == me { p.note { (words.say("consent-second")) } } @else { (sure("consent-confirm", "confirm")) }
                }
                @if matches!(consent.state, ConsentState::InForce | ConsentState::Unconfirmed) { (sure("consent-withdraw", "withdraw")) }
            }
        }
    })
}

/// How far a consent goes.
fn limits(words: Words, known: &Known, consent: &ConsentView) -> Markup {
    let label = |field: &String| casevault_sync::field(field).map(|field| profile::label(words, field));
    html! {
        dl {
            div { dt { (words.say("consent-by")) } dd { (words.say(&format!("by-{}", consent.by.as_str()))) @if !consent.basis.is_empty() { " – " (part::name(&consent.basis)) } } }
            div { dt { (words.say("consent-to")) } dd { @for to in &consent.to { div { (known.shown(words, to)) } } } }
            div { dt { (words.say("consent-until")) } dd { (part::day(consent.until)) } }
            @if !consent.documents.is_empty() { div { dt { (words.say("consent-documents")) } dd { @for (id, name) in &consent.documents { div { (part::named(name.as_deref(), id)) } } } } }
            @if !consent.fields.is_empty() { div { dt { (words.say("consent-fields")) } dd { @for field in consent.fields.iter().filter_map(label) { div { (field) } } } } }
        }
    }
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

pub(super) async fn form(visit: Visit, Path((handle, consent)): Path<(String, String)>) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let view = client.case(&id).await?;
    Ok(draw(&visit, (&client, &handle, &view), (&consent, &Fields::default()), None).await?.into_response())
}

/// What a consent covers, to be shared whole or in part; nothing is chosen before somebody does. `failure` is why it was not shared.
async fn draw(
    visit: &Visit,
    (client, handle, view): (&Client, &str, &CaseView),
    (name, typed): (&str, &Fields),
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let (words, of) = (visit.words, visit.id(name)?);
    let consents = client.consents(&view.summary.case.to_string()).await?;
    let in_force = |one: &&ConsentView| HEXLOWER.encode(&one.consent) == of && one.state == ConsentState::InForce;
    let consent = consents.iter().find(in_force).ok_or(ClientError::NoConsent)?;
    let known = Known::of(client).await?;
    let (mut teams, mut documents) = (Vec::new(), Vec::new());
    for to in &consent.to {
        teams.push((visit.handle(&to.team)?, known.shown(words, to)));
    }
    for (id, name) in &consent.documents {
        documents.push((visit.handle(id)?, part::named(name.as_deref(), id)));
    }
    let fields = consent.fields.iter().filter_map(|field| casevault_sync::field(field));
    let fields: Vec<_> = fields.map(|field| (field.name.clone(), profile::label(words, field))).collect();
    let chosen = |name| typed.all(name).collect::<Vec<_>>();
    let tells = typed.has("keep") || matches!(failure, Some(Failure::Client(ClientError::Metadata(_))));
    let body = html! {
        (case::head(visit, (handle, view), "case-sharing"))
        h2 { (words.say("share-title")) " " (part::name(&consent.purpose)) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        p.hint { (words.say("share-hint")) " " (part::day(consent.until)) }
        details open { summary { (words.say("share-limits")) } (limits(words, &known, consent)) }
        form method="post" action={ "/cases/" (handle) "/share/" (name) } class="stack" {
            (part::radios(&words.say("consent-to"), "with", &teams, typed.text("with")))
            @if !documents.is_empty() { (part::choices(&words.say("consent-documents"), "document", &documents, &chosen("document"))) }
            @if !fields.is_empty() { (part::choices(&words.say("consent-fields"), "field", &fields, &chosen("field"))) }
            @if tells { (part::line(&words.say("share-keep"), "keep", typed.text("keep"))) }
            p.note { (words.say("share-unseen")) }
            div.actions { button.primary { (icon("share")) (words.say("share-button")) } a.button href={ "/cases/" (handle) "/sharing" } { (words.say("cancel")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

pub(super) async fn share(visit: Visit, Path((handle, consent)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let shared = match read(&visit, &consent, &form) {
        Ok(new) => client.share_make(&id, &new).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match shared {
        Ok(_) => done(&format!("/cases/{handle}/sharing#shares")),
        Err(failure) => {
            let view = client.case(&id).await?;
            Ok(failure.with(draw(&visit, (&client, &handle, &view), (&consent, &form), Some(&failure)).await?))
        }
    }
}

fn read(visit: &Visit, consent: &str, form: &Fields) -> Outcome<NewShare> {
    let documents = form.all("document").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
    let fields: Vec<_> = form.all("field").map(str::to_owned).collect();
    if !form.has("with") {
        return Err(Failure::Form("no-recipient"));
    }
    if documents.is_empty() && fields.is_empty() {
        // To the library, nothing stands for everything.
        return Err(Failure::Form("no-content"));
    }
    let keep_metadata = form.has("keep").then(|| form.text("keep").to_owned());
    Ok(NewShare { consent: visit.id(consent)?, with: visit.id(form.text("with"))?, documents, fields, keep_metadata })
}

pub(super) async fn confirm(visit: Visit, Path((handle, consent)): Path<(String, String)>) -> Outcome {
    visit.client()?.consent_confirm(&visit.id(&handle)?, &visit.id(&consent)?).await?;
    done(&format!("/cases/{handle}/sharing"))
}

pub(super) async fn withdraw(visit: Visit, Path((handle, consent)): Path<(String, String)>) -> Outcome {
    visit.client()?.consent_withdraw(&visit.id(&handle)?, &visit.id(&consent)?, "").await?;
    done(&format!("/cases/{handle}/sharing"))
}

pub(super) async fn end(visit: Visit, Path((handle, share)): Path<(String, String)>) -> Outcome {
    visit.client()?.share_end(&visit.id(&handle)?, &visit.id(&share)?).await?;
    done(&format!("/cases/{handle}/sharing#shares"))
}

#[cfg(test)]
mod tests {
    use casevault_sync::Ending;

    use super::*;
    use crate::words::Language;

    #[test]
    fn every_state_of_what_is_shared_has_words_in_every_language() {
        let answers = [Answer::Accepted, Answer::Rejected, Answer::Done, Answer::TakenOver].map(Sharing::Answered);
        let endings = [Ending::Revoked, Ending::Withdrawn, Ending::Expired].map(Sharing::Ended);
        let others = [Sharing::Unsent, Sharing::NotAllowed, Sharing::Sent, Sharing::Unreadable];
        for state in answers.iter().chain(&endings).chain(&others) {
            for language in Language::ALL {
                assert!(Words(language).known(&format!("sharing-{}", state.as_str())).is_some(), "{state:?} {language:?}");
            }
        }
    }
}
