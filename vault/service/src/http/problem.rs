//! Problems as answers (SPEC §9, RFC 9457): the table from code to status and title.

use axum::response::{IntoResponse, Response};
use casevault_wire::problem::{self, Code, MEDIA_TYPE};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};

use crate::store::StoreError;

/// A request that was not done, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.as_str())]
pub struct Problem(pub Code);

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self(code)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error == StoreError::Corrupt {
            tracing::error!("a record is damaged: run `fsck`");
            metrics::counter!("casevault_damaged_records_total").increment(1);
        }
        Self(match error {
            StoreError::Conflict => Code::Conflict,
            StoreError::Full => Code::Full,
            StoreError::Corrupt | StoreError::Unavailable | StoreError::InUse => Code::Unavailable,
        })
    }
}

/// The status of each code.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::Nonce => StatusCode::BAD_REQUEST,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Refused => StatusCode::FORBIDDEN,
        Code::Conflict | Code::StaleGeneration | Code::Upload => StatusCode::CONFLICT,
        Code::Frozen => StatusCode::LOCKED,
        Code::Invitation => StatusCode::GONE,
        Code::Quota | Code::Full => StatusCode::INSUFFICIENT_STORAGE,
        Code::Busy => StatusCode::TOO_MANY_REQUESTS,
        Code::Statement => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The title of each code, the same for every occurrence.
pub fn title(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The request is not of its form.",
        Code::TooLarge => "The request is over a limit.",
        Code::Refused => "Refused.",
        Code::Nonce => "The nonce is not good: take a new one.",
        Code::Conflict => "What the request builds on has changed.",
        Code::StaleGeneration => "The team has a newer access key.",
        Code::Frozen => "The team is frozen.",
        Code::Upload => "The upload is not what the request says.",
        Code::Invitation => "The invitation is no longer good.",
        Code::Quota => "The team's quota is used up.",
        Code::Full => "The server is full; nothing was stored.",
        Code::Busy => "Too many requests: wait.",
        Code::Statement => "The statement breaks a rule of the log.",
        Code::Unavailable => "The server cannot answer; nothing was acknowledged.",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let code = self.0;
        let status = status(code);
        let body = problem::Problem {
            kind: format!("urn:casevault:problem:{}", code.as_str()),
            title: title(code).to_owned(),
            status: status.as_u16(),
            code,
        };
        // Serialising strings and a number to memory cannot fail; an empty body would still carry the status.
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, bytes).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if matches!(code, Code::Busy | Code::Unavailable) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
