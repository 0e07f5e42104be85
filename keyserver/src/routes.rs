//! Requests (SPEC §8.7), one file per thing that they are about.

mod admit;
mod feed;
mod founding;
mod foundings;
mod heads;
mod inbox;
mod invitations;
mod key_packages;
mod log;
mod query;
mod recovery;
mod standing;
mod statistics;
mod teams;
mod vouchers;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::state::Keyserver;

/// Every route but those that all servers have. No router is nested: a nested one would show its handlers another path than the one
/// that was signed.
pub(crate) fn router(server: Arc<Keyserver>) -> Router {
    let at = |rest: &str| format!("/v1/organisations/{{organisation}}{rest}");
    let team = |rest: &str| format!("/v1/organisations/{{organisation}}/teams/{{team}}{rest}");
    Router::new()
        .route("/v1/organisations", post(founding::found))
        .route("/v1/foundings/{fingerprint}", get(foundings::read))
        .route(&at("/log"), get(log::read).post(log::append))
        .route(&at("/vouchers"), post(vouchers::issue))
        .route(&at("/invitations"), get(invitations::standings).post(invitations::create))
        .route(&at("/invitations/{invitation}"), get(invitations::read).merge(delete(invitations::withdraw)))
        .route(&at("/invitations/{invitation}/join"), post(invitations::join))
        .route(&at("/joins"), get(invitations::joins))
        .route(&at("/key-packages"), get(key_packages::count).post(key_packages::upload))
        .route(&at("/key-packages/claim"), post(key_packages::claim))
        .route(&at("/standing"), post(standing::step))
        .route(&at("/feed"), get(feed::read))
        .route(&at("/statistics"), get(statistics::aggregator))
        .route(&at("/statistics/close"), post(statistics::close))
        .route(&at("/statistics/verify"), post(statistics::verify))
        .route(&at("/statistics/share"), get(statistics::share))
        .route(&team("/group"), post(teams::create))
        .route(&team("/commits"), get(teams::commits).post(teams::commit))
        .route(&team("/welcome"), get(teams::welcome))
        .route(&team("/links"), get(teams::links))
        .route(&team("/acknowledgements"), post(teams::acknowledge))
        .route(&team("/refusals"), get(teams::refused).post(teams::refuse))
        .route(&team("/heads"), get(heads::read).post(heads::append))
        .route(&team("/escrows"), get(recovery::read).post(recovery::leave))
        .route(&team("/inbox"), get(inbox::read).post(inbox::leave))
        .route(&team("/inbox/taken"), post(inbox::take))
        .route(&team("/regroup"), post(recovery::regroup))
        .with_state(server)
}
