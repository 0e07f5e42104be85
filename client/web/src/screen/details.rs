//! What a document says besides what is seen of it, shown when somebody asks for it, and nowhere kept: on record is of which kinds it is.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::{Metadata, MetadataKind, MetadataValue, display_line};
use maud::{Markup, html};

use super::case;
use crate::failure::{Failure, Outcome};
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit, Path((handle, document)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&document)?);
    let view = client.case(&id).await?;
    let shown = view.documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    let examined = client.document_metadata(&id, &of).await;
    let words = visit.words;
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-overview"))
        section aria-labelledby="details" {
            h2 #details { (words.say("details")) ": " (part::name(&shown.name)) }
            p.hint { (words.say("details-hint")) }
            @match &examined {
                Ok((_, metadata)) => (found(&visit, metadata)),
                Err(_) => {},
            }
        }
        @if let Err(error) = examined { (Failure::from(error).shown(&visit)) }
        p { a.button href={ "/cases/" (handle) "/documents/" (document) } { (words.say("back-to-document")) } }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn found(visit: &Visit, metadata: &Metadata) -> Markup {
    let words = visit.words;
    // Of what was found without a value that can be read, the kind is said.
    let is_bare = |kind: &MetadataKind| metadata.values.iter().all(|value| value.kind != *kind);
    let bare: Vec<_> = metadata.found.kinds().into_iter().filter(is_bare).collect();
    html! {
        @if metadata.found.is_nothing() { p.empty { (words.say("details-none")) } }
        @if !metadata.values.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(words.say("details")) {
                table {
                    thead { tr { @for column in ["kind", "name", "value"] { th scope="col" { (words.say(&format!("details-{column}"))) } } } }
                    tbody { @for value in &metadata.values { (row(visit, value)) } }
                }
            }
        }
        @if !bare.is_empty() { ul { @for kind in &bare { li { (words.say(&format!("found-{}", kind.as_str()))) } } } }
    }
}

fn row(visit: &Visit, value: &MetadataValue) -> Markup {
    html! {
        tr {
            th scope="row" { (visit.words.say(&format!("found-{}", value.kind.as_str()))) }
            td { bdi lang="en" { (display_line(&value.name)) } }
            td { bdi { (display_line(&value.value)) } }
        }
    }
}
