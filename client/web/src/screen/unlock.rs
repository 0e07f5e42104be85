//! Unlock: the passphrase, and what was typed before the profile locked itself.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use casevault_sync::passphrase;
use maud::{Markup, html};
use std::sync::Arc;

use super::to;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::guard;
use crate::page;
use crate::visit::Visit;

/// The page that asks for the passphrase.
pub(crate) fn page(visit: &Visit, draft: Option<&Draft>, failure: Option<&Failure>) -> Markup {
    let words = visit.words;
    let body = html! {
        div.narrow {
            h1 { (words.say("unlock-title")) }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            @if draft.is_some() { p.note { (words.say("draft-kept")) } }
            form method="post" action="/unlock" class="stack" {
                @if let Some(draft) = draft { (draft.carry()) }
                label.field {
                    span { (words.say("unlock-passphrase")) }
                    input type="password" name="passphrase" autocomplete="off" required autofocus dir="auto";
                }
                button.primary { (words.say("unlock-button")) }
            }
            p.hint { (words.say("unlock-hint")) }
            noscript { p.hint { (words.say("unlock-windows")) } }
        }
    };
    page::page(visit, "unlock", body)
}

pub(super) async fn show(visit: Visit) -> Response {
    if visit.desk.is_open() { to("/cases") } else { page(&visit, None, None).into_response() }
}

pub(super) async fn unlock(visit: Visit, form: Fields) -> Outcome {
    let draft = Draft::carried(&form);
    if visit.desk.is_open() {
        return Ok(onward(&visit, draft));
    }
    match visit.desk.unlock(passphrase::parse(form.text("passphrase"))).await {
        Ok(()) => guard::with_session(&visit.desk, onward(&visit, draft)),
        Err(failure) => Ok(failure.with(page(&visit, draft.as_ref(), Some(&failure)))),
    }
}

/// What follows: what was typed before, or the cases.
fn onward(visit: &Visit, draft: Option<Draft>) -> Response {
    let Some(draft) = draft else { return to("/cases") };
    let words = visit.words;
    let body = html! { h1 { (words.say("draft-title")) } p { (words.say("draft-words")) } (draft.send(visit)) };
    page::page(visit, "unlock", body).into_response()
}

/// Locks. What was typed and not sent is carried by the page that follows.
pub(super) async fn lock(State(desk): State<Arc<Desk>>, visit: Visit, form: Fields) -> Outcome {
    desk.lock();
    match Draft::carried(&form) {
        Some(draft) => Ok(page(&visit, Some(&draft), None).into_response()),
        None => Ok(to("/unlock")),
    }
}
