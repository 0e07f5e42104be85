//! A job: how far it is, and what became of it. The page asks again by itself, with a script or without.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use casevault_sync::ClientError;
use maud::{Markup, html};

use super::{documents, done};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::job::{End, Job, Kind};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

fn job(visit: &Visit, handle: &str) -> Outcome<Arc<Job>> {
    if !visit.desk.is_open() {
        return Err(Failure::Locked);
    }
    visit.desk.jobs.of(handle).ok_or(Failure::NotHere)
}

pub(super) async fn show(visit: Visit, Path(handle): Path<String>, asked: Fields) -> Outcome {
    let job = job(&visit, &handle)?;
    if job.goes_on() {
        let how_far = how_far(&visit, &job);
        if asked.has("part") {
            return Ok(how_far.into_response());
        }
        let body = html! {
            h1 { (title(&visit, &job)) }
            div #job data-job={ "/jobs/" (handle) } { (how_far) }
            p.hint { (visit.words.say("job-hint")) }
            form method="post" action={ "/jobs/" (handle) "/stop" } { button.leave { (visit.words.say("job-stop")) } }
        };
        return Ok(page::going_on(&visit, "cases", body).into_response());
    }
    if asked.has("part") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let case = job.back.strip_prefix("/cases/").and_then(|rest| rest.split('/').next());
    let now = match case {
        Some(case) if job.kind == Kind::Adding => visit.client()?.documents(&visit.id(case)?).await?,
        _ => Vec::new(),
    };
    let words = visit.words;
    let became = match &*job.end() {
        Some(End::Added(files, done)) => documents::outcome(&visit, (files, *done), &now),
        Some(End::Made(_, name)) => html! {
            p.note role="status" { (words.say("job-made")) }
            p.hint { (words.say("job-made-hint")) }
            a.button.primary href={ "/jobs/" (handle) "/file" } download=(name) { (icon("file")) (words.say("job-save")) " " (part::name(name)) }
        },
        Some(End::Failed(failure)) => failure.shown(&visit),
        None => return done(&format!("/jobs/{handle}")),
    };
    let body = html! {
        h1 { (title(&visit, &job)) }
        (became)
        div.actions {
            a.button.primary href=(job.back) { (words.say(if case.is_some() { "back-to-case" } else { "dossier-back" })) }
            @if job.kind == Kind::Adding { a.button href={ (job.back) "/documents" } { (words.say("add-more")) } }
            form method="post" action={ "/jobs/" (handle) "/forget" } { button { (words.say("job-forget")) } }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn title(visit: &Visit, job: &Job) -> String {
    visit.words.say(match (job.kind, job.goes_on()) {
        (Kind::Adding, true) => "job-adding",
        (Kind::Adding, false) => "job-added",
        (Kind::Making, true) => "job-making",
        (Kind::Making, false) => "job-done",
    })
}

fn how_far(visit: &Visit, job: &Job) -> Markup {
    let (words, now) = (visit.words, job.progress());
    let percent = now.bytes.saturating_mul(100).checked_div(now.total).unwrap_or(0).min(100);
    html! {
        progress max="100" value=(percent) aria-label=(words.say("job-progress")) {}
        p { bdi dir="ltr" { (now.items) " / " (now.all) } " · " bdi dir="ltr" { (percent) " %" } }
    }
}

/// What goes on, or has ended and was not looked at, in a line each.
pub(super) fn lines(visit: &Visit) -> Markup {
    html! {
        @for (handle, job) in visit.desk.jobs.all() {
            p.note { (icon(if job.goes_on() { "clock" } else { "check" })) " " a href={ "/jobs/" (handle) } { (title(visit, &job)) } }
        }
    }
}

pub(super) async fn stop(visit: Visit, Path(handle): Path<String>) -> Outcome {
    job(&visit, &handle)?.stop();
    done(&format!("/jobs/{handle}"))
}

pub(super) async fn forget(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let back = job(&visit, &handle)?.back.clone();
    visit.desk.jobs.forget(&handle);
    done(&back)
}

/// The file that was made, for the person to save.
pub(super) async fn file(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let job = job(&visit, &handle)?;
    let made = match &*job.end() {
        Some(End::Made(file, name)) => file.try_clone().map(|file| (file, name.clone())),
        _ => return Err(Failure::NotHere),
    };
    let (file, name) = made.map_err(ClientError::from)?;
    let bytes = tokio::task::spawn_blocking(move || whole(&file)).await.map_err(|_| Failure::Internal)?;
    attachment(&name, bytes.map_err(ClientError::from)?)
}

fn whole(file: &File) -> std::io::Result<Vec<u8>> {
    let length = usize::try_from(file.metadata()?.len()).map_err(std::io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// What a browser saves as `name` and does not show.
pub(super) fn attachment(name: &str, bytes: Vec<u8>) -> Outcome {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let name: String =
        name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    let saved = format!("attachment; filename*=UTF-8''{name}");
    Ok(([(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, saved)], bytes)
        .into_response())
}
