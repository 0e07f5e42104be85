//! Coming in, going away, and what pages are drawn with.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};

use crate::desk::Desk;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::guard;

const STYLE: &str = include_str!("../../assets/style.css");
const SCRIPT: &str = include_str!("../../assets/script.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Takes the token and gives the session. The answer leads on by itself: after a redirection, what was asked by a file would still be
/// another site's request, and the browser would not send the session.
pub(super) async fn enter(State(desk): State<Arc<Desk>>, form: Fields) -> Outcome {
    if !desk.admit(form.text("token")) {
        return Err(Failure::Entry);
    }
    let page = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Notebook</title><link rel=\"icon\" href=\"/assets/icon.svg\">\
                <meta http-equiv=\"refresh\" content=\"0; url=/\"><p><a href=\"/\">Notebook</a></p></html>";
    Ok(([(header::SET_COOKIE, guard::cookie(&desk))], Html(page)).into_response())
}

/// A file that pages are drawn with.
pub(super) async fn asset(Path(name): Path<String>) -> Outcome {
    let (kind, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "script.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return Err(Failure::NotHere),
    };
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Whether the profile is still open, for a window that shows something of it; one that somebody is at is told to say so.
pub(super) async fn still(State(desk): State<Arc<Desk>>, asked: Fields) -> Response {
    // Somebody who types asks for no page for a long time.
    let open = if asked.has("used") { desk.client().is_ok() } else { desk.is_open() };
    let said = if open {
        "open"
    } else if desk.is_left() {
        "left"
    } else {
        "locked"
    };
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], said).into_response()
}

/// The answer to the form that was sent last.
pub(super) async fn answer(State(desk): State<Arc<Desk>>, Path(handle): Path<String>) -> Outcome {
    let (status, body) = desk.kept(&handle).ok_or(Failure::NotHere)?;
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response())
}

/// Locks at once and shows an empty page, of which nobody asks anything.
pub(super) async fn leave(State(desk): State<Arc<Desk>>) -> Response {
    desk.leave();
    nothing("\"cache\", \"storage\"")
}

/// An empty page. `forgets` is what the browser is to forget of this origin.
pub(super) fn nothing(forgets: &'static str) -> Response {
    let page = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>New tab</title></html>";
    ([("clear-site-data", forgets)], Html(page)).into_response()
}
