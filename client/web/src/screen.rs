//! The screens, one file each, and where they are.

mod activity;
mod alarms;
mod case;
mod cases;
mod conflicts;
mod consent;
mod counting;
mod documents;
mod help;
mod log;
mod new_case;
mod organisation;
mod outside;
mod partners;
mod people;
mod person;
mod preview;
mod profile;
mod recovery;
mod settings;
mod sharing;
mod sheets;
mod statistics;
mod team;
mod teams;
mod travel;
pub(crate) mod unlock;
mod waiting;
mod welcome;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use crate::desk::Desk;
use crate::failure::{Failure, Outcome};

/// Where a browser comes in.
pub(crate) const ENTER: &str = "/enter";
/// Where somebody goes away.
pub(crate) const LEAVE: &str = "/leave";
/// Where the profile is destroyed.
pub(crate) const WIPE: &str = "/settings/wipe";
/// Where the answers to forms are asked for.
pub(crate) const ANSWERS: &str = "/answers/";
/// What pages are drawn with, which says nothing of anybody.
pub(crate) const ASSETS: &str = "/assets/";
/// What is done without the keys.
pub(crate) const WITHOUT_KEYS: [&str; 9] =
    [ENTER, "/unlock", "/lock", LEAVE, WIPE, "/settings", "/settings/passphrase", "/welcome/join", "/welcome/found"];
/// Bytes of a form.
const FORM: usize = 256 << 10;
/// Bytes of documents that come at once.
const DOCUMENTS: usize = 8 << 30;

/// Every address.
pub(crate) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(welcome::start))
        .route("/welcome", get(welcome::show))
        .route("/welcome/join", post(welcome::join))
        .route("/welcome/found", post(welcome::found))
        .route("/joining", get(welcome::joining))
        .route(ENTER, post(outside::enter))
        .route("/assets/{name}", get(outside::asset))
        .route("/unlock", get(unlock::show).post(unlock::unlock))
        .route("/lock", post(unlock::lock))
        .route(LEAVE, post(outside::leave))
        .route("/still", get(outside::still))
        .route("/answers/{handle}", get(outside::answer))
        .route("/alarms", post(alarms::seen))
        .route("/cases", get(cases::list).post(new_case::open))
        .route("/cases/search", post(cases::search))
        .route("/cases/new", get(new_case::form))
        .route("/cases/{case}", get(case::show))
        .route("/cases/{case}/note", post(case::note))
        .route("/cases/{case}/close", post(case::close))
        .route("/cases/{case}/timeline", get(case::timeline))
        .route("/cases/{case}/profile/{section}", get(profile::form).post(profile::set))
        .route("/cases/{case}/documents", get(documents::form).post(documents::add).layer(DefaultBodyLimit::max(DOCUMENTS)))
        .route("/cases/{case}/documents/{document}", get(preview::show))
        .route("/cases/{case}/documents/{document}/{page}", get(preview::picture))
        .route("/cases/{case}/sharing", get(sharing::show))
        .route("/cases/{case}/consent", get(consent::form).post(consent::give))
        .route("/cases/{case}/withdraw/{consent}", post(sharing::withdraw))
        .route("/cases/{case}/share/{consent}", get(sharing::form).post(sharing::share))
        .route("/cases/{case}/end/{share}", post(sharing::end))
        .route("/waiting", get(waiting::show))
        .route("/synchronise", post(waiting::synchronise))
        .route("/shared/{dossier}", get(waiting::dossier).post(waiting::answer))
        .merge(organisation_routes())
        .route("/settings", get(settings::form).post(settings::choose))
        .route("/settings/passphrase", post(settings::passphrase))
        .route("/settings/protect", post(settings::protect))
        .route(WIPE, post(settings::wipe))
        .route("/help", get(help::show))
        .fallback(async || Failure::NotHere)
        .layer(DefaultBodyLimit::max(FORM))
}

/// What is not about one case.
fn organisation_routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/statistics", get(statistics::show))
        .route("/statistics/close", post(statistics::close))
        .route("/statistics/contribute", post(statistics::contribute))
        .route("/statistics/{period}/{form}", get(statistics::export))
        .route("/people", get(people::show))
        .route("/people/invite", post(people::invite))
        .route("/people/approve", post(people::approve))
        .route("/people/withdraw", post(people::withdraw))
        .route("/people/{person}", get(person::show))
        .route("/people/{person}/{change}", post(person::change))
        .route("/people/{person}/devices/{device}/{change}", post(person::change_device))
        .route("/partners", get(partners::show).post(partners::add))
        .route("/partners/confirm", post(partners::confirm))
        .route("/partners/remove", post(partners::remove))
        .route("/recovery", get(recovery::show).post(recovery::create))
        .route("/recovery/sheets", get(sheets::show).post(sheets::prove))
        .route("/recovery/{change}", post(recovery::change))
        .route("/log", get(log::show))
        .route("/teams", get(teams::show).post(teams::create))
        .route("/teams/{team}", get(team::show))
        .route("/teams/{team}/{change}", post(team::change))
        .route("/activity", get(activity::show))
        .route("/conflicts", get(conflicts::show).post(conflicts::settle))
        .route("/travel", get(travel::form).post(travel::make))
        .route("/cases/{case}/counting", get(counting::form).post(counting::change))
}

/// Has the browser ask for another page.
fn to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// The same after something was done.
fn done(address: &str) -> Outcome {
    Ok(to(address))
}
