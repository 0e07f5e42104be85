//! Statistics: the vault's part of a task, reports, and the count.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::routing::{get, post};
use casevault_service::http::answer::{Done, Encoded};
use casevault_service::http::problem::Problem;
use casevault_service::statistics::period;
use casevault_wire::codec::decode;
use casevault_wire::id::OrganisationId;
use casevault_wire::limit;
use casevault_wire::problem::Code;
use casevault_wire::statistics::{Contribution, Period, ReportList, SignedClosing};
use utoipa::openapi::HttpMethod;

use super::App;
use super::admission::admit;
use super::path::{Names, number};
use super::route::{In, Route};

/// The longest closing.
const CLOSING: usize = 8192;
/// The longest contribution.
const CONTRIBUTION: usize = limit::BODY / 2;
/// The longest list of reports.
const LIST: usize = 16 * limit::REPORTS + 8;

/// Which period.
const PERIOD: &[(In, &str, bool)] = &[(In::Query, "period", true)];

pub(super) fn routes() -> Vec<Route> {
    [of_organisations(), of_teams()].concat()
}

fn of_organisations() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Get,
            path: "/v1/organisations/{organisation}/statistics",
            summary: "The vault's part of the task of a period.",
            signed: false,
            body: "",
            answer: (200, "Signed<Aggregator>"),
            parameters: PERIOD,
            handler: get(aggregator),
        },
        Route {
            method: HttpMethod::Post,
            path: "/v1/organisations/{organisation}/statistics/close",
            summary: "Counts a period that the keyserver has closed, or goes on counting.",
            signed: false,
            body: "Signed<Closing>",
            answer: (200, "Progress"),
            parameters: PERIOD,
            handler: post(close),
        },
    ]
}

fn of_teams() -> Vec<Route> {
    vec![
        Route {
            method: HttpMethod::Get,
            path: "/v1/teams/{team}/statistics",
            summary: "The ids of the reports that a team has given, and of those that it has withdrawn.",
            signed: true,
            body: "",
            answer: (200, "Reported"),
            parameters: PERIOD,
            handler: get(list),
        },
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/statistics",
            summary: "Gives reports of a team's cases, or replaces them.",
            signed: true,
            body: "Contribution",
            answer: (204, ""),
            parameters: PERIOD,
            handler: post(contribute),
        },
        Route {
            method: HttpMethod::Post,
            path: "/v1/teams/{team}/statistics/withdraw",
            summary: "Withdraws reports.",
            signed: true,
            body: "ReportList",
            answer: (204, ""),
            parameters: PERIOD,
            handler: post(withdraw),
        },
    ]
}

async fn named(request: Request) -> Result<((OrganisationId, Period), Request), Problem> {
    let (names, request) = Names::of(request).await?;
    let organisation = names.organisation().ok_or(Problem(Code::Malformed))?;
    Ok(((organisation, period(number(request.uri().query(), "period")?)?), request))
}

fn asked(request: &Request) -> Result<Period, Problem> {
    period(number(request.uri().query(), "period")?)
}

async fn aggregator(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let ((organisation, period), _) = named(request).await?;
    Ok(Encoded::of(&app.vault.aggregator(organisation, period).await?))
}

async fn close(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let (place, request) = named(request).await?;
    let body = to_bytes(request.into_body(), CLOSING).await.map_err(|_| Problem(Code::TooLarge))?;
    let closing: SignedClosing = decode(&body, CLOSING).map_err(|_| Problem(Code::Malformed))?;
    let mut source = app.followers.source();
    Ok(Encoded::of(&app.vault.close(&mut source, place, &closing).await?))
}

async fn list(State(app): State<Arc<App>>, request: Request) -> Result<Encoded, Problem> {
    let period = asked(&request)?;
    let admitted = admit(&app.vault, request).await?;
    admitted.body.none().await?;
    Ok(Encoded::of(&app.vault.reported(&admitted.team, period).await?))
}

async fn contribute(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let period = asked(&request)?;
    let admitted = admit(&app.vault, request).await?;
    admitted.may_write()?;
    let body = admitted.body.read(CONTRIBUTION).await?;
    let contribution: Contribution = decode(&body, CONTRIBUTION).map_err(|_| Problem(Code::Malformed))?;
    app.vault.contribute((&admitted.team, admitted.generation), period, contribution).await?;
    Ok(Done)
}

async fn withdraw(State(app): State<Arc<App>>, request: Request) -> Result<Done, Problem> {
    let period = asked(&request)?;
    let admitted = admit(&app.vault, request).await?;
    admitted.may_write()?;
    let body = admitted.body.read(LIST).await?;
    let list: ReportList = decode(&body, LIST).map_err(|_| Problem(Code::Malformed))?;
    app.vault.withdraw((&admitted.team, admitted.generation), period, &list).await?;
    Ok(Done)
}
