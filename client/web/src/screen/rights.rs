//! What a person may ask for about her own data: a copy, and that it is erased; and how long a case is kept, which the law may say.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CaseView, ErasureState, ErasureView};
use casevault_sync::{Client, export_name};
use maud::{Markup, html};

use super::{case, done, evidence};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::job::{End, Job, Kind};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;
use crate::when;
use crate::words::Language;

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    Ok(draw(&visit, &handle, ("", &Fields::default()), None).await?.into_response())
}

/// The page. `typed` is what was typed into the form of this name, which failed.
async fn draw(visit: &Visit, handle: &str, (form, typed): (&str, &Fields), failure: Option<&Failure>) -> Outcome<Markup> {
    let (client, id, words) = (visit.client()?, visit.id(handle)?, visit.words);
    let view = client.case(&id).await?;
    let erasures = client.erasures().await?;
    let erasure = erasures.iter().find(|one| one.case == view.summary.case);
    let nothing = Fields::default();
    let typed_in = |name: &str| if form == name { typed } else { &nothing };
    let shown = |name: &str| failure.filter(|_| form == name).map(|failure| failure.shown(visit)).unwrap_or_default();
    let body = html! {
        (case::head(visit, (handle, &view), "case-rights"))
        section aria-labelledby="copy" {
            h2 #copy { (words.say("rights-copy")) }
            p.hint { (words.say("rights-copy-hint")) }
            (shown("copy"))
            (copy_form(visit, handle, typed_in("copy")))
            p { (words.say("rights-correct")) " " a href={ "/cases/" (handle) } { (words.say("case-overview")) } }
        }
        section aria-labelledby="erasure" {
            h2 #erasure { (words.say("erasure")) }
            p.hint { (words.say("erasure-hint")) }
            (shown("erasure"))
            (erasure_part(visit, (&client, handle), (erasure, typed_in("erasure"))))
        }
        section aria-labelledby="hold" {
            h2 #hold { (words.say("hold")) }
            (shown("hold"))
            (hold_form(visit, (handle, &view), typed_in("hold")))
        }
        section aria-labelledby="retention" {
            h2 #retention { (words.say("retention")) }
            (shown("retention"))
            form method="post" action={ "/cases/" (handle) "/rights/retention" } class="stack" {
                label.field { span { (words.say("keeping-until")) } input type="date" name="until" value=(typed_in("retention").text("until")); }
                (part::line(&words.say("why"), "reason", typed_in("retention").text("reason")))
                button { (words.say("save")) }
            }
        }
        section aria-labelledby="counting" {
            h2 #counting { (words.say("counting")) }
            p { a href={ "/cases/" (handle) "/counting" } { (words.say("counting-look")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

fn copy_form(visit: &Visit, handle: &str, typed: &Fields) -> Markup {
    let words = visit.words;
    let chosen = Language::parse(typed.text("language")).unwrap_or(words.0);
    let languages = Language::ALL.map(|one| (one.code().to_owned(), one.name().to_owned()));
    html! {
        form method="post" action={ "/cases/" (handle) "/rights/copy" } class="stack" {
            (part::choice(&words.say("rights-copy-language"), "language", &languages, chosen.code()))
            (evidence::name(words, typed, "copy-name"))
            (part::line(&words.say("evidence-keep"), "keep", typed.text("keep")))
            button { (icon("file")) (words.say("rights-copy-make")) }
        }
    }
}

fn erasure_part(visit: &Visit, (client, handle): (&Client, &str), (erasure, typed): (Option<&ErasureView>, &Fields)) -> Markup {
    let words = visit.words;
    let to = |what: &str| format!("/cases/{handle}/rights/{what}");
    let Some(asked) = erasure else {
        return html! {
            form method="post" action=(to("erase")) class="stack" {
                (part::line(&words.say("why"), "reason", typed.text("reason")))
                button.leave { (words.say("erasure-ask")) }
            }
        };
    };
    let own = asked.asked.is_some_and(|(person, _)| person == client.person());
    let named = |who: Option<(casevault_sync::id::PersonId, _)>, name: &Option<String>| {
        html! { @if let Some((person, time)) = who { (part::named(name.as_deref(), &person)) " " (part::time(time)) } }
    };
    html! {
        article.said {
            p { (part::name(&asked.reason)) }
            p.meta { (words.say("erasure-asked")) " " (named(asked.asked, &asked.asked_name)) }
            @if asked.confirmed.is_some() { p.meta { (words.say("erasure-confirmed")) " " (named(asked.confirmed, &asked.confirmed_name)) } }
            @if let Some(day) = asked.day { p { (words.say("keeping-erasure")) " " (part::day(day)) } }
            div.actions {
                @if asked.state == ErasureState::Asked {
                    @if own { p.note { (words.say("erasure-second")) } } @else { (part::sure(words, (&words.say("erasure-confirm"), &to("confirm")), &html! {})) }
                }
                @if asked.state != ErasureState::Erased { form method="post" action=(to("stop")) { button { (words.say("erasure-stop")) } } }
            }
        }
    }
}

fn hold_form(visit: &Visit, (handle, view): (&str, &CaseView), typed: &Fields) -> Markup {
    let (words, held) = (visit.words, view.keeping.hold.is_some());
    html! {
        p.hint { (words.say(if held { "hold-on" } else { "hold-off" })) }
        form method="post" action={ "/cases/" (handle) "/rights/hold" } class="stack" {
            input type="hidden" name="on" value=(if held { "no" } else { "yes" });
            (part::line(&words.say("why"), "reason", typed.text("reason")))
            button { (words.say(if held { "hold-end" } else { "hold-set" })) }
        }
    }
}

/// Begins to make a copy for the person.
pub(super) async fn copy(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, id) = (visit.desk.beside()?, visit.id(&handle)?);
    let language = Language::parse(form.text("language")).ok_or(Failure::Nothing)?.code();
    let name = format!("{}.zip", export_name(form.text("name").trim().trim_end_matches(".zip"), None));
    let keep = form.has("keep").then(|| form.text("keep").to_owned());
    let job = Job::new(Kind::Making, format!("/cases/{handle}"));
    let progress = job.watch();
    let begun = visit.desk.jobs.begin(job, async move {
        match client.copy_in_memory(&id, (language, keep.as_deref()), &name, progress).await {
            Ok(file) => End::Made(file, name),
            Err(error) => End::Failed(error.into()),
        }
    })?;
    done(&format!("/jobs/{begun}"))
}

/// Asks, confirms, stops, holds, and says how long; what was typed is kept where that fails.
pub(super) async fn change(visit: Visit, Path((handle, what)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let (reason, part) =
        (form.text("reason").trim(), if what == "hold" || what == "retention" { what.as_str() } else { "erasure" });
    let changed = match what.as_str() {
        "erase" | "hold" if reason.is_empty() => Err(Failure::Form("no-reason")),
        "erase" => client.erasure_ask(&id, reason).await.map_err(Failure::from),
        "confirm" => client.erasure_confirm(&id).await.map_err(Failure::from),
        "stop" => client.erasure_take_back(&id).await.map_err(Failure::from),
        "hold" => client.case_hold(&id, form.text("on") == "yes", reason).await.map_err(Failure::from),
        "retention" => match when::end_of(form.text("until")) {
            None if form.has("until") => Err(Failure::Form("no-day")),
            until => client.case_retain(&id, until, reason).await.map_err(Failure::from),
        },
        _ => return Err(Failure::NotHere),
    };
    match changed {
        Ok(_) => done(&format!("/cases/{handle}/rights#{part}")),
        Err(failure) => Ok(failure.with(draw(&visit, &handle, (part, &form), Some(&failure)).await?)),
    }
}
