//! A route and its description: the router and the OpenAPI document are made from the same list.

use std::sync::Arc;

use axum::routing::MethodRouter;
use utoipa::openapi::HttpMethod;

use super::App;

/// One method of one path.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: HttpMethod,
    /// The path, with `{names}`.
    pub path: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Whether requests are signed by the team.
    pub signed: bool,
    /// What the body is; empty if there is none.
    pub body: &'static str,
    /// The status of success and what the answer is.
    pub answer: (u16, &'static str),
    /// Headers and parameters of the query that the request has, by name, required or not.
    pub parameters: &'static [(In, &'static str, bool)],
    /// What executes it.
    pub handler: MethodRouter<Arc<App>>,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// In the query.
    Query,
    /// In a header.
    Header,
}
