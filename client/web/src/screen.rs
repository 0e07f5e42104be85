//! The screens, one file each, and where they are.

mod activity;
mod alarms;
mod assistance;
mod case;
mod cases;
mod conflicts;
mod consent;
mod counting;
mod details;
mod documents;
mod dossier;
mod evidence;
mod hand_over;
mod help;
mod jobs;
mod log;
mod new_case;
mod opening;
mod organisation;
mod outside;
mod overdue;
mod overrides;
mod partners;
mod people;
mod person;
mod plan;
mod preview;
mod profile;
mod recovery;
mod redact;
mod rights;
mod screening;
mod settings;
mod shares;
mod sharing;
mod sheets;
mod statistics;
mod team;
mod teams;
mod travel;
pub(crate) mod unlock;
mod versions;
mod waiting;
mod welcome;
mod whom;

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
pub(crate) const FORM: usize = 256 << 10;
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
        .route("/waiting", get(waiting::show))
        .route("/synchronise", post(waiting::synchronise))
        .route("/settings", get(settings::form).post(settings::choose))
        .route("/settings/passphrase", post(settings::passphrase))
        .route("/settings/protect", post(settings::protect))
        .route(WIPE, post(settings::wipe))
        .route("/help", get(help::show))
        .merge(of_cases())
        .merge(beside_cases())
        .merge(organisation_routes())
        .fallback(async || Failure::NotHere)
        .layer(DefaultBodyLimit::max(FORM))
}

/// The addresses of cases and what is in them.
fn of_cases() -> Router<Arc<Desk>> {
    Router::new()
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
        .route("/cases/{case}/documents/{document}/details", get(details::show))
        .route("/cases/{case}/documents/{document}/versions/{entry}", get(versions::show))
        .route("/cases/{case}/documents/{document}/versions/{entry}/{page}", get(versions::picture))
        .route("/cases/{case}/documents/{document}/versions/{entry}/save", post(versions::save))
        .route("/cases/{case}/evidence", get(evidence::form).post(evidence::make))
        .route("/cases/{case}/sharing", get(sharing::show))
        .route("/cases/{case}/consent", get(consent::form).post(consent::give))
        .route("/cases/{case}/consent/language", post(consent::language))
        .route("/cases/{case}/confirm/{consent}", post(sharing::confirm))
        .route("/cases/{case}/withdraw/{consent}", post(sharing::withdraw))
        .route("/cases/{case}/share/{consent}", get(sharing::form).post(sharing::share))
        .route("/cases/{case}/end/{share}", post(sharing::end))
        .route("/overdue", get(overdue::show))
        .route("/cases/{case}/documents/{document}/save", post(preview::save))
        .route("/cases/{case}/documents/{document}/redact", get(redact::form).post(redact::make))
        .route("/cases/{case}/hand-over/{share}", get(hand_over::form).post(hand_over::offer))
        .route("/cases/{case}/override", get(overrides::form).post(overrides::ask))
        .route("/cases/{case}/override/{wish}/{what}", post(overrides::change))
        .route("/cases/{case}/assistance", get(assistance::show))
        .route("/cases/{case}/records/{kind}", post(assistance::add))
        .route("/cases/{case}/records/{kind}/{record}", get(assistance::form).post(assistance::set))
        .route("/cases/{case}/plan", post(plan::make))
        .route("/cases/{case}/plan/approve", post(plan::approve))
        .route("/cases/{case}/goals/{goal}", post(plan::goal))
        .route("/cases/{case}/screening", get(screening::show).post(screening::answer))
        .route("/cases/{case}/screening/decision", post(screening::decide))
        .route("/cases/{case}/rights", get(rights::show))
        .route("/cases/{case}/rights/copy", post(rights::copy))
        .route("/cases/{case}/rights/{what}", post(rights::change))
}

/// The addresses of what others share, and of what goes on beside the pages.
fn beside_cases() -> Router<Arc<Desk>> {
    Router::new()
        .route("/shared/{dossier}", get(dossier::show).post(dossier::answer))
        .route("/shared/{dossier}/take-over", post(dossier::take_over))
        .route("/shared/{dossier}/evidence", post(dossier::bundle))
        .route("/shared/{dossier}/documents/{document}", get(dossier::document))
        .route("/shared/{dossier}/documents/{document}/save", post(preview::save_shared))
        .route("/shared/{dossier}/documents/{document}/{page}", get(preview::shared_picture))
        .route("/jobs/{job}", get(jobs::show))
        .route("/jobs/{job}/file", get(jobs::file))
        .route("/jobs/{job}/stop", post(jobs::stop))
        .route("/jobs/{job}/forget", post(jobs::forget))
}

/// What is not about one case.
fn organisation_routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/statistics", get(statistics::show))
        .route("/statistics/close", post(statistics::close))
        .route("/statistics/contribute", post(statistics::contribute))
        .route("/statistics/{period}/records", get(statistics::records))
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
        .route("/recovery/{change}", post(opening::change))
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
