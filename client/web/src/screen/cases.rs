//! Cases: searched, a page at a time. What is searched for stands in no address, since browsers remember those.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::IntoResponse as _;
use casevault_sync::Client;
use casevault_sync::view::CaseSummary;
use maud::{Markup, html};

use super::{done, jobs};
use crate::desk::Synchronising;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

/// Cases of a page.
const PAGE: usize = 50;
/// Where a search is sent.
const SEARCH: &str = "/cases/search";
/// How the standard begins what it calls a case that is over.
pub(super) const CLOSED: &str = "Closed";

/// Gives what is searched for a name of its own, which stands in the address.
pub(super) async fn search(visit: Visit, form: Fields) -> Outcome {
    let query = form.text("q").trim();
    if form.has("part") {
        let client = visit.client()?;
        let teams: BTreeMap<_, _> = client.own_teams()?.into_iter().collect();
        let found = some(&client, 1, query).await?;
        return Ok(results(&visit, (&found, 1, query), |case| teams.get(&case.team).cloned().flatten())?.into_response());
    }
    match query {
        "" => done("/cases"),
        query => done(&format!("/cases?q={}", visit.desk.searches.of(&query)?)),
    }
}

pub(super) async fn list(visit: Visit, asked: Fields) -> Outcome {
    let client = visit.client()?;
    if !client.is_approved() {
        return done("/joining");
    }
    let teams: BTreeMap<_, _> = client.own_teams()?.into_iter().collect();
    if teams.is_empty() {
        return Ok(page::page(&visit, "cases", none(&visit)).into_response());
    }
    let query = visit.desk.searches.id(asked.text("q")).unwrap_or_default(); // locking forgets it
    let at = asked.text("page").parse::<usize>().unwrap_or(1).max(1);
    let found = some(&client, at, &query).await?;
    let results = results(&visit, (&found, at, &query), |case| teams.get(&case.team).cloned().flatten())?;
    let words = visit.words;
    let body = html! {
        div.head {
            h1 { (words.say("place-cases")) }
            div.actions {
                a.button href="/overdue" { (icon("clock")) (words.say("overdue")) }
                a.button.primary href="/cases/new" { (icon("plus")) (words.say("new-case")) }
            }
        }
        (state(&visit, &client)?)
        form.search method="post" action=(SEARCH) role="search" data-search {
            label { span.hidden { (words.say("search-label")) } input type="search" name="q" value=(query) placeholder=(words.say("search-label")) dir="auto" autocomplete="off" spellcheck="false"; }
            button { (icon("search")) span { (words.say("search")) } }
        }
        div #results aria-live="polite" { (results) }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

/// A page of the cases in which the words are, or of all, those that are open first, and how many there are.
async fn some(client: &Client, at: usize, query: &str) -> Outcome<(Vec<CaseSummary>, usize)> {
    let from = at.saturating_sub(1).saturating_mul(PAGE);
    if query.is_empty() {
        return Ok(client.some_cases(from, PAGE)?);
    }
    let hits: BTreeSet<_> = client.search(query).await?.into_iter().map(|hit| hit.case).collect();
    let mut cases = client.cases().await?;
    cases.retain(|case| hits.contains(&case.case));
    cases.sort_by_key(|case| case.status.starts_with(CLOSED));
    let all = cases.len();
    Ok((cases.into_iter().skip(from).take(PAGE).collect(), all))
}

fn results(
    visit: &Visit,
    ((found, all), at, query): (&(Vec<CaseSummary>, usize), usize, &str),
    team: impl Fn(&CaseSummary) -> Option<String>,
) -> Outcome<Markup> {
    let words = visit.words;
    if *all == 0 {
        let key = if query.is_empty() { "cases-empty" } else { "cases-not-found" };
        return Ok(html! { p.empty { (words.say(key)) } });
    }
    let pages = all.div_ceil(PAGE);
    let mut rows = Vec::new();
    for case in found {
        rows.push((visit.handle(&case.case)?, case, team(case)));
    }
    let of = if query.is_empty() { String::new() } else { format!("&q={}", visit.desk.searches.of(&query)?) };
    let leads = |page: usize, key: &str| html! { a.button href={ "/cases?page=" (page) (of) } { (words.say(key)) } };
    Ok(html! {
        p.hint { (words.count("cases-count", *all)) }
        ul.list {
            @for (handle, case, team) in &rows {
                li {
                    a href={ "/cases/" (handle) } {
                        span.title { (part::name(&case.title)) }
                        span.meta {
                            @if let Some(team) = team { (part::name(team)) }
                            (status(visit, &case.status))
                        }
                    }
                }
            }
        }
        @if pages > 1 {
            nav.pages aria-label=(words.say("pages")) {
                @if at > 1 { (leads(at - 1, "page-before")) }
                span { bdi dir="ltr" { (at) " / " (pages) } }
                @if at < pages { (leads(at + 1, "page-after")) }
            }
        }
    })
}

/// Where a case stands.
pub(super) fn status(visit: &Visit, status: &str) -> Markup {
    match status {
        "Active" => part::chip("open", "case", &visit.words.say("status-active")),
        other => {
            let known = visit.words.known(&format!("status-{}", other.to_ascii_lowercase()));
            part::chip("closed", "case", &known.unwrap_or_else(|| casevault_sync::display_name(other)))
        }
    }
}

/// When this device last synchronised, and what waits.
pub(super) fn state(visit: &Visit, client: &Client) -> Outcome<Markup> {
    let words = visit.words;
    let waits = client.unsent_count()?;
    let (picture, key) = match visit.desk.synchronising() {
        Synchronising::Now => ("clock", Some("sync-now")),
        Synchronising::Offline => ("warning", Some("sync-offline")),
        Synchronising::Failed => ("warning", Some("sync-failed")),
        Synchronising::Done => ("check", Some("sync-done")),
        Synchronising::No => ("clock", None), // nobody asked yet
    };
    Ok(html! {
        p.state {
            (icon(picture)) @if let Some(key) = key { span { (words.say(key)) } }
            @if let Some(time) = client.last_synchronised()? { span { (words.say("sync-last")) " " (part::time(time)) } }
            @if waits > 0 { a href="/waiting" { (words.count("sync-waits", waits)) } }
        }
        (jobs::lines(visit))
    })
}

/// What whoever is in no team sees.
fn none(visit: &Visit) -> Markup {
    let words = visit.words;
    html! { h1 { (words.say("place-cases")) } p.empty { (words.say("cases-no-team")) } }
}
