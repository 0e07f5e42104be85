//! A document as pictures, with who opened it. Nothing that somebody else made is shown by the browser: pages are drawn, and pictures made anew, by
//! this program.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CustodyView, DocumentView};
use casevault_sync::{Client, ClientError, Pictures};
use data_encoding::HEXLOWER;
use maud::{Markup, html};
use std::sync::Arc;

use super::{case, done, redact, versions};
use crate::desk::Shown;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::job::{End, Job, Kind};
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Where the document is that is looked at, by its id.
#[derive(Clone, Copy)]
pub(super) enum In<'a> {
    /// In a case: in its newest version, or the one that this entry added.
    Case(&'a str, Option<u64>),
    /// In a dossier.
    Dossier(&'a str),
}

pub(super) async fn show(visit: Visit, Path((handle, document)): Path<(String, String)>, asked: Fields) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&document)?);
    let address = format!("/cases/{handle}/documents/{document}");
    let view = client.case(&id).await?;
    let shown = view.documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    let drawn = draw(&visit, (&client, In::Case(&id, None), &of), (&address, &shown.sha256)).await?;
    let custody: Vec<_> = client.custody(&id).await?.into_iter().filter(|one| is_about(one, &of)).collect();
    let versions = versions::section(&visit, (&client, &id), (&address, shown), &custody).await?;
    let received = case::received(&client, &view).await;
    let words = visit.words;
    let event = |one: &CustodyView| words.known(&format!("event-{}", one.event)).unwrap_or_else(|| one.event.clone());
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-overview"))
        section aria-labelledby="document" {
            h2 #document { (part::name(&shown.name)) }
            p.meta {
                (part::size(shown.bytes)) (case::reached(words, (received.get(&of), shown.delivery)))
                @if shown.metadata.is_none_or(|found| !found.is_nothing()) { (part::chip("warn", "warning", &words.say("document-tells"))) }
            }
            (told(&visit, (&address, shown)))
            @if let Some(lost) = redact::lost(&visit, &asked) { (lost) }
            @if let Some(origin) = redact::origin(&visit, (&view, shown)) { (origin) }
            div.actions {
                @if drawn.is_ok() { a.button href={ (address) "/redact" } { (words.say("redact")) } }
                form method="post" action={ (address) "/save" } { button { (words.say("document-save")) } }
            }
            @match &drawn {
                Ok(pictures) => (pages(&visit, (&address, &shown.name), pictures)),
                Err(failure) => (failure.shown(&visit)),
            }
            (versions)
            details open {
                summary { (words.say("document-custody")) }
                ol.timeline { @for one in custody.iter().rev() { li { p { strong { (event(one)) } } p.meta { (part::named(one.person_name.as_deref(), &one.person)) " " (part::time(one.time)) } (case::answered(words, one)) } } }
            }
            details { summary { (words.say("document-digest")) } p { code dir="ltr" { (HEXLOWER.encode(&shown.sha256)) } } }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

/// What it says besides, by kind, and where the words themselves are.
fn told(visit: &Visit, (address, shown): (&str, &DocumentView)) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(found) = shown.metadata.filter(|found| !found.is_nothing()) {
            p { (words.say("document-found")) }
            ul { @for kind in found.kinds() { li { (words.say(&format!("found-{}", kind.as_str()))) } } }
        }
        @if shown.metadata.is_none_or(|found| !found.is_nothing()) { p { a href={ (address) "/details" } { (words.say("details-show")) } } }
    }
}

fn is_about(one: &CustodyView, document: &str) -> bool {
    one.documents.iter().any(|of| of.to_string() == document)
}

/// The pages that were drawn.
pub(super) fn pages(visit: &Visit, (address, name): (&str, &str), pictures: &Pictures) -> Markup {
    let words = visit.words;
    html! {
        div.sheets {
            @for number in 1..=pictures.shown.len() {
                div.sheet data-page=(number) { img src={ (address) "/" (number) } alt={ (casevault_sync::display_name(name)) " " (number) "/" (pictures.all) }; }
            }
        }
        @if pictures.all > pictures.shown.len() { p.note { (words.count("document-more", pictures.all - pictures.shown.len())) } }
    }
}

/// The pages of this version, kept while they are looked at. A kind of file that is not drawn is no failure of the page.
pub(super) async fn draw(
    visit: &Visit,
    (client, place, document): (&Client, In<'_>, &str),
    (address, sha256): (&str, &[u8; 32]),
) -> Outcome<Result<Arc<Pictures>, Failure>> {
    if let Some(shown) = visit.desk.shown(address).filter(|shown| shown.sha256 == *sha256) {
        return Ok(Ok(shown.pictures));
    }
    let drawn = match place {
        In::Case(case, entry) => client.preview(case, (document, entry)).await,
        In::Dossier(dossier) => client.dossier_preview(dossier, document).await,
    };
    match drawn {
        Ok((sha256, pictures)) => {
            let pictures = Arc::new(pictures);
            visit.desk.show(Some(Shown { address: address.to_owned(), sha256, pictures: pictures.clone() }));
            Ok(Ok(pictures))
        }
        Err(error @ ClientError::Redraw(_)) => Ok(Err(error.into())),
        Err(error) => Err(error.into()),
    }
}

/// One page of the document of a case that is looked at.
pub(super) async fn picture(visit: Visit, Path((handle, document, page)): Path<(String, String, usize)>) -> Outcome {
    one(&visit, &format!("/cases/{handle}/documents/{document}"), page)
}

/// The same of a dossier's.
pub(super) async fn shared_picture(visit: Visit, Path((handle, document, page)): Path<(String, String, usize)>) -> Outcome {
    one(&visit, &format!("/shared/{handle}/documents/{document}"), page)
}

/// One page of what is looked at under this address.
pub(super) fn one(visit: &Visit, address: &str, page: usize) -> Outcome {
    visit.client()?;
    let shown = visit.desk.shown(address).ok_or(Failure::NotHere)?;
    let picture = page.checked_sub(1).and_then(|at| shown.pictures.shown.get(at)).ok_or(Failure::NotHere)?;
    Ok(([(header::CONTENT_TYPE, picture.kind())], picture.bytes.to_vec()).into_response())
}

/// Fetches the document itself, for the person to save.
pub(super) async fn save(visit: Visit, Path((handle, document)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.desk.beside()?, visit.id(&handle)?, visit.id(&document)?);
    let view = client.case(&id).await?;
    let name = named(&view.documents, &of)?;
    begin(&visit, format!("/cases/{handle}"), async move { (client.document_in_memory(&id, (&of, None)).await, name) })
}

/// The same of a dossier's.
pub(super) async fn save_shared(visit: Visit, Path((handle, document)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.desk.beside()?, visit.id(&handle)?, visit.id(&document)?);
    let name = named(&client.dossier(&id).await?.documents, &of)?;
    begin(&visit, format!("/shared/{handle}"), async move { (client.dossier_document_in_memory(&id, &of).await, name) })
}

fn named(documents: &[DocumentView], of: &str) -> Outcome<String> {
    let found = documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    Ok(casevault_sync::export_name(&found.name, None))
}

/// Begins to fetch a file that is then saved.
pub(super) fn begin(
    visit: &Visit,
    back: String,
    fetching: impl Future<Output = (Result<std::fs::File, ClientError>, String)> + Send + 'static,
) -> Outcome {
    let job = visit.desk.jobs.begin(Job::new(Kind::Making, back), async move {
        match fetching.await {
            (Ok(file), name) => End::Made(file, name),
            (Err(error), _) => End::Failed(error.into()),
        }
    })?;
    done(&format!("/jobs/{job}"))
}
