//! A profile to travel with: the text of chosen cases and no key, in a directory of its own.

use std::path::PathBuf;

use axum::response::IntoResponse as _;
use casevault_sync::{Client, ClientError};
use maud::{Markup, html};

use super::welcome;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Cases to choose from: more are not read across a border.
const CASES: usize = 100;

pub(super) async fn form(visit: Visit) -> Outcome {
    let client = visit.client()?;
    Ok(draw(&visit, &client, &Fields::default(), html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, client: &Client, typed: &Fields, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let mut options = Vec::new();
    for case in client.some_cases(0, CASES)?.0 {
        options.push((visit.handle(&case.case)?, part::name(&case.title)));
    }
    let chosen: Vec<_> = typed.all("case").collect();
    let body = html! {
        div.narrow {
            h1 { (words.say("travel")) }
            (above)
            p { (words.say("travel-words")) }
            form method="post" action="/travel" class="stack" {
                (part::choices(&words.say("place-cases"), "case", &options, &chosen))
                (part::line(&words.say("travel-directory"), "directory", typed.text("directory")))
                (welcome::new_passphrase(visit, "travel-passphrase"))
                button.primary { (words.say("travel-make")) }
            }
            p.hint { (words.say("travel-hint")) }
        }
    };
    Ok(page::page(visit, "settings", body))
}

pub(super) async fn make(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let made = async {
        let cases = form.all("case").map(|handle| visit.id(handle)).collect::<Outcome<Vec<_>>>()?;
        let directory = PathBuf::from(form.text("directory").trim());
        if cases.is_empty() || !directory.is_absolute() {
            return Err(Failure::Nothing);
        }
        client.travel(&cases, &directory, &welcome::chosen(&form)?).await.map_err(|error| match error {
            ClientError::ProfileExists => Failure::DirectoryTaken,
            error => error.into(),
        })
    };
    match made.await {
        Ok(taken) => {
            let said = html! { p.note role="status" { (visit.words.count("travel-made", taken.len())) } };
            Ok(draw(&visit, &client, &Fields::default(), said).await?.into_response())
        }
        Err(failure) => Ok(failure.with(draw(&visit, &client, &form, failure.shown(&visit)).await?)),
    }
}
