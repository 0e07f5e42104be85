//! What is done for a person: services, movements and follow-ups, the plan with its goals, and whether a minor has a guardian. All of it is
//! written without a connection, too.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CaseView, RecordView};
use casevault_sync::{Client, RecordId, RecordKind, SERVICES};
use data_encoding::HEXLOWER;
use maud::{Markup, html};

use super::{case, done, plan, profile};
use crate::codes;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// A kind of records.
type Kind = (RecordKind, &'static [&'static str], Option<(&'static str, &'static str)>);

/// The kinds of records: as addresses call them, their fields in the order in which they are asked, and what a new one is besides.
const KINDS: [Kind; 3] = [
    (
        RecordKind::Service,
        &["cv_ServiceAgency", "cv_ServiceDate", "cv_ServiceUntil", "cv_ServiceState", "cv_ServiceNote"],
        Some(("cv_ServiceState", "Planned")),
    ),
    (
        RecordKind::Movement,
        &["cv_Movement", "cv_MovementDate", "cv_MovementDestination", "cv_MovementState", "cv_RiskAssessmentOfReturn"],
        Some(("cv_MovementState", "Assessed")),
    ),
    (RecordKind::FollowUp, &["cv_FollowUpDate", "cv_FollowUpOutcome", "cv_FollowUpDone", "cv_FollowUpNote"], None),
];
/// What a new service is: the field that says so, and its code.
const WHAT: &str = "service";
/// The field of a service that has words for a code.
const OTHER: &str = "cv_OtherSupport";

/// The kind of this name.
fn kind(name: &str) -> Outcome<Kind> {
    KINDS.into_iter().find(|(kind, ..)| kind.as_str() == name).ok_or(Failure::NotHere)
}

pub(super) async fn show(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let client = visit.client()?;
    let view = client.case(&visit.id(&handle)?).await?;
    Ok(draw(&visit, (&client, &handle, &view), ("", &Fields::default()), None)?.into_response())
}

/// The page. `typed` is what was typed into the form of this name, which failed.
pub(super) fn draw(
    visit: &Visit,
    (client, handle, view): (&Client, &str, &CaseView),
    (form, typed): (&str, &Fields),
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let words = visit.words;
    let shown = |name: &str| failure.filter(|_| form == name).map(|failure| failure.shown(visit));
    let nothing = Fields::default();
    let typed_in = |name: &str| if form == name { typed } else { &nothing };
    let mut sections = Vec::new();
    for (kind, fields, _) in KINDS {
        sections.push(section(visit, (handle, view), (kind, fields), (typed_in(kind.as_str()), shown(kind.as_str())))?);
    }
    let body = html! {
        (case::head(visit, (handle, view), "case-assistance"))
        @if view.assistance.lacks_guardian {
            p.note { (words.say("guardian-lacks")) " " a href={ "/cases/" (handle) "/profile/guardian" } { (words.say("guardian-name")) } }
        }
        p { a href={ "/cases/" (handle) "/screening" } { (words.say("screening")) } }
        (plan::section(visit, (client, handle, view), (typed_in("plan"), shown("plan")))?)
        @for section in &sections { (section) }
        (codes::offered(words, KINDS.iter().flat_map(|(_, fields, _)| known(fields))))
    };
    Ok(page::page(visit, "cases", body))
}

fn section(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (kind, fields): (RecordKind, &[&str]),
    (typed, failure): (&Fields, Option<Markup>),
) -> Outcome<Markup> {
    let (words, name) = (visit.words, kind.as_str());
    let mut records = Vec::new();
    for record in view.assistance.of(kind) {
        records.push(entry(visit, handle, record)?);
    }
    Ok(html! {
        section aria-labelledby=(name) {
            h2 id=(name) { (words.say(&format!("records-{name}"))) }
            @if records.is_empty() { p.empty { (words.say("records-empty")) } }
            @for record in &records { (record) }
            details open[failure.is_some()] {
                summary { (words.say(&format!("records-{name}-new"))) }
                @if let Some(failure) = &failure { (failure) }
                form method="post" action={ "/cases/" (handle) "/records/" (name) } class="stack" {
                    @if kind == RecordKind::Service { (what(words, typed)) }
                    @for field in known(fields) { (profile::input(words, field, typed)) }
                    button { (words.say("records-add")) }
                }
            }
        }
    })
}

fn known<'a>(fields: &'a [&str]) -> impl Iterator<Item = &'static casevault_sync::Field> + 'a {
    fields.iter().filter_map(|field| casevault_sync::field(field))
}

/// Which service: of each kind those that the standard knows, and words of one's own.
fn what(words: Words, typed: &Fields) -> Markup {
    let codes = || SERVICES.iter().filter_map(|(_, field)| casevault_sync::field(field)).filter(|field| field.name != OTHER);
    html! {
        label.field {
            span { (words.say("service-what")) }
            select name=(WHAT) autocomplete="off" {
                option value="" { (words.say("not-said")) }
                @for field in codes() {
                    optgroup label=(words.say(&format!("field-{}", field.name))) {
                        @for code in field.codes() {
                            @let value = format!("{}={}", field.name, code.code);
                            option value=(value) selected[typed.text(WHAT) == value] { (words.known(&format!("code-{}", code.code)).unwrap_or_else(|| code.label.clone())) }
                        }
                    }
                }
            }
        }
        (part::line(&words.say("service-other"), OTHER, typed.text(OTHER)))
    }
}

fn entry(visit: &Visit, handle: &str, record: &RecordView) -> Outcome<Markup> {
    let words = visit.words;
    let name = visit.handle(&HEXLOWER.encode(&record.id))?;
    Ok(html! {
        article.said {
            div.head {
                p.meta { (part::named(record.person_name.as_deref(), &record.person)) " " (part::time(record.time)) }
                div.chips {
                    @if record.overdue { (part::chip("bad", "warning", &words.say("overdue-chip"))) }
                    (part::delivery(words, record.delivery))
                }
            }
            (values(words, record))
            a.button href={ "/cases/" (handle) "/records/" (record.kind.as_str()) "/" (name) } { (words.say("edit")) span.hidden { ": " (words.say(&format!("records-{}", record.kind.as_str()))) } }
        }
    })
}

/// The fields of a record.
pub(super) fn values(words: Words, record: &RecordView) -> Markup {
    let filled = record.fields.iter().filter_map(|(name, value)| Some((casevault_sync::field(name)?, value)));
    html! { dl { @for (field, value) in filled { div { dt { (profile::label(words, field)) } dd { (profile::said(words, field, value)) } } } } }
}

pub(super) async fn add(visit: Visit, Path((handle, name)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let added = match new_fields(visit.words, kind(&name)?, &form) {
        Ok((kind, fields)) => client.record_add(&id, kind, &fields).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match added {
        Ok(_) => done(&format!("/cases/{handle}/assistance#{name}")),
        Err(failure) => {
            let view = client.case(&id).await?;
            Ok(failure.with(draw(&visit, (&client, &handle, &view), (&name, &form), Some(&failure))?))
        }
    }
}

/// What a new record says.
fn new_fields(words: Words, (kind, fields, besides): Kind, form: &Fields) -> Outcome<(RecordKind, Vec<(String, String)>)> {
    let mut said: Vec<_> = typed(words, fields, form).filter(|(_, value)| !value.is_empty()).collect();
    if kind == RecordKind::Service {
        let other = form.text(OTHER).trim();
        match form.text(WHAT).split_once('=') {
            Some((field, code)) => said.insert(0, (field.to_owned(), code.to_owned())),
            None if !other.is_empty() => said.insert(0, (OTHER.to_owned(), other.to_owned())),
            None => return Err(Failure::Form("no-service")),
        }
    }
    let due = [(RecordKind::Movement, "cv_Movement"), (RecordKind::FollowUp, "cv_FollowUpDate")];
    if due.iter().any(|(of, needed)| *of == kind && !form.has(needed)) {
        return Err(Failure::Form(if kind == RecordKind::Movement { "no-movement" } else { "no-follow-up" }));
    }
    if let Some((field, value)) = besides.filter(|(field, _)| !form.has(field)) {
        said.push((field.to_owned(), value.to_owned()));
    }
    Ok((kind, said))
}

fn typed<'a>(words: Words, fields: &'a [&str], form: &'a Fields) -> impl Iterator<Item = (String, String)> + 'a {
    fields.iter().map(move |field| ((*field).to_owned(), profile::coded(words, field, form.text(field))))
}

pub(super) async fn form(visit: Visit, Path((handle, name, record)): Path<(String, String, String)>) -> Outcome {
    let view = visit.client()?.case(&visit.id(&handle)?).await?;
    let found = record_of(&visit, (&view, &record))?;
    let values = Fields(found.fields.clone());
    Ok(edit(&visit, (&handle, &view), (&name, &record, &values), None)?.into_response())
}

fn record_of<'a>(visit: &Visit, (view, record): (&'a CaseView, &str)) -> Outcome<&'a RecordView> {
    let of = visit.id(record)?;
    let is_it = |id: &RecordId| HEXLOWER.encode(id) == of;
    view.assistance.records.iter().find(|one| is_it(&one.id)).ok_or(Failure::NotHere)
}

fn edit(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (name, record, typed): (&str, &str, &Fields),
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let (words, (_, fields, _)) = (visit.words, kind(name)?);
    let shown = record_of(visit, (view, record))?;
    let body = html! {
        (case::head(visit, (handle, view), "case-assistance"))
        h2 { (words.say(&format!("records-{name}"))) }
        (values(words, shown))
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ "/cases/" (handle) "/records/" (name) "/" (record) } class="stack" {
            @for field in known(fields) { (profile::was(&field.name, shown.value(&field.name))) (profile::input(words, field, typed)) }
            div.actions { button.primary { (words.say("save")) } a.button href={ "/cases/" (handle) "/assistance" } { (words.say("cancel")) } }
        }
        (codes::offered(words, known(fields)))
    };
    Ok(page::page(visit, "cases", body))
}

/// Writes what has changed, and nothing else.
pub(super) async fn set(visit: Visit, Path((handle, name, record)): Path<(String, String, String)>, form: Fields) -> Outcome {
    let (client, id, (kind, fields, _)) = (visit.client()?, visit.id(&handle)?, kind(&name)?);
    let view = client.case(&id).await?;
    let found = record_of(&visit, (&view, &record))?;
    let written = match profile::changed(visit.words, &form, fields.iter().map(|field| (*field, found.value(field)))) {
        Ok(changed) if changed.is_empty() => Ok(()),
        Ok(changed) => client.record_set(&id, (kind, &visit.id(&record)?), &changed).await.map(|_| ()).map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match written {
        Ok(()) => done(&format!("/cases/{handle}/assistance#{name}")),
        Err(failure) => Ok(failure.with(edit(&visit, (&handle, &view), (&name, &record, &form), Some(&failure))?)),
    }
}
