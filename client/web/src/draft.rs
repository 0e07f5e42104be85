//! What was typed before the profile locked itself. The browser keeps it, in the form that asks for the passphrase; this program does not.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request};
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::once;
use crate::screen::{self, unlock};
use crate::visit::Visit;

/// Where a draft was to be sent.
const TO: &str = "draft-to";
/// What begins the name of each of its fields.
const FIELD: &str = "draft.";

/// Whether a form of a case is typed into. What only does something, to revoke a device say, is done again by whoever unlocked: whoever stood
/// before the locked program could have asked for it.
fn is_typed_into(to: &str) -> bool {
    let parts: Vec<_> = to.split('/').skip(1).collect();
    // A browser makes another address of what goes up, or is escaped.
    let plain = |part: &&str| part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    parts.iter().all(plain)
        && matches!(
            parts.as_slice(),
            ["cases"]
                | ["cases", _, "note" | "consent" | "plan" | "screening" | "override"]
                | ["cases", _, "screening", "decision"]
                | ["cases", _, "documents", _, "redact"]
                | ["cases", _, "profile" | "goals" | "records", _]
                | ["cases", _, "records", _, _]
        )
}

/// Something that was typed, and where it was to be sent.
pub(crate) struct Draft {
    to: String,
    fields: Fields,
}

impl Draft {
    /// The draft that a form carries, if it carries one.
    pub(crate) fn carried(form: &Fields) -> Option<Self> {
        let to = form.text(TO).to_owned();
        let own = is_typed_into(&to);
        let field = |(name, text): &(String, String)| Some((name.strip_prefix(FIELD)?.to_owned(), text.clone()));
        let typed = form.0.iter().filter_map(field).filter(|(name, _)| name != once::FIELD);
        own.then(|| Self { to, fields: Fields(typed.collect()) })
    }

    /// The same, for a form to carry on.
    pub(crate) fn carry(&self) -> Markup {
        html! {
            input type="hidden" name=(TO) value=(self.to);
            @for (name, text) in &self.fields.0 {
                input type="hidden" name={ (FIELD) (name) } value=(text);
            }
        }
    }

    /// A form that sends it where it was to be sent.
    pub(crate) fn send(&self, visit: &Visit) -> Markup {
        html! {
            form method="post" action=(self.to) class="stack" {
                // What was read out, or was sure, is said again.
                @for (name, text) in self.fields.0.iter().filter(|(name, _)| !["read", "sure"].contains(&name.as_str())) {
                    input type="hidden" name=(name) value=(text);
                }
                ul.plain {
                    @for (_, text) in self.fields.0.iter().filter(|(_, text)| !text.is_empty() && visit.id(text).is_err()) {
                        li { bdi.typed { (text) } }
                    }
                }
                button.primary { (visit.words.say("draft-send")) }
            }
        }
    }
}

/// Whether this would be typed in vain: the profile is locked, and the form is not about that.
pub(crate) fn is_one(desk: &Arc<Desk>, request: &Request) -> bool {
    let form = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    request.method() == Method::POST && form && !screen::WITHOUT_KEYS.contains(&request.uri().path()) && !desk.is_open()
}

/// Asks for the passphrase, and has the page keep what was typed.
pub(crate) async fn keep(visit: &Visit, request: Request) -> Response {
    let to = request.uri().path().to_owned();
    let typed = is_typed_into(&to);
    match Fields::from_request(request, &()).await {
        Ok(mut fields) => {
            fields.0.retain(|(name, _)| name != once::FIELD);
            Failure::Locked.with(unlock::page(visit, typed.then_some(Draft { to, fields }).as_ref(), None))
        }
        Err(failure) => failure.into_response(),
    }
}
