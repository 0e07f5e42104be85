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
        let found = find(&client, query).await?;
        return Ok(results(&visit, (&found, 1, query), |case| teams.get(&case.team).cloned().flatten())?.into_response());
    }
    match query {
        "" => done("/cases"),
        query => done(&format!("/cases?q={}", visit.handle(&query)?)),
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
    let query = if asked.has("q") { visit.id(asked.text("q"))? } else { String::new() };
    let found = find(&client, &query).await?;
    let at = asked.text("page").parse::<usize>().unwrap_or(1).max(1);
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

/// The cases in which the words are, or all; those that are open first.
async fn find(client: &Client, query: &str) -> Outcome<Vec<CaseSummary>> {
    let mut cases = client.cases().await?;
    if !query.is_empty() {
        let hits: BTreeSet<_> = client.search(query).await?.into_iter().map(|hit| hit.case).collect();
        cases.retain(|case| hits.contains(&case.case));
    }
    cases.sort_by_key(|case| case.status.starts_with(CLOSED));
    Ok(cases)
}

fn results(
    visit: &Visit,
    (found, at, query): (&[CaseSummary], usize, &str),
    team: impl Fn(&CaseSummary) -> Option<String>,
) -> Outcome<Markup> {
    let words = visit.words;
    if found.is_empty() {
        let key = if query.is_empty() { "cases-empty" } else { "cases-not-found" };
        return Ok(html! { p.empty { (words.say(key)) } });
    }
    let pages = found.len().div_ceil(PAGE);
    let at = at.min(pages);
    let mut rows = Vec::new();
    for case in found.iter().skip(at.saturating_sub(1) * PAGE).take(PAGE) {
        rows.push((visit.handle(&case.case)?, case, team(case)));
    }
    let of = if query.is_empty() { String::new() } else { format!("&q={}", visit.handle(&query)?) };
    let leads = |page: usize, key: &str| html! { a.button href={ "/cases?page=" (page) (of) } { (words.say(key)) } };
    Ok(html! {
        p.hint { (words.count("cases-count", found.len())) }
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
    let waits = client.unsent()?.len();
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
