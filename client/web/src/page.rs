//! The frame of every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::alarm;
use crate::once;
use crate::settings::Theme;
use crate::visit::Visit;

/// Where the frame leads: the page's name, its address, its icon, and whether only members of teams have it.
const PLACES: [(&str, &str, &str, bool); 7] = [
    ("cases", "/cases", "case", true),
    ("waiting", "/waiting", "clock", false),
    ("statistics", "/statistics", "chart", false),
    ("people", "/people", "people", false),
    ("teams", "/teams", "team", false),
    ("settings", "/settings", "settings", false),
    ("help", "/help", "help", false),
];

/// How many seconds later than the program locks itself a page goes that has no script.
const GRACE: u64 = 10;

/// A page for whoever has come in. `place` is the one that it belongs to.
pub(crate) fn page(visit: &Visit, place: &str, body: Markup) -> Markup {
    inside(visit, (place, false), body)
}

/// The same of something that goes on: where no script asks how far it is, the page is asked for again by itself.
pub(crate) fn going_on(visit: &Visit, place: &str, body: Markup) -> Markup {
    inside(visit, (place, true), body)
}

fn inside(visit: &Visit, (place, goes_on): (&str, bool), body: Markup) -> Markup {
    if !goes_on && visit.desk.is_open() {
        // Somebody asked for this page, and is there. An error is that it was locked just now.
        let _ = visit.client();
    }
    let client = visit.desk.glance().filter(|client| client.is_approved());
    let member = client.as_ref().is_some_and(|client| client.own_teams().is_ok_and(|teams| !teams.is_empty()));
    let places = client.is_some().then(|| PLACES.iter().filter(move |place| member || !place.3));
    let noticed = client.as_ref().and_then(|client| alarm::shown(visit, client).ok());
    let words = visit.words;
    let frame = html! {
        a.skip href="#main" { (words.say("skip")) }
        header.bar {
            p.mark { a href="/" { (icon("mark")) span { (words.say("window")) } } }
            @if let Some(places) = places {
                nav aria-label=(words.say("places")) {
                    ul {
                        @for (name, address, picture, _) in places {
                            li { a href=(address) aria-current=[(*name == place).then_some("page")] { (icon(picture)) span { (words.say(&format!("place-{name}"))) } } }
                        }
                    }
                }
            } @else {
                nav aria-label=(words.say("places")) {
                    ul {
                        li { a href="/settings" aria-current=[(place == "settings").then_some("page")] { (icon("settings")) span { (words.say("place-settings")) } } }
                        li { a href="/help" aria-current=[(place == "help").then_some("page")] { (icon("help")) span { (words.say("place-help")) } } }
                    }
                }
            }
            @if client.is_some() { form method="post" action="/lock" data-lock { button { (icon("lock")) span { (words.say("lock")) } } } }
            form method="post" action="/leave" data-leave { button.leave { (icon("leave")) span { (words.say("leave")) } } }
        }
        main id="main" tabindex="-1" { @if let Some(noticed) = &noticed { (noticed) } (body) }
    };
    document(visit, (place, goes_on), frame)
}

/// A page that leads nowhere, for whoever has not come in.
pub(crate) fn outside(visit: &Visit, name: &str, body: Markup) -> Markup {
    document(visit, (name, false), html! { main id="main" { (body) } })
}

fn document(visit: &Visit, (name, goes_on): (&str, bool), frame: Markup) -> Markup {
    let (words, language) = (visit.words, visit.words.0);
    let theme = (visit.theme != Theme::System).then(|| visit.theme.as_str());
    let idle = visit.desk.is_open().then(|| visit.desk.settings().idle.time().as_secs());
    // Without a script a page goes once nobody can be there any more, unless something may be typed into it.
    // Where nothing can be drawn by chance, a form is done as often as it is sent.
    let frame = once::marked(&frame).unwrap_or(frame);
    let goes = idle.filter(|_| !["<textarea", "type=\"text\""].iter().any(|field| frame.0.contains(field)));
    html! {
        (DOCTYPE)
        html lang=(language.code()) dir=(language.direction()) data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (words.say(&format!("window-{name}"))) " – " (words.say("window")) }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/style.css";
                script src="/assets/script.js" defer {}
                @if goes_on { noscript { meta http-equiv="refresh" content="3"; } }
                @if let Some(seconds) = goes { noscript { meta http-equiv="refresh" content={ (seconds + GRACE) "; url=/unlock" }; } }
            }
            body data-open=[idle.map(|_| "1")] { (frame) }
        }
    }
}

/// Declares the icons.
macro_rules! icons {
    ($($name:literal)*) => {
        /// A picture beside words that say the same.
        pub(crate) fn icon(name: &str) -> Markup {
            let picture = match name {
                $($name => include_str!(concat!("../assets/icons/", $name, ".svg")),)*
                _ => "",
            };
            PreEscaped(picture.to_owned())
        }
    };
}

icons! { "case" "chart" "check" "clock" "file" "help" "leave" "lock" "mark" "people" "plus" "received" "search" "settings" "share" "team" "warning" }
