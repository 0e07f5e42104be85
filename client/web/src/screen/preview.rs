//! A document as pictures. Nothing that somebody else made reaches the browser: pages are drawn, and pictures made anew, by this program.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse as _;
use casevault_sync::view::CustodyView;
use casevault_sync::{Client, ClientError, Pictures};
use data_encoding::HEXLOWER;
use maud::{Markup, html};
use std::sync::Arc;

use super::case;
use crate::desk::Shown;
use crate::failure::{Failure, Outcome};
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn show(visit: Visit, Path((handle, document)): Path<(String, String)>) -> Outcome {
    let (client, id, of) = (visit.client()?, visit.id(&handle)?, visit.id(&document)?);
    let address = format!("/cases/{handle}/documents/{document}");
    let view = client.case(&id).await?;
    let shown = view.documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    let drawn = draw(&visit, (&client, &id, &of), (&address, &shown.sha256)).await?;
    let opened: Vec<_> = client.custody(&id).await?.into_iter().filter(|one| is_opening(one, &of)).collect();
    let words = visit.words;
    let body = html! {
        (case::head(&visit, (&handle, &view), "case-overview"))
        section aria-labelledby="document" {
            h2 #document { (part::name(&shown.name)) }
            p.meta {
                (part::size(shown.bytes)) (part::delivery(words, shown.delivery))
                @if shown.metadata.is_none_or(|found| !found.is_nothing()) { (part::chip("warn", "warning", &words.say("document-tells"))) }
            }
            @match &drawn {
                Ok(pictures) => (pages(&visit, (&address, &shown.name), pictures)),
                Err(failure) => (failure.shown(&visit)),
            }
            details { summary { (words.say("document-opened")) } ul.plain { @for one in &opened { li { (part::named(one.person_name.as_deref(), &one.person)) " " (part::time(one.time)) } } } }
            details { summary { (words.say("document-digest")) } p { code dir="ltr" { (HEXLOWER.encode(&shown.sha256)) } } }
            p.actions { a.button href={ "/cases/" (handle) } { (words.say("back-to-case")) } }
        }
    };
    Ok(page::page(&visit, "cases", body).into_response())
}

fn is_opening(one: &CustodyView, document: &str) -> bool {
    one.event == "documents-opened" && one.documents.iter().any(|of| of.to_string() == document)
}

fn pages(visit: &Visit, (address, name): (&str, &str), pictures: &Pictures) -> Markup {
    let words = visit.words;
    html! {
        div.sheets {
            @for number in 1..=pictures.shown.len() {
                img src={ (address) "/" (number) } alt={ (casevault_sync::display_name(name)) " " (number) "/" (pictures.all) };
            }
        }
        @if pictures.all > pictures.shown.len() { p.note { (words.count("document-more", pictures.all - pictures.shown.len())) } }
    }
}

/// The pages of this version, kept while they are looked at. A kind of file that is not drawn is no failure of the page.
async fn draw(
    visit: &Visit,
    (client, case, document): (&Client, &str, &str),
    (address, sha256): (&str, &[u8; 32]),
) -> Outcome<Result<Arc<Pictures>, Failure>> {
    if let Some(shown) = visit.desk.shown(address).filter(|shown| shown.sha256 == *sha256) {
        return Ok(Ok(shown.pictures));
    }
    match client.preview(case, document).await {
        Ok((sha256, pictures)) => {
            let pictures = Arc::new(pictures);
            visit.desk.show(Some(Shown { address: address.to_owned(), sha256, pictures: pictures.clone() }));
            Ok(Ok(pictures))
        }
        Err(error @ ClientError::Redraw(_)) => Ok(Err(error.into())),
        Err(error) => Err(error.into()),
    }
}

/// One page of the document that is looked at.
pub(super) async fn picture(visit: Visit, Path((handle, document, page)): Path<(String, String, usize)>) -> Outcome {
    visit.client()?;
    let shown = visit.desk.shown(&format!("/cases/{handle}/documents/{document}")).ok_or(Failure::NotHere)?;
    let picture = page.checked_sub(1).and_then(|at| shown.pictures.shown.get(at)).ok_or(Failure::NotHere)?;
    Ok(([(header::CONTENT_TYPE, picture.kind)], picture.bytes.to_vec()).into_response())
}
