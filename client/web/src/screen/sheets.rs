//! The sheets of a recovery that is being made, one after the other: each is copied to paper, and proved to be by two words typed back.

use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::done;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::sheets::Sheet;
use crate::visit::Visit;

/// The sheet itself, or, once somebody says that it is on paper, where two words of it are typed.
pub(super) async fn show(visit: Visit, asked: Fields) -> Outcome {
    visit.client()?;
    let Some((sheet, left)) = visit.desk.sheets.next() else { return done("/recovery") };
    Ok(draw(&visit, (&sheet, left), asked.has("proof"), None).into_response())
}

fn draw(visit: &Visit, (sheet, left): (&Sheet, usize), proof: bool, failure: Option<&Failure>) -> Markup {
    let words = visit.words;
    let (share, of) = (&sheet.share, usize::from(sheet.share.of));
    let body = html! {
        h1 { (words.say("sheets")) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        (part::progress(words, "sheets-left", (of.saturating_sub(left), of)))
        @if proof {
            form method="post" action="/recovery/sheets" class="stack" {
                input type="hidden" name="sheet" value=(share.index);
                p { (words.say("sheets-proof")) }
                @for (name, number) in ["first", "second"].into_iter().zip(sheet.asked) { (part::line(&words.count("sheets-word", number), name, "")) }
                div.actions { button.primary { (words.say("sheets-check")) } a.button href="/recovery/sheets" { (words.say("sheets-back")) } }
            }
        } @else {
            article.said.sheet {
                h2 { (words.say("sheet-for")) " " (part::named(share.name.as_deref(), &share.person)) }
                p { (words.say("sheet-number")) " " bdi dir="ltr" { (share.index) " / " (share.of) } " – " (words.say("policy")) " " bdi dir="ltr" { (share.policy) } }
                ol.words dir="ltr" lang="en" { @for word in share.words.expose().split(' ') { li { (word) } } }
                p { (words.count("policy-threshold", share.threshold.into())) " " (words.say("sheet-keep")) }
            }
            p { (words.say("sheets-words")) }
            a.button.primary href="/recovery/sheets?proof=1" { (words.say("sheets-on-paper")) }
        }
    };
    page::page(visit, "people", body)
}

/// Takes note that a sheet is on paper; once all are, the policy is stated.
pub(super) async fn prove(visit: Visit, form: Fields) -> Outcome {
    let client = visit.client()?;
    let Some((sheet, left)) = visit.desk.sheets.next() else { return done("/recovery") };
    // A form that is sent twice says nothing of the next sheet.
    if form.text("sheet") != sheet.share.index.to_string() {
        return done("/recovery/sheets");
    }
    if !sheet.is_typed_back([form.text("first"), form.text("second")]) {
        let failure = Failure::TypedBack;
        return Ok(failure.with(draw(&visit, (&sheet, left), true, Some(&failure))));
    }
    client.recovery_check(sheet.share.words.expose()).await?;
    visit.desk.sheets.take_off(sheet.share.index);
    done("/recovery/sheets")
}
