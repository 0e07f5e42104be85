//! Adding documents: many at once, each told by itself.

use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path};
use axum::response::IntoResponse as _;
use casevault_sync::view::{AddedDocument, Delivery};
use casevault_sync::{Client, ClientError, Incoming};
use maud::{Markup, html};
use std::io::Write as _;
use std::sync::Arc;

use super::case;
use crate::failure::{Failure, Outcome};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

/// Documents that come at once.
const MANY: usize = 1000;

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let view = visit.client()?.case(&visit.id(&handle)?).await?;
    let body = html! { (case::head(&visit, (&handle, &view), "case-overview")) (chooser(&visit, &handle)) };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn chooser(visit: &Visit, handle: &str) -> Markup {
    let words = visit.words;
    html! {
        section aria-labelledby="add" {
            h2 #add { (words.say("add-documents")) }
            form method="post" action={ "/cases/" (handle) "/documents" } enctype="multipart/form-data" class="stack" data-drop {
                label.drop { (icon("file")) span { (words.say("add-choose")) } input type="file" name="documents" autocomplete="off" multiple required; }
                ul.chosen aria-live="polite" {}
                progress.hidden max="100" value="0" aria-label=(words.say("add-progress")) {}
                div.actions { button.primary { (words.say("add-button")) } a.button href={ "/cases/" (handle) } { (words.say("cancel")) } }
            }
            p.hint { (words.say("add-hint")) }
        }
    }
}

pub(super) async fn add(visit: Visit, Path(handle): Path<String>, mut form: Multipart) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let (mut names, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(cut)? {
        let name = part.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            continue;
        }
        if files.len() == MANY {
            return Err(Failure::TooLarge);
        }
        files.push(receive(&client, &name, part).await?);
        names.push(name);
    }
    if files.is_empty() {
        return Err(Failure::Nothing);
    }
    let added = client.add_incoming(&id, &files, Arc::new(|_| {})).await?;
    drop(files);
    let view = client.case(&id).await?;
    let outcome = outcome(&visit, &names, added);
    let body = html! { (case::head(&visit, (&handle, &view), "case-overview")) (outcome) p.actions { a.button.primary href={ "/cases/" (handle) } { (visit.words.say("back-to-case")) } a.button href={ "/cases/" (handle) "/documents" } { (visit.words.say("add-more")) } } };
    Ok(page::page(&visit, "cases", body).into_response())
}

/// Takes a file as it comes, into one that has no name.
async fn receive(client: &Client, name: &str, mut part: axum::extract::multipart::Field<'_>) -> Outcome<Incoming> {
    let mut file = client.incoming(name)?;
    while let Some(piece) = part.chunk().await.map_err(cut)? {
        file.write_all(&piece).map_err(ClientError::from)?;
    }
    Ok(file)
}

fn cut(error: MultipartError) -> Failure {
    Failure::of_status(error.status())
}

/// What became of each file.
fn outcome(visit: &Visit, names: &[String], added: Vec<AddedDocument>) -> Markup {
    let words = visit.words;
    let results: Vec<_> = names.iter().zip(added).map(|(name, added)| (name, added.outcome.map_err(Failure::from))).collect();
    let done = results.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    let waits = results.iter().any(|(_, outcome)| outcome.as_ref().is_ok_and(|view| view.delivery == Delivery::Queued));
    html! {
        section aria-labelledby="added" {
            h2 #added role="status" { (words.count("added-count", done)) }
            ul.list {
                @for (name, outcome) in &results {
                    li.entry {
                        span.title { (icon("file")) (part::name(name)) }
                        @match outcome {
                            Ok(view) => span.meta {
                                (part::size(view.bytes))
                                (part::delivery(words, view.delivery))
                                @if view.metadata.is_none_or(|found| !found.is_nothing()) { (part::chip("warn", "warning", &words.say("document-tells"))) }
                            },
                            Err(failure) => (failure.shown(visit)),
                        }
                    }
                }
            }
            @if waits { p.note { (words.say("added-waits")) } }
        }
    }
}
