//! The JSON of consent and sharing.

use casevault_sync::view::{
    ConsentState, ConsentView, DocumentView, DossierView, HandoverView, OpenedView, OverrideState, OverrideView, RecipientView,
    ShareView,
};
use casevault_wire::id::DocumentId;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use super::{delivery, list, text};
use crate::when::rfc3339;

fn recipient(view: &RecipientView) -> Value {
    json!({"organisation": text(&view.organisation), "team": text(&view.team), "team_name": view.team_name})
}

pub(crate) fn consent(view: &ConsentView) -> Value {
    let document = |(id, name): &(DocumentId, Option<String>)| json!({"document": text(id), "name": name});
    json!({
        "consent": HEXLOWER.encode(&view.consent), "by": view.by.as_str(), "basis": view.basis, "purpose": view.purpose,
        "to": list(&view.to, recipient), "documents": list(&view.documents, document), "fields": view.fields,
        "until": rfc3339(view.until), "form": view.form.as_ref().map(text), "language": view.language,
        "state": consent_state(view.state), "time": rfc3339(view.time), "person": text(&view.person),
        "person_name": view.person_name, "delivery": delivery(view.delivery),
    })
}

pub(crate) fn share(view: &ShareView) -> Value {
    let opened = |opened: &OpenedView| json!({"document": text(&opened.document), "name": opened.name, "time": rfc3339(opened.time), "person": text(&opened.person)});
    json!({
        "share": text(&view.share), "state": view.state.as_str(), "opened": list(&view.opened, opened), "case": text(&view.case),
        "consent": HEXLOWER.encode(&view.consent), "to": recipient(&view.to), "purpose": view.purpose, "until": rfc3339(view.until),
        "answer": view.answer, "override": view.overridden,
    })
}

pub(crate) fn handover(view: &HandoverView) -> Value {
    json!({"state": view.state.as_str(), "dossier": text(&view.dossier), "with": recipient(&view.with)})
}

pub(crate) fn wish(view: &OverrideView) -> Value {
    json!({
        "override": text(&view.id), "to": recipient(&view.to), "purpose": view.purpose, "documents": list(&view.documents, text),
        "fields": view.fields, "until": rfc3339(view.until), "reason": view.reason, "asked_by": text(&view.asked),
        "approved_by": view.approved.as_ref().map(text), "state": wish_state(view.state),
    })
}

pub(crate) fn wish_state(state: OverrideState) -> &'static str {
    match state {
        OverrideState::Asked => "asked",
        OverrideState::Approved => "approved",
        OverrideState::Used => "used",
    }
}

pub(crate) fn dossier_line(view: &DossierView) -> Value {
    json!({
        "dossier": text(&view.dossier), "from": recipient(&view.from), "state": view.state.as_str(), "until": rfc3339(view.until),
        "purpose": view.purpose, "override": view.overridden,
    })
}

pub(crate) fn dossier(view: &DossierView) -> Value {
    let mut value = dossier_line(view);
    let fields: Map<String, Value> =
        view.fields.iter().map(|(field, value)| (field.clone(), Value::String(value.clone()))).collect();
    let document = |view: &DocumentView| json!({"document": text(&view.document), "name": view.name, "bytes": view.bytes, "sha256": HEXLOWER.encode(&view.sha256)});
    if let Some(object) = value.as_object_mut() {
        object.insert("fields".to_owned(), Value::Object(fields));
        object.insert("documents".to_owned(), list(&view.documents, document));
        object.insert("records".to_owned(), list(&view.records, super::assistance::record));
        object.insert("takeover".to_owned(), json!(view.takeover));
    }
    value
}

pub(crate) fn consent_state(state: ConsentState) -> &'static str {
    match state {
        ConsentState::InForce => "in-force",
        ConsentState::Withdrawn => "withdrawn",
        ConsentState::Expired => "expired",
        ConsentState::Unconfirmed => "unconfirmed",
    }
}
