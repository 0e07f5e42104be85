//! Handing a case over: what whoever goes on with it gets, and what this team is told of afterwards, before it is offered.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::Client;
use casevault_sync::view::{CaseView, ShareView};
use maud::{Markup, html};

use super::whom::Known;
use super::{case, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

pub(super) async fn form(visit: Visit, Path((handle, share)): Path<(String, String)>) -> Outcome {
    Ok(draw(&visit, (&handle, &share), None).await?.into_response())
}

async fn draw(visit: &Visit, (handle, share): (&str, &str), failed: Option<(&Fields, &Failure)>) -> Outcome<Markup> {
    let (client, id, of) = (visit.client()?, visit.id(handle)?, visit.id(share)?);
    let view = client.case(&id).await?;
    let shares = client.shares(Some(&id)).await?;
    let shown = shares.iter().find(|one| one.share.to_string() == of).ok_or(Failure::NotHere)?;
    let words = visit.words;
    let body = html! {
        (case::head(visit, (handle, &view), "case-sharing"))
        h2 { (words.say("hand-over")) }
        p.hint { (words.say("hand-over-hint")) }
        @if let Some((_, failure)) = failed { (failure.shown(visit)) }
        (given(visit, &client, (&view, shown)).await?)
        form method="post" action={ "/cases/" (handle) "/hand-over/" (share) } class="stack" {
            (told(visit, shown, failed.map(|(typed, _)| typed)))
            p.note { (words.say("hand-over-sure")) }
            div.actions { button.leave { (words.say("hand-over")) } a.button href={ "/cases/" (handle) "/sharing" } { (words.say("cancel")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// What they get: what is shared with them, and no more.
async fn given(visit: &Visit, client: &Client, (view, share): (&CaseView, &ShareView)) -> Outcome<Markup> {
    let (words, known) = (visit.words, Known::of(client).await?);
    let kept = view.documents.iter().filter(|one| share.documents.iter().all(|shared| shared.document != one.document)).count();
    let fields = share.fields.iter().filter_map(|field| casevault_sync::field(field));
    Ok(html! {
        article.said {
            dl {
                div { dt { (words.say("consent-to")) } dd { (known.shown(words, &share.to)) } }
                div { dt { (words.say("consent-purpose")) } dd { (part::name(&share.purpose)) } }
                div { dt { (words.say("consent-until")) } dd { (part::day(share.until)) } }
            }
            h3 { (words.say("hand-over-given")) }
            @if share.documents.is_empty() { p.empty { (words.say("hand-over-no-document")) } }
            ul.list.within aria-label=(words.say("documents")) { @for one in &share.documents { li.entry { span.title { (icon("file")) (part::named(one.name.as_deref(), &one.document)) } } } }
            ul { @for field in fields { li { (profile::label(words, field)) } } }
            @if !view.documents.is_empty() { p.hint { (words.count("hand-over-kept", kept)) } }
        }
    })
}

/// Of what this team is told: of all that was consented to, unless somebody takes some of it away.
fn told(visit: &Visit, share: &ShareView, typed: Option<&Fields>) -> Markup {
    let words = visit.words;
    let fields = share.fields.iter().filter_map(|field| casevault_sync::field(field));
    let options: Vec<_> = fields.map(|field| (field.name.clone(), profile::label(words, field))).collect();
    let all = || share.fields.iter().map(String::as_str).collect::<Vec<_>>();
    let chosen = typed.map_or_else(all, |typed| typed.all("tell").collect());
    html! { @if !options.is_empty() { (part::choices(&words.say("hand-over-told"), "tell", &options, &chosen)) } }
}

/// Offers the case to whom it is shared with, to go on with it.
pub(super) async fn offer(visit: Visit, Path((handle, share)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&share)?);
    let shares = client.shares(Some(&id)).await?;
    let shown = shares.iter().find(|one| one.share.to_string() == of).ok_or(Failure::NotHere)?;
    let tell: Vec<_> = form.all("tell").map(str::to_owned).collect();
    // To the library, nothing stands for everything.
    let offered = match tell.is_empty() && !shown.fields.is_empty() {
        true => Err(Failure::Form("no-telling")),
        false => client.case_hand_over(&id, &of, &tell).await.map_err(Failure::from),
    };
    match offered {
        Ok(_) => done(&format!("/cases/{handle}/sharing#shares")),
        Err(failure) => Ok(failure.with(draw(&visit, (&handle, &share), Some((&form, &failure))).await?)),
    }
}
