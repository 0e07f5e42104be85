//! Parts of pages. Words of others are text, isolated, and never markup.

use casevault_sync::display_name;
use casevault_sync::time::Time;
use casevault_sync::view::Delivery;
use fluent_templates::fluent_bundle::FluentValue;
use maud::{Markup, html};

use crate::page::icon;
use crate::when;
use crate::words::Words;

/// Characters of an id that are shown in place of a name.
const SHORT: usize = 8;

/// A name that somebody typed.
pub(crate) fn name(text: &str) -> Markup {
    html! { bdi { (with_references(&display_name(text))) } }
}

/// Text of several lines that somebody typed.
pub(crate) fn paragraph(text: &str) -> Markup {
    html! { @for line in text.lines() { p.typed dir="auto" { (with_references(&display_name(line))) } } }
}

/// Somebody, or the beginning of their id.
pub(crate) fn named(known: Option<&str>, id: &impl ToString) -> Markup {
    match known {
        Some(known) => name(known),
        None => html! { bdi.id dir="ltr" { (short(id)) } },
    }
}

/// The same as text, where there can be no markup.
pub(crate) fn called(known: Option<&str>, id: &impl ToString) -> String {
    known.map_or_else(|| short(id), display_name)
}

/// The same words, with references among letters that run from right to left read from the left: `2026-014` would be turned round there.
fn with_references(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '/' | '.' | '_' | ':');
    let mut parts = Vec::<String>::new();
    let mut before = None;
    for letter in text.chars() {
        match parts.last_mut().filter(|_| before == Some(is_part(letter))) {
            Some(part) => part.push(letter),
            None => parts.push(letter.to_string()),
        }
        before = Some(is_part(letter));
    }
    let is_reference = |part: &str| part.contains(|one: char| one.is_ascii_digit()) && part.contains(['-', '/', '.', '_', ':']);
    let part = |part: String| if is_reference(&part) { format!("\u{2066}{part}\u{2069}") } else { part };
    parts.into_iter().map(part).collect()
}

/// Words that keep their direction among others, where there can be no markup.
pub(crate) fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

/// The beginning of an id, by which people tell what has no name from each other.
pub(crate) fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(SHORT).collect()
}

/// A number that people compare, in groups that are read aloud.
pub(crate) fn number(id: &impl ToString) -> Markup {
    let digits: Vec<_> = id.to_string().chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    html! { code.aloud dir="ltr" { (groups.join(" ")) } }
}

/// How much of something long is done.
pub(crate) fn progress(words: Words, key: &str, (done, all): (usize, usize)) -> Markup {
    let said = words.with(key, [("done", FluentValue::from(done)), ("n", FluentValue::from(all))]);
    html! { div.going { p { (said) } @if all > 0 { progress max=(all) value=(done) aria-label=(said) {} } } }
}

/// Where a list goes on, if it is longer than a page. `to` is its address, to which the page's number is added.
pub(crate) fn pages(words: Words, (at, all): (usize, usize), to: &str) -> Markup {
    html! {
        @if all > 1 {
            nav.pages aria-label=(words.say("pages")) {
                @if at > 1 { a.button href={ (to) (at - 1) } { (words.say("page-before")) } }
                span { bdi dir="ltr" { (at) " / " (all) } }
                @if at < all { a.button href={ (to) (at + 1) } { (words.say("page-after")) } }
            }
        }
    }
}

/// The page of a list that is asked for, and how many there are.
pub(crate) fn paged<'a, T>(list: &'a [T], asked: &str, of: usize) -> (&'a [T], (usize, usize)) {
    let all = list.len().div_ceil(of).max(1);
    let at = asked.parse::<usize>().unwrap_or(1).clamp(1, all);
    (list.chunks(of).nth(at.saturating_sub(1)).unwrap_or_default(), (at, all))
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
                @for (value, word) in options { option value=(value) dir="auto" selected[value == chosen] { (word) } }
            }
        }
    }
}

/// A choice of one that lets somebody read: none is made before a person makes it.
pub(crate) fn decision(words: Words, (label, name): (&str, &str), options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) autocomplete="off" required {
                option value="" { (words.say("choose")) }
                @for (value, word) in options { option value=(value) dir="auto" selected[value == chosen] { (word) } }
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
    fn a_reference_among_arabic_letters_is_read_from_the_left() {
        assert_eq!(with_references("ملف 2026-015"), "ملف \u{2066}2026-015\u{2069}");
        assert_eq!(with_references("ملف 7"), "ملف 7");
        assert_eq!(with_references("2026-015"), "2026-015");
    }

    #[test]
    fn a_name_is_never_markup() {
        assert_eq!(name("<b>\u{202e}x").into_string(), "<bdi>&lt;b&gt;\\u{202e}x</bdi>");
    }
}
