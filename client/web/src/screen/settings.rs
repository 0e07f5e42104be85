//! Settings: language and colours.

use axum::response::IntoResponse as _;
use maud::html;

use super::done;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::page;
use crate::part;
use crate::settings::{Settings, Theme};
use crate::visit::Visit;
use crate::words::Language;

pub(super) async fn form(visit: Visit) -> Outcome {
    let words = visit.words;
    let themes = Theme::ALL.map(|theme| (theme.as_str().to_owned(), words.say(&format!("theme-{}", theme.as_str()))));
    let body = html! {
        div.narrow {
            h1 { (words.say("place-settings")) }
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
                button.primary { (words.say("save")) }
            }
        }
    };
    Ok(page::page(&visit, "settings", body).into_response())
}

pub(super) async fn choose(visit: Visit, form: Fields) -> Outcome {
    let theme = Theme::parse(form.text("theme")).unwrap_or(visit.theme);
    visit.desk.choose(Settings { language: Language::parse(form.text("language")), theme })?;
    done("/settings")
}
