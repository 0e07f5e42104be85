//! Recording a consent: the script is read out first, then who agrees to what, for whom and until when. Nothing is preselected.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::CaseView;
use casevault_sync::{Client, ConsentBy, NewConsent, script};
use maud::{Markup, html};

use super::whom::Known;
use super::{case, done, profile};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;
use crate::when;
use crate::words::Language;

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    again(visit, handle, &Fields::default()).await
}

/// The form with the script in another language; what was typed stays.
pub(super) async fn language(visit: Visit, Path(handle): Path<String>, mut typed: Fields) -> Outcome {
    // What was read out was read in the other language.
    typed.0.retain(|(name, _)| name != "read");
    again(visit, handle, &typed).await
}

async fn again(visit: Visit, handle: String, typed: &Fields) -> Outcome {
    let client = visit.client()?;
    let view = client.case(&visit.id(&handle)?).await?;
    Ok(draw(&visit, (&client, &handle, &view), typed, None).await?.into_response())
}

async fn draw(
    visit: &Visit,
    (client, handle, view): (&Client, &str, &CaseView),
    typed: &Fields,
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let words = visit.words;
    let asked = Language::parse(typed.text("read-in")).or_else(|| Language::parse(typed.text("language")));
    let language = asked.unwrap_or(words.0);
    let body = html! {
        (case::head(visit, (handle, view), "case-sharing"))
        h2 { (words.say("consent-new")) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ "/cases/" (handle) "/consent" } class="stack" {
            // What Enter does: the first button of a form.
            button.hidden tabindex="-1" aria-hidden="true" { (words.say("consent-record")) }
            (read_out(visit, handle, language))
            input type="hidden" name="language" value=(language.code());
            label.option { input type="checkbox" name="read" value="yes" required checked[typed.has("read")]; span { (words.say("consent-read")) } }
            (who(visit, typed))
            (part::line(&words.say("consent-purpose"), "purpose", typed.text("purpose")))
            (what(visit, (client, view), typed).await?)
            label.field { span { (words.say("consent-until")) } input type="date" name="until" value=(typed.text("until")) required; }
            (signed(visit, view, typed)?)
            div.actions { button.primary { (words.say("consent-record")) } a.button href={ "/cases/" (handle) "/sharing" } { (words.say("cancel")) } }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// The seven points, in the language of the person who consents.
fn read_out(visit: &Visit, handle: &str, language: Language) -> Markup {
    let words = visit.words;
    html! {
        section aria-labelledby="script" {
            h3 #script { (words.say("consent-script")) }
            // What was typed is kept: another language is asked for by the form itself.
            div.tabs role="group" aria-label=(words.say("consent-language")) { ul {
                @for one in Language::ALL {
                    li { button name="read-in" value=(one.code()) formaction={ "/cases/" (handle) "/consent/language" } formnovalidate lang=(one.code()) aria-pressed=((one == language).to_string()) { bdi { (one.name()) } } }
                }
            } }
            ol.script lang=(language.code()) dir=(language.direction()) {
                @for point in script::script(language.code()).into_iter().flatten() { li { (point) } }
            }
        }
    }
}

fn who(visit: &Visit, typed: &Fields) -> Markup {
    let words = visit.words;
    html! {
        fieldset {
            legend { (words.say("consent-by")) }
            div.options {
                @for by in ConsentBy::ALL {
                    label.option { input type="radio" name="by" value=(by.as_str()) required checked[typed.text("by") == by.as_str()]; span { (words.say(&format!("by-{}", by.as_str()))) } }
                }
            }
        }
        (part::line(&words.say("consent-basis"), "basis", typed.text("basis")))
    }
}

/// The form that was signed, if it is a document of the case.
fn signed(visit: &Visit, view: &CaseView, typed: &Fields) -> Outcome<Markup> {
    let mut options = vec![(String::new(), visit.words.say("consent-no-form"))];
    for document in &view.documents {
        options.push((visit.handle(&document.document)?, casevault_sync::display_name(&document.name)));
    }
    Ok(part::choice(&visit.words.say("consent-form"), "form", &options, typed.text("form")))
}

/// To whom, and what of the case.
async fn what(visit: &Visit, (client, view): (&Client, &CaseView), typed: &Fields) -> Outcome<Markup> {
    let words = visit.words;
    let (known, mut teams) = (Known::of(client).await?, Vec::new());
    for to in client.recipients().await?.iter().filter(|to| to.team != view.summary.team) {
        teams.push((visit.handle(&to.team)?, known.shown(words, to)));
    }
    let mut documents = Vec::new();
    for document in &view.documents {
        documents.push((visit.handle(&document.document)?, part::name(&document.name)));
    }
    let fields = profile::filled(view).into_iter().map(|field| (field.name.clone(), profile::label(words, field)));
    let fields: Vec<_> = fields.collect();
    let chosen = |name| typed.all(name).collect::<Vec<_>>();
    Ok(html! {
        @if teams.is_empty() { p.note { (words.say("consent-no-team")) } } @else { (part::choices(&words.say("consent-to"), "to", &teams, &chosen("to"))) }
        @if !documents.is_empty() { (part::choices(&words.say("consent-documents"), "document", &documents, &chosen("document"))) }
        @if !fields.is_empty() { (part::choices(&words.say("consent-fields"), "field", &fields, &chosen("field"))) }
    })
}

pub(super) async fn give(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, id) = (visit.client()?, visit.id(&handle)?);
    let given = match read(&visit, &form) {
        Ok(new) => client.consent_give(&id, &new).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match given {
        Ok(_) => done(&format!("/cases/{handle}/sharing")),
        Err(failure) => {
            let view = client.case(&id).await?;
            Ok(failure.with(draw(&visit, (&client, &handle, &view), &form, Some(&failure)).await?))
        }
    }
}

fn read(visit: &Visit, form: &Fields) -> Outcome<NewConsent> {
    if !form.has("read") {
        return Err(Failure::Unread);
    }
    let ids = |name| form.all(name).map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>();
    let until = when::end_of(form.text("until")).ok_or(Failure::Form("no-day"))?;
    let lacks = [
        (form.has("to"), "no-recipient"),
        (form.has("document") || form.has("field"), "no-content"),
        (!form.text("purpose").trim().is_empty(), "no-purpose"),
        (until > visit.desk.options().clock.now(), "day-past"),
    ];
    if let Some((_, key)) = lacks.into_iter().find(|(there, _)| !there) {
        return Err(Failure::Form(key));
    }
    Ok(NewConsent {
        by: ConsentBy::parse(form.text("by")).ok_or(Failure::Form("no-who"))?,
        basis: form.text("basis").trim().to_owned(),
        purpose: form.text("purpose").trim().to_owned(),
        to: ids("to")?,
        documents: ids("document")?,
        fields: form.all("field").map(str::to_owned).collect(),
        until,
        form: form.has("form").then(|| visit.id(form.text("form"))).transpose()?,
        language: form.text("language").to_owned(),
        script: script::VERSION,
    })
}
