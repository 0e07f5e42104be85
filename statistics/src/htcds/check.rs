//! Whether a value fits its field, and the one form in which it is stored.

use super::closest::closest;
use super::country::alpha_2;
use super::{Code, Field, Kind, LONG_TEXT, SEPARATOR, TEXT, field};

/// Why a value cannot be set. All are the caller's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// No field has this name.
    #[error("unknown field")]
    UnknownField {
        /// The field that may be meant.
        closest: Option<&'static str>,
    },
    /// The field takes codes, and this is none of them.
    #[error("unknown code")]
    UnknownCode {
        /// What it takes; empty for countries and languages, which have too many.
        allowed: Vec<&'static str>,
    },
    /// No calendar date `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    #[error("not a date")]
    NotADate,
    /// No number of the kind that the field takes.
    #[error("not a number")]
    NotANumber,
    /// Longer than the field may be.
    #[error("longer than the field may be")]
    TooLong,
}

/// A value that fits its field, in its one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedValue {
    field: &'static Field,
    value: String,
}

impl CheckedValue {
    /// The field.
    pub fn field(&self) -> &'static Field {
        self.field
    }

    /// The value as it is stored: codes as the lists spell them, several joined by [`SEPARATOR`] in the lists' order. Empty where
    /// the field is to be cleared.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// Checks `value` for the field `name`. Codes and labels are recognised in whatever case; several are separated by `;` or `,`;
/// nothing but white space clears the field.
///
/// # Errors
/// [`FieldError`] says what would fit.
pub fn check(name: &str, value: &str) -> Result<CheckedValue, FieldError> {
    let field = field(name).ok_or_else(|| FieldError::UnknownField { closest: closest(name) })?;
    let value = value.trim();
    let value = if value.is_empty() { String::new() } else { canonical(&field.kind, value)? };
    Ok(CheckedValue { field, value })
}

fn canonical(kind: &'static Kind, value: &str) -> Result<String, FieldError> {
    let limit = if matches!(kind, Kind::LongText) { LONG_TEXT } else { TEXT };
    if value.len() > limit {
        return Err(FieldError::TooLong);
    }
    match kind {
        Kind::Text | Kind::LongText | Kind::Reference => Ok(value.to_owned()),
        Kind::Code(codes) => one(codes, value).map(|at| spelling(codes, &[at])),
        Kind::Codes(codes) => several(codes, value),
        Kind::Country => country(value).map(str::to_owned),
        Kind::Countries => countries(value),
        Kind::Language => language(value),
        Kind::Date => date(value).then(|| value.to_owned()).ok_or(FieldError::NotADate),
        Kind::Number => value.parse::<u32>().map(|number| number.to_string()).map_err(|_| FieldError::NotANumber),
        Kind::Degrees => degrees(value),
        Kind::Flag => flag(value),
    }
}

fn one(codes: &'static [Code], text: &str) -> Result<usize, FieldError> {
    let named = |code: &Code| code.code.eq_ignore_ascii_case(text) || code.label.eq_ignore_ascii_case(text);
    let unknown = || FieldError::UnknownCode { allowed: codes.iter().map(|code| code.code.as_str()).collect() };
    codes.iter().position(named).ok_or_else(unknown)
}

fn several(codes: &'static [Code], text: &str) -> Result<String, FieldError> {
    // A label may hold a comma, so the whole is tried before its parts.
    if let Ok(at) = one(codes, text) {
        return Ok(spelling(codes, &[at]));
    }
    let mut chosen = parts(text).map(|part| one(codes, part)).collect::<Result<Vec<_>, _>>()?;
    chosen.sort_unstable();
    chosen.dedup();
    Ok(spelling(codes, &chosen))
}

fn spelling(codes: &[Code], chosen: &[usize]) -> String {
    let codes: Vec<_> = chosen.iter().filter_map(|at| codes.get(*at)).map(|code| code.code.as_str()).collect();
    codes.join(&SEPARATOR.to_string())
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([SEPARATOR, ',']).map(str::trim).filter(|part| !part.is_empty())
}

fn country(text: &str) -> Result<&'static str, FieldError> {
    alpha_2(text).ok_or(FieldError::UnknownCode { allowed: Vec::new() })
}

fn countries(text: &str) -> Result<String, FieldError> {
    let mut countries = parts(text).map(country).collect::<Result<Vec<_>, _>>()?;
    countries.sort_unstable();
    countries.dedup();
    Ok(countries.join(&SEPARATOR.to_string()))
}

fn language(text: &str) -> Result<String, FieldError> {
    let fits = matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    fits.then(|| text.to_ascii_lowercase()).ok_or(FieldError::UnknownCode { allowed: Vec::new() })
}

fn degrees(text: &str) -> Result<String, FieldError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    let number = text.parse::<f64>().ok().filter(|number| plain && number.abs() <= 180.0);
    number.map(|_| text.to_owned()).ok_or(FieldError::NotANumber)
}

fn flag(text: &str) -> Result<String, FieldError> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok("true".to_owned()),
        "false" | "no" | "0" => Ok("false".to_owned()),
        _ => Err(FieldError::UnknownCode { allowed: vec!["true", "false"] }),
    }
}

/// Whether `text` is a date of the Gregorian calendar, or the beginning of one.
fn date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize| parts.next().map(|part| whole(part, digits));
    let (year, month, day) = (number(4), number(2), number(2));
    let more = parts.next().is_some();
    match (year, month, day) {
        (Some(Some(_)), None, None) => true,
        (Some(Some(_)), Some(Some(1..=12)), None) => true,
        (Some(Some(year)), Some(Some(month)), Some(Some(day))) => !more && (1..=days(year, month)).contains(&day),
        _ => false,
    }
}

fn whole(text: &str, digits: usize) -> Option<u32> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// How many days a month has; none if there is no such month.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(name: &str, value: &str) -> Result<String, FieldError> {
        check(name, value).map(|checked| checked.as_str().to_owned())
    }

    #[test]
    fn codes_are_stored_as_the_standard_spells_them() {
        assert_eq!(stored("prs_Gender", "feminine").unwrap(), "Feminine");
        assert_eq!(stored("prs_Gender", "Transgender Feminine").unwrap(), "TransgenderFeminine");
        assert_eq!(stored("vic_TypeOfExploitation", "servitude, ForcedLabour;Servitude").unwrap(), "ForcedLabour;Servitude");
        assert_eq!(stored("vic_ForcedLabourIndustry", "Agriculture, forestry and fishing").unwrap().chars().next(), Some('A'));
        assert_eq!(stored("cv_MethodsOfControl", "UsesChildren;RestrictsMovement").unwrap(), "RestrictsMovement;UsesChildren");
        assert_eq!(stored("prs_Citizenship", "phl, NP").unwrap(), "NP;PH");
        assert_eq!(stored("prs_PrimaryLanguage", "TGL").unwrap(), "tgl");
        assert_eq!(stored("prs_Deceased", "no").unwrap(), "false");
    }

    #[test]
    fn an_unknown_code_names_those_that_fit() {
        let Err(FieldError::UnknownCode { allowed }) = check("vic_RelationshipToTrafficker", "Friend") else { panic!() };
        assert_eq!(allowed, ["Familial", "Acquainted", "Unaquainted"]);
        assert!(matches!(check("vic_TypeOfExploitation", "ForcedLabour;Piracy"), Err(FieldError::UnknownCode { .. })));
        assert!(matches!(check("prs_Citizenship", "Atlantis"), Err(FieldError::UnknownCode { .. })));
        assert!(matches!(check("prs_PrimaryLanguage", "English"), Err(FieldError::UnknownCode { .. })));
    }

    #[test]
    fn an_unknown_field_names_the_nearest() {
        assert_eq!(check("prs_Gendre", "x"), Err(FieldError::UnknownField { closest: Some("prs_Gender") }));
    }

    #[test]
    fn dates_are_of_the_calendar() {
        for good in ["2024-02-29", "2000-02-29", "1987", "1987-04", "1987-12-31"] {
            assert_eq!(stored("prs_Birthdate", good).as_deref(), Ok(good));
        }
        for bad in [
            "1900-02-29",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2024-04-31",
            "24-01-01",
            "2024-1-1",
            "1987-",
            "1987-04-01-",
            "1987-04-01T00",
            "-1987",
            "01/02/2003",
            "1987--01",
            "+987",
            "１９８７",
        ] {
            assert_eq!(stored("prs_Birthdate", bad), Err(FieldError::NotADate), "{bad}");
        }
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(stored("vic_AgeWhenTrafficked", "017").unwrap(), "17");
        assert_eq!(stored("hte_Latitude", "-14.5995").unwrap(), "-14.5995");
        for bad in ["-1", "1.5", "many", "99999999999"] {
            assert_eq!(stored("vic_AgeWhenTrafficked", bad), Err(FieldError::NotANumber), "{bad}");
        }
        for bad in ["inf", "NaN", "181", "1e2", "north"] {
            assert_eq!(stored("hte_Latitude", bad), Err(FieldError::NotANumber), "{bad}");
        }
    }

    #[test]
    fn any_text_fits_a_text_and_nothing_clears_it() {
        assert_eq!(stored("prs_FirstName", " Ngọc-Ánh \u{202e} ").unwrap(), "Ngọc-Ánh \u{202e}");
        assert_eq!(stored("prs_FirstName", " \t").unwrap(), "");
        assert_eq!(stored("prs_Gender", "").unwrap(), "");
        assert_eq!(stored("prs_FirstName", &"x".repeat(TEXT + 1)), Err(FieldError::TooLong));
        assert!(stored("cco_CaseComment", &"x".repeat(TEXT + 1)).is_ok());
        assert_eq!(stored("cco_CaseComment", &"x".repeat(LONG_TEXT + 1)), Err(FieldError::TooLong));
    }
}
