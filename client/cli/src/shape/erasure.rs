//! The JSON of erasure.

use casevault_sync::view::{ErasureState, ErasureView, Keeping};
use serde_json::{Value, json};

use super::text;
use crate::when::rfc3339;

pub(crate) fn erasure(view: &ErasureView) -> Value {
    json!({
        "case": text(&view.case), "team": text(&view.team), "title": view.title, "reason": view.reason,
        "asked_by": view.asked.map(|(person, _)| text(&person)), "asked": view.asked.map(|(_, time)| rfc3339(time)),
        "confirmed_by": view.confirmed.map(|(person, _)| text(&person)), "confirmed": view.confirmed.map(|(_, time)| rfc3339(time)),
        "day": view.day.map(rfc3339), "state": erasure_state(view.state), "waiting": view.waiting,
    })
}

pub(crate) fn erasure_state(state: ErasureState) -> &'static str {
    match state {
        ErasureState::Asked => "asked",
        ErasureState::Confirmed => "confirmed",
        ErasureState::Held => "held",
        ErasureState::Erased => "erased",
    }
}

pub(crate) fn keeping(view: &Keeping) -> Value {
    json!({
        "hold": view.hold, "retention": view.retention.as_ref().map(|kept| json!({"until": rfc3339(kept.until), "reason": kept.reason})),
        "erasure": view.erasure.map(rfc3339),
    })
}
