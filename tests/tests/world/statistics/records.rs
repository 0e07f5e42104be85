//! Synthetic records, as the program gives them to an analyst.

use std::collections::BTreeSet;

use casevault_tests::world::World;
use serde_json::Value;

use super::{Counted, cases, close, counted, last_quarter, released, value};

/// What the records hold of a variable, each value once.
fn of(drawn: &Value, name: &str) -> BTreeSet<String> {
    let at = drawn["columns"].as_array().unwrap().iter().position(|column| column == name).unwrap();
    drawn["records"].as_array().unwrap().iter().map(|record| record[at].as_str().unwrap().to_owned()).collect()
}

/// The command that asks for records.
fn asked<'a>(period: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["stats", "show", period, "--microdata"], more].concat()
}

// Obeys R-8.12-12.
#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_gets_synthetic_records_that_say_no_more_than_the_figures() {
    let Counted { shelter, rana, world } = counted(World::start()).await;
    let period = last_quarter();
    cases(&shelter.nadia, 140).await;
    shelter.nadia.stats_contribute(period, None).await.unwrap();
    drop(shelter);
    let name = period.to_string();
    drop(rana);
    let device = world.device("Rana");
    assert_eq!(device.does(16, &asked(&name, &["500"])).await["error"]["code"], "period", "not closed");
    let rana = world.open("Rana");
    let release = released(close(&rana, period).await.unwrap());
    assert!(value(&release, "Gender", "Woman").is_some());
    drop(rana);

    let drawn = device.does(0, &asked(&name, &["500", "--format", "json"])).await;
    assert_eq!(drawn["records"].as_array().unwrap().len(), 500);
    let published: BTreeSet<String> = ["Woman", "Man", "Transgender or non-conforming"]
        .into_iter()
        .filter(|code| value(&release, "Gender", code).is_some())
        .map(str::to_owned)
        .collect();
    let genders = of(&drawn, "Gender");
    assert!(genders.contains("Woman"), "{genders:?}");
    assert!(genders.iter().all(|gender| gender.is_empty() || published.contains(gender)), "{genders:?} of {published:?}");
    assert!(of(&drawn, "Type").contains("Forced labour"));
    assert!(drawn["fabricated"].as_u64().unwrap() <= drawn["combinations"].as_u64().unwrap());
    assert!(drawn["note"].as_str().unwrap().starts_with("Synthetic records: 500, drawn from the published figures alone"));
    assert_ne!(device.does(0, &asked(&name, &["500", "--format", "json"])).await["records"], drawn["records"], "drawn anew");

    // As a file, which replaces none.
    let path = world.directory.path().join("records.csv");
    let out = ["200", "--out", path.to_str().unwrap()];
    assert_eq!(device.does(0, &asked(&name, &out)).await["path"], path.to_str().unwrap());
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("# Synthetic records: 200,") && lines[1].contains("Gender") && lines.len() == 202, "{text}");
    assert_ne!(device.run(&asked(&name, &out)).await.code, Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    for more in [&["200", "--format", "svg"][..], &["0"], &["100001"]] {
        assert_eq!(device.run(&asked(&name, more)).await.code, Some(2), "{more:?}");
    }
}
