//! The vault over HTTP. Only here are paths, headers and status codes known.

mod admission;
mod blobs;
mod deletions;
mod grants;
mod journals;
mod openapi;
mod organisations;
mod path;
mod range;
mod route;
mod statistics;
mod teams;
mod uploads;

use std::sync::Arc;

use axum::Router;

use crate::feed::Followers;
use crate::vault::Vault;
use route::Route;

pub use openapi::document;

/// What handlers share.
#[derive(Debug)]
pub struct App {
    /// The vault.
    pub vault: Arc<Vault>,
    /// Who follows the keyserver.
    pub followers: Followers,
}

/// Every route of the vault, in the order of SPEC §7.4.
fn routes() -> Vec<Route> {
    let journals = [journals::routes(), uploads::routes(), blobs::routes(), grants::routes(), deletions::routes()].concat();
    [organisations::routes(), teams::routes(), journals, statistics::routes(), openapi::routes()].concat()
}

/// The whole application: the vault's routes within what every server has.
pub fn router(app: Arc<App>) -> Router {
    let node = app.vault.node.clone();
    let routes = routes().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    casevault_service::http::app(node, routes.with_state(app))
}
