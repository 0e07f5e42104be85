//! What pages say, in the person's language. Words are in `locales`; whatever is put into a sentence is isolated, so that it keeps its
//! direction.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _};

fluent_templates::static_loader! {
    static SAID = { locales: "./locales", fallback_language: "en" };
}

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    #[default]
    English,
    /// Arabic.
    Arabic,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::English, Self::Arabic, Self::French, Self::Spanish];

    /// Its code (BCP 47).
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// What it calls itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Arabic => "العربية",
            Self::French => "Français",
            Self::Spanish => "Español",
        }
    }

    /// The direction in which it is written.
    pub(crate) fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// The one of this code.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The first that a browser asks for and that there is.
    pub(crate) fn asked_for(accept: &str) -> Option<Self> {
        accept.split(',').filter_map(|one| one.trim().get(..2)).find_map(|code| Self::parse(&code.to_ascii_lowercase()))
    }

    fn id(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }
}

/// The words of a language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    /// What is said under `key`.
    pub(crate) fn say(self, key: &str) -> String {
        SAID.lookup(&self.0.id(), key)
    }

    /// The same with something put into it.
    pub(crate) fn fill(self, key: &str, name: &'static str, value: impl Into<String>) -> String {
        self.with(key, [(name, FluentValue::from(value.into()))])
    }

    /// The same with a number, in the form that it asks for.
    pub(crate) fn count(self, key: &str, number: usize) -> String {
        self.with(key, [("n", FluentValue::from(number))])
    }

    /// The same with several things.
    pub(crate) fn with<const N: usize>(self, key: &str, values: [(&'static str, FluentValue<'static>); N]) -> String {
        self.known_with(key, values).unwrap_or_else(|| self.say(key))
    }

    /// The same, if anything is said under `key`.
    pub(crate) fn known_with<const N: usize>(
        self,
        key: &str,
        values: [(&'static str, FluentValue<'static>); N],
    ) -> Option<String> {
        let values: HashMap<Cow<'static, str>, _> = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        SAID.try_lookup_with_args(&self.0.id(), key, &values)
    }

    /// What one of the figures is of: a code, or several.
    pub(crate) fn figure(self, code: &str) -> String {
        let one = |code: &str| self.known(&figure_key(code)).unwrap_or_else(|| code.to_owned());
        code.split(" × ").map(one).collect::<Vec<_>>().join(" × ")
    }

    /// What is said under `key`, if anything is.
    pub(crate) fn known(self, key: &str) -> Option<String> {
        SAID.try_lookup(&self.0.id(), key)
    }
}

/// Under which the words for a code of the figures are.
fn figure_key(code: &str) -> String {
    format!("figure-{}", code.replace(|one: char| !one.is_ascii_alphanumeric(), "-"))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const TEXTS: [[&str; 7]; 4] = [
        [
            include_str!("../locales/en/main.ftl"),
            include_str!("../locales/en/case.ftl"),
            include_str!("../locales/en/fields.ftl"),
            include_str!("../locales/en/organisation.ftl"),
            include_str!("../locales/en/figures.ftl"),
            include_str!("../locales/en/countries.ftl"),
            include_str!("../locales/en/languages.ftl"),
        ],
        [
            include_str!("../locales/ar/main.ftl"),
            include_str!("../locales/ar/case.ftl"),
            include_str!("../locales/ar/fields.ftl"),
            include_str!("../locales/ar/organisation.ftl"),
            include_str!("../locales/ar/figures.ftl"),
            include_str!("../locales/ar/countries.ftl"),
            include_str!("../locales/ar/languages.ftl"),
        ],
        [
            include_str!("../locales/fr/main.ftl"),
            include_str!("../locales/fr/case.ftl"),
            include_str!("../locales/fr/fields.ftl"),
            include_str!("../locales/fr/organisation.ftl"),
            include_str!("../locales/fr/figures.ftl"),
            include_str!("../locales/fr/countries.ftl"),
            include_str!("../locales/fr/languages.ftl"),
        ],
        [
            include_str!("../locales/es/main.ftl"),
            include_str!("../locales/es/case.ftl"),
            include_str!("../locales/es/fields.ftl"),
            include_str!("../locales/es/organisation.ftl"),
            include_str!("../locales/es/figures.ftl"),
            include_str!("../locales/es/countries.ftl"),
            include_str!("../locales/es/languages.ftl"),
        ],
    ];

    /// Every message and attribute, with what is put into it.
    fn said(text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let (mut all, mut message, mut key) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new(), String::new());
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            match line.split_once(" = ") {
                Some((name, _)) if line.starts_with("    .") => key = format!("{message}{}", name.trim()),
                Some((name, _)) if !line.starts_with(' ') => (message, key) = (name.to_owned(), name.to_owned()),
                _ => {}
            }
            let put = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next()).map(str::to_owned);
            all.entry(key.clone()).or_default().extend(put);
        }
        all
    }

    #[test]
    fn every_language_says_everything() {
        let english = said(&TEXTS[0].concat());
        assert!(english.len() > 300, "{}", english.len());
        for text in &TEXTS[1..] {
            let other = said(&text.concat());
            let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
            let more: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
            assert!(missing.is_empty() && more.is_empty(), "{missing:?} {more:?}");
            for (key, put) in &english {
                assert_eq!(Some(put), other.get(key), "{key}");
            }
        }
    }

    #[test]
    fn all_that_is_counted_has_words() {
        let counted = include_str!("../../../statistics/data/variables.json");
        let all = |field: &str| counted.split(field).skip(1).filter_map(|rest| rest.split('"').next()).collect::<BTreeSet<_>>();
        let (names, codes) = (all("\"name\": \""), all("\"code\": \""));
        assert!(names.len() > 15 && codes.len() > 90, "{names:?} {codes:?}");
        let english = said(&TEXTS[0].concat());
        for name in names {
            assert!(english.contains_key(&format!("figures-{name}")), "{name}");
        }
        let is_number = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        for code in codes.into_iter().filter(|code| !is_number(code)) {
            assert!(english.contains_key(&figure_key(code)), "{code}");
        }
        let words = Words(Language::French);
        assert_eq!(words.figure("Forced labour × not stated or suppressed"), "Travail forcé × Non indiqué ou masqué");
        assert_eq!(words.figure("2026"), "2026");
    }

    #[test]
    fn what_is_put_into_a_sentence_keeps_its_direction() {
        let sentence = Words(Language::Arabic).fill("state-received", "who", "2026-014");
        assert!(sentence.contains("\u{2068}2026-014\u{2069}"), "{sentence}");
    }

    #[test]
    fn numbers_in_arabic_sentences_keep_their_order() {
        let isolated = |text: &str| {
            text.split('\u{2066}').map(|part| part.split_once('\u{2069}').map_or(part, |(_, after)| after)).collect::<String>()
        };
        let arabic = isolated(&TEXTS[1].concat());
        let flipped =
            arabic.as_bytes().windows(3).any(|three| matches!(three, [a, b'-', c] if a.is_ascii_digit() && c.is_ascii_digit()));
        assert!(!flipped, "a number with a hyphen would be read from its end");
    }

    #[test]
    fn a_browser_that_asks_for_a_language_gets_it() {
        assert_eq!(Language::asked_for("de-DE,ar;q=0.8,en;q=0.5"), Some(Language::Arabic));
        assert_eq!(Language::asked_for("*"), None);
    }
}
