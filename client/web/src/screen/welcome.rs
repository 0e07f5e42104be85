//! Welcome: a device that has no profile yet joins by a code, or begins an organisation; and one that has joined waits.

use axum::response::{IntoResponse as _, Response};
use casevault_sync::view::JoinState;
use casevault_sync::{Client, FoundRequest, SecretBytes, passphrase};
use maud::{Markup, html};
use zeroize::Zeroizing;

use super::{done, to};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::guard;
use crate::page;
use crate::part;
use crate::visit::Visit;

/// The first page: it depends on what is here.
pub(super) async fn start(visit: Visit) -> Response {
    to(if visit.desk.has_profile() { "/cases" } else { "/welcome" })
}

pub(super) async fn show(visit: Visit) -> Response {
    if visit.desk.has_profile() { to("/cases") } else { draw(&visit, &Fields::default(), None).into_response() }
}

fn draw(visit: &Visit, typed: &Fields, failure: Option<&Failure>) -> Markup {
    let words = visit.words;
    let (founds, again) = (typed.has("keyserver"), typed.has("return"));
    let body = html! {
        div.narrow {
            h1 { (words.say("welcome-title")) }
            p { (words.say("welcome-words")) }
            @if let Some(failure) = failure { (failure.shown(visit)) }
            (join_form(visit, (if again { "" } else { typed.text("code") }, "welcome-join"), &html! {}))
            details open[founds] {
                summary { (words.say("welcome-found")) }
                form method="post" action="/welcome/found" class="stack" {
                    (part::line(&words.say("welcome-organisation"), "name", typed.text("name")))
                    (part::line(&words.say("welcome-person"), "person", typed.text("person")))
                    (part::line(&words.say("welcome-keyserver"), "keyserver", typed.text("keyserver")))
                    (part::line(&words.say("welcome-vault"), "vault", typed.text("vault")))
                    (new_passphrase(visit, "passphrase-new"))
                    button.primary { (words.say("welcome-begin")) }
                }
            }
            details open[again] {
                summary { (words.say("welcome-again")) }
                p { (words.say("welcome-again-words")) }
                (join_form(visit, (if again { typed.text("code") } else { "" }, "welcome-again-join"), &html! { input type="hidden" name="return" value="yes"; }))
            }
        }
    };
    page::page(visit, "welcome", body)
}

/// Where a code is typed; `button` is what it is then pressed for.
fn join_form(visit: &Visit, (code, button): (&str, &str), more: &Markup) -> Markup {
    let words = visit.words;
    html! {
        form method="post" action="/welcome/join" class="stack" {
            (more)
            (part::line(&words.say("welcome-code"), "code", code))
            (new_passphrase(visit, "passphrase-new"))
            button.primary { (words.say(button)) }
        }
    }
}

/// Where a new passphrase is typed, twice. `what` says of what it is.
pub(super) fn new_passphrase(visit: &Visit, what: &str) -> Markup {
    let words = visit.words;
    html! {
        label.field { span { (words.say(what)) small { (words.say("passphrase-hint")) } } input type="password" name="passphrase" autocomplete="off" required; }
        label.field { span { (words.say("passphrase-again")) } input type="password" name="again" autocomplete="off" required; }
    }
}

/// The new passphrase: long enough, and typed twice.
pub(super) fn chosen(form: &Fields) -> Outcome<SecretBytes> {
    let [first, again] = ["passphrase", "again"].map(|name| passphrase::normalised(form.text(name)));
    match (first.chars().count(), first == again) {
        (..passphrase::SHORTEST, _) => Err(Failure::Short),
        (_, false) => Err(Failure::Differ),
        _ => Ok(passphrase::parse(&first)),
    }
}

pub(super) async fn join(visit: Visit, form: Fields) -> Outcome {
    let code = Zeroizing::new(form.text("code").split_whitespace().collect::<String>());
    let locks = visit.desk.locks();
    let begun = async {
        let client = Client::join(visit.desk.profile(), chosen(&form)?, &code, visit.desk.options()).await?.0;
        visit.desk.hold(client, locks)
    };
    begin(&visit, &form, begun.await)
}

pub(super) async fn found(visit: Visit, form: Fields) -> Outcome {
    let text = |name| form.text(name).trim().to_owned();
    let request = FoundRequest { name: text("name"), keyserver: text("keyserver"), vault: text("vault"), person: text("person") };
    let locks = visit.desk.locks();
    let begun = async {
        let client = Client::found(visit.desk.profile(), chosen(&form)?, request, visit.desk.options()).await?.0;
        visit.desk.hold(client, locks)
    };
    begin(&visit, &form, begun.await)
}

fn begin(visit: &Visit, form: &Fields, begun: Outcome<()>) -> Outcome {
    match begun {
        Ok(()) => guard::with_session(&visit.desk, to("/joining")),
        Err(failure) => Ok(failure.with(draw(visit, form, Some(&failure)))),
    }
}

/// Where the approval stands.
pub(super) async fn joining(visit: Visit) -> Outcome {
    let client = visit.client()?;
    let joined = client.join_state().await?;
    if joined.state == JoinState::Approved {
        visit.desk.synchronise();
        return done("/cases");
    }
    let words = visit.words;
    let body = html! {
        div.narrow {
            h1 { (words.say("joining-title")) }
            p { (words.say("joining-words")) }
            p { (part::number(&joined.device)) }
            p.hint { (words.say("joining-hint")) }
            a.button.primary href="/joining" { (words.say("joining-ask")) }
        }
    };
    Ok(page::page(&visit, "welcome", body).into_response())
}
