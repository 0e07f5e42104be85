//! An organisation's first entry, for whoever was given its root's fingerprint by its people (R-8.8-3).

use std::sync::Arc;

use axum::extract::{Path, State};
use casevault_service::http::answer::Encoded;
use casevault_service::http::problem::Problem;
use casevault_wire::hash::Hash;
use casevault_wire::log::SignedLogEntry;
use casevault_wire::problem::Code;

use super::log::entry_key;
use crate::records::parse;
use crate::state::Keyserver;

/// `GET /v1/foundings/{fingerprint}`
pub(super) async fn read(State(server): State<Arc<Keyserver>>, Path(fingerprint): Path<String>) -> Result<Encoded, Problem> {
    let fingerprint = Hash::parse(&fingerprint).map_err(|_| Problem(Code::Refused))?;
    let id = server.catalogue.founded_by(&fingerprint).ok_or(Problem(Code::Refused))?;
    let entry = server.records.read(&entry_key(&id, 0)).await?.ok_or(Problem(Code::Unavailable))?;
    let entry: SignedLogEntry = parse(&entry)?;
    Ok(Encoded::of(&entry))
}
