//! The fields of a form, or of a question in an address. What was typed is wiped when it is dropped.

use axum::Form;
use axum::extract::{FromRequest, Request};
use zeroize::Zeroize as _;

use crate::failure::Failure;

/// Names and what was typed, in order.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// What was typed first under `name`; empty if nothing was.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| one == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// All that was chosen under `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(one, _)| one == name).map(|(_, text)| text.as_str())
    }

    /// Whether there is anything under `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, text)| text.zeroize());
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = Form::<Vec<(String, String)>>::from_request(request, state).await;
        read.map(|Form(fields)| Self(fields)).map_err(|error| Failure::of_status(error.into_response_status()))
    }
}

/// The status of what axum did not take.
trait Status {
    fn into_response_status(self) -> axum::http::StatusCode;
}

impl<T: axum::response::IntoResponse> Status for T {
    fn into_response_status(self) -> axum::http::StatusCode {
        self.into_response().status()
    }
}
