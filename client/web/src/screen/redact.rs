//! Copies that say less: boxes over parts of pages, burnt into their pixels, or the same without metadata. Boxes are drawn on the pages with a
//! script; without one they are written as numbers, in per cent of the page.

use axum::extract::Path;
use axum::response::IntoResponse as _;
use casevault_sync::view::{CaseView, CopyView, DocumentView};
use casevault_sync::{Client, PageBox};
use maud::{Markup, html};

use super::preview::{self, In};
use super::{case, done};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// Boxes that can be written at once where there is no script, and how many more are asked for.
const ROWS: usize = 2;
/// Before the number of a box that is taken away.
const WITHOUT: &str = "without-";
/// What an address says of a copy that was just made: how many parts of the original could not be drawn.
const LOST: &str = "lost";
/// What a box says of itself: the page, then in per cent of it.
const SIDES: [&str; 5] = ["page", "x", "y", "width", "height"];

pub(super) async fn form(visit: Visit, Path(of): Path<(String, String)>) -> Outcome {
    Ok(draw(&visit, &of, &Fields::default(), None).await?.into_response())
}

async fn draw(
    visit: &Visit,
    (handle, document): &(String, String),
    typed: &Fields,
    failure: Option<&Failure>,
) -> Outcome<Markup> {
    let (client, id, of) = (visit.client()?, visit.id(handle)?, visit.id(document)?);
    let view = client.case(&id).await?;
    let shown = view.documents.iter().find(|one| one.document.to_string() == of).ok_or(Failure::NotHere)?;
    let address = format!("/cases/{handle}/documents/{document}");
    let pictures = preview::draw(visit, (&client, In::Case(&id, None), &of), (&address, &shown.sha256)).await??;
    let words = visit.words;
    let body = html! {
        (case::head(visit, (handle, &view), "case-overview"))
        h2 { (words.say("redact")) ": " (part::name(&shown.name)) }
        p.hint { (words.say("redact-hint")) }
        @if let Some(failure) = failure { (failure.shown(visit)) }
        form method="post" action={ (address) "/redact" } class="stack" data-boxes {
            // What Enter does: the first button of a form.
            button.hidden name="how" value="redact" tabindex="-1" aria-hidden="true" { (words.say("redact-make")) }
            (rows(visit, typed))
            (part::line(&words.say("redact-name"), "name", typed.text("name")))
            div.actions {
                button.primary name="how" value="redact" { (words.say("redact-make")) }
                button name="how" value="more" formnovalidate { (words.say("redact-more")) }
                button name="how" value="strip" formnovalidate { (words.say("redact-strip")) }
                a.button href=(address) { (words.say("cancel")) }
            }
        }
        @let unseen = pictures.all - pictures.shown.len().min(pictures.all);
        @if unseen > 0 { p.note { (words.count("redact-unseen", unseen)) } }
        (preview::pages(visit, (&address, &shown.name), &pictures))
    };
    Ok(page::page(visit, "cases", body))
}

/// The boxes that were written, and room for more.
fn rows(visit: &Visit, typed: &Fields) -> Markup {
    let words = visit.words;
    let written: Vec<_> = read(typed).into_iter().filter(|row| !is_empty(row)).collect();
    let all = written.iter().cloned().chain(std::iter::repeat_n(Default::default(), ROWS));
    html! {
        fieldset.boxes {
            legend { (words.say("redact-boxes")) }
            @for (number, row) in (1..).zip(all) {
                div.numbers role="group" aria-label=(words.fill("redact-box", "n", number.to_string())) data-box {
                    @for (side, value) in SIDES.iter().zip::<[String; 5]>(row) {
                        label.field { span { (words.say(&format!("redact-{side}"))) } input name=(side) value=(value) inputmode="decimal" autocomplete="off"; }
                    }
                    button name="how" value={ (WITHOUT) (number) } formnovalidate { (words.say("redact-without")) }
                }
            }
        }
    }
}

fn is_empty(row: &[String; 5]) -> bool {
    row.iter().all(String::is_empty)
}

/// The boxes as they were written.
fn read(form: &Fields) -> Vec<[String; 5]> {
    let column = |side: &'static str| form.all(side).map(|text| text.trim().to_owned());
    let [page, x, y, width, height] = SIDES.map(|side| column(side).collect::<Vec<_>>());
    let rows = page.into_iter().zip(x).zip(y).zip(width).zip(height);
    rows.map(|((((page, x), y), width), height)| [page, x, y, width, height]).collect()
}

/// The same form without the box of this number, counted from 1.
fn without(form: &Fields, number: usize) -> Fields {
    let mut seen = [0; SIDES.len()];
    let stays = |(name, _): &&(String, String)| match SIDES.iter().position(|side| side == name) {
        Some(at) => seen.get_mut(at).is_some_and(|seen| {
            *seen += 1;
            *seen != number
        }),
        None => true,
    };
    Fields(form.0.iter().filter(stays).cloned().collect())
}

/// A box, from numbers of which a page alone may be whole.
fn parse(row: &[String; 5]) -> Option<PageBox> {
    let [page, x, y, width, height] = row;
    let side = |text: &String| {
        let number = text.replace(',', ".").parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number))?;
        format!("{:.0}", number * 100.0).parse().ok()
    };
    Some(PageBox { page: page.parse().ok()?, x: side(x)?, y: side(y)?, width: side(width)?, height: side(height)? })
}

pub(super) async fn make(visit: Visit, Path(of): Path<(String, String)>, form: Fields) -> Outcome {
    let how = form.text("how");
    if how == "more" {
        return Ok(draw(&visit, &of, &form, None).await?.into_response());
    }
    if let Some(number) = how.strip_prefix(WITHOUT).and_then(|number| number.parse::<usize>().ok()) {
        return Ok(draw(&visit, &of, &without(&form, number), None).await?.into_response());
    }
    let client = visit.client()?;
    match copied(&visit, (&client, &of), &form).await {
        Ok(made) => {
            let lost = if made.missing > 0 { format!("?{LOST}={}", made.missing) } else { String::new() };
            done(&format!("/cases/{}/documents/{}{lost}", of.0, visit.handle(&made.copy.document)?))
        }
        Err(failure) => Ok(failure.with(draw(&visit, &of, &form, Some(&failure)).await?)),
    }
}

async fn copied(visit: &Visit, (client, (handle, document)): (&Client, &(String, String)), form: &Fields) -> Outcome<CopyView> {
    let (id, of) = (visit.id(handle)?, visit.id(document)?);
    let name = form.has("name").then(|| form.text("name").trim());
    let rows: Vec<_> = read(form).into_iter().filter(|row| !is_empty(row)).collect();
    if form.text("how") == "strip" {
        // Boxes would not be in it.
        return if rows.is_empty() { Ok(client.strip_document(&id, &of, name).await?) } else { Err(Failure::Form("box-strip")) };
    }
    let boxes = rows.iter().map(parse).collect::<Option<Vec<_>>>().ok_or(Failure::Form("box-numbers"))?;
    if boxes.is_empty() {
        return Err(Failure::Form("no-box"));
    }
    Ok(client.redact_document(&id, &of, &boxes, name).await?)
}

/// What is missing in a copy that was just made.
pub(super) fn lost(visit: &Visit, asked: &Fields) -> Option<Markup> {
    let lost = asked.text(LOST).parse().ok().filter(|lost| *lost > 0)?;
    Some(html! { p.note role="status" { (visit.words.count("copy-lost", lost)) } })
}

/// What a document is a copy of, if it is one.
pub(super) fn origin(visit: &Visit, (view, shown): (&CaseView, &DocumentView)) -> Option<Markup> {
    let (original, how) = shown.original?;
    let name = view.documents.iter().find(|one| one.document == original).map(|one| one.name.as_str());
    Some(html! { p.note { (visit.words.say(&format!("copy-{}", how.as_str()))) " " (part::named(name, &original)) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(numbers: [&str; 5]) -> [String; 5] {
        numbers.map(str::to_owned)
    }

    #[test]
    fn one_box_is_taken_away_and_the_others_stay() {
        let form = |pages: &[&str]| {
            let of = |page: &&str| SIDES.map(|side| (side.to_owned(), (*page).to_owned()));
            Fields(pages.iter().flat_map(of).chain([("name".to_owned(), "copy".to_owned())]).collect())
        };
        assert_eq!(without(&form(&["1", "2", "3"]), 2).0, form(&["1", "3"]).0);
    }

    #[test]
    fn a_box_is_written_in_per_cent() {
        let read = parse(&row(["2", "10", "12.5", "33,33", "100"])).unwrap();
        assert_eq!(read, PageBox { page: 2, x: 1000, y: 1250, width: 3333, height: 10_000 });
        for bad in [["", "1", "1", "1", "1"], ["1", "101", "1", "1", "1"], ["1", "-1", "1", "1", "1"], ["1", "x", "1", "1", "1"]]
        {
            assert_eq!(parse(&row(bad)), None, "{bad:?}");
        }
    }
}
