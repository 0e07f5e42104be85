//! What the pages about the organisation share: where they are, and what is chosen on several.

use casevault_sync::Role;
use maud::{Markup, html};

use crate::visit::Visit;

/// The pages about the organisation, by name, and where they are.
const PARTS: [(&str, &str); 4] = [("people", "/people"), ("partners", "/partners"), ("recovery", "/recovery"), ("log", "/log")];

/// What stands above each of them. `part` is the page's name.
pub(super) fn head(visit: &Visit, part: &str) -> Markup {
    let words = visit.words;
    html! {
        h1 { (words.say("place-people")) }
        nav.tabs aria-label=(words.say("organisation-parts")) {
            ul { @for (name, address) in PARTS { li { a href=(address) aria-current=[(name == part).then_some("page")] { (words.say(name)) } } } }
        }
    }
}

/// Every role, to choose from.
pub(super) fn roles(visit: &Visit) -> Vec<(String, String)> {
    Role::ALL.map(|role| (role.as_str().to_owned(), visit.words.say(&format!("role-{}", role.as_str())))).into()
}
