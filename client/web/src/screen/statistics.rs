//! Statistics: figures of a period, each with how far it may be off, a table at a time with bars beside its numbers; taken along as files;
//! and, for an analyst, closed.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use casevault_sync::time::Clock as _;
use casevault_sync::{Cell, Client, ClientError, Code, Period, Release, ReleaseView, Role, SystemClock, microdata};
use maud::{Markup, html};

use super::done;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// The forms in which figures are taken along, and what they are of.
const FORMS: [(&str, &str); 4] = [
    ("csv", "text/csv; charset=utf-8"),
    ("json", "application/json"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
];
/// How many synthetic records are drawn at once.
const RECORDS: std::ops::RangeInclusive<usize> = 1..=100_000;
/// What an errand about sending is asked about by.
const SENDING: &str = "statistics";

/// Periods to choose from, newest first: this year and the last with their quarters.
pub(super) fn periods() -> Vec<(String, String)> {
    let now = Period::of(SystemClock.now());
    let year = now.iter().flatten().filter_map(|period| period.to_string().get(..4)?.parse::<u16>().ok()).max().unwrap_or(2026);
    let of = |year: u16| std::iter::once(year.to_string()).chain((1..=4).rev().map(move |part| format!("{year}-Q{part}")));
    of(year).chain(of(year.saturating_sub(1))).map(|period| (period.clone(), period)).collect()
}

/// The period that was chosen.
pub(super) fn period(text: &str) -> Outcome<Period> {
    Period::parse(text).ok_or(Failure::Nothing)
}

/// Why a period is not shown, closed or sent to. What a server says no to depends on what it was asked.
pub(super) fn refused(error: ClientError, conflict: Failure) -> Failure {
    match error {
        ClientError::Server(Code::Conflict) => conflict,
        ClientError::Server(Code::Refused) => Failure::NoAnalyst,
        error => error.into(),
    }
}

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    let words = visit.words;
    let chosen = asked.text("period");
    let figures = match Period::parse(chosen) {
        Some(period) => match client.stats_show(period).await {
            Ok(ReleaseView::Released(release)) => release_of(&visit, &release, asked.text("table")),
            Ok(ReleaseView::TooFew(_)) => html! { p.note { (words.say("statistics-too-few")) } },
            Err(error) => refused(error, Failure::Unclosed).shown(&visit),
        },
        None => html! { p.empty { (words.say("statistics-choose")) } },
    };
    let body = html! {
        h1 { (words.say("place-statistics")) }
        p { (words.say("statistics-words")) }
        form.search method="get" action="/statistics" {
            (part::choice(&words.say("statistics-period"), "period", &periods(), chosen))
            button { (words.say("statistics-show")) }
        }
        (going(&visit, chosen))
        (going(&visit, SENDING))
        (figures)
        (work(&visit, &client)?)
    };
    Ok(page::page(&visit, "statistics", body).into_response())
}

/// How far what was asked for is.
fn going(visit: &Visit, about: &str) -> Markup {
    let words = visit.words;
    match visit.desk.errand.far(about).map(|far| (far.progress, far.ended)) {
        Some((progress, None)) => {
            html! { div.note role="status" data-going { (part::progress(words, "statistics-going", progress)) p { a href="" { (words.say("look-again")) } } } }
        }
        Some((_, Some(Err(failure)))) => failure.shown(visit),
        Some((_, Some(Ok(())))) => html! { p.note role="status" { (words.say("statistics-done")) } },
        None => html! {},
    }
}

/// What a member of a team, and what an analyst, does for the figures.
fn work(visit: &Visit, client: &Client) -> Outcome<Markup> {
    let words = visit.words;
    let (analyst, member) = (client.own_name()?.1 == Role::Analyst, !client.own_teams()?.is_empty());
    let form = |to: &str, word: &str, button: &Markup| html! { form.search method="post" action=(to) { (part::choice(&words.say("statistics-period"), "period", &periods(), "")) (button) } p.hint { (words.say(word)) } };
    Ok(html! {
        @if analyst { details { summary { (words.say("statistics-close")) } (form("/statistics/close", "statistics-close-words", &html! { button.primary { (words.say("statistics-close-button")) } })) } }
        @if member { details { summary { (words.say("statistics-contribute")) } (form("/statistics/contribute", "statistics-contribute-words", &html! { button { (words.say("statistics-contribute-button")) } })) } }
    })
}

/// The table that is asked for, and where the others are.
fn release_of(visit: &Visit, release: &Release, asked: &str) -> Markup {
    let words = visit.words;
    let at = asked.parse::<usize>().ok().filter(|at| *at < release.tables.len()).unwrap_or_default();
    html! {
        div.actions {
            @for (form, _) in FORMS { a.button href={ "/statistics/" (release.period) "/" (form) } download { (words.say(&format!("statistics-{form}"))) } }
        }
        nav.tables aria-label=(words.say("statistics-tables")) {
            ul.options.plain {
                @for (number, table) in release.tables.iter().enumerate() {
                    li { a href={ "/statistics?period=" (release.period) "&table=" (number) } aria-current=[(number == at).then_some("page")] { (called(words, &table.name)) } }
                }
            }
        }
        @for table in release.tables.iter().skip(at).take(1) { (table_of(visit, table)) }
        details {
            summary { (words.say("statistics-records")) }
            form.search method="get" action={ "/statistics/" (release.period) "/records" } {
                label.field { span { (words.say("statistics-records-count")) } input type="number" name="n" min=(RECORDS.start()) max=(RECORDS.end()) value="1000" required autocomplete="off"; }
                (part::choice(&words.say("statistics-records-form"), "form", &["csv", "json"].map(|form| (form.to_owned(), form.to_uppercase())), "csv"))
                button { (words.say("statistics-records-button")) }
            }
            p.hint { (words.say("statistics-records-words")) }
        }
        details { summary { (words.say("statistics-method")) } div lang="en" dir="ltr" { @for line in release.note.lines() { p { (line) } } } }
    }
}

/// What a table is called in the person's language.
pub(super) fn called(words: Words, name: &str) -> String {
    let part = |part: &str| words.known(&format!("figures-{part}")).unwrap_or_else(|| part.to_owned());
    name.split(" × ").map(part).collect::<Vec<_>>().join(" × ")
}

fn table_of(visit: &Visit, table: &casevault_sync::Figures) -> Markup {
    let words = visit.words;
    let name = called(words, &table.name);
    let most = table.cells.iter().chain(&table.rest).filter_map(|cell| cell.value).max().unwrap_or(1).max(1);
    let suppressed = table.cells.iter().filter(|cell| cell.value.is_none()).count();
    html! {
        section {
            div.scroll tabindex="0" role="region" aria-label=(name) {
                table {
                    caption { (name) }
                    thead { tr { @for name in ["what", "cases", "error", "bar"] { th scope="col" { (words.say(&format!("statistics-{name}"))) } } } }
                    tbody { @for cell in &table.cells { (row(words, cell, most)) } }
                    @if table.rest.iter().any(|cell| cell.value.is_some()) { tbody { @for cell in &table.rest { (row(words, cell, most)) } } }
                }
            }
            @if table.rest.iter().any(|cell| cell.value.is_some()) { p.hint { (words.say("statistics-rest")) } }
            @if suppressed > 0 { p.hint { (words.count("statistics-suppressed", suppressed)) } }
        }
    }
}

/// A figure; nothing where it is suppressed.
fn row(words: Words, cell: &Cell, most: u64) -> Markup {
    let Some(value) = cell.value else { return html! {} };
    html! {
        tr {
            th scope="row" { (words.figure(&cell.code)) }
            td.number { (value) } td.number { bdi dir="ltr" { "± " (cell.error) } }
            td { svg.chart viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" { rect width=(value.saturating_mul(100) / most) height="10" {} } }
        }
    }
}

/// The figures as a file, which is kept and not shown.
pub(super) async fn export(visit: Visit, Path((name, form)): Path<(String, String)>) -> Outcome {
    let client = visit.client()?;
    let period = period(&name)?;
    let (_, kind) = FORMS.into_iter().find(|(one, _)| *one == form).ok_or(Failure::NotHere)?;
    let release = released(&client, period).await?;
    let text = match form.as_str() {
        "csv" => release.csv(),
        "json" => release.json(),
        "svg" => release.chart(),
        _ => format!("{}\n", release.note),
    };
    Ok(attached(kind, &format!("statistics-{period}.{form}"), text))
}

/// Synthetic records as a file: as many as are asked for, drawn from the figures alone.
pub(super) async fn records(visit: Visit, Path(name): Path<String>, asked: Fields) -> Outcome {
    let (client, period) = (visit.client()?, period(&name)?);
    let count = asked.text("n").parse().ok().filter(|count| RECORDS.contains(count)).ok_or(Failure::Nothing)?;
    let (form, kind) = FORMS.into_iter().take(2).find(|(one, _)| *one == asked.text("form")).ok_or(Failure::Nothing)?;
    let release = released(&client, period).await?;
    let drawn = tokio::task::spawn_blocking(move || microdata(&release, count)).await.map_err(|_| Failure::Internal)??;
    let text = if form == "json" { drawn.json() } else { drawn.csv() };
    Ok(attached(kind, &format!("statistics-{period}-records.{form}"), text))
}

async fn released(client: &Client, period: Period) -> Outcome<Box<Release>> {
    match client.stats_show(period).await.map_err(|error| refused(error, Failure::Unclosed))? {
        ReleaseView::Released(release) => Ok(release),
        ReleaseView::TooFew(_) => Err(Failure::Unclosed),
    }
}

fn attached(kind: &str, name: &str, text: String) -> Response {
    let named = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response()
}

/// Closes a period that has ended, and has it counted.
pub(super) async fn close(visit: Visit, form: Fields) -> Outcome {
    let (client, period) = (visit.client()?, period(form.text("period"))?);
    visit.desk.errand.begin(&period.to_string(), client, |client, watch| async move {
        client.stats_close(period, &watch).await.map(drop).map_err(|error| refused(error, Failure::Period))
    })?;
    done(&format!("/statistics?period={period}"))
}

/// Sends the reports of all open cases of this device's teams now.
pub(super) async fn contribute(visit: Visit, form: Fields) -> Outcome {
    let (client, period) = (visit.client()?, period(form.text("period"))?);
    visit.desk.errand.begin(SENDING, client, |client, _| async move {
        client.stats_contribute(period, None).await.map(drop).map_err(|error| refused(error, Failure::Period))
    })?;
    done("/statistics")
}
