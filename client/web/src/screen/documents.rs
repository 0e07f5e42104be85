//! Adding documents: many at once, each told by itself. They are taken in, sealed as they come; what follows goes on when the page is left.

use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{Multipart, Path};
use axum::response::IntoResponse as _;
use casevault_sync::view::{Delivery, DocumentView};
use casevault_sync::{Beside, Client, ClientError, Come};
use maud::{Markup, html};
use std::hash::{Hash as _, Hasher};
use std::io::Write as _;

use super::{case, done};
use crate::failure::{Failure, Outcome};
use crate::job::{End, Job, Kind};
use crate::once;
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
    let (client, id) = (visit.desk.beside()?, visit.id(&handle)?);
    let (mut files, mut page, mut all) = (Vec::new(), None, visit.desk.once.hasher());
    while let Some(mut part) = form.next_field().await.map_err(cut)? {
        if part.name() == Some(once::FIELD) {
            page = part.chunk().await.map_err(cut)?;
            continue;
        }
        let name = part.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            continue;
        }
        if files.len() == MANY {
            return Err(Failure::TooLarge);
        }
        name.hash(&mut all);
        files.push(receive(&client, (&name, part), &mut all).await?);
    }
    if files.is_empty() {
        return Err(Failure::Nothing);
    }
    // What was sent by two clicks comes twice.
    let number = page.map(|page| visit.desk.once.number((&handle, page, all.finish())));
    let add = || begin(&visit, (client, id, files), &handle);
    match number {
        Some(number) => done(&visit.desk.once.first(number, add)?),
        None => done(&add()?),
    }
}

/// Begins to add what came, and goes on when the page is left: where it is told how far that is.
fn begin(visit: &Visit, (client, id, files): (Beside, String, Vec<Come>), handle: &str) -> Outcome<String> {
    let adding = Job::new(Kind::Adding, format!("/cases/{handle}"));
    let (stop, progress) = (adding.stop.clone(), adding.watch());
    let desk = visit.desk.clone();
    let begun = visit.desk.jobs.begin(adding, async move {
        let names: Vec<_> = files.iter().map(|file| file.name().to_owned()).collect();
        match client.add_incoming(&id, files, (stop, progress)).await {
            Ok(added) => {
                drop(client);
                // They are kept; they go now.
                desk.synchronise();
                let outcomes = added.into_iter().map(|added| added.outcome.map_err(Failure::from));
                let files: Vec<_> = names.into_iter().zip(outcomes).collect();
                let done = files.iter().filter(|(_, outcome)| outcome.is_ok()).count();
                End::Added(files, done)
            }
            Err(error) => End::Failed(error.into()),
        }
    })?;
    Ok(format!("/jobs/{begun}"))
}

/// Takes a file as it comes, into one that has no name and says nothing.
async fn receive(client: &Client, (name, mut part): (&str, Part<'_>), all: &mut impl Hasher) -> Outcome<Come> {
    let mut file = client.incoming(name)?;
    while let Some(piece) = part.chunk().await.map_err(cut)? {
        all.write(&piece);
        file.write_all(&piece).map_err(ClientError::from)?;
    }
    Ok(file.end()?)
}

fn cut(error: MultipartError) -> Failure {
    Failure::of_status(error.status())
}

/// What became of each file; of the documents, `now` is where they are by now.
pub(super) fn outcome(visit: &Visit, (files, done): (&[(String, Outcome<DocumentView>)], usize), now: &[DocumentView]) -> Markup {
    let words = visit.words;
    let delivery = |view: &DocumentView| now.iter().find(|one| one.document == view.document).unwrap_or(view).delivery;
    let waits = files.iter().any(|(_, outcome)| outcome.as_ref().is_ok_and(|view| delivery(view) == Delivery::Queued));
    html! {
        section aria-labelledby="added" {
            h2 #added { (words.count("added-count", done)) }
            ul.list {
                @for (name, outcome) in files {
                    li.entry {
                        span.title { (icon("file")) (part::name(name)) }
                        @match outcome {
                            Ok(view) => span.meta {
                                (part::size(view.bytes))
                                (part::delivery(words, delivery(view)))
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
