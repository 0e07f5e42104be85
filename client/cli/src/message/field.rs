//! Texts for a field or a value that the standard does not have.

use casevault_sync::FieldError;

use crate::display::untrusted;
use crate::failure::{Exit, Failure};

/// The most codes that a hint lists.
const LISTED: usize = 40;

/// The text for `error` at the field that the person called `name`.
pub(super) fn failure(name: &str, error: &FieldError) -> Failure {
    let name = untrusted(name);
    let of = |code, what: &str, hint: String| {
        Failure::new(code, Exit::Usage, format!("{name} cannot be set so: {what}. Nothing was written."), hint)
    };
    match error {
        FieldError::UnknownField { closest } => {
            of("unknown-field", "the standard has no field of this name", closest_field(*closest))
        }
        FieldError::UnknownCode { allowed } => of("unknown-code", "the value is no code of this field", codes(allowed)),
        FieldError::NotADate => {
            of("not-a-date", "the value is no date", "Write it as YYYY-MM-DD, or as YYYY-MM or YYYY if no more is known.".into())
        }
        FieldError::NotANumber => of("not-a-number", "the value is no number that the field takes", "Write digits only.".into()),
        FieldError::TooLong => of("too-long", "the value is longer than the field may be", "Shorten it, or write a note.".into()),
    }
}

fn closest_field(closest: Option<&str>) -> String {
    match closest {
        Some(closest) => format!("Is {closest} meant?"),
        None => "Use a field name of HTCDS 2.0, or write a note.".to_owned(),
    }
}

fn codes(allowed: &[&str]) -> String {
    match allowed.get(..LISTED) {
        _ if allowed.is_empty() => "Use the ISO code of the country or language.".to_owned(),
        Some(first) if allowed.len() > LISTED => {
            format!("Use one of: {}, and {} more.", first.join(", "), allowed.len() - LISTED)
        }
        _ => format!("Use one of: {}.", allowed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(error: FieldError) -> (String, String) {
        let failure = failure("prs_Gendr", &error);
        assert_eq!(failure.exit, Exit::Usage);
        (failure.message, failure.hint)
    }

    #[test]
    fn a_mistyped_field_is_named_with_the_closest_one() {
        let (message, hint) = texts(FieldError::UnknownField { closest: Some("prs_Gender") });
        assert!(message.starts_with("prs_Gendr cannot be set so"), "{message}");
        assert_eq!(hint, "Is prs_Gender meant?");
    }

    #[test]
    fn an_unknown_code_lists_those_that_there_are() {
        let (_, hint) = texts(FieldError::UnknownCode { allowed: vec!["Feminine", "Masculine"] });
        assert_eq!(hint, "Use one of: Feminine, Masculine.");
        let (_, hint) = texts(FieldError::UnknownCode { allowed: vec!["x"; LISTED + 2] });
        assert!(hint.ends_with("x, and 2 more."), "{hint}");
        let (_, hint) = texts(FieldError::UnknownCode { allowed: Vec::new() });
        assert!(hint.contains("ISO"), "{hint}");
    }
}
