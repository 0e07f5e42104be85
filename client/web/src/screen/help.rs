//! Help, in plain words.

use axum::response::IntoResponse as _;
use maud::html;

use crate::failure::Outcome;
use crate::page;
use crate::visit::Visit;

/// What is answered, in order.
const QUESTIONS: [&str; 8] = ["states", "offline", "lock", "leave", "document", "consent", "metadata", "wrong"];

pub(super) async fn show(visit: Visit) -> Outcome {
    let words = visit.words;
    let body = html! {
        h1 { (words.say("place-help")) }
        @for name in QUESTIONS {
            details open[name == "states"] { summary { (words.say(&format!("help-{name}"))) } p { (words.say(&format!("help-{name}.answer"))) } }
        }
    };
    Ok(page::page(&visit, "help", body).into_response())
}
