//! Statistics: figures of a period, each with how far it may be off, as bars beside their numbers.

use axum::response::IntoResponse as _;
use casevault_sync::time::Clock as _;
use casevault_sync::{ClientError, Period, Release, ReleaseView, SystemClock};
use maud::{Markup, html};

use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Periods to choose from, newest first: this year and the last with their quarters.
fn periods() -> Vec<String> {
    let now = Period::of(SystemClock.now());
    let year = now.iter().flatten().filter_map(|period| period.to_string().get(..4)?.parse::<u16>().ok()).max().unwrap_or(2026);
    let of = |year: u16| std::iter::once(year.to_string()).chain((1..=4).rev().map(move |part| format!("{year}-Q{part}")));
    of(year).chain(of(year.saturating_sub(1))).collect()
}

pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    let words = visit.words;
    let chosen = asked.text("period");
    let periods: Vec<_> = periods().into_iter().map(|period| (period.clone(), period)).collect();
    let figures = match Period::parse(chosen) {
        Some(period) => figures(&visit, client.stats_show(period).await),
        None => html! { p.empty { (words.say("statistics-choose")) } },
    };
    let body = html! {
        h1 { (words.say("place-statistics")) }
        p { (words.say("statistics-words")) }
        form.search method="get" action="/statistics" {
            (part::choice(&words.say("statistics-period"), "period", &periods, chosen))
            button { (words.say("statistics-show")) }
        }
        (figures)
    };
    Ok(page::page(&visit, "statistics", body).into_response())
}

fn figures(visit: &Visit, shown: Result<ReleaseView, ClientError>) -> Markup {
    let words = visit.words;
    match shown {
        Ok(ReleaseView::Released(release)) => release_of(visit, &release),
        Ok(ReleaseView::TooFew(_)) => html! { p.note { (words.say("statistics-too-few")) } },
        Err(ClientError::Server(_)) => html! { p.note { (words.say("statistics-not-closed")) } },
        Err(error) => Failure::from(error).shown(visit),
    }
}

fn release_of(visit: &Visit, release: &Release) -> Markup {
    let words = visit.words;
    html! {
        @for table in &release.tables {
            @let most = table.cells.iter().filter_map(|cell| cell.value).max().unwrap_or(1).max(1);
            @let suppressed = table.cells.iter().filter(|cell| cell.value.is_none()).count();
            section {
                div.scroll tabindex="0" role="region" aria-label=(table.name) {
                    table {
                        caption { bdi lang="en" { (table.name) } }
                        thead { tr { th scope="col" { (words.say("statistics-what")) } th scope="col" { (words.say("statistics-cases")) } th scope="col" { (words.say("statistics-error")) } th scope="col" { (words.say("statistics-bar")) } } }
                        tbody {
                            @for cell in table.cells.iter() {
                                @if let Some(value) = cell.value {
                                    tr {
                                        th scope="row" { bdi lang="en" { (cell.code) } }
                                        td.number { (value) } td.number { bdi dir="ltr" { "± " (cell.error) } }
                                        td { svg.chart viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" { rect width=(value.saturating_mul(100) / most) height="10" {} } }
                                    }
                                }
                            }
                        }
                    }
                }
                @if suppressed > 0 { p.hint { (words.count("statistics-suppressed", suppressed)) } }
            }
        }
        details { summary { (words.say("statistics-method")) } div lang="en" dir="ltr" { @for line in release.note.lines() { p { (line) } } } }
    }
}
