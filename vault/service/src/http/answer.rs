//! Answers.

use axum::response::{IntoResponse, Response};
use casevault_wire::codec::encode;
use http::header::{CONTENT_TYPE, HeaderValue};

/// The media type of encoded structures.
pub const MEDIA_TYPE: &str = "application/octet-stream";

/// An encoded structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded(pub Vec<u8>);

impl Encoded {
    /// The answer that is `value`.
    pub fn of<T: tls_codec::Serialize>(value: &T) -> Self {
        Self(encode(value))
    }
}

impl IntoResponse for Encoded {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response
    }
}

/// Done, and nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        http::StatusCode::NO_CONTENT.into_response()
    }
}
