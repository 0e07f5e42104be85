//! Who a case is about, by the sections of HTCDS. What has a value is shown; a section is asked for when somebody opens it.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::CaseView;
use casevault_sync::{ClientError, Field, FieldKind, SEPARATOR, fields};
use maud::{Markup, html};

use super::{case, done};
use crate::codes::{self, List};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

/// Before a field's name: what it was when it was shown.
const WAS: &str = "was:";
/// The sections that cases are written in: what they are called in addresses, and in the standard. What a case has otherwise, such as services
/// and consent, is not written as fields here.
const SECTIONS: [(&str, &str); 6] = [
    ("person", "Person"),
    ("trafficking", "Person - Victim Context"),
    ("referral", "Referral Details"),
    ("guardian", "Guardian"),
    ("documents-held", "Documents"),
    ("events", "Historic Trafficking Events"),
];

fn of_section(section: &'static str) -> impl Iterator<Item = &'static Field> {
    fields().iter().filter(move |field| field.section == section)
}

/// The value of a field; empty if it has none.
pub(super) fn value<'a>(values: &'a [(String, String)], field: &str) -> &'a str {
    values.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// What a field is called. Where nobody has translated it, it has the standard's words.
pub(super) fn label(words: Words, field: &Field) -> Markup {
    match words.known(&format!("field-{}", field.name)) {
        Some(label) => html! { (label) },
        None => html! { bdi lang="en" { (field.label) } },
    }
}

/// What a value says to people.
pub(super) fn said(words: Words, field: &Field, value: &str) -> Markup {
    let word = |code: &str| {
        let known = words.known(&format!("code-{code}"));
        known.or_else(|| field.codes().iter().find(|one| one.code == code).map(|one| one.label.clone()))
    };
    let list = List::of(&field.kind);
    let said = |code: &str| list.map(|list| list.name(words, code)).or_else(|| word(code)).unwrap_or_else(|| code.to_owned());
    let parts: Vec<_> = value.split(SEPARATOR).map(said).collect();
    match field.kind {
        FieldKind::Code(_) | FieldKind::Codes(_) | FieldKind::Country | FieldKind::Countries | FieldKind::Language => {
            html! { @for part in &parts { span.code { (part::name(part)) } } }
        }
        FieldKind::Flag => html! { (words.say(if value == "true" { "yes" } else { "no" })) },
        FieldKind::LongText => part::paragraph(value),
        _ => part::name(value),
    }
}

/// The fields of which a case says something, in what is done for the person, too: what can be shared.
pub(super) fn filled(view: &CaseView) -> Vec<&'static Field> {
    let records = view.assistance.records.iter().flat_map(|record| &record.fields);
    let all: BTreeSet<_> = view.fields.iter().chain(records).map(|(name, _)| name.as_str()).collect();
    fields().iter().filter(|field| all.contains(field.name.as_str())).collect()
}

/// Every section with what it has.
pub(super) fn sections(visit: &Visit, handle: &str, values: &[(String, String)]) -> Markup {
    let words = visit.words;
    html! {
        @for (at, (name, section)) in SECTIONS.iter().enumerate() {
            @let filled = || of_section(section).filter(|field| !value(values, &field.name).is_empty());
            details open[at == 0 || filled().next().is_some()] {
                summary { (words.say(&format!("section-{name}"))) }
                @if filled().next().is_none() { p.empty { (words.say("section-empty")) } }
                dl {
                    @for field in filled() { div { dt { (label(words, field)) } dd { (said(words, field, value(values, &field.name))) } } }
                }
                a.button href={ "/cases/" (handle) "/profile/" (name) } { (words.say("edit")) span.hidden { ": " (words.say(&format!("section-{name}"))) } }
            }
        }
    }
}

fn section(name: &str) -> Outcome<&'static (&'static str, &'static str)> {
    SECTIONS.iter().find(|(one, _)| *one == name).ok_or(Failure::NotHere)
}

pub(super) async fn form(visit: Visit, Path((handle, name)): Path<(String, String)>) -> Outcome {
    let view = visit.client()?.case(&visit.id(&handle)?).await?;
    let values = Fields(view.fields.clone());
    Ok(draw(&visit, (&handle, &view), (&name, &values), None)?.into_response())
}

fn draw(
    visit: &Visit,
    (handle, view): (&str, &CaseView),
    (name, typed): (&str, &Fields),
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let words = visit.words;
    let (name, of) = section(name)?;
    let all: Vec<_> = of_section(of).filter(|field| !matches!(field.kind, FieldKind::Degrees)).collect();
    let (first, more): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|field| field.core || *name != "person" && *name != "trafficking");
    let body = html! {
        (case::head(visit, (handle, view), "case-overview"))
        h2 { (words.say(&format!("section-{name}"))) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ "/cases/" (handle) "/profile/" (name) } class="stack" {
            @for field in first.iter().chain(&more) { (was(&field.name, value(&view.fields, &field.name))) }
            @for field in &first { (input(words, field, typed)) }
            @if !more.is_empty() {
                details { summary { (words.say("more-fields")) } div.stack { @for field in &more { (input(words, field, typed)) } } }
            }
            div.actions { button.primary { (words.say("save")) } a.button href={ "/cases/" (handle) } { (words.say("cancel")) } }
        }
        (codes::offered(words, first.iter().chain(&more).copied()))
    };
    Ok(page::page(visit, "cases", body))
}

/// A field to fill in.
pub(super) fn input(words: Words, field: &Field, typed: &Fields) -> Markup {
    let values: Vec<_> = typed.all(&field.name).flat_map(|value| value.split(SEPARATOR)).collect();
    let name = field.name.as_str();
    let text = typed.text(name);
    let none = || (String::new(), words.say("not-said"));
    let title = label(words, field);
    let codes =
        || field.codes().iter().map(|one| words.known(&format!("code-{}", one.code)).unwrap_or_else(|| one.label.clone()));
    match &field.kind {
        FieldKind::Codes(codes_of) => {
            let options: Vec<_> = codes_of.iter().zip(codes()).map(|(one, word)| (one.code.clone(), html! { (word) })).collect();
            html! { fieldset { legend { (title) } input type="hidden" name=(name) value=""; div.options { @for (value, word) in &options {
                label.option { input type="checkbox" name=(name) value=(value) checked[values.contains(&value.as_str())]; span { bdi { (word) } } }
            } } } }
        }
        FieldKind::Code(codes_of) => {
            let options: Vec<_> =
                std::iter::once(none()).chain(codes_of.iter().map(|one| one.code.clone()).zip(codes())).collect();
            html! { label.field { span { (title) } select name=(name) autocomplete="off" { @for (value, word) in &options { option value=(value) dir="auto" selected[value == text] { (word) } } } } }
        }
        FieldKind::Flag => {
            let options = [none(), ("true".to_owned(), words.say("yes")), ("false".to_owned(), words.say("no"))];
            html! { label.field { span { (title) } select name=(name) autocomplete="off" { @for (value, word) in &options { option value=(value) dir="auto" selected[value == text] { (word) } } } } }
        }
        FieldKind::LongText => {
            html! { label.field { span { (title) } textarea name=(name) rows="4" dir="auto" autocomplete="off" spellcheck="false" { (text) } } }
        }
        FieldKind::Country | FieldKind::Language => {
            let list = if field.kind == FieldKind::Language { List::Languages } else { List::Countries };
            html! { label.field { span { (title) small { (words.say(hint(list))) } } (offered_input(words, (name, list), text, None)) } }
        }
        FieldKind::Countries => {
            // Room for more than are there.
            let all = values.iter().copied().filter(|value| !value.is_empty()).chain(["", ""]);
            html! { fieldset { legend { (title) } small.hint { (words.say(hint(List::Countries))) } div.options { @for (number, value) in (1..).zip(all) {
                (offered_input(words, (name, List::Countries), value, Some(number)))
            } } } }
        }
        kind => {
            let hint = matches!(kind, FieldKind::Date).then_some("hint-date");
            html! { label.field { span { (title) @if let Some(hint) = hint { small { (words.say(hint)) } } } input type="text" name=(name) value=(text) dir="auto" autocomplete="off" spellcheck="false" maxlength="1000"; } }
        }
    }
}

fn hint(list: List) -> &'static str {
    if list == List::Languages { "hint-language" } else { "hint-country" }
}

/// Where a name is typed of which many are offered; `number` tells several of one field apart.
fn offered_input(words: Words, (name, list): (&str, List), value: &str, number: Option<usize>) -> Markup {
    let label = number.map(|number| words.fill("number-country", "n", number.to_string()));
    html! { input type="text" name=(name) value=(list.name(words, value)) list=(list.id()) aria-label=[label] dir="auto" autocomplete="off" spellcheck="false" maxlength="1000"; }
}

/// What a field was when it was shown, for [`changed`].
pub(super) fn was(name: &str, now: &str) -> Markup {
    html! { input type="hidden" name={ (WAS) (name) } value=(now); }
}

/// Which of these fields a form changes, and to what; of each it is known what it is now.
///
/// # Errors
/// [`ClientError::Conflict`] if somebody else changed one since it was shown: of two who write at once, neither undoes the other unseen.
pub(super) fn changed<'a>(
    words: Words,
    form: &Fields,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Outcome<Vec<(String, String)>> {
    let separator = SEPARATOR.to_string();
    let (mut changed, mut crossed) = (Vec::new(), false);
    for (field, now) in fields.filter(|(field, _)| form.0.iter().any(|(name, _)| name == field)) {
        let typed = form.all(field).map(|text| coded(words, field, text)).filter(|text| !text.is_empty());
        let typed = typed.collect::<Vec<_>>().join(&separator);
        let was = form.text(&format!("{WAS}{field}"));
        if typed != was && typed != now {
            crossed |= was != now;
            changed.push((field.to_owned(), typed));
        }
    }
    if crossed { Err(ClientError::Conflict.into()) } else { Ok(changed) }
}

/// What was typed into the field of this name, as it is kept.
pub(super) fn coded(words: Words, field: &str, typed: &str) -> String {
    casevault_sync::field(field).map_or_else(|| typed.trim().to_owned(), |field| codes::coded(words, field, typed))
}

/// Writes what has changed, and nothing else.
pub(super) async fn set(visit: Visit, Path((handle, name)): Path<(String, String)>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let view = client.case(&id).await?;
    let (_, of) = section(&name)?;
    let changed =
        changed(visit.words, &form, of_section(of).map(|field| (field.name.as_str(), value(&view.fields, &field.name))));
    let written = match changed {
        Ok(changed) if changed.is_empty() => Ok(()),
        Ok(changed) => client.case_set(&id, &changed).await.map(|_| ()).map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match written {
        Ok(()) => done(&format!("/cases/{handle}")),
        Err(failure) => Ok(failure.with(draw(&visit, (&handle, &view), (&name, &form), Some(&failure))?)),
    }
}
