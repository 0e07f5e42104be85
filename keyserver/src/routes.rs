//! Requests (SPEC §8.7), one file per thing that they are about.

mod admit;
mod feed;
mod founding;
mod heads;
mod invitations;
mod key_packages;
mod log;
mod query;
mod teams;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::state::Keyserver;

/// Every route but those that all servers have.
pub(crate) fn router(server: Arc<Keyserver>) -> Router {
    let organisation = Router::new()
        .route("/log", get(log::read).post(log::append))
        .route("/invitations", post(invitations::create))
        .route("/invitations/{invitation}", get(invitations::read).merge(delete(invitations::withdraw)))
        .route("/invitations/{invitation}/join", post(invitations::join))
        .route("/joins", get(invitations::joins))
        .route("/key-packages", get(key_packages::count).post(key_packages::upload))
        .route("/key-packages/claim", post(key_packages::claim))
        .route("/feed", get(feed::read))
        .nest("/teams/{team}", team());
    Router::new()
        .route("/v1/organisations", post(founding::found))
        .nest("/v1/organisations/{organisation}", organisation)
        .with_state(server)
}

fn team() -> Router<Arc<Keyserver>> {
    Router::new()
        .route("/group", post(teams::create))
        .route("/commits", get(teams::commits).post(teams::commit))
        .route("/welcome", get(teams::welcome))
        .route("/links", get(teams::links))
        .route("/acknowledgements", post(teams::acknowledge))
        .route("/refusals", post(teams::refuse))
        .route("/heads", get(heads::read).post(heads::append))
}
