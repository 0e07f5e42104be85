//! The screens, one file each, and where they are.

mod case;
mod cases;
mod consent;
mod documents;
mod help;
mod new_case;
mod outside;
mod people;
mod preview;
mod profile;
mod settings;
mod sharing;
mod statistics;
mod teams;
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
/// Where the answers to forms are asked for.
pub(crate) const ANSWERS: &str = "/answers/";
/// What pages are drawn with, which says nothing of anybody.
pub(crate) const ASSETS: &str = "/assets/";
/// What is done without the keys.
pub(crate) const WITHOUT_KEYS: [&str; 7] = [ENTER, "/unlock", "/lock", LEAVE, "/settings", "/welcome/join", "/welcome/found"];
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
        .route("/answers/{handle}", get(outside::answer))
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
        .route("/statistics", get(statistics::show))
        .route("/people", get(people::show))
        .route("/people/invite", post(people::invite))
        .route("/people/approve", post(people::approve))
        .route("/people/revoke", post(people::revoke))
        .route("/teams", get(teams::show).post(teams::create))
        .route("/teams/{team}/{change}", post(teams::change))
        .route("/settings", get(settings::form).post(settings::choose))
        .route("/help", get(help::show))
        .fallback(async || Failure::NotHere)
        .layer(DefaultBodyLimit::max(FORM))
}

/// Has the browser ask for another page.
fn to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// The same after something was done.
fn done(address: &str) -> Outcome {
    Ok(to(address))
}
