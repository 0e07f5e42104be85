//! Countries and languages: people read and type names, in their own language; what is kept are codes.

use casevault_sync::{Field, FieldKind, SEPARATOR};
use maud::{Markup, html};

use crate::words::{Language, Words};

/// The countries and the languages of each language of the interface, a line each, in order of their names.
const NAMES: [(Language, [&str; 2]); 4] = [
    (Language::English, [include_str!("../locales/en/countries.ftl"), include_str!("../locales/en/languages.ftl")]),
    (Language::Arabic, [include_str!("../locales/ar/countries.ftl"), include_str!("../locales/ar/languages.ftl")]),
    (Language::French, [include_str!("../locales/fr/countries.ftl"), include_str!("../locales/fr/languages.ftl")]),
    (Language::Spanish, [include_str!("../locales/es/countries.ftl"), include_str!("../locales/es/languages.ftl")]),
];

/// What has codes that are too many to be shown as a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// Countries (ISO 3166-1 alpha-2).
    Countries,
    /// Languages (ISO 639).
    Languages,
}

impl List {
    /// The list that the values of such a field are of.
    pub(crate) fn of(kind: &FieldKind) -> Option<Self> {
        match kind {
            FieldKind::Country | FieldKind::Countries => Some(Self::Countries),
            FieldKind::Language => Some(Self::Languages),
            _ => None,
        }
    }

    /// What pages call it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Countries => "countries",
            Self::Languages => "languages",
        }
    }

    /// The codes with their names, in order of the names.
    fn all(self, language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
        let texts = NAMES.iter().filter(move |(of, _)| *of == language).map(|(_, texts)| texts);
        let text = texts.flat_map(move |[countries, languages]| match self {
            Self::Countries => countries.lines(),
            Self::Languages => languages.lines(),
        });
        text.filter_map(|line| line.split_once('-')?.1.split_once(" = "))
    }

    /// What a code is called; the code itself if nobody knows.
    pub(crate) fn name(self, words: Words, code: &str) -> String {
        let known = self.all(words.0).find(|(one, _)| one.eq_ignore_ascii_case(code));
        known.map_or(code, |(_, name)| name).to_owned()
    }

    /// The code of what somebody typed: a name in any language of the interface. Anything else is left as it is.
    fn code(self, words: Words, typed: &str) -> String {
        let wanted = plain(typed);
        let others = Language::ALL.into_iter().filter(|language| *language != words.0);
        let mut all = std::iter::once(words.0).chain(others).flat_map(|language| self.all(language));
        all.find(|(_, name)| plain(name) == wanted).map_or(typed, |(code, _)| code).to_owned()
    }
}

/// A name as it is compared: in small letters, with one kind of apostrophe.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace('’', "'")
}

/// What was typed into a field, with codes in place of names.
pub(crate) fn coded(words: Words, field: &Field, typed: &str) -> String {
    let Some(list) = List::of(&field.kind) else { return typed.trim().to_owned() };
    let parts = typed.split(SEPARATOR).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| list.code(words, part)).collect::<Vec<_>>().join(&SEPARATOR.to_string())
}

/// The names that a browser offers while one is typed into these fields.
pub(crate) fn offered<'a>(words: Words, fields: impl Iterator<Item = &'a Field>) -> Markup {
    let asked: Vec<_> = fields.filter_map(|field| List::of(&field.kind)).collect();
    html! {
        @for list in [List::Countries, List::Languages].into_iter().filter(|list| asked.contains(list)) {
            datalist id=(list.id()) { @for (_, name) in list.all(words.0) { option value=(name) {} } }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_has_a_name_of_its_own_in_every_language() {
        let known = include_str!("../../../statistics/data/countries.txt");
        let known: BTreeSet<_> = known.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.get(..2)).collect();
        for language in Language::ALL {
            for (list, least) in [(List::Countries, known.len()), (List::Languages, 200)] {
                let all: Vec<_> = list.all(language).collect();
                let names: BTreeSet<_> = all.iter().map(|(_, name)| plain(name)).collect();
                assert!(names.len() == all.len() && all.len() >= least, "{language:?}: {} of {}", names.len(), all.len());
            }
            let codes: BTreeSet<_> = List::Countries.all(language).map(|(code, _)| code).collect();
            assert_eq!(codes, known, "{language:?}");
        }
    }

    #[test]
    fn a_name_in_any_language_is_a_code_and_anything_else_stays() {
        let words = Words(Language::Arabic);
        assert_eq!(List::Countries.name(words, "NG"), "نيجيريا");
        assert_eq!(List::Countries.name(words, "XX"), "XX");
        let citizenship = casevault_sync::field("prs_Citizenship").unwrap();
        assert_eq!(coded(words, citizenship, " نيجيريا; cote d’ivoire"), "NG;cote d’ivoire");
        assert_eq!(coded(words, citizenship, "Côte d'Ivoire;italie;GB"), "CI;IT;GB");
        let language = casevault_sync::field("prs_PrimaryLanguage").unwrap();
        assert_eq!(coded(words, language, "arabe"), "ar");
    }
}
