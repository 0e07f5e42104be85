use super::super::tests::{counts_of, release_of};
use super::*;

const SEED: [u8; 32] = [3; 32];

/// 160 women from Nepal and 40 men from Kenya, as they are counted without noise.
fn release() -> Release {
    let women = [
        ("prs_Gender", "Feminine"),
        ("prs_Citizenship", "NP"),
        ("cv_CountryOfExploitation", "AE"),
        ("cv_MonthsTrafficked", "18"),
        ("cv_RecruiterRelation", "Friend"),
        ("vic_TypeOfExploitation", "ForcedLabour;SexualExploitation"),
        ("vic_MethodsOfControl", "WithholdsDocuments"),
    ];
    let men = [
        ("prs_Gender", "Masculine"),
        ("prs_Citizenship", "KE"),
        ("cv_CountryOfExploitation", "GB"),
        ("vic_TypeOfExploitation", "ForcedLabour"),
        ("vic_MethodsOfControl", "PhysicalThreats"),
    ];
    release_of(&counts_of((0..200).map(|case| variables().encode(if case < 160 { &women } else { &men }))))
}

fn values<'a>(drawn: &'a Microdata, column: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let at = drawn.columns.iter().position(|name| name == column).unwrap();
    drawn.records.iter().map(move |record| record[at].split(';').filter(|value| !value.is_empty()).collect())
}

fn often(drawn: &Microdata, (column, value): (&str, &str)) -> usize {
    values(drawn, column).filter(|values| values.contains(&value)).count()
}

fn both(drawn: &Microdata, (one, value): (&str, &str), (other, second): (&str, &str)) -> usize {
    values(drawn, one).zip(values(drawn, other)).filter(|(one, other)| one.contains(&value) && other.contains(&second)).count()
}

// Obeys R-8.12-12.
#[test]
fn records_are_as_the_tables_say() {
    let drawn = release().microdata(SEED, 10_000);
    assert_eq!((drawn.records.len(), drawn.columns.len()), (10_000, variables().all.len() - 1));
    for (place, share) in [
        (("Gender", "Woman"), 0.8),
        (("Gender", "Man"), 0.2),
        (("Citizenship", "Southern Asia"), 0.8),
        (("MonthsTrafficked", "13-24"), 0.8),
        (("Means", "Threats"), 0.2),
        (("Type", "Forced labour"), 1.0),
        (("Type", "Sexual exploitation"), 0.8),
        (("Movement", "Relocation"), 0.0),
    ] {
        let found = often(&drawn, place) as f64 / 10_000.0;
        assert!((found - share).abs() < 0.2, "{place:?}: {found}");
    }
    // What a table of two says together stays together.
    assert_eq!(both(&drawn, ("Gender", "Man"), ("Recruiter", "Friend")), 0);
    assert_eq!(both(&drawn, ("Means", "Threats"), ("Type", "Sexual exploitation")), 0);
    assert_eq!(both(&drawn, ("CitizenshipRegion", "Africa"), ("ExploitationRegion", "Asia")), 0);
    let asian = ("Citizenship", "Southern Asia");
    assert_eq!(both(&drawn, asian, ("CitizenshipRegion", "Asia")), often(&drawn, asian), "a sub-region is within its region");
}

// Obeys R-8.12-12.
// Breaks R-8.12-12.
#[test]
fn combinations_that_no_real_case_need_have_are_counted() {
    let drawn = release().microdata(SEED, 10_000);
    let figures = Figures::of(&release());
    let place = |name: &str, code: &str| {
        let at = variables().all.iter().position(|variable| variable.name == name).unwrap();
        (at, variables().all[at].categories.iter().position(|category| category.code == code).unwrap())
    };
    let must = |(one, value), (other, second)| figures.must_be(place(one, value), place(other, second));
    assert!(must(("Gender", "Woman"), ("Recruiter", "Friend")), "published");
    assert!(!must(("Gender", "Man"), ("Recruiter", "Friend")), "suppressed");
    assert!(must(("MonthsTrafficked", "13-24"), ("Citizenship", "Southern Asia")), "in no table, but 160 and 160 of 200 meet");
    assert!(!must(("MonthsTrafficked", "13-24"), ("Gender", "Man")), "160 and 40 of 200 need not");
    assert!(both(&drawn, ("MonthsTrafficked", "13-24"), ("Gender", "Man")) > 0, "and yet some records have both");
    // Each counted anew, from the words of the records.
    let mut seen = BTreeSet::new();
    for record in &drawn.records {
        let said = || {
            drawn.columns.iter().zip(record).flat_map(|(name, values)| {
                values.split(';').filter(|value| !value.is_empty()).map(move |value| (name.as_str(), value))
            })
        };
        for one in said() {
            seen.extend(said().filter(|other| place(one.0, one.1) < place(other.0, other.1)).map(|other| (one, other)));
        }
    }
    let within = |one: &str, other: &str| one == format!("{other}Region") || other == format!("{one}Region");
    seen.retain(|((one, _), (other, _))| {
        !(within(one, other) || *one == "CountryOfExploitation" && *other == "ExploitationRegion")
    });
    let fabricated = seen.iter().filter(|(one, other)| !must(*one, *other)).count();
    assert_eq!((drawn.combinations, drawn.fabricated), (seen.len(), fabricated));
    assert!(
        fabricated > 0 && drawn.note.contains(&format!("Of {} different combinations of two values, {fabricated} ", seen.len()))
    );
    assert!(
        drawn.note.ends_with(&release().note)
            && drawn.csv().starts_with(&format!("# {}\r\nYearOfRegistration,Gender,", drawn.note))
    );
}

#[test]
fn of_cases_that_are_all_alike_nothing_is_made_up() {
    let alike = [("prs_Gender", "Feminine"), ("vic_TypeOfExploitation", "ForcedLabour"), ("cv_MonthsTrafficked", "18")];
    let drawn = release_of(&counts_of((0..200).map(|_| variables().encode(&alike)))).microdata(SEED, 500);
    assert_eq!((drawn.combinations, drawn.fabricated), (3, 0));
}

#[test]
fn records_come_of_their_seed_alone() {
    let drawn = release().microdata(SEED, 50);
    assert_eq!(release().microdata(SEED, 50), drawn);
    assert_ne!(release().microdata([4; 32], 50).records, drawn.records);
}
