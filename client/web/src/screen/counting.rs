//! Whether a case is counted in a period's figures, and what of it: left out, or counted again.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::case;
use super::statistics::{self, period, periods, refused};
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
    let (client, id, words) = (visit.client()?, visit.id(handle)?, visit.words);
    let (case, said) = (client.case(&id).await?, client.stats_said(&id).await?);
    let body = html! {
        (case::head(visit, (handle, &case), "case-rights"))
        h2 { (words.say("counting")) }
        (above)
        (sent(visit, &said))
        h3 { (words.say("counting-choose")) }
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

/// What of the case is sent, as it stands now, and what never is.
fn sent(visit: &Visit, said: &[(String, Vec<String>)]) -> Markup {
    let words = visit.words;
    // That there is a case says nothing of it.
    let said = || said.iter().filter(|(name, _)| name != "Cases");
    html! {
        p { (words.say("counting-how")) }
        article.said {
            h3 { (words.say("counting-sent")) }
            @if said().next().is_none() { p.empty { (words.say("counting-nothing")) } }
            dl { @for (name, codes) in said() { div { dt { (statistics::called(words, name)) } dd { @for code in codes { span.code { bdi { (words.figure(code)) } } } } } } }
        }
        article.said {
            h3 { (words.say("counting-unsent")) }
            ul { @for what in ["names", "texts", "documents", "days", "who"] { li { (words.say(&format!("counting-unsent-{what}"))) } } }
            p.hint { (words.say("counting-split")) }
        }
    }
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
