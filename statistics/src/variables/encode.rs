//! From the fields of a case to the cells that it counts in. Only codes, bands and regions come out: whatever is written into a field
//! that no list has counts nowhere.

use std::collections::BTreeSet;

use super::{Source, Variable, Variables, region};
use crate::htcds::{self, SEPARATOR};

/// The fields of a case: its profile's and its services'. A field may be there several times.
type Fields<'a> = [(&'a str, &'a str)];

impl Variables {
    /// The cells that a case of these fields counts in, in order; at most [`Self::weight`].
    pub fn encode(&self, fields: &Fields<'_>) -> Vec<usize> {
        let found: Vec<Vec<usize>> = self.all.iter().map(|variable| variable.categories_of(fields)).collect();
        let mut cells = Vec::new();
        for table in &self.tables {
            let mut offsets = vec![0];
            for at in &table.variables {
                let size = self.all.get(*at).map_or(0, |variable| variable.categories.len());
                let theirs = found.get(*at).map(Vec::as_slice).unwrap_or_default();
                let pairs = offsets.iter().flat_map(|offset| theirs.iter().map(move |category| offset * size + category));
                offsets = pairs.collect();
            }
            cells.extend(offsets.into_iter().map(|offset| table.first + offset));
        }
        cells
    }
}

impl Variable {
    /// The categories of a case of these fields, in order, at most as many as are counted.
    fn categories_of(&self, fields: &Fields<'_>) -> Vec<usize> {
        let found: BTreeSet<usize> = match &self.source {
            Source::Case => self.named("All").into_iter().collect(),
            Source::Codes { fields: codes } => codes
                .iter()
                .flat_map(|(name, codes)| values(fields, name).into_iter().filter_map(|code| codes.get(code)?.as_deref()))
                .filter_map(|category| self.named(category))
                .collect(),
            Source::Region { field } => self.regions(fields, field, |subregion| subregion.region),
            Source::Subregion { field } => self.regions(fields, field, |subregion| subregion.name),
            Source::Year { field } => last(fields, field).and_then(|date| self.band(date.year)).into_iter().collect(),
            Source::Number { field } => {
                let number = values(fields, field).last().and_then(|number| number.parse().ok());
                number.and_then(|number| self.band(number)).into_iter().collect()
            }
            Source::Age { born, at } => {
                let age = last(fields, born).zip(last(fields, at)).and_then(|(born, at)| at.years_since(&born));
                age.and_then(|age| self.band(age)).into_iter().collect()
            }
        };
        found.into_iter().take(self.most).collect()
    }

    fn named(&self, code: &str) -> Option<usize> {
        self.categories.iter().position(|category| category.code == code)
    }

    fn band(&self, number: u32) -> Option<usize> {
        let within = |band: Option<(u32, u32)>| band.is_some_and(|(from, to)| (from..=to).contains(&number));
        self.categories.iter().position(|category| within(category.band))
    }

    fn regions(&self, fields: &Fields<'_>, field: &str, name: fn(&region::Subregion) -> &'static str) -> BTreeSet<usize> {
        let countries = values(fields, field).into_iter().filter_map(region::of);
        countries.filter_map(|subregion| self.named(name(subregion))).collect()
    }
}

/// What a field says, each value on its own, if it is in the one form that the field takes.
fn values<'a>(fields: &Fields<'a>, name: &str) -> Vec<&'a str> {
    let said = fields.iter().filter(|(named, _)| *named == name).map(|(_, value)| *value);
    let right = said.filter(|value| htcds::check(name, value).is_ok_and(|checked| checked.as_str() == *value));
    right.flat_map(|value| value.split(SEPARATOR)).filter(|value| !value.is_empty()).collect()
}

/// A date as far as it is known.
struct Date {
    year: u32,
    month: Option<u32>,
    day: Option<u32>,
}

impl Date {
    /// Full years from `born` to this; the month or day that is not known has not come yet.
    fn years_since(&self, born: &Self) -> Option<u32> {
        let place = |date: &Self| (date.month, date.day);
        let years = self.year.checked_sub(born.year)?;
        let before = born.month.is_some() && place(self) < place(born);
        if before { years.checked_sub(1) } else { Some(years) }
    }
}

fn last(fields: &Fields<'_>, name: &str) -> Option<Date> {
    let mut parts = values(fields, name).pop()?.split('-').map(|part| part.parse().ok());
    Some(Date { year: parts.next()??, month: parts.next().flatten(), day: parts.next().flatten() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::variables::variables;

    /// `table: code` of every cell that a case counts in.
    fn counted(fields: &Fields<'_>) -> Vec<String> {
        let variables = variables();
        let cells = variables.encode(fields);
        let all = variables.tables.iter().flat_map(|table| {
            let name = variables.name(table);
            variables.codes(table).into_iter().map(move |code| format!("{name}: {code}"))
        });
        all.enumerate().filter(|(cell, _)| cells.contains(cell)).map(|(_, code)| code).collect()
    }

    #[test]
    fn a_case_counts_in_the_cells_of_its_codes() {
        let fields = [
            ("prs_Gender", "Feminine"),
            ("prs_Birthdate", "2001-05-20"),
            ("cv_DateOfIdentification", "2019-05-19"),
            ("prs_Citizenship", "PH"),
            ("cv_CountryOfExploitation", "SA"),
            ("vic_TypeOfExploitation", "ForcedLabour;Servitude"),
            ("vic_MethodsOfControl", "DebtBondage;TakesEarnings"),
            ("cv_MedicalSupport", "DentalCare"),
        ];
        let expected = [
            "Cases: All",
            "YearOfRegistration: 2019",
            "Gender: Woman",
            "AgeBand: 9-17",
            "Citizenship: South-eastern Asia",
            "CountryOfExploitation: Western Asia",
            "Means: Debt bondage or withheld earnings",
            "Type: Forced labour",
            "Type: Other exploitation",
            "Support: Medical",
            "Gender × AgeBand: Woman × 9-17",
            "Type × Gender: Forced labour × Woman",
            "Type × Gender: Other exploitation × Woman",
            "Type × ExploitationRegion: Forced labour × Asia",
            "Type × ExploitationRegion: Other exploitation × Asia",
            "CitizenshipRegion × ExploitationRegion: Asia × Asia",
            "Means × Type: Debt bondage or withheld earnings × Forced labour",
            "Means × Type: Debt bondage or withheld earnings × Other exploitation",
        ];
        assert_eq!(counted(&fields), expected);
        assert_eq!(counted(&[]), ["Cases: All"]);
    }

    // Plays H17.
    // Breaks R-8.12-2.
    #[test]
    fn h17_codes_only() {
        let said = [
            ("prs_FirstName", "Amal"),
            ("prs_Gender", "Amal"),
            ("prs_Citizenship", "Amal Haddad"),
            ("vic_TypeOfExploitation", "ForcedLabour;Amal"),
            ("cv_MonthsTrafficked", "12 Amal"),
            ("cv_DateOfIdentification", "2019-Amal"),
            ("vic_DetailsOfVulnerabilities", "ForcedLabour"),
            ("prs_Gender", "feminine"),
        ];
        assert_eq!(counted(&said), ["Cases: All"]);
    }

    proptest! {
        #[test]
        fn no_case_counts_in_more_cells_than_stated(picks in proptest::collection::vec((0usize..200, any::<u64>()), 0..60)) {
            let variables = variables();
            let fields = htcds::fields();
            let said: Vec<(&str, String)> = picks.iter().map(|(at, bits)| {
                let field = &fields[at % fields.len()];
                let codes: Vec<_> = field.codes().iter().enumerate().filter(|(bit, _)| bits >> (bit % 64) & 1 == 1).map(|(_, code)| code.code.as_str()).collect();
                let countries = ["PH;SA;US;FR;KE;BR", "CN;NG;MX"][usize::from(bits & 1 == 1)];
                let value = match &field.kind {
                    htcds::Kind::Code(_) => codes.first().copied().unwrap_or_default().to_owned(),
                    htcds::Kind::Codes(_) => codes.join(";"),
                    htcds::Kind::Countries => countries.to_owned(),
                    htcds::Kind::Number => bits.to_string(),
                    htcds::Kind::Date => format!("{}-0{}", 1950 + bits % 90, 1 + bits % 9),
                    _ => "text".to_owned(),
                };
                (field.name.as_str(), value)
            }).collect();
            let said: Vec<_> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let cells = variables.encode(&said);
            prop_assert!(cells.len() <= variables.weight);
            prop_assert!(cells.windows(2).all(|pair| pair[0] < pair[1]) && cells.iter().all(|cell| *cell < variables.cells));
        }
    }
}
