use super::super::tests::{counts_of, noise, release_of};
use super::*;
use crate::noise::error;
use crate::variables::variables;

const THRESHOLD: u64 = 25;

/// So many cases, alike or of many kinds.
fn truth(cases: usize, kinds: usize) -> Vec<i64> {
    let genders = ["Feminine", "Masculine", "NonConforming", "NonSpecifiedUnknown"];
    let countries = ["NP", "KE", "GB", "PH", "BR", "UA"];
    let types = ["ForcedLabour", "SexualExploitation", "ForcedLabour;SexualExploitation", "Servitude"];
    let means = ["WithholdsDocuments", "PhysicalThreats;DebtBondage", "FalsePromises", "ExcessiveWorkingHours;PhysicalAbuse"];
    let recruiters = ["Friend", "Family", "Unknown", "IntimatePartner"];
    let cases = (0..cases).map(|case| {
        // Each digit says one thing of a case; all are the same where there is one kind.
        let mut left = case.wrapping_mul(0x9e37_79b9) % kinds;
        let mut pick = |most: usize| {
            let digit = left % most;
            left /= most;
            digit
        };
        let born = format!("{}-05-20", 1970 + pick(8) * 6);
        let said = [
            ("prs_Gender", genders[pick(4)]),
            ("vic_TypeOfExploitation", types[pick(4)]),
            ("prs_Citizenship", countries[pick(6)]),
            ("vic_MethodsOfControl", means[pick(4)]),
            ("cv_RecruiterRelation", recruiters[pick(4)]),
            ("cv_CountryOfExploitation", countries[pick(6)]),
            ("prs_Birthdate", born.as_str()),
            ("cv_DateOfIdentification", ["2019-05-19", "2024-01-01"][pick(2)]),
        ];
        variables().encode(&said)
    });
    counts_of(cases)
}

fn noisy(truth: &[i64], release: u8) -> Vec<i64> {
    truth.iter().zip(noise(release)).map(|(truth, noise)| truth + noise).collect()
}

/// Scenarios: all cases alike, few kinds, many kinds, and so few cases that most is noise.
const SCENARIOS: [(usize, usize); 5] = [(140, 1), (1_000, 5), (2_000, 1_000), (4_000, 100_000), (40, 3)];

// Plays H14.
// Obeys R-8.12-11.
#[test]
fn h14_tables_of_one_release_agree() {
    let lines = lines(variables());
    for (cases, kinds) in SCENARIOS {
        let truth = truth(cases, kinds);
        for release in 20..23 {
            let figures = agree(&lines, &noisy(&truth, release), THRESHOLD);
            assert!(figures.iter().flatten().all(|figure| *figure >= THRESHOLD));
            for line in &lines {
                let parts = together(&figures, &line.parts);
                assert!(parts <= figures[line.whole].unwrap_or(0), "{cases} cases: {line:?}");
            }
        }
    }
}

// Obeys R-8.12-11.
#[test]
fn with_what_is_left_a_table_adds_up_to_all_cases_and_a_row_to_its_own_figure() {
    let release = release_of(&noisy(&truth(2_000, 1_000), 1));
    let table = |name: &str| release.tables.iter().find(|table| table.name == name).unwrap();
    let sum = |of: &mut dyn Iterator<Item = &super::super::Cell>| of.filter_map(|cell| cell.value).sum::<u64>();
    let all = table("Cases").cells[0].value.unwrap();
    assert_eq!(release.reports, all);
    for name in ["YearOfRegistration", "Gender", "AgeBand", "MonthsTrafficked", "SectorOfLabour", "Movement", "FollowUp"] {
        let table = table(name);
        assert_eq!(table.rest.len(), 1, "{name}");
        assert_eq!(sum(&mut table.cells.iter().chain(&table.rest)), all, "{name}");
    }
    let mut compared = 0;
    for (name, rows, columns) in [
        ("Gender × AgeBand", Some("Gender"), Some("AgeBand")),
        ("Type × Gender", Some("Type"), None),
        ("Recruiter × Gender", Some("Recruiter"), None),
    ] {
        let two = table(name);
        let own = |of: Option<&str>| of.map(|of| table(of).cells.clone()).unwrap_or_default();
        for row in own(rows).iter().filter(|cell| cell.value.is_some()) {
            let begins = format!("{} × ", row.code);
            assert_eq!(
                sum(&mut two.cells.iter().chain(&two.rest).filter(|cell| cell.code.starts_with(&begins))),
                row.value.unwrap()
            );
            compared += 1;
        }
        for column in own(columns).iter().filter(|cell| cell.value.is_some()) {
            let ends = format!(" × {}", column.code);
            assert_eq!(
                sum(&mut two.cells.iter().chain(&two.rest).filter(|cell| cell.code.ends_with(&ends))),
                column.value.unwrap()
            );
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");
    assert!(
        release.tables.iter().filter(|table| table.name.starts_with("Means")).all(|table| table.rest.is_empty()),
        "several of one case"
    );
}

/// How often of how many.
#[derive(Default)]
struct Seen(u32, u32);

impl Seen {
    fn look(&mut self, holds: bool) {
        *self = Self(self.0 + u32::from(holds), self.1 + 1);
    }

    fn share(&self) -> f64 {
        f64::from(self.0) / f64::from(self.1)
    }
}

#[test]
fn error_bars_hold_as_often_as_they_say() {
    let lines = lines(variables());
    for (cases, kinds) in SCENARIOS {
        let truth = truth(cases, kinds);
        let (mut after, mut left, mut empty, mut empty_before) = <(Seen, Seen, Seen, Seen)>::default();
        let (mut off_before, mut off_after) = (0.0, 0.0);
        for release in 0..20 {
            let noisy = noisy(&truth, release);
            let figures = agree(&lines, &noisy, THRESHOLD);
            for ((truth, noisy), figure) in truth.iter().zip(&noisy).zip(&figures) {
                // What is so large that noise does not suppress it.
                if *truth >= 100 {
                    after.look(figure.is_some_and(|figure| figure.abs_diff(*truth as u64) <= error()));
                    off_before += noisy.abs_diff(*truth).pow(2) as f64;
                    off_after += figure.map_or(0.0, |figure| figure.abs_diff(*truth as u64).pow(2) as f64);
                }
                if *truth == 0 {
                    empty.look(figure.is_some());
                    empty_before.look(*noisy >= THRESHOLD as i64);
                }
            }
            for line in lines.iter().filter(|line| line.rest.is_some()) {
                let Some(whole) = figures[line.whole] else { continue };
                let shown: Vec<usize> = shown_of(line, &figures.iter().map(Option::is_some).collect::<Vec<_>>());
                let rest = whole - together(&figures, &line.parts);
                let true_rest = truth[line.whole] - shown.iter().map(|cell| truth[*cell]).sum::<i64>();
                left.look((rest as i64).abs_diff(true_rest) <= crate::noise::error_of(shown.len() as u64 + 1));
            }
        }
        assert!(after.1 == 0 || after.share() >= 0.95, "{cases}: {} of {}", after.0, after.1);
        assert!(left.share() >= 0.95, "{cases}: {} of {}", left.0, left.1);
        assert!(empty.share() < empty_before.share(), "fewer cells of no case are shown");
        assert!(off_after <= off_before, "and what is shown is nearer to the truth: {off_after} after {off_before}");
    }
}

// Breaks R-8.12-11.
#[test]
fn parts_that_are_more_than_their_whole_are_not_published() {
    let (lines, gender) = (lines(variables()), variables().tables[2].first);
    let published = |women, men| {
        let mut counts = vec![0; variables().cells];
        (counts[0], counts[gender], counts[gender + 1]) = (140, women, men);
        let figures = agree(&lines, &counts, THRESHOLD);
        [0, gender, gender + 1].map(|cell| figures[cell])
    };
    assert_eq!(published(90, 40), [Some(140), Some(90), Some(40)], "they agree as they are");
    assert_eq!(published(150, 60), [Some(163), Some(126), Some(36)], "70 too many: each gives a third");
    assert_eq!(
        published(150, 30),
        [Some(145), Some(145), None],
        "what falls below the threshold is left out, and 10 are too many"
    );
    assert_eq!(published(150, 24), [Some(145), Some(145), None], "as what was below it from the beginning");
}
