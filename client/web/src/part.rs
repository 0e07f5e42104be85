//! Parts of pages. Words of others are text, isolated, and never markup.

use casevault_sync::display_name;
use casevault_sync::time::Time;
use casevault_sync::view::Delivery;
use maud::{Markup, html};

use crate::page::icon;
use crate::when;
use crate::words::Words;

/// A name that somebody typed.
pub(crate) fn name(text: &str) -> Markup {
    html! { bdi { (display_name(text)) } }
}

/// Text of several lines that somebody typed.
pub(crate) fn paragraph(text: &str) -> Markup {
    html! { @for line in text.lines() { p.typed dir="auto" { (display_name(line)) } } }
}

/// Somebody, or the beginning of their id.
pub(crate) fn named(known: Option<&str>, id: &impl ToString) -> Markup {
    match known {
        Some(known) => name(known),
        None => html! { bdi.id { (id.to_string().chars().take(12).collect::<String>()) } },
    }
}

/// A moment.
pub(crate) fn time(time: Time) -> Markup {
    html! { time dir="ltr" datetime=(when::instant(time)) { (when::minute(time)) } }
}

/// A day.
pub(crate) fn day(time: Time) -> Markup {
    html! { time dir="ltr" { (when::day(time)) } }
}

/// A size for people.
pub(crate) fn size(bytes: u64) -> Markup {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes.div_ceil(100), "kB");
    for next in UNITS {
        unit = next;
        if value < 10_000 || next == "TB" {
            break;
        }
        value /= 1000;
    }
    html! { bdi dir="ltr" { (value / 10) @if value < 100 { "." (value % 10) } " " (unit) } }
}

/// A word with its icon. `look` names its colours.
pub(crate) fn chip(look: &str, picture: &str, word: &str) -> Markup {
    html! { span class={ "chip " (look) } { (icon(picture)) (word) } }
}

/// Where something that was written is.
pub(crate) fn delivery(words: Words, delivery: Delivery) -> Markup {
    match delivery {
        Delivery::Queued => chip("here", "clock", &words.say("state-here")),
        Delivery::Sent => chip("sent", "check", &words.say("state-sent")),
    }
}

/// A line of text to type.
pub(crate) fn line(label: &str, name: &str, value: &str) -> Markup {
    html! {
        label.field { span { (label) } input type="text" name=(name) value=(value) dir="auto" autocomplete="off" spellcheck="false" maxlength="1000"; }
    }
}

/// A choice of one.
pub(crate) fn choice(label: &str, name: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) autocomplete="off" {
                @for (value, word) in options { option value=(value) selected[value == chosen] { (word) } }
            }
        }
    }
}

/// Something that ends something, asked for twice. `form` has what is sent besides.
pub(crate) fn sure(words: Words, (word, to): (&str, &str), form: &Markup) -> Markup {
    html! {
        details.sure {
            summary.button.leave { (word) }
            form method="post" action=(to) { (form) p { (words.say("sure")) } button.leave { (word) } }
        }
    }
}

/// A choice of one of which each is seen, and none is chosen before somebody does.
pub(crate) fn radios(label: &str, name: &str, options: &[(String, Markup)], chosen: &str) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            div.options {
                @for (value, word) in options {
                    label.option { input type="radio" name=(name) value=(value) required checked[value == chosen]; span { (word) } }
                }
            }
        }
    }
}

/// Choices of several.
pub(crate) fn choices(label: &str, name: &str, options: &[(String, Markup)], chosen: &[&str]) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            div.options {
                @for (value, word) in options {
                    label.option { input type="checkbox" name=(name) value=(value) checked[chosen.contains(&value.as_str())]; span { (word) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = |bytes| size(bytes).into_string();
        assert!(shown(0).contains(">0.0 kB<"), "{}", shown(0));
        assert!(shown(1_500).contains(">1.5 kB<"), "{}", shown(1_500));
        assert!(shown(2_400_000).contains(">2.4 MB<"), "{}", shown(2_400_000));
        assert!(shown(45_000_000).contains(">45 MB<"), "{}", shown(45_000_000));
    }

    #[test]
    fn a_name_is_never_markup() {
        assert_eq!(name("<b>\u{202e}x").into_string(), "<bdi>&lt;b&gt;\\u{202e}x</bdi>");
    }
}
