//! Settings: language, colours, and how this device's profile is protected; its passphrase, and its end.

use axum::response::{IntoResponse as _, Response};
use casevault_sync::{Client, ClientError, passphrase};
use maud::{Markup, html};

use super::{done, outside, unlock, welcome};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::guard;
use crate::page;
use crate::part;
use crate::settings::{Idle, Settings, Theme};
use crate::visit::Visit;
use crate::words::Language;

/// After how many wrong passphrases a profile may be destroyed.
const WRONG: [u32; 3] = [5, 10, 20];

pub(super) async fn form(visit: Visit) -> Outcome {
    Ok(draw(&visit, html! {}).into_response())
}

/// The page, with what was just done above it.
fn draw(visit: &Visit, above: Markup) -> Markup {
    let words = visit.words;
    let open = visit.desk.is_open().then(|| visit.client().ok()).flatten();
    let body = html! {
        div.narrow {
            h1 { (words.say("place-settings")) }
            (above)
            (look(visit, open.is_some()))
            @if let Some(client) = &open {
                section aria-labelledby="passphrase" {
                    h2 #passphrase { (words.say("settings-passphrase")) }
                    form method="post" action="/settings/passphrase" class="stack" {
                        label.field { span { (words.say("passphrase-old")) } input type="password" name="old" autocomplete="off" required; }
                        (welcome::new_passphrase(visit, "passphrase-new"))
                        button { (words.say("passphrase-change")) }
                    }
                    p.hint { (words.say("passphrase-copies")) }
                }
                (protection(visit, client))
                p { a href="/travel" { (words.say("travel")) } }
            }
            @if visit.desk.has_profile() {
                section aria-labelledby="wipe" {
                    h2 #wipe { (words.say("wipe")) }
                    p { (words.say("wipe-words")) }
                    details.sure {
                        summary.button.leave { (words.say("wipe")) }
                        form method="post" action=(super::WIPE) {
                            label.option { input type="checkbox" name="sure" value="yes" required; span { (words.say("wipe-sure")) } }
                            button.leave { (words.say("wipe-button")) }
                        }
                    }
                }
            }
        }
    };
    page::page(visit, "settings", body)
}

/// How pages look, and when they go.
fn look(visit: &Visit, open: bool) -> Markup {
    let words = visit.words;
    let settings = visit.desk.settings();
    let themes = Theme::ALL.map(|theme| (theme.as_str().to_owned(), words.say(&format!("theme-{}", theme.as_str()))));
    let idle = Idle::ALL.map(|idle| (idle.minutes().to_string(), words.count("settings-minutes", idle.minutes() as usize)));
    html! {
        form method="post" action="/settings" class="stack" {
            fieldset {
                legend { (words.say("settings-language")) }
                div.options {
                    @for language in Language::ALL {
                        label.option { input type="radio" name="language" value=(language.code()) checked[language == words.0]; span lang=(language.code()) { bdi { (language.name()) } } }
                    }
                }
            }
            (part::choice(&words.say("settings-theme"), "theme", &themes, visit.theme.as_str()))
            @if open { (part::choice(&words.say("settings-idle"), "idle", &idle, &settings.idle.minutes().to_string())) }
            button.primary { (words.say("save")) }
        }
    }
}

fn protection(visit: &Visit, client: &Client) -> Markup {
    let words = visit.words;
    let never = std::iter::once((String::new(), words.say("protect-never")));
    let options: Vec<_> =
        never.chain(WRONG.map(|wrong| (wrong.to_string(), words.count("protect-after", wrong as usize)))).collect();
    let chosen = client.wipe_after().map(|after| after.to_string()).unwrap_or_default();
    html! {
        section aria-labelledby="protect" {
            h2 #protect { (words.say("protect")) }
            p { (words.say("protect-words")) }
            form method="post" action="/settings/protect" class="stack" {
                (part::choice(&words.say("protect-choose"), "after", &options, &chosen))
                button { (words.say("save")) }
            }
        }
    }
}

pub(super) async fn choose(visit: Visit, form: Fields) -> Outcome {
    let now = visit.desk.settings();
    let theme = Theme::parse(form.text("theme")).unwrap_or(now.theme);
    // Whoever finds the program locked does not say how long it stays open.
    let idle = Idle::parse(form.text("idle")).filter(|_| visit.desk.is_open()).unwrap_or(now.idle);
    visit.desk.choose(Settings { language: Language::parse(form.text("language")), theme, idle })?;
    done("/settings")
}

pub(super) async fn protect(visit: Visit, form: Fields) -> Outcome {
    let after = form.text("after").parse().ok().filter(|after| WRONG.contains(after));
    visit.client()?.set_wipe_after(after)?;
    done("/settings")
}

/// Changes the passphrase, for which the profile is locked, and unlocks it again. Whoever does not know the old one stands before the
/// locked profile.
pub(super) async fn passphrase(visit: Visit, form: Fields) -> Outcome {
    visit.client()?;
    let new = match welcome::chosen(&form) {
        Ok(new) => new,
        Err(failure) => return Ok(failure.with(draw(&visit, failure.shown(&visit)))),
    };
    let desk = visit.desk.clone();
    let turn = desk.resealing.clone().lock_owned().await;
    desk.lock();
    let locks = desk.locks();
    desk.gone().await;
    let (profile, options) = (desk.profile().to_owned(), desk.options());
    let old = passphrase::parse(form.text("old"));
    let changing = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        Client::change_passphrase(&profile, &old, &new, &options)
    });
    if let Err(error) = changing.await.map_err(|_| Failure::Internal)? {
        return Ok(stopped(&visit, error));
    }
    if desk.locks() != locks {
        return Err(Failure::Locked);
    }
    desk.unlock(passphrase::parse(form.text("passphrase"))).await?;
    let done = html! { p.note role="status" { (visit.words.say("passphrase-changed")) } };
    guard::with_session(&desk, draw(&visit, done).into_response())
}

fn stopped(visit: &Visit, error: ClientError) -> Response {
    let failure = Failure::from(error);
    failure.with(unlock::page(visit, None, Some(&failure)))
}

/// Destroys the profile, its keys first, and shows an empty page.
pub(super) async fn wipe(visit: Visit, form: Fields) -> Outcome {
    if !form.has("sure") {
        return Err(Failure::Unsure);
    }
    visit.desk.leave();
    let first = destroy(&visit).await?;
    // What was about to write the keystore anew brings it back: that goes, too.
    let _turn = visit.desk.resealing.lock().await;
    match if visit.desk.has_profile() { destroy(&visit).await? } else { first } {
        Ok(()) | Err(ClientError::NoProfile) => Ok(outside::nothing("\"cache\", \"cookies\", \"storage\"")),
        Err(error) => Err(error.into()),
    }
}

async fn destroy(visit: &Visit) -> Outcome<Result<(), ClientError>> {
    let (profile, options) = (visit.desk.profile().to_owned(), visit.desk.options());
    tokio::task::spawn_blocking(move || Client::wipe(&profile, &options)).await.map_err(|_| Failure::Internal)
}
