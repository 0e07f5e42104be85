//! One request: whose desk it comes to, and in which language and colours it is answered.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use casevault_sync::Client;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::settings::Theme;
use crate::words::{Language, Words};

/// One request.
pub(crate) struct Visit {
    /// The desk.
    pub(crate) desk: Arc<Desk>,
    /// The words.
    pub(crate) words: Words,
    /// The colours.
    pub(crate) theme: Theme,
}

impl Visit {
    /// The visit of a request with these headers.
    pub(crate) fn new(desk: &Arc<Desk>, headers: &HeaderMap) -> Self {
        let settings = desk.settings();
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Language::asked_for);
        let language = settings.language.or(asked).unwrap_or_default();
        Self { desk: desk.clone(), words: Words(language), theme: settings.theme }
    }

    /// The client, if the profile is unlocked.
    pub(crate) fn client(&self) -> Result<Arc<Client>, Failure> {
        self.desk.client()
    }

    /// The name in addresses of what has this id.
    pub(crate) fn handle(&self, id: &impl ToString) -> Result<String, Failure> {
        self.desk.handles.of(id)
    }

    /// The id of what has this name in an address.
    pub(crate) fn id(&self, handle: &str) -> Result<String, Failure> {
        self.desk.handles.id(handle)
    }
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Infallible> {
        Ok(Self::new(desk, &parts.headers))
    }
}
