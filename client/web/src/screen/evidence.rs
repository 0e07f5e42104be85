//! An evidence bundle of a case: which documents, and what the file is to be called. It is made as a job, in memory alone, and saved by the
//! browser where the person says.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::export_name;
use casevault_sync::view::CaseView;
use maud::{Markup, html};

use super::{case, done};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::job::{End, Job, Kind};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let view = visit.client()?.case(&visit.id(&handle)?).await?;
    Ok(draw(&visit, (&handle, &view), &Fields::default(), None)?.into_response())
}

fn draw(visit: &Visit, (handle, view): (&str, &CaseView), typed: &Fields, failure: Option<&Failure>) -> Outcome<Markup> {
    let words = visit.words;
    let mut documents = Vec::new();
    for document in &view.documents {
        documents.push((visit.handle(&document.document)?, part::name(&document.name)));
    }
    let body = html! {
        (case::head(visit, (handle, view), "case-overview"))
        section aria-labelledby="evidence" {
            h2 #evidence { (words.say("evidence")) }
            p.hint { (words.say("evidence-hint")) }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            form method="post" action={ "/cases/" (handle) "/evidence" } class="stack" { (fields(visit, &documents, typed)) }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// What the file is to be called; the words under `usual`, unless something was typed.
pub(super) fn name(words: Words, typed: &Fields, usual: &str) -> Markup {
    let name = if typed.has("name") { typed.text("name").to_owned() } else { words.say(usual) };
    part::line(&words.say("evidence-name"), "name", &name)
}

/// What is asked about a bundle of these documents.
pub(super) fn fields(visit: &Visit, documents: &[(String, Markup)], typed: &Fields) -> Markup {
    let words = visit.words;
    html! {
        @if documents.is_empty() { p.empty { (words.say("documents-empty")) } }
        @else {
            (part::choices(&words.say("evidence-documents"), "document", documents, &typed.all("document").collect::<Vec<_>>()))
            (name(words, typed, "bundle-name"))
            (part::line(&words.say("evidence-keep"), "keep", typed.text("keep")))
            div.actions { button.primary { (icon("file")) (words.say("evidence-make")) } }
        }
    }
}

pub(super) async fn make(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let of = visit.id(&handle)?;
    match begin(&visit, of.clone(), (&format!("/cases/{handle}"), &form)) {
        Ok(job) => done(&format!("/jobs/{job}")),
        Err(failure) => {
            let view = visit.client()?.case(&of).await?;
            Ok(failure.with(draw(&visit, (&handle, &view), &form, Some(&failure))?))
        }
    }
}

/// Begins to make a bundle of a case, or of a dossier; the job's name.
pub(super) fn begin(visit: &Visit, of: String, (back, form): (&str, &Fields)) -> Outcome<String> {
    let documents = form.all("document").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
    if documents.is_empty() {
        return Err(Failure::Nothing);
    }
    let name = format!("{}.zip", export_name(form.text("name").trim().trim_end_matches(".zip"), None));
    let keep = form.has("keep").then(|| form.text("keep").to_owned());
    let (client, job) = (visit.desk.beside()?, Job::new(Kind::Making, back.to_owned()));
    let progress = job.watch();
    visit.desk.jobs.begin(job, async move {
        match client.evidence_in_memory(&of, (&documents, keep.as_deref()), &name, progress).await {
            Ok((_, file)) => End::Made(file, name),
            Err(error) => End::Failed(error.into()),
        }
    })
}
