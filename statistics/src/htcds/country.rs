//! ISO 3166-1.

use std::sync::LazyLock;

const LIST: &str = include_str!("../../data/countries.txt");

static COUNTRIES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect());

/// The alpha-2 code of the country whose alpha-2 or alpha-3 code is `text`, in whatever case.
pub(super) fn alpha_2(text: &str) -> Option<&'static str> {
    let named = |(two, three): &&(&str, &str)| two.eq_ignore_ascii_case(text) || three.eq_ignore_ascii_case(text);
    COUNTRIES.iter().find(named).map(|(two, _)| *two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_both_codes() {
        assert_eq!(COUNTRIES.len(), 249);
        assert!(COUNTRIES.iter().all(|(two, three)| two.len() == 2 && three.len() == 3));
        assert_eq!(alpha_2("PHL"), Some("PH"));
        assert_eq!(alpha_2("ph"), Some("PH"));
        assert_eq!(alpha_2("Philippines"), None);
    }
}
