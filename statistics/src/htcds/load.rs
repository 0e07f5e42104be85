//! Reads the compiled-in lists.

use serde::Deserialize;

use super::{Code, Field, Kind};

const STANDARD: &str = include_str!("../../data/htcds_v2.0_fields.json");
const EXTENSION: &str = include_str!("../../data/extension.json");
/// How the standard marks example questions, which are no fields.
const EXAMPLE: &str = "N/A";

#[derive(Deserialize)]
struct FieldList {
    fields: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    field: String,
    label: String,
    section: String,
    core: bool,
    r#type: String,
    values: Vec<String>,
    labels: Vec<String>,
    description: String,
}

/// The standard's fields and the extension's.
pub(super) fn fields() -> Vec<Field> {
    [STANDARD, EXTENSION].into_iter().flat_map(read).filter(|row| row.field != EXAMPLE).map(field).collect()
}

#[expect(clippy::expect_used, reason = "compiled in, and read by the tests")]
fn read(list: &str) -> Vec<Row> {
    serde_json::from_str::<FieldList>(list).expect("a compiled-in list is well-formed").fields
}

fn field(row: Row) -> Field {
    let kind = kind(&row);
    let Row { field: name, label, section, core, description, .. } = row;
    Field { name, label, section, core, kind, description }
}

fn kind(row: &Row) -> Kind {
    let several = row.r#type == "Multiselect Picklist";
    let by_standard = |standard: &str| row.values.iter().chain(&row.labels).any(|text| text.contains(standard));
    if by_standard("ISO 3166") {
        return if several { Kind::Countries } else { Kind::Country };
    }
    if by_standard("ISO 639") {
        return Kind::Language;
    }
    match row.r#type.as_str() {
        "Picklist" => Kind::Code(codes(row)),
        "Multiselect Picklist" => Kind::Codes(codes(row)),
        "Long Text" => Kind::LongText,
        "Date" => Kind::Date,
        "Checkbox" => Kind::Flag,
        "Geolocation" => Kind::Degrees,
        "Number" if row.field.ends_with("Longitude") || row.field.ends_with("Latitude") => Kind::Degrees,
        "Number" => Kind::Number,
        lookup if lookup.starts_with("Lookup") => Kind::Reference,
        _ => Kind::Text,
    }
}

fn codes(row: &Row) -> Vec<Code> {
    let code = |(code, label): (&String, &String)| Code { code: code.trim().to_owned(), label: label.trim().to_owned() };
    row.values.iter().zip(&row.labels).map(code).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::htcds::{field, fields};

    #[test]
    fn every_row_of_the_lists_is_a_field() {
        assert_eq!(read(STANDARD).len(), 93);
        assert_eq!(fields().iter().filter(|field| !field.name.starts_with("cv_")).count(), 84);
        assert_eq!(fields().iter().filter(|field| field.core).count(), 40);
        let names: BTreeSet<_> = fields().iter().map(|field| &field.name).collect();
        assert_eq!(names.len(), fields().len(), "names are unique");
        for row in read(STANDARD).iter().chain(&read(EXTENSION)).filter(|row| !row.values.is_empty()) {
            assert_eq!(row.values.len(), row.labels.len(), "{} has a label for every code", row.field);
        }
    }

    #[test]
    fn picklists_have_codes_and_codes_are_unique() {
        for field in fields() {
            let picklist = matches!(field.kind, Kind::Code(_) | Kind::Codes(_));
            assert_eq!(picklist, !field.codes().is_empty(), "{}", field.name);
            let codes: BTreeSet<_> = field.codes().iter().map(|code| code.code.to_ascii_lowercase()).collect();
            assert_eq!(codes.len(), field.codes().len(), "{}", field.name);
            assert!(field.codes().iter().all(|code| !code.code.contains([';', ',', ' ']) && !code.label.is_empty()));
        }
    }

    #[test]
    fn kinds_follow_the_standard() {
        for (name, kind) in [
            ("prs_Birthdate", Kind::Date),
            ("prs_Citizenship", Kind::Countries),
            ("prs_MailingCountry", Kind::Country),
            ("org_ShippingCountry", Kind::Country),
            ("prs_PrimaryLanguage", Kind::Language),
            ("prs_NumberOfChildren", Kind::Number),
            ("prs_MailingLatitude", Kind::Degrees),
            ("hte_Longitude", Kind::Degrees),
            ("cas_CaseOwner", Kind::Reference),
            ("con_Consent", Kind::Flag),
            ("cv_CountryOfExploitation", Kind::Countries),
            ("cv_ConsentLanguage", Kind::Language),
        ] {
            assert_eq!(field(name).map(|field| &field.kind), Some(&kind), "{name}");
        }
    }
}
