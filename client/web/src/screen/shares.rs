//! What is shared of a case, a card each: with whom, by whom, under which consent, until when, where it stands, and what was opened.

use casevault_sync::view::{CaseView, ConsentView, OpenedView, ShareView, SharedView, Sharing};
use casevault_sync::{Answer, Ending};
use data_encoding::HEXLOWER;
use maud::{Markup, html};

use super::whom::Known;
use super::{profile, sharing};
use crate::failure::Outcome;
use crate::part;
use crate::visit::Visit;

/// The cards, or that there are none.
pub(super) fn cards(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (known, consents): (&Known, &[ConsentView]),
    shares: &[ShareView],
) -> Outcome<Markup> {
    let words = visit.words;
    let mut cards = Vec::new();
    for share in shares {
        let under = consents.iter().find(|consent| consent.consent == share.consent && !share.overridden);
        cards.push(card(visit, (handle, view), (known, under), share)?);
    }
    Ok(html! {
        section aria-labelledby="shares" {
            h2 #shares { (words.say("shares")) }
            p.hint { (words.say("shares-hint")) }
            @if cards.is_empty() { p.empty { (words.say("shares-empty")) } }
            @for card in &cards { (card) }
        }
    })
}

fn card(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (known, under): (&Known, Option<&ConsentView>),
    share: &ShareView,
) -> Outcome<Markup> {
    let words = visit.words;
    Ok(html! {
        article.said {
            div.head { h3 { (known.shown(words, &share.to)) } div.chips {
                (sharing::state(visit, share.state))
                @if share.overridden { (part::chip("bad", "warning", &words.say("share-overridden"))) }
            } }
            p { (stands(visit, share.state)) }
            @if !share.answer.is_empty() { p.meta { (words.say("share-answer")) } (part::paragraph(&share.answer)) }
            dl {
                div { dt { (words.say("consent-purpose")) } dd { (part::name(&share.purpose)) } }
                div { dt { (words.say("share-by")) } dd { (part::named(share.person_name.as_deref(), &share.person)) " " (part::time(share.time)) } }
                div { dt { (words.say("share-under")) } dd { (consent(visit, under)?) } }
                div { dt { (words.say("consent-until")) } dd { (part::day(share.until)) } }
            }
            (content(visit, share))
            (actions(visit, (handle, view), share)?)
        }
    })
}

/// Where it stands, as a sentence.
fn stands(visit: &Visit, state: Sharing) -> String {
    visit.words.say(match state {
        Sharing::Unsent => "share-says-unsent",
        Sharing::NotAllowed => "share-says-not-allowed",
        Sharing::Sent => "share-says-sent",
        Sharing::Answered(Answer::Accepted) => "share-says-accepted",
        Sharing::Answered(Answer::Rejected) => "share-says-rejected",
        Sharing::Answered(Answer::Done) => "share-says-done",
        Sharing::Answered(Answer::TakenOver) => "share-says-taken-over",
        Sharing::Ended(Ending::Revoked) => "share-says-revoked",
        Sharing::Ended(Ending::Withdrawn) => "share-says-withdrawn",
        Sharing::Ended(Ending::Expired) => "share-says-expired",
        Sharing::Unreadable => "share-says-unreadable",
    })
}

/// Which consent it is under, and where that stands on the page.
fn consent(visit: &Visit, under: Option<&ConsentView>) -> Outcome<Markup> {
    let words = visit.words;
    let Some(consent) = under else { return Ok(html! { (words.say("share-under-none")) }) };
    let name = visit.handle(&HEXLOWER.encode(&consent.consent))?;
    Ok(html! {
        a href={ "#consent-" (name) } { (words.say(&format!("by-{}", consent.by.as_str()))) } " " (part::day(consent.time))
    })
}

/// What is shared; of each document, who opened it and when.
fn content(visit: &Visit, share: &ShareView) -> Markup {
    let words = visit.words;
    let label = |field: &String| casevault_sync::field(field).map(|field| profile::label(words, field));
    html! {
        @if !share.documents.is_empty() {
            ul.list.within aria-label=(words.say("documents")) { @for document in &share.documents { li.entry { (document_line(visit, document, share)) } } }
        }
        @if !share.fields.is_empty() {
            p { span.meta { (words.say("consent-fields")) ":" } " " @for field in share.fields.iter().filter_map(label) { span.code { (field) } } }
        }
    }
}

fn document_line(visit: &Visit, document: &SharedView, share: &ShareView) -> Markup {
    let words = visit.words;
    let opened: Vec<&OpenedView> = share.opened.iter().filter(|one| one.document == document.shown_as).collect();
    html! {
        span.title { (part::named(document.name.as_deref(), &document.document)) }
        @match opened.last() {
            // Each time is on record; the last one is what somebody asks for.
            Some(last) => span.meta {
                (part::chip("received", "received", &words.count("share-opened", opened.len())))
                (part::named(last.person_name.as_deref(), &last.person)) (part::time(last.time))
            },
            None => span.meta { (words.say("share-not-opened")) },
        }
    }
}

fn actions(visit: &Visit, (handle, view): (&str, &CaseView), share: &ShareView) -> Outcome<Markup> {
    let words = visit.words;
    let name = visit.handle(&share.share)?;
    let offered = matches!(share.state, Sharing::Sent | Sharing::Answered(Answer::Accepted | Answer::Done));
    Ok(html! {
        @if !matches!(share.state, Sharing::Ended(_)) {
            div.actions {
                (part::sure(words, (&words.say("share-end"), &format!("/cases/{handle}/end/{name}")), &html! {}))
                @if view.handover.is_none() && offered { a.button href={ "/cases/" (handle) "/hand-over/" (name) } { (words.say("hand-over")) } }
            }
        }
    })
}
