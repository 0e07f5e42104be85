//! The versions of a document: which there are, who added each, and an older one as pictures.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::Client;
use casevault_sync::view::{CustodyView, DocumentView};
use maud::{Markup, html};

use super::case;
use super::preview::{self, In};
use crate::failure::{Failure, Outcome};
use crate::page::{self, icon};
use crate::part;
use crate::visit::Visit;

/// All versions of a document, oldest first.
async fn all(client: &Client, case: &str, document: &str) -> Outcome<Vec<DocumentView>> {
    let versions = client.document_versions(case).await?;
    Ok(versions.into_iter().filter(|one| one.document.to_string() == document).collect())
}

/// Who added a version, and when.
fn added(visit: &Visit, custody: &[CustodyView], version: &DocumentView) -> Markup {
    let by = |one: &&CustodyView| {
        Some(one.sequence) == version.entry && one.dossier.is_none() && one.documents.contains(&version.document)
    };
    html! {
        @match custody.iter().find(by) {
            Some(one) => { (part::named(one.person_name.as_deref(), &one.person)) " " (part::time(one.time)) },
            None => (part::delivery(visit.words, version.delivery)),
        }
    }
}

/// The versions as the page of a document has them: where there is one alone, who added it.
pub(super) async fn section(
    visit: &Visit,
    (client, case): (&Client, &str),
    (address, document): (&str, &DocumentView),
    custody: &[CustodyView],
) -> Outcome<Markup> {
    let words = visit.words;
    let versions = all(client, case, &document.document.to_string()).await?;
    if versions.len() < 2 {
        let only = versions.first().unwrap_or(document);
        return Ok(html! { p.meta { (words.say("document-added")) " " (added(visit, custody, only)) } });
    }
    Ok(html! {
        details open {
            summary { (words.say("versions")) }
            ol.list reversed { @for (at, one) in versions.iter().enumerate().rev() {
                @let (number, newest) = (at + 1, at + 1 == versions.len());
                @let to = one.entry.filter(|_| !newest).map_or_else(|| address.to_owned(), |entry| format!("{address}/versions/{entry}"));
                li { a href=(to) {
                    span.title { (icon("file")) bdi { (words.fill("version", "n", number.to_string())) } (part::name(&one.name)) }
                    span.meta { (part::size(one.bytes)) span { (added(visit, custody, one)) } @if newest { (part::chip("good", "check", &words.say("version-newest"))) } }
                } }
            } }
        }
    })
}

/// An older version as pictures. That it was opened is on record, as of the newest.
pub(super) async fn show(visit: Visit, Path((handle, document, entry)): Path<(String, String, u64)>) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&document)?);
    let view = client.case(&id).await?;
    let versions = all(&client, &id, &of).await?;
    let (number, shown) =
        (1..=versions.len()).zip(&versions).find(|(_, one)| one.entry == Some(entry)).ok_or(Failure::NotHere)?;
    let (newest, address) =
        (format!("/cases/{handle}/documents/{document}"), format!("/cases/{handle}/documents/{document}/versions/{entry}"));
    let drawn = preview::draw(&visit, (&client, In::Case(&id, Some(entry)), &of), (&address, &shown.sha256)).await?;
    let custody = client.custody(&id).await?;
    let words = visit.words;
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-overview"))
        section aria-labelledby="document" {
            h2 #document { (part::name(&shown.name)) }
            p.note { (words.fill("version", "n", number.to_string())) " / " bdi { (versions.len()) } " · " (added(&visit, &custody, shown)) " " a href=(newest) { (words.say("version-to-newest")) } }
            p.meta { (part::size(shown.bytes)) }
            div.actions { form method="post" action={ (address) "/save" } { button { (words.say("document-save")) } } a.button href=(newest) { (words.say("back-to-document")) } }
            @match &drawn {
                Ok(pictures) => (preview::pages(&visit, (&address, &shown.name), pictures)),
                Err(failure) => (failure.shown(&visit)),
            }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

/// One page of it.
pub(super) async fn picture(visit: Visit, Path((handle, document, entry, page)): Path<(String, String, u64, usize)>) -> Outcome {
    preview::one(&visit, &format!("/cases/{handle}/documents/{document}/versions/{entry}"), page)
}

/// Fetches it, for the person to save.
pub(super) async fn save(visit: Visit, Path((handle, document, entry)): Path<(String, String, u64)>) -> Outcome {
    let (client, id, of) = (visit.desk.beside()?, visit.id(&handle)?, visit.id(&document)?);
    let versions = all(&client, &id, &of).await?;
    let shown = versions.iter().find(|one| one.entry == Some(entry)).ok_or(Failure::NotHere)?;
    let name = casevault_sync::export_name(&shown.name, None);
    preview::begin(
        &visit,
        format!("/cases/{handle}"),
        async move { (client.document_in_memory(&id, (&of, Some(entry))).await, name) },
    )
}
