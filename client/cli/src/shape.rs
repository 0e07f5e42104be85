//! The JSON of the command contract. Keys are stable; more may be added.

mod assistance;
mod erasure;
mod share;

use casevault_sync::evidence::{EvidenceExport, Exhibit, Exported, Problem, Report, Signer, Stamped, side};
use casevault_sync::view::{
    Alarm, AnnouncementView, CaseSummary, CaseView, ChangeState, CopyView, CustodyView, Delivery, DeviceNotice, DeviceView,
    DocumentView, FetchedDocument, InvitationPhase, InvitationView, JoinState, LogView, NoteView, Notice, PartnerState,
    PartnerView, PersonView, PolicyState, PolicyView, RecoveryView, SearchHit, Standing, Status, Subject, TeamChange, TeamView,
    UnsentView, VerifyReport,
};
use casevault_sync::{Found, Metadata, MetadataValue, Role};
use casevault_wire::id::PersonId;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

pub(crate) use assistance::{assistance, overdue, plan, question, record};
pub(crate) use erasure::{erasure, erasure_state};
pub(crate) use share::{consent, consent_state, dossier, dossier_line, share, wish, wish_state};

use crate::statement;
use crate::when::rfc3339;

/// A list of shapes.
pub(crate) fn list<T>(items: &[T], shape: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(shape).collect())
}

/// An id, or whatever else is written as text.
pub(crate) fn text(value: &impl ToString) -> Value {
    Value::String(value.to_string())
}

pub(crate) fn person(view: &PersonView) -> Value {
    json!({"person": text(&view.person), "name": view.name, "role": view.role.as_str(), "state": standing(view.state)})
}

pub(crate) fn device(view: &DeviceView) -> Value {
    json!({
        "device": text(&view.device), "person": text(&view.person), "person_name": view.person_name, "name": view.name,
        "state": standing(view.state), "here": view.here, "synchronised": view.synchronised.map(rfc3339),
    })
}

pub(crate) fn invitation(view: &InvitationView) -> Value {
    json!({
        "invitation": text(&view.invitation), "person": view.person.as_ref().map(text), "name": view.name,
        "role": view.role.map(Role::as_str), "by": text(&view.by), "expires": rfc3339(view.expires),
        "state": invitation_phase(view.phase), "device": view.joined.as_ref().map(text),
    })
}

pub(crate) fn device_notice(notice: &DeviceNotice) -> Value {
    json!({
        "kind": notice.kind.as_str(), "time": rfc3339(notice.time), "device": text(&notice.device),
        "person": text(&notice.person), "person_name": notice.person_name,
    })
}

pub(crate) fn log(view: &LogView) -> Value {
    let subject = |subject: &Subject| json!({"kind": subject.kind, "id": subject.id, "name": subject.name});
    json!({
        "sequence": view.sequence, "time": rfc3339(view.time), "author": view.author.as_ref().map(text),
        "author_name": view.author_name, "statement": view.statement, "words": statement::words(view),
        "subjects": list(&view.subjects, subject),
    })
}

pub(crate) fn partner(view: &PartnerView) -> Value {
    json!({
        "partner": text(&view.partner), "fingerprint": text(&view.fingerprint), "keyserver": view.keyserver, "vault": view.vault,
        "state": partner_state(view.state), "safety_number": text(&view.safety_number), "log": view.log,
    })
}

pub(crate) fn partner_state(state: PartnerState) -> &'static str {
    match state {
        PartnerState::Added => "added",
        PartnerState::Confirmed => "confirmed",
        PartnerState::Removed => "removed",
    }
}

pub(crate) fn team(view: &TeamView) -> Value {
    json!({
        "team": text(&view.team), "name": view.name, "generation": view.generation, "frozen": view.frozen,
        "recoverable": view.recoverable,
        "state": change_state(view.state),
        "members": list(&view.members, |(person, name)| json!({"person": text(person), "name": name})),
    })
}

pub(crate) fn change(change: &TeamChange) -> Value {
    json!({
        "team": text(&change.team), "name": change.name, "state": change_state(change.state), "frozen": change.frozen,
        "empty": change.empty,
    })
}

pub(crate) fn status(status: &Status) -> Value {
    json!({
        "people": status.people, "devices": status.devices, "teams": status.teams, "waiting": list(&status.changes, change),
    })
}

pub(crate) fn numbered_alarm((number, of): &(u64, Alarm)) -> Value {
    let mut value = alarm(of);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("alarm".to_owned(), json!(number));
    }
    value
}

pub(crate) fn alarm(alarm: &Alarm) -> Value {
    json!({
        "kind": alarm.kind.as_str(), "time": rfc3339(alarm.time), "team": alarm.team.as_ref().map(text),
        "case": alarm.journal.as_ref().map(text), "partner": alarm.partner.as_ref().map(text), "document": alarm.document.as_ref().map(text),
    })
}

pub(crate) fn notice(notice: &Notice) -> Value {
    json!({
        "kind": notice.kind.as_str(), "policy": text(&notice.policy), "team": notice.team.as_ref().map(text),
        "device": notice.device.as_ref().map(text), "person": notice.person.as_ref().map(text),
    })
}

pub(crate) fn recovery(view: &RecoveryView) -> Value {
    let people =
        |people: &[(PersonId, Option<String>)]| list(people, |(person, name)| json!({"person": text(person), "name": name}));
    let policy = |policy: &PolicyView| {
        json!({
            "policy": text(&policy.policy), "sheets": text(&policy.sheets), "state": policy_state(policy.state), "threshold": policy.threshold,
            "trustees": people(&policy.trustees), "approvals": people(&policy.approvals), "delay_ms": policy.delay,
            "until": rfc3339(policy.until),
        })
    };
    let announced = |view: &AnnouncementView| json!({"team": text(&view.team), "team_name": view.team_name, "device": text(&view.device), "person": text(&view.by)});
    json!({
        "policies": list(&view.policies, policy), "announcements": list(&view.announcements, announced),
        "notices": list(&view.notices, notice),
    })
}

pub(crate) fn policy_state(state: PolicyState) -> &'static str {
    match state {
        PolicyState::Waiting => "waiting",
        PolicyState::InForce => "in-force",
    }
}

pub(crate) fn case_summary(view: &CaseSummary) -> Value {
    with_said(view, json!({"case": text(&view.case), "title": view.title, "team": text(&view.team), "status": view.status}))
}

/// A case, and what the team's list says of it, if that is something else.
fn with_said(view: &CaseSummary, mut json: Value) -> Value {
    if let (Some(said), Some(object)) = (&view.said, json.as_object_mut()) {
        object.insert("said".to_owned(), json!({"title": said.title, "status": said.status}));
    }
    json
}

pub(crate) fn case(view: &CaseView) -> Value {
    let fields: Map<String, Value> =
        view.fields.iter().map(|(field, value)| (field.clone(), Value::String(value.clone()))).collect();
    let summary = &view.summary;
    let json = json!({
        "case": text(&summary.case), "title": summary.title, "team": text(&summary.team), "status": summary.status,
        "fields": fields, "documents": list(&view.documents, document), "notes": list(&view.notes, note),
        "assistance": assistance(&view.assistance), "delivery": delivery(view.delivery), "keeping": erasure::keeping(&view.keeping),
        "handover": view.handover.as_ref().map(share::handover),
    });
    with_said(summary, json)
}

fn note(view: &NoteView) -> Value {
    json!({
        "time": rfc3339(view.time), "person": text(&view.person), "person_name": view.person_name, "text": view.text,
    })
}

pub(crate) fn document(view: &DocumentView) -> Value {
    json!({
        "document": text(&view.document), "name": view.name, "version": view.version, "bytes": view.bytes,
        "sha256": HEXLOWER.encode(&view.sha256), "delivery": delivery(view.delivery), "metadata": view.metadata.map(found),
        "original": view.original.map(|(original, how)| json!({"document": text(&original), "how": how.as_str()})),
    })
}

/// A document that says more than is seen of it.
pub(crate) fn telling(view: &DocumentView) -> Value {
    json!({"document": text(&view.document), "name": view.name, "metadata": view.metadata.map(found)})
}

/// What was found in a document: kinds.
fn found(found: Found) -> Value {
    Value::Array(found.kinds().into_iter().map(|kind| json!(kind.as_str())).collect())
}

pub(crate) fn copy(view: &CopyView) -> Value {
    let mut value = document(&view.copy);
    if let Some(fields) = value.as_object_mut() {
        let original =
            json!({"document": text(&view.original), "how": view.how.as_str(), "sha256": HEXLOWER.encode(&view.original_sha256)});
        fields.insert("original".to_owned(), original);
        fields.extend([("pages".to_owned(), json!(view.pages)), ("boxes".to_owned(), json!(view.boxes))]);
        fields.insert("missing".to_owned(), json!(view.missing));
    }
    value
}

pub(crate) fn metadata((view, metadata): &(DocumentView, Metadata)) -> Value {
    let value = |one: &MetadataValue| json!({"kind": one.kind.as_str(), "name": one.name, "value": one.value});
    json!({
        "document": text(&view.document), "name": view.name, "found": found(metadata.found), "values": list(&metadata.values, value),
    })
}

pub(crate) fn version(view: &DocumentView) -> Value {
    let mut value = document(view);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("entry".to_owned(), json!(view.entry));
    }
    value
}

pub(crate) fn fetched(view: &FetchedDocument) -> Value {
    json!({"path": view.path.to_string_lossy(), "bytes": view.bytes, "sha256": HEXLOWER.encode(&view.sha256)})
}

pub(crate) fn custody(view: &CustodyView) -> Value {
    let (state, answer) = view.answer.as_ref().map(|(answer, words)| (answer.as_str(), words.as_str())).unzip();
    json!({
        "sequence": view.sequence, "time": rfc3339(view.time), "person": text(&view.person), "person_name": view.person_name,
        "device": text(&view.device), "event": view.event, "documents": list(&view.documents, text), "dossier": view.dossier.as_ref().map(text),
        "state": state, "answer": answer,
    })
}

pub(crate) fn evidence_export(made: &EvidenceExport) -> Value {
    json!({
        "path": made.path.to_string_lossy(), "files": made.files, "fingerprint": made.fingerprints.first().map(text),
        "fingerprints": list(&made.fingerprints, text), "documents": list(&made.documents, exhibit), "problems": [],
    })
}

pub(crate) fn evidence(report: &Report) -> Value {
    let signer = |one: &Signer| json!({"side": side(one.guest), "person": text(&one.person), "device": text(&one.device), "events": one.events});
    let recipient = report
        .recipient
        .map(|(to, print)| json!({"organisation": text(&to.organisation), "fingerprint": text(&print), "team": text(&to.team)}));
    let exported = |one: &Exported| json!({"time": rfc3339(one.time), "side": side(one.guest), "person": text(&one.person), "device": text(&one.device)});
    let stamp = |one: &Stamped| json!({"time": rfc3339(one.time), "authority": one.authority, "vouched": one.vouched, "before_export": one.early});
    let problem = |one: &Problem| json!({"file": one.file, "sequence": one.sequence, "problem": one.fault.to_string()});
    json!({
        "valid": report.problems.is_empty(), "files": report.files, "fingerprint": report.fingerprint.as_ref().map(text),
        "organisation": report.place.map(|place| text(&place.organisation)), "case": report.place.map(|place| text(&place.journal)),
        "recipient": recipient,
        "exported": report.exported.as_ref().map(exported), "time_stamp": report.stamp.as_ref().map(stamp), "documents": list(&report.documents, exhibit),
        "signers": list(&report.signers, signer), "problems": list(&report.problems, problem),
    })
}

fn exhibit(one: &Exhibit) -> Value {
    json!({
        "file": one.file, "document": text(&one.document), "version": one.version, "name": one.name.as_str(), "bytes": one.bytes,
        "sha256": text(&one.sha256), "entry": one.sequence,
    })
}

pub(crate) fn unsent(view: &UnsentView) -> Value {
    json!({
        "item": view.item, "time": rfc3339(view.time), "team": text(&view.team), "team_name": view.team_name,
        "case": view.case.as_ref().map(text), "title": view.title, "event": view.event, "text": view.text, "member": view.member,
    })
}

pub(crate) fn hit(view: &SearchHit) -> Value {
    json!({"case": text(&view.case), "title": view.title, "place": view.place, "text": view.text})
}

pub(crate) fn verified(report: &VerifyReport) -> Value {
    json!({
        "log": report.log, "heads": report.heads, "sealing_keys": report.sealing_keys, "groups": report.groups,
        "devices": report.devices, "partners": report.partners, "partners_missed": report.partners_missed, "journals": report.journals, "entries": report.entries, "documents": report.documents,
        "problems": list(&report.problems, alarm),
    })
}

pub(crate) fn change_state(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Done => "done",
        ChangeState::Requested => "requested",
    }
}

pub(crate) fn standing(state: Standing) -> &'static str {
    match state {
        Standing::Pending => "pending",
        Standing::Active => "active",
        Standing::Removed => "removed",
    }
}

pub(crate) fn invitation_phase(phase: InvitationPhase) -> &'static str {
    match phase {
        InvitationPhase::Open => "open",
        InvitationPhase::Waiting => "waiting",
        InvitationPhase::Used => "used",
        InvitationPhase::Withdrawn => "withdrawn",
        InvitationPhase::Expired => "expired",
    }
}

pub(crate) fn join_state(state: JoinState) -> &'static str {
    match state {
        JoinState::Pending => "pending",
        JoinState::Approved => "approved",
    }
}

pub(crate) fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Sent => "sent",
        Delivery::Queued => "queued",
    }
}
