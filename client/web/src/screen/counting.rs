//! Whether a case is counted in a period's figures: left out, or counted again.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::statistics::{period, periods, refused};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

pub(super) async fn form(visit: Visit, Path(handle): Path<String>) -> Outcome {
    Ok(draw(&visit, &handle, "", html! {}).await?.into_response())
}

/// The page, with what was just done above it.
async fn draw(visit: &Visit, handle: &str, chosen: &str, above: Markup) -> Outcome<Markup> {
    let words = visit.words;
    let case = visit.client()?.case(&visit.id(handle)?).await?;
    let body = html! {
        p { a href={ "/cases/" (handle) } { (words.say("back-to-case")) } }
        h1 { (words.say("counting")) " " (part::name(&case.summary.title)) }
        (above)
        p { (words.say("counting-words")) }
        form method="post" action={ "/cases/" (handle) "/counting" } class="stack" {
            (part::choice(&words.say("statistics-period"), "period", &periods(), chosen))
            div.actions {
                button name="what" value="out" { (words.say("counting-out")) }
                button name="what" value="in" { (words.say("counting-in")) }
            }
        }
    };
    Ok(page::page(visit, "cases", body))
}

pub(super) async fn change(visit: Visit, Path(handle): Path<String>, form: Fields) -> Outcome {
    let (client, case) = (visit.client()?, visit.id(&handle)?);
    let changed = async {
        let period = period(form.text("period"))?;
        match form.text("what") {
            "out" => client.stats_withdraw(&case, period).await,
            "in" => client.stats_contribute(period, Some(&case)).await.map(drop),
            _ => return Err(Failure::Nothing),
        }
        .map_err(|error| refused(error, Failure::Period))
    };
    match changed.await {
        Ok(()) => {
            let said = html! { p.note role="status" { (visit.words.say(&format!("counting-done-{}", form.text("what")))) } };
            Ok(draw(&visit, &handle, form.text("period"), said).await?.into_response())
        }
        Err(failure) => Ok(failure.with(draw(&visit, &handle, form.text("period"), failure.shown(&visit)).await?)),
    }
}
