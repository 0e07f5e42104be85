//! An evidence bundle of a case: which documents, and what the file is to be called. It is made as a job, in memory alone, and saved by the
//! browser where the person says.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::evidence::{Destination, RecipientError, Recipients};
use casevault_sync::export_name;
use casevault_sync::view::CaseView;
use maud::{Markup, html};

use super::{case, done};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::job::{End, Job, Kind};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;
use crate::words::Words;

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    let view = visit.client()?.case(&visit.id(&handle)?).await?;
    Ok(draw(&visit, (&handle, &view), &Fields::default(), None)?.into_response())
}

fn draw(visit: &Visit, (handle, view): (&str, &CaseView), typed: &Fields, failure: Option<&Failure>) -> Outcome<Markup> {
    let words = visit.words;
    let mut documents = Vec::new();
    for document in &view.documents {
        documents.push((visit.handle(&document.document)?, part::name(&document.name)));
    }
    let body = html! {
        (case::head(visit, (handle, view), "case-overview"))
        section aria-labelledby="evidence" {
            h2 #evidence { (words.say("evidence")) }
            p.hint { (words.say("evidence-hint")) }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            form method="post" action={ "/cases/" (handle) "/evidence" } class="stack" { (fields(visit, &documents, typed)) }
        }
    };
    Ok(page::page(visit, "cases", body))
}

/// What the file is to be called; the words under `usual`, unless something was typed.
pub(super) fn name(words: Words, typed: &Fields, usual: &str) -> Markup {
    let name = if typed.has("name") { typed.text("name").to_owned() } else { words.say(usual) };
    part::line(&words.say("evidence-name"), "name", &name)
}

/// What is asked about a bundle of these documents.
pub(super) fn fields(visit: &Visit, documents: &[(String, Markup)], typed: &Fields) -> Markup {
    let words = visit.words;
    html! {
        @if documents.is_empty() { p.empty { (words.say("documents-empty")) } }
        @else {
            (part::choices(&words.say("evidence-documents"), "document", documents, &typed.all("document").collect::<Vec<_>>()))
            (name(words, typed, "bundle-name"))
            (part::line(&words.say("evidence-keep"), "keep", typed.text("keep")))
            label.field {
                span { (words.say("evidence-recipients")) }
                textarea name="recipients" rows="2" dir="ltr" autocomplete="off" spellcheck="false" aria-describedby="recipients" { (recipients(typed)) }
            }
            p.hint #recipients { (words.say("evidence-recipients-hint")) }
            div.actions { button.primary { (icon("file")) (words.say("evidence-make")) } }
        }
    }
}

/// The recipients that were typed. A secret key is not shown again.
fn recipients(typed: &Fields) -> &str {
    let text = typed.text("recipients");
    if matches!(text.parse::<Recipients>(), Err(RecipientError::Secret(_))) { "" } else { text }
}

/// Where the bundle is to be, encrypted if anything was typed as its recipients: of what names none nothing is made.
fn destination(form: &Fields) -> Outcome<Destination> {
    let wrong = |error| match error {
        RecipientError::None => Failure::Form("no-age-recipient"),
        RecipientError::Secret(_) => Failure::Form("age-secret"),
        RecipientError::Kind(_) => Failure::Form("age-kind"),
        RecipientError::Mistyped(_) => Failure::Form("age-mistyped"),
    };
    let recipients = form.has("recipients").then(|| form.text("recipients").parse::<Recipients>()).transpose().map_err(wrong)?;
    let typed = form.text("name").trim().trim_end_matches(".age").trim_end_matches(".zip");
    let ending = if recipients.is_some() { ".age" } else { "" };
    let name = format!("{}.zip{ending}", export_name(typed, None));
    // The one is made for the other.
    Destination::new(name, recipients).map_err(|_| Failure::Internal)
}

pub(super) async fn make(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let of = visit.id(&handle)?;
    match begin(&visit, of.clone(), (&format!("/cases/{handle}"), &form)) {
        Ok(job) => done(&format!("/jobs/{job}")),
        Err(failure) => {
            let view = visit.client()?.case(&of).await?;
            Ok(failure.with(draw(&visit, (&handle, &view), &form, Some(&failure))?))
        }
    }
}

/// Begins to make a bundle of a case, or of a dossier; the job's name.
pub(super) fn begin(visit: &Visit, of: String, (back, form): (&str, &Fields)) -> Outcome<String> {
    let documents = form.all("document").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
    if documents.is_empty() {
        return Err(Failure::Nothing);
    }
    let to = destination(form)?;
    let keep = form.has("keep").then(|| form.text("keep").to_owned());
    let (client, job) = (visit.desk.beside()?, Job::new(Kind::Making, back.to_owned()));
    let progress = job.watch();
    visit.desk.jobs.begin(job, async move {
        match client.evidence_in_memory(&of, (&documents, keep.as_deref()), &to, progress).await {
            Ok((made, file)) => End::Made(file, made.path.to_string_lossy().into_owned()),
            Err(error) => End::Failed(error.into()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    const ONE: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    const SECRET: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

    fn typed(recipients: &str) -> Fields {
        Fields(vec![("name".to_owned(), "court.zip.age".to_owned()), ("recipients".to_owned(), recipients.to_owned())])
    }

    // Obeys R-6.7-14.
    // Breaks R-6.7-14.
    #[test]
    fn whoever_typed_anything_as_a_recipient_gets_an_encrypted_bundle_or_none() {
        assert_eq!(destination(&typed("")).unwrap().path().to_str(), Some("court.zip"));
        let closed = destination(&typed(&format!("{ONE}\r\n\r\n"))).unwrap();
        assert_eq!((closed.path().to_str(), closed.recipients().map(Recipients::count)), (Some("court.zip.age"), Some(1)));
        for (text, wrong) in [
            (" ", "no-age-recipient"),
            ("\r\n,;\t", "no-age-recipient"),
            (SECRET, "age-secret"),
            ("ssh-ed25519 AAAA", "age-kind"),
            (&ONE[..40], "age-mistyped"),
        ] {
            let failure = destination(&typed(text)).unwrap_err();
            assert!(matches!(failure, Failure::Form(key) if key == wrong), "{text:?}: {failure:?}");
            for (language, part) in Language::ALL.into_iter().flat_map(|one| ["", ".safe", ".next"].map(|part| (one, part))) {
                assert!(Words(language).known(&format!("failure-{wrong}{part}")).is_some(), "{wrong}{part} {language:?}");
            }
        }
    }

    #[test]
    fn a_secret_key_is_not_shown_again() {
        assert_eq!(recipients(&typed(&format!("{ONE}\n{SECRET}"))), "");
        assert_eq!(recipients(&typed("age1mistyped")), "age1mistyped");
    }
}
